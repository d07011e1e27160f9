// What the pager costs in each of its modes, on the file store in $TMPDIR (/tmp), by Google Benchmark: new
// lines, one by one and in batches, and writes with eviction. fault_bench compares faults with their peers;
// cut_bench measures the checkpoint. Arguments: fault mode (0 in-thread, 1 handler thread), track mode (1
// async, 2 sync).
//
//   bench/pager_bench --benchmark_filter=populate
#include <benchmark/benchmark.h>

#include <cstdlib>
#include <random>

#include "paged_heap.h"
#include "scratch_folder.h"

namespace {

using namespace uvm::uffd;  // NOLINT: a program of its own

constexpr std::uint64_t kLines = 65536;  // 256 MiB

class Setup {
 public:
  Setup(const benchmark::State& state, std::uint64_t limit_lines)
      : heap_(folder_ / "heap", kLines,
              {.memory_limit = limit_lines * kLineSize,
               .fault_mode = static_cast<FaultMode>(state.range(0)),
               .track_mode = static_cast<TrackMode>(state.range(1))}) {}

  Region& region() { return heap_.region(); }
  volatile std::uint64_t& word(std::uint64_t line) { return heap_.word(line); }
  void fill() {
    for (std::uint64_t line = 0; line < kLines; ++line) word(line) = line;
    heap_.checkpoint();
  }

 private:
  uvm::bench::ScratchFolder folder_{"pager_bench"};
  uvm::bench::PagedHeap heap_;
};

void report(benchmark::State& state, Setup& setup, const RegionCounters& before) {
  RegionCounters after = setup.region().counters();
  auto per = [&](std::uint64_t count) {
    return benchmark::Counter(static_cast<double>(count), benchmark::Counter::kAvgIterations);
  };
  state.counters["disk"] = per(after.faults_disk - before.faults_disk);
  state.counters["minor"] = per(after.faults_minor - before.faults_minor);
  state.counters["read"] = per(after.lines_read - before.lines_read);
  state.counters["written"] = per(after.lines_written - before.lines_written);
  state.counters["direct"] = per(after.evictions_direct - before.evictions_direct);
}

void random_write_under_pressure(benchmark::State& state) {
  Setup setup(state, kLines / 16);
  setup.fill();
  std::mt19937_64 random(1);
  RegionCounters before = setup.region().counters();
  for ([[maybe_unused]] auto _ : state) setup.word(random() % kLines) = random();
  report(state, setup, before);
}

// The following must not evict while they are timed: they touch kBatch lines, then start again.
constexpr std::uint64_t kBatch = 16384;

void first_touch_sequential(benchmark::State& state) {
  Setup setup(state, kLines);
  std::uint64_t line = 0;
  for ([[maybe_unused]] auto _ : state) {
    if (line == kBatch) {
      state.PauseTiming();
      if (!setup.region().discard(0, kBatch * kLineSize)) std::abort();
      line = 0;
      state.ResumeTiming();
    }
    setup.word(line++) = 1;
  }
}

void populate_fresh(benchmark::State& state) {
  Setup setup(state, kLines);
  for ([[maybe_unused]] auto _ : state) {
    setup.region().populate_fresh(0, 64 * kLineSize);
    state.PauseTiming();
    if (!setup.region().discard(0, 64 * kLineSize)) std::abort();
    state.ResumeTiming();
  }
  state.SetItemsProcessed(state.iterations() * 64);
}

void modes(benchmark::internal::Benchmark* b) {
  for (int fault : {0, 1}) {
    for (int track : {1, 2}) b->Args({fault, track});
  }
}

BENCHMARK(random_write_under_pressure)->Apply(modes)->Iterations(20000);
BENCHMARK(first_touch_sequential)->Apply(modes)->Iterations(50000);
BENCHMARK(populate_fresh)->Args({0, 1})->Iterations(1000);

}  // namespace

BENCHMARK_MAIN();
