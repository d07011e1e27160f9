// Each mechanism of the pager by itself, in both fault modes and both tracking modes.
#include "uffd/region.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/mman.h>

#include <atomic>
#include <cstring>
#include <thread>

#include "uffd/kernel_features.h"
#include "uffd/read_ahead.h"
#include "uffd/region_test_modes.h"
#include "uffd/region_test_store.h"

namespace uvm::uffd {
namespace {

using testing::Modes;
using testing::PlainStore;

constexpr std::uint64_t kLines = 4096;  // 16 MiB, eight chunks
constexpr std::uint64_t kSize = kLines * kLineSize;

class RegionTest : public testing::InModes {
 protected:
  std::unique_ptr<Region> make(std::uint64_t limit_lines, std::vector<SegmentSpec> segments = {},
                               std::uint64_t staging = 128 * kLineSize) {
    if (segments.empty()) segments = {{"heap", 0, kSize, false, true}};
    RegionOptions options;
    options.segments = segments;
    options.size = kSize;
    options.memory_limit = limit_lines * kLineSize;
    options.fault_mode = GetParam().fault;
    options.track_mode = GetParam().track;
    options.store = &store_;
    options.staging_bytes = staging;
    options.kernel_may_unmap = kernel_may_unmap_;
    options.patience = patience_;
    options.callbacks = callbacks_;
    auto region = Region::create(options);
    EXPECT_TRUE(region) << region.error().message;
    return region ? std::move(*region) : nullptr;
  }

  static std::uint64_t& word(Region& region, std::uint64_t line, unsigned index = 0) {
    return reinterpret_cast<std::uint64_t*>(region.base() + line * kLineSize)[index];
  }
  static std::uint64_t peek(Region& region, std::uint64_t line, unsigned index = 0) {
    return *static_cast<volatile std::uint64_t*>(&word(region, line, index));
  }
  static void poke(Region& region, std::uint64_t line, std::uint64_t value, unsigned index = 0) {
    *static_cast<volatile std::uint64_t*>(&word(region, line, index)) = value;
  }
  std::uint64_t committed(std::uint64_t line) const {
    alignas(8) std::byte buffer[kLineSize];
    store_.read_committed(line, buffer);
    std::uint64_t value;
    std::memcpy(&value, buffer, sizeof value);
    return value;
  }
  static void evict_everything(Region& region) {
    region.evict_all();
    ASSERT_EQ(region.counters().resident_bytes, 0U);
  }
  // A checkpoint for which the store refuses every line.
  void refuse_cut(Region& region) {
    ASSERT_TRUE(region.cut());
    store_.fail_writes = true;
    EXPECT_FALSE(region.flush_cut());
    store_.fail_writes = false;
    store_.abandon();
    region.abort_cut();
  }
  std::uint64_t checkpoint(Region& region) { return testing::checkpoint(region, store_); }

