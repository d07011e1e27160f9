// The transaction by itself, without Java: how fast dirty lines get to the store, how long the program would
// stop, and how much throughput it loses meanwhile. In each round, in turns:
//   * so many MiB are written to a file on the same file system, as by `fio --rw=write --bs=1M --direct=1
//     --end_fsync=1`; the file is first allocated and written once, as the store's blocks are after a while;
//   * so many MiB of scattered dirty lines are checkpointed (pre-flush, cut, flush, commit) with nothing else
//     running;
//   * the same while a thread reads and writes as fast as it can, mostly within 4 MiB, one store in 4096
//     anywhere, stopped for the cut; then the thread runs alone for the same time;
//   * the same again with a thread that only reads: it loses time to the processors that the checkpoint uses
//     (a third and more when two threads share a core), and not to faults.
//
//   bench/cut_bench [--dirty MIB] [--rounds N]          in $TMPDIR (/tmp)
#include <fcntl.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "base/descriptor.h"
#include "checkpoint/checkpointer.h"
#include "paged_heap.h"
#include "scratch_folder.h"

namespace {

using namespace uvm;  // NOLINT: a program of its own
using uffd::kLineSize;
using Clock = std::chrono::steady_clock;

constexpr std::uint64_t kHeapMib = 512;
constexpr std::uint64_t kLines = kHeapMib << 20 >> 12;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

void check(bool well, const char* what) {
  if (well) return;
  std::perror(what);
  std::exit(1);
}

// Writes the file again from its beginning, a MiB at a time, and flushes. Returns MiB per second.
double write_sequentially(int fd, std::byte* mebibyte, std::uint64_t mib) {
  const Clock::time_point start = Clock::now();
  for (std::uint64_t i = 0; i < mib; ++i) {
    check(pwrite(fd, mebibyte, 1 << 20, static_cast<off_t>(i << 20)) == 1 << 20, "write");
  }
  check(fsync(fd) == 0, "fsync");
  return static_cast<double>(mib) / seconds_since(start);
}

// A program of one thread, if it is started: as the checkpointer sees it.
class Program final : public checkpoint::Program {
 public:
  explicit Program(bench::PagedHeap& heap) : heap_(heap) {}
  ~Program() override { finish(); }
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;

  void start(bool writes) {
    over_.store(false);
    writes_ = writes;
    thread_ = std::thread([this] { run(); });
  }
  void finish() {
    over_.store(true);
    if (thread_.joinable()) thread_.join();
  }
  [[nodiscard]] std::uint64_t stores() const { return stores_.load(); }
  void dirty(std::uint64_t mib) {
    for (std::uint64_t i = 0; i < mib << 20 >> 12; ++i) {
      // Each of them once: the step has no factor in common with the number of lines.
      heap_.word(at_) = i;
      at_ = (at_ + 40503) % kLines;
    }
  }

  void stop() override {
    if (!thread_.joinable()) return;
    stop_.store(true);
    while (!stopped_.load()) std::this_thread::yield();
  }
  void resume() override {
    stop_.store(false);
    stop_.notify_one();
  }
  void begin() override {}
  void retire() override {}
  void before_cut() override {}
  checkpoint::Blob blob() override { return {}; }
  Result<void> before_commit() override { return {}; }
  void settled(const Result<checkpoint::Record>& /*outcome*/) override {}

 private:
  void run() {
    std::uint64_t x = 88172645463325252U;
    for (std::uint64_t count = 0; !over_.load(std::memory_order_relaxed); count += 64) {
      if (stop_.load()) {
        stopped_.store(true);
        stop_.wait(true);
        stopped_.store(false);
      }
      for (int i = 0; i < 64; ++i) {
        x ^= x << 13;
        x ^= x >> 7;
        x ^= x << 17;
        volatile std::uint64_t& at = heap_.word(count % 4096 == 0 && i == 0 ? x % kLines : x % 1024);
        const std::uint64_t sum = at + x;
        if (writes_) at = sum;
      }
      stores_.store(count, std::memory_order_relaxed);
    }
  }

