// The pager's figures about itself: resident and dirty lines, and how long faults took.
#include <gtest/gtest.h>
#include <sys/mman.h>

#include <atomic>
#include <chrono>
#include <thread>

#include "uffd/region.h"
#include "uffd/region_test_modes.h"
#include "uffd/region_test_store.h"

namespace uvm::uffd {
namespace {

using testing::Modes;
using testing::PlainStore;

constexpr std::uint64_t kFigureLines = 3 * 16384;  // 192 MiB: lines in several windows of count_lines()

class RegionFiguresTest : public testing::InModes {
 protected:
  std::unique_ptr<Region> make(std::uint64_t limit_lines, bool kernel_may_unmap = false) {
    const SegmentSpec segments[] = {{"stays", 0, 100 * kLineSize, true, true},
                                    {"heap", 100 * kLineSize, (kFigureLines - 100) * kLineSize, false, true}};
    RegionOptions options;
    options.segments = segments;
    options.size = kFigureLines * kLineSize;
    options.memory_limit = limit_lines * kLineSize;
    options.fault_mode = GetParam().fault;
    options.track_mode = GetParam().track;
    options.store = &store_;
    options.read_ahead_max_lines = 0;
    options.kernel_may_unmap = kernel_may_unmap;
    auto region = Region::create(options);
    EXPECT_TRUE(region) << region.error().message;
    return region ? std::move(*region) : nullptr;
  }
  static volatile std::uint64_t* word(Region& region, std::uint64_t line) {
    return reinterpret_cast<volatile std::uint64_t*>(region.base() + line * kLineSize);
  }
  static std::uint64_t peek(Region& region, std::uint64_t line) { return *word(region, line); }
  static void poke(Region& region, std::uint64_t line, std::uint64_t value) { *word(region, line) = value; }
  // A handler thread lets the program continue a moment before it has recorded what it did.
  static LineCounts settled(Region& region, LineCounts expected) {
    for (int i = 0; i < 2000 && region.count_lines() != expected; ++i)
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    return region.count_lines();
  }
  std::uint64_t checkpoint(Region& region) { return testing::checkpoint(region, store_); }

