#include "checkpoint/statistics.h"

#include <algorithm>
#include <cmath>

namespace uvm::checkpoint {

void Statistics::add(const Record& record) {
  if (pauses_.size() < kPauses) {
    pauses_.push_back(record.pause_ns);
  } else {
    pauses_[count_ % kPauses] = record.pause_ns;
  }
  if (latest_.size() == kLatest) latest_.erase(latest_.begin());
  latest_.push_back(record);
  ++count_;
  lines_ += record.lines;
  bytes_ += record.bytes;
  longest_ = std::max(longest_, record.pause_ns);
}

std::uint64_t Statistics::pause_percentile(double percent) const {
  if (pauses_.empty()) return 0;
  std::vector<std::uint64_t> sorted = pauses_;
  const double rank = std::ceil(percent / 100.0 * static_cast<double>(sorted.size()));
  const auto index = static_cast<std::size_t>(std::clamp(rank, 1.0, static_cast<double>(sorted.size()))) - 1;
  std::nth_element(sorted.begin(), sorted.begin() + static_cast<std::ptrdiff_t>(index), sorted.end());
  return sorted[index];
}

}  // namespace uvm::checkpoint
