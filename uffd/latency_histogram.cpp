#include "uffd/latency_histogram.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace uvm::uffd {

std::uint64_t LatencyCounts::count() const {
  return std::accumulate(buckets.begin(), buckets.end(), std::uint64_t{0});
}

std::uint64_t LatencyCounts::percentile_ns(double percent) const {
  const std::uint64_t all = count();
  if (all == 0) return 0;
  const double rank = std::ceil(percent / 100.0 * static_cast<double>(all));
  const auto wanted = static_cast<std::uint64_t>(std::clamp(rank, 1.0, static_cast<double>(all)));
  std::size_t bucket = 0;
  for (std::uint64_t seen = buckets[0]; seen < wanted; seen += buckets[bucket]) ++bucket;
  return std::min(last_of(bucket), max_ns);
}

LatencyCounts LatencyHistogram::counts() const {
  LatencyCounts counts;
  for (std::size_t i = 0; i < counts.buckets.size(); ++i)
    counts.buckets[i] = buckets_[i].load(std::memory_order_relaxed);
  counts.sum_ns = sum_.load(std::memory_order_relaxed);
  counts.max_ns = max_.load(std::memory_order_relaxed);
  return counts;
}

}  // namespace uvm::uffd
