// LatencyHistogram: how long something took, counted by duration. LatencyCounts: a snapshot of
// one.
//
// Unit: nanoseconds. Four buckets for each power of two: one is at most a quarter as wide as the shortest
// duration in it, so a percentile is never too short and at most a quarter too long. 0 to 3 ns have a
// bucket each; the last one holds everything from 120 s on. Sum and maximum are exact.
//
// add(): any thread, signal handlers too: three relaxed atomic operations, no lock, no allocation. counts()
// may be called at any time; it reads bucket after bucket, so what is added meanwhile may be in it in part
// (in the sum and not in a bucket).
#pragma once

#include <array>
#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>

namespace uvm::uffd {

struct LatencyCounts {
  static constexpr unsigned kMaxExponent = 36;
  static constexpr std::size_t kBuckets = 4 * kMaxExponent;

  [[nodiscard]] static constexpr std::size_t bucket_of(std::uint64_t ns) {
    if (ns < 4) return ns;
    const auto exponent = static_cast<unsigned>(std::bit_width(ns)) - 1;
    if (exponent > kMaxExponent) return kBuckets - 1;
    return 4 * (exponent - 1) + (ns >> (exponent - 2)) % 4;
  }
  // The shortest and the longest duration in a bucket.
  [[nodiscard]] static constexpr std::uint64_t first_of(std::size_t bucket) {
    return bucket < 4 ? bucket : (4 + bucket % 4) << (bucket / 4 - 1);
  }
  [[nodiscard]] static constexpr std::uint64_t last_of(std::size_t bucket) {
    return bucket + 1 < kBuckets ? first_of(bucket + 1) - 1 : ~std::uint64_t{0};
  }

  [[nodiscard]] std::uint64_t count() const;
  // What `percent` (0..100) of the durations did not exceed, as the longest of that bucket; 0 when there are
  // none.
  [[nodiscard]] std::uint64_t percentile_ns(double percent) const;

  std::array<std::uint64_t, kBuckets> buckets{};
  std::uint64_t sum_ns = 0;
  std::uint64_t max_ns = 0;
};

class LatencyHistogram {
 public:
  void add(std::uint64_t ns) {
    buckets_[LatencyCounts::bucket_of(ns)].fetch_add(1, std::memory_order_relaxed);
    sum_.fetch_add(ns, std::memory_order_relaxed);
    std::uint64_t max = max_.load(std::memory_order_relaxed);
    while (ns > max && !max_.compare_exchange_weak(max, ns, std::memory_order_relaxed)) {
    }
  }
  [[nodiscard]] LatencyCounts counts() const;

 private:
  static_assert(std::atomic<std::uint64_t>::is_always_lock_free);
  std::array<std::atomic<std::uint64_t>, LatencyCounts::kBuckets> buckets_{};
  std::atomic<std::uint64_t> sum_{0}, max_{0};
};

}  // namespace uvm::uffd
