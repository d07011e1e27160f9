#include "uffd/latency_histogram.h"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

namespace uvm::uffd {
namespace {

TEST(LatencyHistogramTest, BucketsAreAdjacentAndAtMostAQuarterWide) {
  EXPECT_EQ(LatencyCounts::first_of(0), 0U);
  for (std::size_t i = 0; i < LatencyCounts::kBuckets; ++i) {
    const std::uint64_t first = LatencyCounts::first_of(i), last = LatencyCounts::last_of(i);
    EXPECT_EQ(LatencyCounts::bucket_of(first), i);
    EXPECT_EQ(LatencyCounts::bucket_of(last), i);
    if (i + 1 == LatencyCounts::kBuckets) break;
    EXPECT_EQ(LatencyCounts::first_of(i + 1), last + 1);
    EXPECT_LE((last - first + 1) * 4, std::max<std::uint64_t>(first, 4));
  }
  EXPECT_GT(LatencyCounts::first_of(LatencyCounts::kBuckets - 1), 100'000'000'000U);
}

TEST(LatencyHistogramTest, PercentilesAreNeverShorterAndAtMostAQuarterLonger) {
  LatencyHistogram histogram;
  EXPECT_EQ(histogram.counts().percentile_ns(50), 0U);
  for (std::uint64_t ns = 1; ns <= 100'000; ++ns) histogram.add(ns);
  const LatencyCounts counts = histogram.counts();
  EXPECT_EQ(counts.count(), 100'000U);
  EXPECT_EQ(counts.sum_ns, std::uint64_t{100'000} * 100'001 / 2);
  EXPECT_EQ(counts.max_ns, 100'000U);
  EXPECT_EQ(counts.percentile_ns(100), 100'000U);
  for (const double percent : {0.5, 10.0, 50.0, 90.0, 99.0}) {
    const double exact = percent * 1000;
    EXPECT_GE(static_cast<double>(counts.percentile_ns(percent)), exact) << percent;
    EXPECT_LE(static_cast<double>(counts.percentile_ns(percent)), exact * 1.25) << percent;
  }
}

TEST(LatencyHistogramTest, EveryDurationHasABucket) {
  LatencyHistogram histogram;
  histogram.add(0);
  histogram.add(~std::uint64_t{0});
  const LatencyCounts counts = histogram.counts();
  EXPECT_EQ(counts.buckets.front(), 1U);
  EXPECT_EQ(counts.buckets.back(), 1U);
  EXPECT_EQ(counts.percentile_ns(50), 0U);
  EXPECT_EQ(counts.percentile_ns(99), ~std::uint64_t{0});
}

TEST(LatencyHistogramTest, ThreadsLoseNothing) {
  LatencyHistogram histogram;
  constexpr std::uint64_t kThreads = 4, kEach = 20'000;
  std::vector<std::thread> threads;
  for (std::uint64_t t = 0; t < kThreads; ++t) {
    threads.emplace_back([&histogram, t] {
      for (std::uint64_t i = 0; i < kEach; ++i) histogram.add(1000 * t + i % 500);
    });
  }
  static_cast<void>(histogram.counts());  // at any time
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(histogram.counts().count(), kThreads * kEach);
  EXPECT_EQ(histogram.counts().max_ns, 1000 * (kThreads - 1) + 499);
}

}  // namespace
}  // namespace uvm::uffd