  PlainStore store_{kFigureLines};
};

TEST_P(RegionFiguresTest, CountsDirtyLinesAndLeavesThemDirty) {
  auto region = make(4096);
  const std::uint64_t lines[] = {0, 99, 100, 101, 611, 612, 20000, 40000, kFigureLines - 1};
  for (std::uint64_t line : lines) poke(*region, line, line + 1);
  ASSERT_EQ(peek(*region, 5000), 0U);  // read only
  LineCounts expected{.resident = std::size(lines) + 1, .second_chance = 0, .dirty = std::size(lines)};
  EXPECT_EQ(settled(*region, expected), expected);
  EXPECT_EQ(region->count_lines(), expected);
  EXPECT_EQ(checkpoint(*region), std::size(lines));
  expected.dirty = 0;
  EXPECT_EQ(region->count_lines(), expected);
  poke(*region, 20000, 7);
  poke(*region, 5000, 7);
  expected.dirty = 2;
  EXPECT_EQ(settled(*region, expected), expected);
  EXPECT_EQ(checkpoint(*region), 2U);
}

TEST_P(RegionFiguresTest, CountsLinesInTheirSecondChanceAndThoseThatLeft) {
  auto region = make(4096);
  for (std::uint64_t line = 200; line < 300; ++line) poke(*region, line, line);
  checkpoint(*region);
  for (std::uint64_t line = 200; line < 230; ++line) poke(*region, line, line);
  LineCounts expected{.resident = 100, .second_chance = 100, .dirty = 30};
  for (int i = 0; i < 2000 && region->count_lines() != expected; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
    region->evict_first(200 * kLineSize, 100 * kLineSize);
  }
  EXPECT_EQ(region->count_lines(), expected);
  poke(*region, 0, 1);
  poke(*region, 210, 1);  // rescued
  expected = {.resident = 101, .second_chance = 99, .dirty = 31};
  EXPECT_EQ(settled(*region, expected), expected);
  region->evict_all();
  expected = {.resident = 1, .second_chance = 0, .dirty = 1};  // of the segment that stays
  EXPECT_EQ(region->count_lines(), expected);
  EXPECT_EQ(checkpoint(*region), 1U);
}

TEST_P(RegionFiguresTest, CountsWrittenLinesThatTheKernelUnmapped) {
  auto region = make(4096, true);
  for (std::uint64_t line = 200; line < 300; ++line) poke(*region, line, line);
  checkpoint(*region);
  for (std::uint64_t line = 210; line < 220; ++line) poke(*region, line, line);
  ASSERT_EQ(madvise(region->base() + 200 * kLineSize, 100 * kLineSize, MADV_DONTNEED), 0);
  EXPECT_EQ(region->count_lines().dirty, 10U);
  EXPECT_EQ(checkpoint(*region), 10U);
  EXPECT_EQ(region->count_lines().dirty, 0U);
}

TEST_P(RegionFiguresTest, CountingDisturbsNeitherCheckpointsNorEviction) {
  constexpr std::uint64_t kUsed = 2048, kLimit = 512;
  auto region = make(kLimit);
  std::atomic<bool> done{false};
  std::thread counter([&] {
    while (!done.load(std::memory_order_relaxed)) {
      LineCounts counts = region->count_lines();
      EXPECT_LE(counts.dirty, counts.resident);
      EXPECT_LE(counts.second_chance, counts.resident);
      static_cast<void>(region->fault_latencies());
      std::this_thread::yield();
    }
  });
  for (std::uint64_t round = 1; round <= 8; ++round) {
    for (std::uint64_t i = 0; i < kUsed; ++i) poke(*region, 1000 + i * 7 % kUsed, round * kUsed + i);
    ASSERT_TRUE(region->preflush(~std::uint64_t{0}));
    checkpoint(*region);
  }
  done = true;
  counter.join();
  region->evict_all();
  for (std::uint64_t i = 0; i < kUsed; ++i) ASSERT_EQ(peek(*region, 1000 + i * 7 % kUsed), 8 * kUsed + i);
}

TEST_P(RegionFiguresTest, EachFaultIsTimedByItsKind) {
  auto region = make(4096);
  for (std::uint64_t line = 200; line < 240; ++line) poke(*region, line, line);
  checkpoint(*region);
  for (int i = 0; i < 2000 && region->count_lines().second_chance != 20; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
    region->evict_first(200 * kLineSize, 20 * kLineSize);
  }
  for (std::uint64_t line = 200; line < 240; ++line) poke(*region, line, line);
  region->evict_all();
  for (std::uint64_t line = 200; line < 240; ++line) ASSERT_EQ(peek(*region, line), line);
  const RegionCounters counters = region->counters();
  const auto timed = [&counters](const FaultLatencies& of) {
    return of.zero.count() == counters.faults_zero && of.minor.count() == counters.faults_minor &&
           of.disk.count() == counters.faults_disk && of.spurious.count() == counters.faults_spurious &&
           of.write_protect.count() == counters.faults_write_protect;
  };
  // As in settled(): it may not have read the clock yet.
  for (int i = 0; i < 2000 && !timed(region->fault_latencies()); ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  const FaultLatencies latencies = region->fault_latencies();
  EXPECT_TRUE(timed(latencies));
  EXPECT_EQ(latencies.zero.count(), 40U);
  EXPECT_EQ(latencies.minor.count(), 20U);
  EXPECT_EQ(latencies.disk.count(), 40U);
  EXPECT_EQ(latencies.write_protect.count(), GetParam().track == TrackMode::kSync ? 20U : 0U);
  EXPECT_GT(latencies.disk.percentile_ns(50), 0U);
  EXPECT_GE(latencies.disk.sum_ns, latencies.disk.max_ns);
}

INSTANTIATE_TEST_SUITE_P(Modes, RegionFiguresTest, ::testing::ValuesIn(testing::all_modes()),
                         testing::mode_name);

}  // namespace
}  // namespace uvm::uffd