  bool kernel_may_unmap_ = false;
  std::chrono::milliseconds patience_ = RegionOptions{}.patience;
  RegionCallbacks callbacks_;
  PlainStore store_{kLines};
};

TEST_P(RegionTest, AbsentLinesReadZeroAndLookingDoesNotMakeThemDirty) {
  auto region = make(1024);
  for (std::uint64_t line = 0; line < 600; line += 3) EXPECT_EQ(peek(*region, line, 511), 0U);
  EXPECT_GT(region->counters().faults_zero, 0U);
  EXPECT_EQ(region->counters().lines_read, 0U);
  EXPECT_EQ(checkpoint(*region), 0U);
  evict_everything(*region);
  EXPECT_EQ(region->counters().evictions_dirty, 0U);
  EXPECT_EQ(store_.counters().lines_written, 0U);
  EXPECT_EQ(peek(*region, 3), 0U);
}

TEST_P(RegionTest, WrittenLinesComeBackAfterEviction) {
  auto region = make(1024);
  for (std::uint64_t line = 0; line < 700; ++line) poke(*region, line, line + 1);
  evict_everything(*region);
  // A handler thread may read a message when its line has already come and gone, and bring it in once more.
  EXPECT_GE(region->counters().evictions_dirty, 700U);
  EXPECT_LE(region->counters().evictions_dirty, 710U);
  for (std::uint64_t line = 0; line < 700; ++line) ASSERT_EQ(peek(*region, line), line + 1);
  // They are clean now, so they leave without a write.
  std::uint64_t written = store_.counters().lines_written;
  evict_everything(*region);
  EXPECT_EQ(store_.counters().lines_written, written);
}

// A device that takes longer than the patience to answer is no reason to give up.
TEST_P(RegionTest, ASlowWriteIsWaitedFor) {
  constexpr std::uint64_t kLimit = 64;
  patience_ = std::chrono::milliseconds(20);
  auto region = make(kLimit);
  store_.hold_writes = true;
  std::thread program([&] {
    for (std::uint64_t line = 0; line < 4 * kLimit; ++line) poke(*region, line, line + 1);
  });
  while (!store_.held_writes) std::this_thread::yield();
  std::this_thread::sleep_for(20 * patience_);
  store_.hold_writes = false;
  program.join();
  for (std::uint64_t line = 0; line < 4 * kLimit; ++line) ASSERT_EQ(peek(*region, line), line + 1);
}

// The whole of a page table is zapped: no entry, not even a marker, is left to show that lines were written.
TEST_P(RegionTest, WholeChunkWrittenThenEvictedIsNotLost) {
  auto region = make(2048);
  for (std::uint64_t line = 512; line < 1024; ++line) poke(*region, line, ~line);
  evict_everything(*region);
  for (std::uint64_t line = 512; line < 1024; ++line) ASSERT_EQ(peek(*region, line), ~line);
}

TEST_P(RegionTest, LimitHoldsWhileMuchMoreIsTouched) {
  constexpr std::uint64_t kLimit = 256;
  auto region = make(kLimit);
  for (int round = 0; round < 3; ++round) {
    for (std::uint64_t line = 0; line < kLines; ++line) {
      std::uint64_t value = peek(*region, line);
      ASSERT_EQ(value, round == 0 ? 0 : (line ^ static_cast<std::uint64_t>(round - 1)));
      poke(*region, line, line ^ static_cast<std::uint64_t>(round));
    }
  }
  RegionCounters c = region->counters();
  EXPECT_LE(c.resident_bytes_peak, kLimit * kLineSize + (1 << 20));
  EXPECT_GT(c.evictions_dirty, kLines);
}

TEST_P(RegionTest, ZappedLineIsRescuedWithItsDirtiness) {
  auto region = make(1024);
  for (std::uint64_t line = 0; line < 8; ++line) poke(*region, line, 7);
  EXPECT_EQ(checkpoint(*region), 8U);
  poke(*region, 3, 8);
  for (std::uint64_t line = 0; line < 8; ++line) {
    for (int i = 0; i < 1000 && region->state(line) != LineState::kZapped; ++i) {
      region->evict_first(line * kLineSize, kLineSize);
      usleep(1000);
    }
    ASSERT_EQ(region->state(line), LineState::kZapped);
  }
  for (std::uint64_t line = 0; line < 8; ++line) EXPECT_EQ(peek(*region, line), line == 3 ? 8U : 7U);
  // A handler thread wakes the program before it has updated the line table.
  for (int i = 0; i < 1000 && region->counters().faults_minor < 8; ++i) usleep(1000);
  EXPECT_EQ(region->counters().faults_minor, 8U);
  for (std::uint64_t line = 0; line < 8; ++line) EXPECT_EQ(region->state(line), LineState::kResident);
  // Only the one that was dirty before it was zapped is in the cut.
  EXPECT_EQ(checkpoint(*region), kernel_features().continue_wp ? 1U : 8U);
  EXPECT_EQ(committed(3), 8U);
}

TEST_P(RegionTest, ZappedDirtyLineIsInTheCut) {
  auto region = make(1024);
  poke(*region, 5, 55);
  for (int i = 0; i < 1000 && region->state(5) != LineState::kZapped; ++i) {
    region->evict_first(5 * kLineSize, kLineSize);
    usleep(1000);
  }
  ASSERT_EQ(region->state(5), LineState::kZapped);
  EXPECT_EQ(checkpoint(*region), 1U);
  EXPECT_EQ(committed(5), 55U);
  EXPECT_EQ(checkpoint(*region), 0U);
}

TEST_P(RegionTest, CutTakesExactlyWhatWasWritten) {
  auto region = make(2048);
  for (std::uint64_t line = 0; line < 1000; ++line) poke(*region, line, 1);
  EXPECT_EQ(checkpoint(*region), 1000U);
  for (std::uint64_t line = 0; line < 1000; line += 7) poke(*region, line, 2);
  for (std::uint64_t line = 0; line < 1000; ++line) (void)peek(*region, line);
  EXPECT_EQ(checkpoint(*region), 143U);
  for (std::uint64_t line = 0; line < 1000; ++line) ASSERT_EQ(committed(line), line % 7 == 0 ? 2U : 1U);
  EXPECT_EQ(checkpoint(*region), 0U);
}

TEST_P(RegionTest, WritesAfterTheCutAreNotInItsVersion) {
  auto region = make(1024);
  for (std::uint64_t line = 0; line < 200; ++line) poke(*region, line, 1);
  auto cut = region->cut();
  ASSERT_TRUE(cut);
  EXPECT_EQ(cut->lines_staged, 128U);  // as much as staging holds
  EXPECT_EQ(cut->lines_direct, 72U);
  for (std::uint64_t line = 0; line < 200; ++line) poke(*region, line, 2);
  // In the middle of the cut everything leaves memory, and comes back with its latest content.
  evict_everything(*region);
  for (std::uint64_t line = 0; line < 200; ++line) ASSERT_EQ(peek(*region, line), 2U);
  ASSERT_TRUE(region->flush_cut());
  for (std::uint64_t line = 0; line < 200; ++line) ASSERT_EQ(peek(*region, line), 2U);
  ASSERT_TRUE(store_.commit({}));
  for (std::uint64_t line = 0; line < 200; ++line) ASSERT_EQ(committed(line), 1U);
  checkpoint(*region);
  for (std::uint64_t line = 0; line < 200; ++line) ASSERT_EQ(committed(line), 2U);
}

TEST_P(RegionTest, CleanLinesOfAnUnflushedCutSurviveEviction) {
  auto region = make(1024);
  for (std::uint64_t line = 0; line < 50; ++line) poke(*region, line, line + 9);
  ASSERT_TRUE(region->cut());
  evict_everything(*region);
  for (std::uint64_t line = 0; line < 50; ++line) ASSERT_EQ(peek(*region, line), line + 9);
  ASSERT_TRUE(region->flush_cut());
  ASSERT_TRUE(store_.commit({}));
  for (std::uint64_t line = 0; line < 50; ++line) ASSERT_EQ(committed(line), line + 9);
}

// With swap space the kernel removes page table entries without the pager knowing.
TEST_P(RegionTest, LinesUnmappedByTheKernelAreInTheCut) {
  kernel_may_unmap_ = true;
  auto region = make(1024);
  for (std::uint64_t line = 0; line < 100; ++line) poke(*region, line, 1);
  checkpoint(*region);
  for (std::uint64_t line = 0; line < 50; ++line) poke(*region, line, 2);
  ASSERT_EQ(madvise(region->base() + 30 * kLineSize, 40 * kLineSize, MADV_DONTNEED), 0);
  EXPECT_EQ(checkpoint(*region), 50U);
  for (std::uint64_t line = 0; line < 100; ++line) ASSERT_EQ(committed(line), line < 50 ? 2U : 1U);
  EXPECT_EQ(checkpoint(*region), 0U);
  for (std::uint64_t line = 0; line < 100; ++line) {
    ASSERT_EQ(peek(*region, line), line < 50 ? 2U : 1U);
    poke(*region, line, 3);
  }
  ASSERT_EQ(madvise(region->base(), 100 * kLineSize, MADV_DONTNEED), 0);
  ASSERT_TRUE(region->preflush(1000));
  evict_everything(*region);
  for (std::uint64_t line = 0; line < 100; ++line) ASSERT_EQ(peek(*region, line), 3U);
}

TEST_P(RegionTest, PreflushLeavesLittleForTheCut) {
  auto region = make(2048);
  for (std::uint64_t line = 0; line < 900; ++line) poke(*region, line, 4);
  const auto first = region->preflush(500);
  ASSERT_TRUE(first);
  EXPECT_EQ(first->lines_written, 500U);
  EXPECT_TRUE(first->more);
  // A line whose lock is held is left for the next round.
  std::uint64_t rest = 0;
  for (int round = 0; round < 1000 && rest < 400; ++round) {
    const auto next = region->preflush(5000);
    ASSERT_TRUE(next);
    EXPECT_FALSE(next->more);
    rest += next->lines_written;
    usleep(1000);
  }
  EXPECT_EQ(rest, 400U);
  for (std::uint64_t line = 0; line < 10; ++line) poke(*region, line, 5);
  EXPECT_EQ(checkpoint(*region), 10U);
  for (std::uint64_t line = 0; line < 900; ++line) ASSERT_EQ(committed(line), line < 10 ? 5U : 4U);
}

TEST_P(RegionTest, FailedCommitsAndCutsLoseNothing) {
  auto region = make(1024);
  for (std::uint64_t line = 0; line < 190; ++line) poke(*region, line, 1);
  store_.fail_writes = true;
  const auto preflushed = region->preflush(10);
  ASSERT_FALSE(preflushed);
  EXPECT_EQ(preflushed.error().sys_errno, ENOSPC);
  auto cut = region->cut();  // more than staging holds: has to write
  ASSERT_FALSE(cut);
  EXPECT_EQ(cut.error().sys_errno, ENOSPC);
  store_.fail_writes = false;
  EXPECT_EQ(checkpoint(*region), 190U);
  for (std::uint64_t line = 0; line < 190; ++line) ASSERT_EQ(committed(line), 1U);

  for (std::uint64_t line = 0; line < 40; ++line) poke(*region, line, 2);
  ASSERT_NO_FATAL_FAILURE(refuse_cut(*region));
  for (std::uint64_t line = 0; line < 40; ++line) ASSERT_EQ(peek(*region, line), 2U);
  EXPECT_EQ(checkpoint(*region), 40U);

  for (std::uint64_t line = 0; line < 40; ++line) poke(*region, line, 3);
  ASSERT_TRUE(region->cut());
  ASSERT_TRUE(region->flush_cut());
  store_.fail_commits = true;
  EXPECT_FALSE(store_.commit({}));
  region->abort_cut();
  store_.fail_commits = false;
  poke(*region, 0, 4);
  checkpoint(*region);
  for (std::uint64_t line = 0; line < 40; ++line) ASSERT_EQ(committed(line), line == 0 ? 4U : 3U);
}

TEST_P(RegionTest, FailedWriteBackKeepsTheLine) {
  auto region = make(256);
  for (std::uint64_t line = 0; line < 100; ++line) poke(*region, line, line);
  store_.fail_writes = true;
  region->evict_all();
  EXPECT_EQ(region->counters().evictions_dirty, 0U);
  EXPECT_GT(region->counters().write_failures, 0U);
  // Clean lines make room instead: reading continues within what is left of the limit.
  for (std::uint64_t line = 1000; line < 2000; ++line) ASSERT_EQ(peek(*region, line), 0U);
  store_.fail_writes = false;
  for (std::uint64_t line = 0; line < 100; ++line) ASSERT_EQ(peek(*region, line), line);
  region->evict_all();
  for (std::uint64_t line = 0; line < 100; ++line) ASSERT_EQ(peek(*region, line), line);
}

TEST_P(RegionTest, CleanLinesGoBeforeDirtyOnes) {
  auto region = make(256);
  for (std::uint64_t line = 0; line < 100; ++line) poke(*region, line, 1);
  checkpoint(*region);
  std::uint64_t written = store_.counters().lines_written;
  for (std::uint64_t line = 0; line < 20; ++line) poke(*region, line, 2);
  region->evict_first(0, 100 * kLineSize);
  for (std::uint64_t line = 1000; line < 1180; ++line) (void)peek(*region, line);
  EXPECT_GT(region->counters().evictions_clean, 0U);
  EXPECT_EQ(store_.counters().lines_written, written);
  for (std::uint64_t line = 0; line < 20; ++line) EXPECT_NE(region->state(line), LineState::kAbsent);
}

// The lines of the hot set are used again and again, those of the scan once: reading three times the memory's
// size must not push the hot set out. (With LRU or FIFO all of it would be read again in each of the 60
// rounds.)
TEST_P(RegionTest, AScanDoesNotCostTheLinesInUse) {
  auto region = make(1024);
  constexpr std::uint64_t kHot = 600;
  for (std::uint64_t line = 0; line < kLines; ++line) poke(*region, line, line);
  checkpoint(*region);
  evict_everything(*region);
  const auto use_hot_lines = [&] {
    for (std::uint64_t line = 0; line < kHot; ++line) ASSERT_EQ(peek(*region, line), line);
  };
  // Each line twice, with others in between: they are missed again soon after they left.
  std::uint64_t scan = kHot;
  const auto read_on = [&](std::uint64_t lines) {
    for (std::uint64_t i = 0; i < lines; ++i) {
      ASSERT_EQ(peek(*region, scan), scan);
      // Not neighbours in sequence, which would be read ahead.
      scan = scan + 37 < kLines ? scan + 37 : kHot + (scan - kHot + 38) % 37;
    }
  };
  for (int i = 0; i < 4; ++i) {
    use_hot_lines();
    read_on(500);
  }
  std::uint64_t scan_reads = 0;
  const std::uint64_t before = region->counters().faults_disk;
  for (int round = 0; round < 60; ++round) {
    use_hot_lines();
    read_on(50);
    scan_reads += 50;
  }
  const std::uint64_t hot_reads =
      region->counters().faults_disk - before - std::min(scan_reads, region->counters().faults_disk - before);
  EXPECT_LT(hot_reads, 60 * kHot / 10);
}

// Like a collector that has moved objects: incoming lines are patched before the program sees them, and are
// not written back because of that.
TEST_P(RegionTest, IncomingLinesMayBePatchedAndLeavingOnesAreReported) {
  struct Seen {
    std::atomic<std::uint64_t> in{0}, out{0};
  } seen;
  callbacks_.context = &seen;
  callbacks_.paged_in = [](void* context, LineNumber first, std::size_t count, std::byte* content) {
    static_cast<Seen*>(context)->in += count;
    for (std::size_t i = 0; i < count; ++i) {
      const std::uint64_t patch = 1000 + first + i;
      std::memcpy(content + i * kLineSize + 8, &patch, sizeof patch);
    }
  };
  callbacks_.will_evict = [](void* context, LineNumber) { ++static_cast<Seen*>(context)->out; };
  auto region = make(512);
  for (std::uint64_t line = 0; line < 100; ++line) poke(*region, line, line);
  checkpoint(*region);
  EXPECT_EQ(seen.in, 0U);
  evict_everything(*region);
  EXPECT_GE(seen.out, 100U);  // read-ahead went beyond
  for (std::uint64_t line = 0; line < 100; ++line) {
    ASSERT_EQ(peek(*region, line), line);
    ASSERT_EQ(peek(*region, line, 1), 1000 + line);
  }
  EXPECT_EQ(seen.in, region->counters().lines_read);
  EXPECT_EQ(checkpoint(*region), 0U);
  poke(*region, 7, 70);
  EXPECT_EQ(checkpoint(*region), 1U);
  evict_everything(*region);
  EXPECT_EQ(seen.out, region->counters().evictions_clean + region->counters().evictions_dirty);
  ASSERT_TRUE(region->discard(0, 50 * kLineSize));
  EXPECT_EQ(peek(*region, 7), 0U);
  EXPECT_EQ(peek(*region, 7, 1), 0U);
}

TEST_P(RegionTest, PopulateFreshGivesWritableZeroes) {
  auto region = make(512);
  region->populate_fresh(10 * kLineSize, 200 * kLineSize);
  RegionCounters before = region->counters();
  for (std::uint64_t line = 10; line < 210; ++line) {
    ASSERT_EQ(region->state(line), LineState::kResident);
    ASSERT_EQ(peek(*region, line, 511), 0U);
    poke(*region, line, line, 511);
  }
  RegionCounters after = region->counters();
  EXPECT_EQ(after.faults_zero, before.faults_zero);
  EXPECT_EQ(after.faults_write_protect, before.faults_write_protect);
  EXPECT_EQ(checkpoint(*region), 200U);
  // More than fits into memory.
  region->populate_fresh(0, kSize);
  EXPECT_LE(region->counters().resident_bytes_peak, 512 * kLineSize);
  EXPECT_EQ(peek(*region, 100, 511), 100U);
  EXPECT_EQ(peek(*region, 4000, 511), 0U);
}

TEST_P(RegionTest, DiscardedLinesAreGoneEverywhere) {
  auto region = make(1024);
  for (std::uint64_t line = 0; line < 600; ++line) poke(*region, line, 1);
  checkpoint(*region);
  region->evict_first(0, 300 * kLineSize);
  std::uint64_t written = store_.counters().lines_written;
  ASSERT_TRUE(region->discard(100 * kLineSize, 450 * kLineSize));
  for (std::uint64_t line = 100; line < 550; ++line) ASSERT_EQ(region->state(line), LineState::kAbsent);
  EXPECT_LT(region->counters().resident_bytes,
            (150 + kMaxReadAhead) * kLineSize);  // read-ahead went beyond line 600
  evict_everything(*region);
  EXPECT_EQ(store_.counters().lines_written, written);
  for (std::uint64_t line = 0; line < 600; ++line)
    ASSERT_EQ(peek(*region, line), line < 100 || line >= 550 ? 1U : 0U);
  checkpoint(*region);
  EXPECT_EQ(committed(99), 1U);
  EXPECT_EQ(committed(100), 0U);
  EXPECT_EQ(committed(549), 0U);
  EXPECT_EQ(committed(550), 1U);
}

TEST_P(RegionTest, PinnedLinesMayBeHandedToTheKernel) {
  auto region = make(128);
  int fd = memfd_create("source", MFD_CLOEXEC);
  std::uint64_t value = 0x1234;
  ASSERT_EQ(pwrite(fd, &value, sizeof value, 0), 8);
  region->pin(50 * kLineSize + 16, 8, true);
  EXPECT_EQ(checkpoint(*region),
            1U);  // pinned for writing counts as written; now it is clean or stays writable
  for (std::uint64_t line = 1000; line < 3000; ++line) (void)peek(*region, line);  // pressure
  region->evict_all();
  EXPECT_EQ(region->state(50), LineState::kResident);
  ASSERT_EQ(pread(fd, &word(*region, 50, 2), 8, 0), 8) << std::strerror(errno);
  EXPECT_EQ(checkpoint(*region), 1U);
  region->unpin(50 * kLineSize + 16, 8);
  EXPECT_EQ(peek(*region, 50, 2), value);
  region->evict_all();
  EXPECT_EQ(region->state(50), LineState::kAbsent);
  EXPECT_EQ(peek(*region, 50, 2), value);
  close(fd);
}

// A line that the store has refused is dirty again, and its page table entry is still protected.
TEST_P(RegionTest, LinesThatTheStoreRefusedMayBePinned) {
  auto region = make(128);
  const int fd = memfd_create("source", MFD_CLOEXEC);
  const std::uint64_t value = 0x1234;
  ASSERT_EQ(pwrite(fd, &value, sizeof value, 0), 8);
  poke(*region, 50, 1);
  ASSERT_NO_FATAL_FAILURE(refuse_cut(*region));
  region->pin(50 * kLineSize, 8, true);
  EXPECT_EQ(pread(fd, &word(*region, 50), 8, 0), 8) << std::strerror(errno);
  region->unpin(50 * kLineSize, 8);
  checkpoint(*region);
  EXPECT_EQ(committed(50), value);
  close(fd);
}

TEST_P(RegionTest, SegmentsAreTreatedByTheirFlags) {
  constexpr std::uint64_t kPart = 512 * kLineSize;
  auto region = make(256, {{"roots", 0, kPart, true, true},
                           {"heap", kPart, kPart, false, true},
                           {"image", 2 * kPart, kPart, false, false},
                           {"nursery", 4 * kPart, kPart, true, false}});
  poke(*region, 1, 11);
  poke(*region, 513, 12);
  poke(*region, 1025, 13);
  EXPECT_EQ(peek(*region, 1026), 0U);
  for (std::uint64_t line = 2048; line < 2560; ++line)
    poke(*region, line, 14);  // above the limit, not counted
  EXPECT_EQ(checkpoint(*region), 2U);
  EXPECT_EQ(committed(1), 11U);
  EXPECT_EQ(committed(513), 12U);
  EXPECT_EQ(committed(1025), 0U);
  EXPECT_EQ(committed(2048), 0U);
  region->evict_all();
  EXPECT_EQ(region->state(1), LineState::kResident);
  EXPECT_EQ(region->state(513), LineState::kAbsent);
  EXPECT_NE(region->state(1025), LineState::kAbsent);
  EXPECT_EQ(region->state(1026), LineState::kAbsent);
  EXPECT_EQ(peek(*region, 1025), 13U);
  EXPECT_EQ(peek(*region, 2048), 14U);
  ASSERT_TRUE(region->discard(4 * kPart, kPart));
  EXPECT_EQ(peek(*region, 2048), 0U);
}

TEST_P(RegionTest, SequentialReadingReadsAheadAndRandomReadingDoesNot) {
  auto region = make(2048);
  for (std::uint64_t line = 0; line < 2000; ++line) poke(*region, line, line);
  evict_everything(*region);
  std::uint64_t reads = store_.reads();
  RegionCounters before = region->counters();
  for (std::uint64_t line = 0; line < 1000; ++line) ASSERT_EQ(peek(*region, line), line);
  EXPECT_LT(store_.reads() - reads, 60U);
  EXPECT_GT(region->counters().read_ahead_hits - before.read_ahead_hits, 800U);
  evict_everything(*region);
  // While memory is plentiful, a jump brings in a cluster.
  before = region->counters();
  ASSERT_EQ(peek(*region, 1500), 1500U);
  EXPECT_EQ(region->counters().read_ahead_lines - before.read_ahead_lines, ReadAhead::kClusterLines - 1);
  for (std::uint64_t line = 0; line < 1100; ++line) ASSERT_EQ(peek(*region, line), line);
  reads = store_.reads();
  before = region->counters();
  std::uint64_t touched = 0;
  for (std::uint64_t i = 0; i < 200; ++i) {
    std::uint64_t line = 1200 + i * 397 % 800 / 4 * 4;  // no two neighbours
    if (region->state(line) != LineState::kAbsent) continue;
    ++touched;
    ASSERT_EQ(peek(*region, line), line);
  }
  EXPECT_EQ(store_.reads() - reads, touched);
  EXPECT_EQ(region->counters().read_ahead_lines, before.read_ahead_lines);
}

TEST_P(RegionTest, DestroyedRegionsLeaveNothingAndComeBackElsewhere) {
  auto open_files = [] {
    int count = 0;
    for (int fd = 0; fd < 1024; ++fd) count += fcntl(fd, F_GETFD) >= 0;
    return count;
  };
  auto expected = [](std::uint64_t line) { return line * 3 + 1; };
  int files = -1;
  for (std::uint64_t round = 0; round < 40; ++round) {
    auto region = make(512);
    ASSERT_NE(region, nullptr);
    for (std::uint64_t line = 0; line < round * 10; ++line) ASSERT_EQ(peek(*region, line), expected(line));
    for (std::uint64_t line = 0; line < round * 10 + 10; ++line) poke(*region, line, expected(line));
    checkpoint(*region);
    region.reset();
    if (files < 0) files = open_files();
  }
  EXPECT_EQ(open_files(), files);
}

TEST_P(RegionTest, SeveralRegionsAtOnce) {
  PlainStore other_store(kLines);
  auto region = make(64);
  RegionOptions options;
  SegmentSpec segment{"heap", 0, kSize, false, true};
  options.segments = std::span(&segment, 1);
  options.size = kSize;
  options.memory_limit = 64 * kLineSize;
  options.fault_mode = GetParam().fault;
  options.track_mode = GetParam().track;
  options.store = &other_store;
  auto other = Region::create(options);
  ASSERT_TRUE(other);
  for (std::uint64_t line = 0; line < 500; ++line) {
    poke(*region, line, line);
    poke(**other, line, ~line);
  }
  for (std::uint64_t line = 0; line < 500; ++line) {
    ASSERT_EQ(peek(*region, line), line);
    ASSERT_EQ(peek(**other, line), ~line);
  }
}

TEST_P(RegionTest, ManyThreadsOnTheSameAbsentLine) {
  auto region = make(256);
  for (std::uint64_t line = 0; line < 1000; ++line) poke(*region, line, line);
  evict_everything(*region);
  std::atomic<std::uint64_t> turn{0};
  std::atomic<unsigned> wrong{0};
  std::vector<std::thread> threads;
  for (unsigned t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (std::uint64_t line = 0; line < 1000; ++line) {
        turn.fetch_add(1);
        while (turn.load() < 4 * (line + 1)) std::this_thread::yield();
        if (std::atomic_ref(word(*region, line)).load() != line) wrong.fetch_add(1);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(wrong.load(), 0U);
  EXPECT_EQ(checkpoint(*region), 0U);  // no read made a line dirty, however they raced
}

TEST_P(RegionTest, DamageIsReportedAndNeverDelivered) {
  auto region = make(256);
  for (std::uint64_t line = 0; line < 100; ++line) poke(*region, line, line);
  region->evict_all();
  store_.corrupt_line = 20;
  // Read-ahead over the damaged line is harmless.
  for (std::uint64_t line = 0; line < 20; ++line) ASSERT_EQ(peek(*region, line), line);
  EXPECT_EQ(region->state(20), LineState::kAbsent);
  for (std::uint64_t line = 21; line < 100; ++line) ASSERT_EQ(peek(*region, line), line);
}

INSTANTIATE_TEST_SUITE_P(Modes, RegionTest, ::testing::ValuesIn(testing::all_modes()), testing::mode_name);

TEST(RegionOptionsTest, BadOptionsAreRefused) {
  if (kernel_features().open_errno != 0) GTEST_SKIP() << kernel_features().describe();
  PlainStore store(16);
  SegmentSpec segments[] = {{"a", 0, 8192, false, true}, {"b", 8192, 4096, false, true}};
  RegionOptions good;
  good.segments = segments;
  good.size = 16 * kLineSize;
  good.memory_limit = kMinMemoryLimit;
  good.fault_mode = FaultMode::kHandlerThread;
  good.store = &store;
  ASSERT_TRUE(Region::create(good));
  auto refused = [](const RegionOptions& options) {
    auto region = Region::create(options);
    return !region && region.error().code == Errc::kInvalid;
  };
  RegionOptions bad = good;
  bad.store = nullptr;
  EXPECT_TRUE(refused(bad));
  bad = good;
  bad.size = 4095;
  EXPECT_TRUE(refused(bad));
  bad = good;
  bad.memory_limit = kLineSize;
  EXPECT_TRUE(refused(bad));
  bad = good;
  segments[1].offset = 4096;
  EXPECT_TRUE(refused(bad));
  segments[1].offset = 8192;
  segments[1].size = good.size;
  EXPECT_TRUE(refused(bad));
}

#if !UVM_THREAD_SANITIZER

// One process per test: they end it.
class RegionDeathTest : public testing::InModes {
 protected:
  static void die_by(const Modes& modes, bool corrupt, bool full) {
    PlainStore store(kLines);
    SegmentSpec segment{"heap", 0, kSize, false, true};
    RegionOptions options;
    options.segments = std::span(&segment, 1);
    options.size = kSize;
    options.memory_limit = 64 * kLineSize;
    options.fault_mode = modes.fault;
    options.track_mode = modes.track;
    options.store = &store;
    auto region = Region::create(options);
    if (!region) _exit(1);
    auto* bytes = reinterpret_cast<volatile std::byte*>((*region)->base());
    if (corrupt) {
      bytes[7 * kLineSize] = std::byte{1};
      (*region)->evict_all();
      store.corrupt_line = 7;
      (void)bytes[7 * kLineSize];
    }
    if (full) {
      store.fail_writes = true;
      for (std::uint64_t line = 0; line < 100; ++line) bytes[line * kLineSize] = std::byte{1};
    }
    _exit(0);
  }
};

TEST_P(RegionDeathTest, CorruptLineEndsTheProcessByName) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_EXIT(die_by(GetParam(), true, false), ::testing::ExitedWithCode(74), "damaged: line 7 ");
}

TEST_P(RegionDeathTest, FullStoreAndFullMemoryAbort) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_EXIT(die_by(GetParam(), false, true), ::testing::KilledBySignal(SIGABRT),
              "cannot be written to the store");
}

INSTANTIATE_TEST_SUITE_P(Modes, RegionDeathTest, ::testing::ValuesIn(testing::all_modes()),
                         testing::mode_name);

TEST(SigbusTest, OtherFaultsGoToTheFormerHandler) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  auto body = [](bool with_handler) {
    if (with_handler) {
      struct sigaction action {};
      action.sa_handler = [](int) { _exit(42); };
      sigaction(SIGBUS, &action, nullptr);
    } else {
      signal(SIGBUS, SIG_DFL);
    }
    PlainStore store(kLines);
    SegmentSpec segment{"heap", 0, kSize, false, true};
    RegionOptions options;
    options.segments = std::span(&segment, 1);
    options.size = kSize;
    options.memory_limit = 64 * kLineSize;
    options.store = &store;
    auto region = Region::create(options);
    if (!region) _exit(1);
    // Beyond the end of a file: a SIGBUS that the kernel raises by itself.
    int fd = memfd_create("short", MFD_CLOEXEC);
    auto* beyond = static_cast<volatile char*>(mmap(nullptr, 4096, PROT_READ, MAP_SHARED, fd, 0));
    (void)beyond[0];
    _exit(0);
  };
  EXPECT_EXIT(body(true), ::testing::ExitedWithCode(42), "");
  EXPECT_EXIT(body(false), ::testing::KilledBySignal(SIGBUS), "");
}

#endif

}  // namespace
}  // namespace uvm::uffd
