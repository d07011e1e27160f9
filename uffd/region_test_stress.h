// The program for the pager's model tests: threads that read and write lines, discard, populate and pin, and
// remember what they last wrote to each of their words. The checkpointer stops them between two operations;
// then model() is the content of the heap.
#pragma once

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <random>
#include <thread>
#include <vector>

#include "uffd/region.h"

namespace uvm::uffd::testing {

inline std::uint64_t setting(const char* name, std::uint64_t otherwise) {
  const char* text = std::getenv(name);
  return text != nullptr ? std::strtoull(text, nullptr, 0) : otherwise;
}

class StressProgram {
 public:
  static constexpr std::uint64_t kLines = 16384;
  static constexpr std::uint64_t kLimitLines = 1024;  // of the region that it runs in
  static constexpr unsigned kThreads = 4;
  using Model = std::vector<std::vector<std::uint64_t>>;

  explicit StressProgram(std::uint64_t seed)
      : seed_(seed), model_(kThreads, std::vector<std::uint64_t>(kLines)) {}

  // Runs on a region whose content is model().
  void start(Region& region) {
    done_.store(false);
    ++generation_;
    for (unsigned t = 0; t < kThreads; ++t) threads_.emplace_back([this, t, &region] { run(t, region); });
  }
  void join() {
    done_.store(true);
    for (std::thread& thread : threads_) thread.join();
    threads_.clear();
  }

  void stop() {
    closed_.store(true);
    while (parked_.load() != kThreads) std::this_thread::yield();
  }
  void go() {
    closed_.store(false);
    while (parked_.load() != 0) std::this_thread::yield();
  }

  // The store may refuse to erase: then lines hold what they held, or nothing. Before start().
  void expect_refused_discards() { discards_may_fail_ = true; }

  // While stopped or joined.
  const Model& model() const { return model_; }
  void set_model(const Model& model) { model_ = model; }

  // How many words of a line differ from what a model says.
  static unsigned compare(const Model& model, std::uint64_t line, const std::byte* content) {
    auto* words = reinterpret_cast<const std::uint64_t*>(content);
    unsigned wrong = 0;
    for (unsigned t = 0; t < kThreads; ++t) {
      wrong += words[low_word(t)] != model[t][line];
      wrong += words[high_word(t)] != model[t][line];
    }
    return wrong;
  }

  // Reads that did not give what was written, and calls that failed.
  std::uint64_t wrong() const { return wrong_.load(); }
  std::uint64_t operations() const { return operations_.load(); }

 private:
  // The last part of the region belongs to single threads, block by block: there they discard.
  static constexpr std::uint64_t kOwnedFirst = kLines * 3 / 4;
  static constexpr std::uint64_t kBlock = 24;

  // The words of a thread in a line: one in each half of it, equal whenever the thread is between operations.
  static constexpr unsigned kWordsPerLine = kLineSize / 8;
  static unsigned low_word(unsigned thread) { return 3 + thread * 5; }
  static unsigned high_word(unsigned thread) { return kWordsPerLine - 1 - thread * 5; }

  void pass() {
    if (!closed_.load(std::memory_order_acquire)) return;
    parked_.fetch_add(1);
    while (closed_.load()) std::this_thread::yield();
    parked_.fetch_sub(1);
  }

  void run(unsigned me, Region& region) {
    std::mt19937_64 random((seed_ * 1000 + generation_) * 16 + me);
    std::vector<std::uint64_t>& mine = model_[me];
    int pipe_file = memfd_create("stress", MFD_CLOEXEC);
    std::uint64_t next = (generation_ * 16 + me + 1) << 32;
    auto word = [&](std::uint64_t line, unsigned index) {
      return std::atomic_ref(reinterpret_cast<std::uint64_t*>(region.base() + line * kLineSize)[index]);
    };
    auto read = [&](std::uint64_t line) {
      if (word(line, low_word(me)).load(std::memory_order_relaxed) != mine[line] ||
          word(line, high_word(me)).load(std::memory_order_relaxed) != mine[line]) {
        wrong_.fetch_add(1);
      }
    };
    auto write = [&](std::uint64_t line) {
      mine[line] = ++next;
      word(line, low_word(me)).store(next, std::memory_order_relaxed);
      word(line, high_word(me)).store(next, std::memory_order_relaxed);
    };
    std::uint64_t count = 0;
    while (!done_.load(std::memory_order_relaxed)) {
      pass();
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
          if (!ok) wrong_.fetch_add(1);
          word(line, high_word(me)).store(next, std::memory_order_relaxed);
          mine[line] = next;
          break;
        }
        case 2: {  // a block of my own: thrown away, and used again
          std::uint64_t block = random() % ((kLines - kOwnedFirst) / kBlock / kThreads);
          std::uint64_t first = kOwnedFirst + (block * kThreads + me) * kBlock;
          if (random() % 2 == 0) {
            if (region.discard(first * kLineSize, kBlock * kLineSize)) {
              for (std::uint64_t i = first; i < first + kBlock; ++i) mine[i] = 0;
            } else {
              if (!discards_may_fail_) wrong_.fetch_add(1);
              for (std::uint64_t i = first; i < first + kBlock; ++i) {
                if (word(i, low_word(me)).load(std::memory_order_relaxed) == 0) mine[i] = 0;
                read(i);
              }
              break;
            }
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
    operations_.fetch_add(count);
    close(pipe_file);
  }

  std::uint64_t seed_, generation_ = 0;
  bool discards_may_fail_ = false;
  Model model_;
  std::vector<std::thread> threads_;
  std::atomic<bool> done_{false}, closed_{false};
  std::atomic<unsigned> parked_{0};
  std::atomic<std::uint64_t> wrong_{0}, operations_{0};
};

}  // namespace uvm::uffd::testing
