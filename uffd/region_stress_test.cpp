// A model test of the pager as a whole: threads read and write lines of a region sixteen times larger than
// its memory limit, discard, populate and pin, while a checkpointer preflushes, stops them, cuts, flushes and
// commits, now and then unsuccessfully. Each thread knows what it wrote last to each of its words; after each
// commit the committed image must equal what all threads knew at the cut. The seed is printed; UVM_SEED sets
// it, UVM_STRESS_CUTS sets the length.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstdlib>
#include <random>
#include <thread>

#include "uffd/kernel_features.h"
#include "uffd/region.h"
#include "uffd/region_test_modes.h"
#include "uffd/region_test_store.h"

namespace uvm::uffd {
namespace {

using testing::Modes;
using testing::PlainStore;

constexpr std::uint64_t kLines = 16384;
constexpr std::uint64_t kLimitLines = 1024;
constexpr unsigned kThreads = 4;
// The last part of the region belongs to single threads, block by block: there they discard.
constexpr std::uint64_t kOwnedFirst = kLines * 3 / 4;
constexpr std::uint64_t kBlock = 24;

std::uint64_t setting(const char* name, std::uint64_t otherwise) {
  const char* text = std::getenv(name);
  return text != nullptr ? std::strtoull(text, nullptr, 0) : otherwise;
}

// Lets the checkpointer stop the threads between two operations.
class Gate {
 public:
  void stop() {
    closed_.store(true);
    while (parked_.load() != kThreads) std::this_thread::yield();
  }
  void go() {
    closed_.store(false);
    while (parked_.load() != 0) std::this_thread::yield();
  }
  void pass() {
    if (!closed_.load(std::memory_order_acquire)) return;
    parked_.fetch_add(1);
    while (closed_.load()) std::this_thread::yield();
    parked_.fetch_sub(1);
  }

