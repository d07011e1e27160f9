// The small parts of the pager, each by itself.
#include <gtest/gtest.h>

#include <array>
#include <mutex>
#include <set>
#include <thread>
#include <vector>

#include "base/futex.h"
#include "uffd/buffer_pool.h"
#include "uffd/evict_queue.h"
#include "uffd/kernel_features.h"
#include "uffd/line_table.h"
#include "uffd/prefetch.h"
#include "uffd/probation.h"
#include "uffd/read_ahead.h"

namespace uvm::uffd {
namespace {

TEST(KernelFeaturesTest, SaysWhatItFound) {
  const KernelFeatures& features = kernel_features();
  if (features.open_errno != 0) {
    EXPECT_FALSE(features.shmem);
    EXPECT_NE(features.describe().find("userfaultfd: "), std::string::npos);
  } else {
    EXPECT_NE(features.describe().find(features.wp_async ? "+wp_async" : "-wp_async"), std::string::npos);
  }
  if (features.async_tracking()) {
    EXPECT_TRUE(features.pagemap_scan);
  }
}

TEST(LineTableTest, CountsResidentAndDirtyLinesPerChunk) {
  LineTable table;
  ASSERT_TRUE(table.create(2000));
  table.set(511, LineTable::kResident);
  table.set(512, LineTable::kResident | LineTable::kDirty);
  table.set(512, LineTable::kDirty);
  table.set(1999, LineTable::kResident | LineTable::kZapped);
  EXPECT_EQ(table.chunk_resident(0), 1U);
  EXPECT_EQ(table.chunk_resident(600), 1U);
  EXPECT_EQ(table.find(0, 2000, LineTable::kResident), 511U);
  EXPECT_EQ(table.find(513, 2000, LineTable::kResident), 1999U);
  EXPECT_EQ(table.find(0, 2000, LineTable::kDirty), 512U);
  EXPECT_EQ(table.find(513, 1999, LineTable::kDirty), 1999U);
  EXPECT_EQ(table.find(0, 100, LineTable::kResident), 100U);
  table.clear(512, LineTable::kResident | LineTable::kDirty);
  EXPECT_EQ(table.chunk_resident(600), 0U);
}

TEST(LineTableTest, PinsAreCountedAndSaturate) {
  LineTable table;
  ASSERT_TRUE(table.create(512));
  table.set(3, LineTable::kResident);
  table.pin(3);
  table.pin(3);
  table.unpin(3);
  EXPECT_TRUE(LineTable::pinned(table.get(3)));
  table.unpin(3);
  EXPECT_FALSE(LineTable::pinned(table.get(3)));
  table.unpin(3);
  EXPECT_EQ(table.get(3), LineTable::kResident);
  for (int i = 0; i < 300; ++i) table.pin(3);
  for (int i = 0; i < 300; ++i) table.unpin(3);
  EXPECT_TRUE(LineTable::pinned(table.get(3)));  // the count was lost, so the line stays
  EXPECT_EQ(table.get(3) & 0xff, LineTable::kResident);
}

TEST(LineTableTest, LocksExclude) {
  LineTable table;
  ASSERT_TRUE(table.create(512));
  std::uint64_t shared = 0;
  std::vector<std::thread> threads;
  threads.reserve(3);
  for (int t = 0; t < 3; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 5000; ++i) {
        table.lock(7);
        ++shared;
        table.unlock(7);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(shared, 15000U);
  EXPECT_TRUE(table.try_lock(7));
  EXPECT_FALSE(table.try_lock(7));
}

TEST(FutexTest, MutexExcludesAndEventWakes) {
  FutexMutex mutex;
  FutexEvent event;
  std::uint64_t shared = 0;
  bool ready = false;
  std::thread waiter([&] {
    for (;;) {
      event.wait();
      std::lock_guard guard(mutex);
      if (ready) return;
    }
  });
  std::vector<std::thread> threads;
  threads.reserve(3);
  for (int t = 0; t < 3; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 5000; ++i) {
        std::lock_guard guard(mutex);
        ++shared;
      }
      event.signal();
    });
  }
  for (std::thread& thread : threads) thread.join();
  {
    std::lock_guard guard(mutex);
    EXPECT_EQ(shared, 15000U);
    EXPECT_FALSE(mutex.try_lock());
    ready = true;
  }
  event.signal();
  waiter.join();
}