  bench::PagedHeap& heap_;
  std::uint64_t at_ = 0;
  std::atomic<std::uint64_t> stores_{0};
  bool writes_ = true;
  std::atomic<bool> over_{false}, stop_{false}, stopped_{false};
  std::thread thread_;
};

struct Range {
  std::vector<double> values;
  void add(double value) { values.push_back(value); }
  double median() {
    std::sort(values.begin(), values.end());
    return values[values.size() / 2];
  }
  void print(const char* what, const char* unit) {
    const double middle = median();
    std::printf("%-64s %9.2f / %9.2f / %9.2f %s\n", what, values.front(), middle, values.back(), unit);
  }
};

}  // namespace

int main(int argc, char** argv) {
  std::uint64_t mib = 100;
  int rounds = 15;
  CLI::App app("Checkpoint bandwidth, pause and slowdown at the level of region and store.");
  app.add_option("--dirty", mib, "MiB dirty at each checkpoint (default 100)")->check(CLI::Range(1U, 400U));
  app.add_option("--rounds", rounds, "default 15")->check(CLI::Range(3, 10000));
  CLI11_PARSE(app, argc, argv);
  const bench::ScratchFolder folder("cut_bench");

  const Descriptor plain(open((folder / "plain").c_str(), O_CREAT | O_RDWR | O_DIRECT | O_CLOEXEC, 0600));
  check(bool(plain), "O_DIRECT");
  auto* mebibyte = static_cast<std::byte*>(std::aligned_alloc(4096, 1 << 20));
  std::mt19937_64 random(1);
  for (std::size_t i = 0; i < 1 << 20; i += 8) {
    const std::uint64_t bits = random();
    std::copy_n(reinterpret_cast<const std::byte*>(&bits), 8, mebibyte + i);
  }
  write_sequentially(plain.get(), mebibyte, mib);
  {
    bench::PagedHeap heap(folder / "heap", kLines, {.memory_limit = kLines * kLineSize + (64 << 20)});
    Program program(heap);
    checkpoint::Checkpointer checkpointer(heap.region(), heap.store(), program, {});
    const auto pause_of_one = [&] {
      return static_cast<double>(bench::must(checkpointer.checkpoint()).pause_ns) / 1e6;
    };
    for (std::uint64_t line = 0; line < kLines; ++line) heap.word(line) = line;
    for (int i = 0; i < 4; ++i) {  // blocks written once, as in a store of some age
      pause_of_one();
      program.dirty(mib);
    }
    Range sequential, bandwidth, ratio, pause_alone, pause, slowdown, slowdown_reading;
    const auto run_beside = [&](bool writes, Range& pauses, Range& losses) {
      program.dirty(mib);
      program.start(writes);
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
      const std::uint64_t first = program.stores();
      const Clock::time_point start = Clock::now();
      pauses.add(pause_of_one());
      const double took = seconds_since(start);
      const std::uint64_t second = program.stores();
      std::this_thread::sleep_for(std::chrono::duration<double>(took));
      const double alone_for = seconds_since(start) - took;
      const double alone = static_cast<double>(program.stores() - second) / alone_for;
      program.finish();
      losses.add(100 * (1 - static_cast<double>(second - first) / took / alone));
      pause_of_one();
    };
    for (int round = 0; round < rounds; ++round) {
      const double peer = write_sequentially(plain.get(), mebibyte, mib);
      program.dirty(mib);
      const Clock::time_point start = Clock::now();
      pause_alone.add(pause_of_one());
      const double own = static_cast<double>(mib) / seconds_since(start);
      sequential.add(peer);
      bandwidth.add(own);
      ratio.add(own / peer);

      run_beside(true, pause, slowdown);
      Range unused;
      run_beside(false, unused, slowdown_reading);
    }
    std::printf("%lu MiB dirty of %lu, %d rounds; minimum / median / maximum\n",
                static_cast<unsigned long>(mib), static_cast<unsigned long>(kHeapMib), rounds);
    sequential.print("sequential writes of a MiB each, fsync at the end", "MiB/s");
    bandwidth.print("checkpoint, from pre-flush to commit", "MiB/s");
    ratio.print("ratio (goal: median at least 0.7)", "");
    pause_alone.print("cut, nothing written meanwhile", "ms");
    pause.print("cut, a thread writing as fast as it can (goal: median at most 5)", "ms");
    slowdown.print("the thread's loss while the checkpoint runs (goal: at most 15)", "%");
    slowdown_reading.print("the same of a thread that only reads", "%");
  }
  std::free(mebibyte);
  return 0;
}