 private:
  std::atomic<bool> closed_{false};
  std::atomic<unsigned> parked_{0};
};

// The words of a thread in a line: one in each half of it, equal whenever the thread is between operations.
constexpr unsigned kWordsPerLine = kLineSize / 8;
unsigned low_word(unsigned thread) { return 3 + thread * 5; }
unsigned high_word(unsigned thread) { return kWordsPerLine - 1 - thread * 5; }

class RegionStressTest : public ::testing::TestWithParam<Modes> {};

TEST_P(RegionStressTest, EveryVersionEqualsTheModel) {
  if (kernel_features().open_errno != 0) GTEST_SKIP() << kernel_features().describe();
  if (GetParam().track == TrackMode::kAsync && !kernel_features().async_tracking()) {
    GTEST_SKIP() << kernel_features().describe();
  }
  std::uint64_t seed = setting("UVM_SEED", std::random_device{}());
  std::uint64_t cuts = setting("UVM_STRESS_CUTS", 12);
  std::printf("UVM_SEED=%lu\n", seed);

  PlainStore store(kLines);
  SegmentSpec segment{"heap", 0, kLines * kLineSize, false, true};
  RegionOptions options;
  options.segments = std::span(&segment, 1);
  options.size = segment.size;
  options.memory_limit = kLimitLines * kLineSize;
  options.fault_mode = GetParam().fault;
  options.track_mode = GetParam().track;
  options.store = &store;
  options.staging_bytes = 256 * kLineSize;  // less than some cuts need
  auto created = Region::create(options);
  ASSERT_TRUE(created) << created.error().message;
  Region& region = **created;

  std::vector<std::vector<std::uint64_t>> model(kThreads, std::vector<std::uint64_t>(kLines));
  std::atomic<bool> done{false};
  std::atomic<std::uint64_t> wrong{0}, operations{0};
  Gate gate;

  auto run = [&](unsigned me) {
    std::mt19937_64 random(seed * 1000 + me);
    std::vector<std::uint64_t>& mine = model[me];
    int pipe_file = memfd_create("stress", MFD_CLOEXEC);
    std::uint64_t next = (std::uint64_t{me} + 1) << 40;
    auto word = [&](std::uint64_t line, unsigned index) {
      return std::atomic_ref(reinterpret_cast<std::uint64_t*>(region.base() + line * kLineSize)[index]);
    };
    auto read = [&](std::uint64_t line) {
      if (word(line, low_word(me)).load(std::memory_order_relaxed) != mine[line] ||
          word(line, high_word(me)).load(std::memory_order_relaxed) != mine[line]) {
        wrong.fetch_add(1);
      }
    };
    auto write = [&](std::uint64_t line) {
      mine[line] = ++next;
      word(line, low_word(me)).store(next, std::memory_order_relaxed);
      word(line, high_word(me)).store(next, std::memory_order_relaxed);
    };
    std::uint64_t count = 0;
    while (!done.load(std::memory_order_relaxed)) {
      gate.pass();
      ++count;
      std::uint64_t line = random() % kOwnedFirst;
      switch (random() % 64) {
        case 0: {  // a run, forwards
          std::uint64_t last = std::min(kOwnedFirst, line + 100);
          for (; line < last; ++line) read(line);
          break;
        }
        case 1: {  // the kernel writes into a pinned line
          ++next;
          bool ok = pwrite(pipe_file, &next, 8, 0) == 8;
          std::uint64_t offset = line * kLineSize + low_word(me) * 8;
          region.pin(offset, 8, true);
          ok = ok && pread(pipe_file, region.base() + offset, 8, 0) == 8;
          region.unpin(offset, 8);
          if (!ok) wrong.fetch_add(1);
          word(line, high_word(me)).store(next, std::memory_order_relaxed);
          mine[line] = next;
          break;
        }
        case 2: {  // a block of my own: thrown away, and used again
          std::uint64_t block = random() % ((kLines - kOwnedFirst) / kBlock / kThreads);
          std::uint64_t first = kOwnedFirst + (block * kThreads + me) * kBlock;
          if (random() % 2 == 0) {
            if (!region.discard(first * kLineSize, kBlock * kLineSize)) wrong.fetch_add(1);
            for (std::uint64_t i = first; i < first + kBlock; ++i) mine[i] = 0;
            if (random() % 2 == 0) region.populate_fresh(first * kLineSize, kBlock / 2 * kLineSize);
          }
          for (std::uint64_t i = first; i < first + kBlock; ++i) random() % 3 == 0 ? write(i) : read(i);
          break;
        }
        case 3:
          region.evict_first(line * kLineSize, 20 * kLineSize);
          break;
        default:
          if (random() % 3 != 0) line = line % 600;  // something that fits in memory
          random() % 3 == 0 ? write(line) : read(line);
      }
    }
    operations.fetch_add(count);
    close(pipe_file);
  };

  std::vector<std::thread> threads;
  for (unsigned t = 0; t < kThreads; ++t) threads.emplace_back(run, t);

  std::mt19937_64 random(seed);
  std::vector<std::vector<std::uint64_t>> at_cut;
  std::uint64_t bad_words = 0, staged = 0, direct = 0, failures = 0;
  for (std::uint64_t i = 0; i < cuts; ++i) {
    usleep(static_cast<useconds_t>(random() % 20000));
    for (std::uint64_t rounds = random() % 3; rounds > 0; --rounds)
      ASSERT_TRUE(region.preflush(random() % 2000).ok);
    gate.stop();
    auto cut = region.cut();
    at_cut = model;
    gate.go();
    ASSERT_TRUE(cut);
    staged += cut->lines_staged;
    direct += cut->lines_direct;
    bool fail = random() % 4 == 0;
    if (fail && random() % 2 == 0) {
      // Fails in the middle of the flush: as far as it came is in the pending transaction.
      store.fail_pending_after = static_cast<int>(random() % 200);
      if (region.flush_cut()) {
        store.fail_pending_after = -1;
      }
    } else {
      ASSERT_TRUE(region.flush_cut());
    }
    store.fail_commits = fail;
    bool committed = static_cast<bool>(store.commit({}));
    ASSERT_EQ(committed, !fail);
    store.fail_commits = false;
    store.fail_pending_after = -1;
    if (fail) {
      region.abort_cut();
      ++failures;
      continue;
    }
    alignas(8) std::array<std::uint64_t, kWordsPerLine> content;
    for (std::uint64_t line = 0; line < kLines; ++line) {
      store.read_committed(line, reinterpret_cast<std::byte*>(content.data()));
      for (unsigned t = 0; t < kThreads; ++t) {
        bad_words += content[low_word(t)] != at_cut[t][line];
        bad_words += content[high_word(t)] != at_cut[t][line];
      }
    }
    EXPECT_EQ(bad_words, 0U) << "version " << i;
    if (bad_words != 0 || wrong.load() != 0) break;
  }
  done.store(true);
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(wrong.load(), 0U);
  RegionCounters c = region.counters();
  EXPECT_LE(c.resident_bytes_peak, kLimitLines * kLineSize + (1 << 20));
  EXPECT_GT(c.faults_minor, 0U);
  EXPECT_GT(c.faults_disk, 0U);
  EXPECT_GT(c.evictions_clean, 0U);
  EXPECT_GT(c.evictions_dirty, 0U);
  std::printf("operations %lu, cuts %lu (failed %lu, lines staged %lu, direct %lu)\n", operations.load(),
              cuts, failures, staged, direct);
  std::printf(
      "faults: zero %lu minor %lu disk %lu wp %lu spurious %lu; evictions clean %lu dirty %lu direct %lu "
      "zaps %lu\n",
      c.faults_zero, c.faults_minor, c.faults_disk, c.faults_write_protect, c.faults_spurious,
      c.evictions_clean, c.evictions_dirty, c.evictions_direct, c.zaps);
}

INSTANTIATE_TEST_SUITE_P(Modes, RegionStressTest, ::testing::ValuesIn(testing::all_modes()),
                         testing::mode_name);

}  // namespace
}  // namespace uvm::uffd