TEST(EvictQueueTest, KeepsOrderAtBothEnds) {
  std::uint32_t ring[4];
  EvictQueue queue;
  queue.create(ring, 4);
  queue.push_back(1);
  queue.push_back(2);
  queue.push_front(0);
  queue.push_back(3);
  EXPECT_TRUE(queue.full());
  for (std::uint64_t i = 0; i < 4; ++i) EXPECT_EQ(queue.pop_front(), i);
  EXPECT_EQ(queue.size(), 0U);
}

// A queue for 2048 lines of memory: 102 are on probation, and a line is zapped when 51 more have come in.
class ProbationTest : public ::testing::Test {
 protected:
  static constexpr std::size_t kCapacity = 4096;

  void SetUp() override { probation_.create(memory_.data(), kCapacity, 2048); }

  std::vector<std::uint32_t> memory_ = std::vector<std::uint32_t>(kCapacity);
  Probation probation_;
};

TEST_F(ProbationTest, LinesHaveTheirSecondChanceBeforeTheyAreTaken) {
  EXPECT_EQ(probation_.target(), 102U);
  for (std::uint64_t line = 0; line < 60; ++line) ASSERT_TRUE(probation_.push(line * 7));
  std::uint64_t line = 0;
  EXPECT_FALSE(probation_.pop(&line));
  for (std::uint64_t i = 0; i < 51; ++i) {
    ASSERT_TRUE(probation_.next_to_zap(&line));
    EXPECT_EQ(line, i * 7);
  }
  EXPECT_FALSE(probation_.next_to_zap(&line));
  for (std::uint64_t i = 0; i < 51; ++i) {
    ASSERT_TRUE(probation_.pop(&line));
    EXPECT_EQ(line, i * 7);
  }
  EXPECT_FALSE(probation_.pop(&line));
  EXPECT_EQ(probation_.size(), 9U);
  ASSERT_TRUE(probation_.pop_early(&line));
  EXPECT_EQ(line, 51U * 7);
  ASSERT_TRUE(probation_.next_to_zap(&line));
  EXPECT_EQ(line, 52U * 7);
}

TEST_F(ProbationTest, AFullQueueRefusesUntilLinesAreTaken) {
  for (std::uint64_t line = 0; line < kCapacity; ++line) ASSERT_TRUE(probation_.push(line));
  EXPECT_FALSE(probation_.push(1));
  std::uint64_t line = 0;
  for (std::uint64_t round = 0; round < 3 * kCapacity; ++round) {
    ASSERT_TRUE(probation_.pop_early(&line));
    ASSERT_EQ(line, round % kCapacity);
    ASSERT_TRUE(probation_.push(line));
  }
  EXPECT_FALSE(probation_.push(1));
}

TEST_F(ProbationTest, RemembersForSevenTenthsOfAMemory) {
  EXPECT_FALSE(probation_.lately(0));
  EXPECT_FALSE(probation_.lately(Probation::kOnProbation));
  for (int wraps = 0; wraps < 3; ++wraps) {
    const std::uint16_t left = probation_.now();
    EXPECT_TRUE(probation_.lately(left));
    probation_.left_memory(1300);
    EXPECT_TRUE(probation_.lately(left));
    probation_.left_memory(200);
    EXPECT_FALSE(probation_.lately(left));
    probation_.left_memory(2048UL * 1500 + 64 * 20);
    EXPECT_FALSE(probation_.lately(left));
  }
}

