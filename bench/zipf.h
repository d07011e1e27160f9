// Zipf: ranks from 0 on, rank r with probability proportional to 1 / (r + 1)^0.99, as in YCSB.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <random>
#include <vector>

namespace uvm::bench {

class Zipf {
 public:
  explicit Zipf(std::size_t ranks) : sums_(ranks) {
    double sum = 0;
    for (std::size_t i = 0; i < ranks; ++i) sums_[i] = sum += std::pow(static_cast<double>(i) + 1, -0.99);
  }
  std::size_t operator()(std::mt19937_64& random) const {
    const double at = static_cast<double>(random() >> 11) * 0x1p-53 * sums_.back();
    return static_cast<std::size_t>(std::lower_bound(sums_.begin(), sums_.end(), at) - sums_.begin());
  }

 private:
  std::vector<double> sums_;
};

}  // namespace uvm::bench
