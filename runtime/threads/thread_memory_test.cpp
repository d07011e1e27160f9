// How much memory threads and tables leave for resident lines, and that the region obeys it.
#include "runtime/threads/thread_memory.h"

#include <gtest/gtest.h>

#include "uffd/region_test_modes.h"
#include "uffd/region_test_store.h"

namespace uvm::rt {
namespace {

constexpr std::uint64_t kMiB = std::uint64_t{1} << 20;
constexpr std::uint32_t kIncluded = ThreadMemory::kThreadsIncluded;

// In MiB.
ThreadMemory::Limits limits(std::uint64_t resident, std::uint64_t available) {
  return {resident * kMiB, 8 * kMiB, available * kMiB};
}

std::uint64_t room(const ThreadMemory::Limits& limits, std::uint32_t threads, std::uint64_t tables = 0) {
  return ThreadMemory::room_for_lines(limits, {threads, tables});
}

TEST(ThreadMemoryTest, NothingIsTakenWhileThereIsRoom) {
  EXPECT_EQ(room(limits(64, 256), 0), 64 * kMiB);
  EXPECT_EQ(room(limits(64, 256), 1000), 64 * kMiB);
  EXPECT_EQ(room(limits(64, 256), 16, 100 * kMiB), 64 * kMiB);
  EXPECT_EQ(room(limits(64, 0), 30000, 1000 * kMiB), 64 * kMiB);  // no limit is known
}

TEST(ThreadMemoryTest, TheExcessComesFromTheLines) {
  const auto small = limits(32, 64);  // 12 of them are for the process and a cut
  EXPECT_EQ(room(small, kIncluded), 32 * kMiB);
  const auto left = [](std::uint32_t more, std::uint64_t tables) {
    return (64 - 12 - 8) * kMiB - tables - more * ThreadMemory::kPerThread;
  };
  EXPECT_EQ(room(small, kIncluded + 400), left(400, 0));
  EXPECT_EQ(room(small, kIncluded + 400, 5 * kMiB), left(400, 5 * kMiB));
  // A cut never takes more than the resident lines do.
  EXPECT_EQ(room(small, kIncluded + 1000), (52 * kMiB - 1000 * ThreadMemory::kPerThread) / 2);
  EXPECT_EQ(room(small, 30000), 0U);
}

TEST(ThreadMemoryTest, AnOversizedLimitIsGrantedWithFewThreads) {
  EXPECT_EQ(room(limits(64, 48), kIncluded), 64 * kMiB);
  EXPECT_LT(room(limits(64, 48), kIncluded + 1), 64 * kMiB);
}

class ThreadMemoryRegionTest : public uffd::testing::InModes {};

// 8 MiB resident of 28: one MiB more than the process, the lines and a cut of them need.
TEST_P(ThreadMemoryRegionTest, LinesMakeRoomForThreadsAndGetItBack) {
  constexpr std::uint64_t kLines = 2048;
  uffd::testing::PlainStore store(2 * kLines);
  const auto region = uffd::testing::make_region(GetParam(), store, 2 * kLines, kLines);
  ASSERT_TRUE(region);
  ThreadMemory memory;
  memory.configure(region.get(), {kLines * uffd::kLineSize, 8 * kMiB, 29 * kMiB});
  for (std::uint64_t line = 0; line < kLines; ++line) region->base()[line * uffd::kLineSize] = std::byte{1};

  std::uint32_t threads = 0;
  for (; threads < kIncluded; ++threads) ASSERT_TRUE(memory.admit());
  EXPECT_EQ(region->memory_limit(), kLines * uffd::kLineSize);
  while (memory.admit()) {
    ++threads;
    ASSERT_LE(region->counters().resident_bytes, region->memory_limit());
  }
  EXPECT_GT(threads, kIncluded + 200);
  EXPECT_LT(threads, kIncluded + 8 * kMiB / ThreadMemory::kPerThread + 30);
  EXPECT_LT(region->memory_limit(), ThreadMemory::kLeastResident + ThreadMemory::kPerThread);
  EXPECT_GE(region->memory_limit(), ThreadMemory::kLeastResident);
  EXPECT_FALSE(memory.admit());  // and the refusal has changed nothing
  memory.ended();
  EXPECT_TRUE(memory.admit());
  memory.admit_resumed();  // never refused
  EXPECT_EQ(region->memory_limit(), ThreadMemory::kLeastResident);
  for (std::uint64_t line = 0; line < kLines; ++line)
    ASSERT_EQ(region->base()[line * uffd::kLineSize], std::byte{1});

  for (++threads; threads > 0; --threads) memory.ended();
  EXPECT_EQ(region->memory_limit(), kLines * uffd::kLineSize);
}

INSTANTIATE_TEST_SUITE_P(Modes, ThreadMemoryRegionTest, testing::ValuesIn(uffd::testing::all_modes()),
                         uffd::testing::mode_name);

}  // namespace
}  // namespace uvm::rt