TEST_F(ProbationTest, ManyThreadsPushAtOnce) {
  constexpr std::uint32_t kThreads = 4, kEach = 20000;
  std::vector<std::thread> threads;
  for (std::uint32_t t = 0; t < kThreads; ++t) {
    threads.emplace_back([this, t] {
      for (std::uint32_t i = 0; i < kEach; ++i) {
        while (!probation_.push(t * kEach + i)) std::this_thread::yield();
      }
    });
  }
  // Each line comes out once, and those of one thread in their order.
  std::array<std::uint32_t, kThreads> next{};
  for (std::uint32_t taken = 0; taken < kThreads * kEach;) {
    std::uint64_t line = 0;
    if (!probation_.pop_early(&line)) {
      std::this_thread::yield();
      continue;
    }
    const auto thread = static_cast<std::uint32_t>(line / kEach);
    ASSERT_EQ(line % kEach, next[thread]++);
    ++taken;
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(probation_.size(), 0U);
}

TEST(BufferPoolTest, HandsOutEachBufferOnceAndTheLastOneFirst) {
  std::vector<std::byte> memory(BufferPool::kBuffers * 8);
  BufferPool pool;
  pool.create(memory.data(), 8);
  std::set<std::byte*> taken;
  for (unsigned i = 0; i < BufferPool::kBuffers; ++i) EXPECT_TRUE(taken.insert(pool.acquire()).second);
  pool.release(memory.data() + 24);
  EXPECT_EQ(pool.acquire(), memory.data() + 24);
}

TEST(ReadAheadTest, GrowsOnARunAndStaysSmallOnJumps) {
  ReadAhead ahead;
  ahead.set_max(64);
  auto miss = [&](std::uint64_t line) {
    ReadAhead::Window window = ahead.missed(line, false);
    ahead.advanced(window, line, window.lines);
    return window.lines;
  };
  EXPECT_EQ(miss(101), 1U);
  EXPECT_EQ(miss(102), 10U);  // to the end of the cluster
  EXPECT_EQ(miss(112), 16U);
  EXPECT_EQ(miss(128), 32U);
  EXPECT_EQ(miss(160), 64U);
  EXPECT_EQ(miss(224), 64U);
  EXPECT_EQ(miss(1000), 1U);
  EXPECT_EQ(miss(5000), 1U);
  EXPECT_EQ(miss(288), 64U);  // the run is remembered despite the jumps
  EXPECT_EQ(miss(286), 1U);
}

TEST(ReadAheadTest, CountsTheLinesOfAFinishedWindowAsHits) {
  ReadAhead ahead;
  ahead.set_max(32);
  ahead.advanced(ahead.missed(16, false), 16, 1);
  ReadAhead::Window window = ahead.missed(17, false);
  EXPECT_EQ(window.hits, 0U);
  ahead.advanced(window, 17, 15);
  EXPECT_EQ(ahead.missed(32, false).hits, 14U);
}

TEST(ReadAheadTest, JumpsBringInAClusterWhileMemoryIsPlentiful) {
  ReadAhead ahead;
  ahead.set_max(32);
  EXPECT_EQ(ahead.missed(101, true).lines, ReadAhead::kClusterLines);
  EXPECT_EQ(ahead.missed(101, false).lines, 1U);
  ahead.set_max(8);
  EXPECT_EQ(ahead.missed(101, true).lines, 8U);
}

TEST(ReadAheadTest, CanBeSwitchedOff) {
  ReadAhead ahead;
  ahead.set_max(1);
  for (std::uint64_t line = 0; line < 10; ++line) {
    ReadAhead::Window window = ahead.missed(line, line % 2 == 0);
    EXPECT_EQ(window.lines, 1U);
    ahead.advanced(window, line, 1);
  }
}

class PrefetchTest : public ::testing::Test {
 protected:
  PrefetchTest() { prefetch_.create(memory_.data(), 1); }
  // False when there is no slot for it.
  bool start(std::uint64_t line) {
    Prefetch::Slot* slot = prefetch_.claim();
    if (slot == nullptr) return false;
    slot->first.store(line);
    Prefetch::publish(slot);
    return true;
  }
  std::array<std::byte, Prefetch::kSlots> memory_;
  Prefetch prefetch_;
};

TEST_F(PrefetchTest, OnlyTheFaultOnTheFirstLineTakesTheRead) {
  ASSERT_TRUE(start(10));
  EXPECT_EQ(prefetch_.take(11), nullptr);
  Prefetch::Slot* slot = prefetch_.take(10);
  ASSERT_NE(slot, nullptr);
  EXPECT_EQ(prefetch_.take(10), nullptr);
  Prefetch::release(slot);
  EXPECT_EQ(prefetch_.take(10), nullptr);
}

TEST_F(PrefetchTest, OldUnusedReadsMakeRoom) {
  for (std::uint64_t line = 0; line < Prefetch::kSlots; ++line) ASSERT_TRUE(start(line));
  unsigned tries = 0;
  while (!start(100)) ASSERT_LT(++tries, 1000U);
  EXPECT_GT(tries, 2 * Prefetch::kSlots);  // runs that take turns keep theirs
  EXPECT_EQ(prefetch_.take(0), nullptr);   // the oldest
  for (std::uint64_t line = 1; line < Prefetch::kSlots; ++line) EXPECT_NE(prefetch_.take(line), nullptr);
  EXPECT_NE(prefetch_.take(100), nullptr);
  EXPECT_FALSE(start(200));  // what is taken is nobody else's, however old
}

}  // namespace
}  // namespace uvm::uffd
