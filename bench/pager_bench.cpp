// What the pager costs, on the file store in $TMPDIR (/tmp): one fault of each kind, read-ahead, eviction, a
// cut. Arguments: fault mode (0 in-thread, 1 handler thread), track mode (1 async, 2 sync).
//
//   bench/pager_bench --benchmark_filter=Disk
#include <benchmark/benchmark.h>

#include <cstdio>
#include <cstdlib>
#include <memory>
#include <random>
#include <string>

#include "uffd/region.h"
#include "uffd/store_file.h"

namespace {

using namespace uvm::uffd;  // NOLINT: a program of its own
using uvm::store::FileStore;

constexpr std::uint64_t kLines = 65536;  // 256 MiB

// A store and a region on it; ends the program when they cannot be had.
class Setup {
 public:
  Setup(const benchmark::State& state, std::uint64_t limit_lines) {
    const char* root = std::getenv("TMPDIR");
    path_ = std::string(root != nullptr ? root : "/tmp") + "/pager_bench_XXXXXX";
    if (mkdtemp(path_.data()) == nullptr) std::abort();
    if (!FileStore::create(path_ + "/heap")) std::abort();
    auto opened = FileStore::open(path_ + "/heap");
    if (!opened) std::abort();
    store_ = std::move(*opened);
    SegmentSpec segment{"heap", 0, kLines * kLineSize, false, true};
    RegionOptions options;
    options.segments = std::span(&segment, 1);
    options.size = segment.size;
    options.memory_limit = limit_lines * kLineSize;
    options.fault_mode = static_cast<FaultMode>(state.range(0));
    options.track_mode = static_cast<TrackMode>(state.range(1));
    options.store = store_.get();
    auto created = Region::create(options);
    if (!created) {
      std::fprintf(stderr, "%s\n", created.error().message.c_str());
      std::abort();
    }
    region_ = std::move(*created);
  }
  ~Setup() {
    region_.reset();
    store_.reset();
    std::remove((path_ + "/heap").c_str());
    std::remove(path_.c_str());
  }

  Region& region() { return *region_; }
  volatile std::uint64_t& word(std::uint64_t line) {
    return *reinterpret_cast<volatile std::uint64_t*>(region_->base() + line * kLineSize);
  }
  void fill() {
    for (std::uint64_t line = 0; line < kLines; ++line) word(line) = line;
    checkpoint();
  }
  void checkpoint() {
    region_->preflush(~std::uint64_t{0});
    if (!region_->cut()) std::abort();
    finish_checkpoint();
  }
  void finish_checkpoint() {
    if (!region_->flush_cut() || !store_->commit({})) std::abort();
  }

 private:
  std::string path_;
  std::unique_ptr<FileStore> store_;
  std::unique_ptr<Region> region_;
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

// Random reads of a heap sixteen times larger than memory: nearly each is one read of one line, and an
// eviction.
void disk_fault_random(benchmark::State& state) {
  Setup setup(state, kLines / 16);
  setup.fill();
  std::mt19937_64 random(1);
  RegionCounters before = setup.region().counters();
  for ([[maybe_unused]] auto _ : state)
    benchmark::DoNotOptimize(static_cast<std::uint64_t>(setup.word(random() % kLines)));
  report(state, setup, before);
}

void random_write_under_pressure(benchmark::State& state) {
  Setup setup(state, kLines / 16);
  setup.fill();
  std::mt19937_64 random(1);
  RegionCounters before = setup.region().counters();
  for ([[maybe_unused]] auto _ : state) setup.word(random() % kLines) = random();
  report(state, setup, before);
}

void disk_fault_sequential(benchmark::State& state) {
  Setup setup(state, kLines / 16);
  setup.fill();
  std::uint64_t line = 0;
  RegionCounters before = setup.region().counters();
  for ([[maybe_unused]] auto _ : state)
    benchmark::DoNotOptimize(static_cast<std::uint64_t>(setup.word(line++ % kLines)));
  report(state, setup, before);
}

// The following need no eviction while they are timed: kBatch lines, then a new start.
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

void minor_rescue(benchmark::State& state) {
  Setup setup(state, kLines);
  for (std::uint64_t line = 0; line < kBatch; ++line) setup.word(line) = line;
  setup.checkpoint();
  std::uint64_t line = kBatch;
  RegionCounters before = setup.region().counters();
  for ([[maybe_unused]] auto _ : state) {
    if (line == kBatch) {
      state.PauseTiming();
      setup.region().evict_first(0, kBatch * kLineSize);
      line = 0;
      state.ResumeTiming();
    }
    benchmark::DoNotOptimize(static_cast<std::uint64_t>(setup.word(line++)));
  }
  report(state, setup, before);
}

void write_to_clean_line(benchmark::State& state) {
  Setup setup(state, kLines);
  for (std::uint64_t line = 0; line < kBatch; ++line) setup.word(line) = line;
  std::uint64_t line = kBatch;
  for ([[maybe_unused]] auto _ : state) {
    if (line == kBatch) {
      state.PauseTiming();
      setup.checkpoint();
      line = 0;
      state.ResumeTiming();
    }
    setup.word(line++) = 7;
  }
}

// The pause of a checkpoint with so many scattered dirty lines.
void cut_of_dirty_lines(benchmark::State& state) {
  Setup setup(state, kLines);
  for (std::uint64_t line = 0; line < kLines / 2; ++line) setup.word(line) = line;
  setup.checkpoint();
  auto dirty = static_cast<std::uint64_t>(state.range(2));
  std::mt19937_64 random(1);
  for ([[maybe_unused]] auto _ : state) {
    for (std::uint64_t i = 0; i < dirty; ++i) setup.word(random() % (kLines / 2)) = i;
    auto cut = setup.region().cut();
    if (!cut) std::abort();
    state.SetIterationTime(static_cast<double>(cut->nanoseconds) * 1e-9);
    setup.finish_checkpoint();
  }
}

void modes(benchmark::internal::Benchmark* b) {
  for (int fault : {0, 1}) {
    for (int track : {1, 2}) b->Args({fault, track});
  }
}

BENCHMARK(disk_fault_random)->Apply(modes)->Iterations(20000);
BENCHMARK(random_write_under_pressure)->Apply(modes)->Iterations(20000);
BENCHMARK(disk_fault_sequential)->Apply(modes)->Iterations(100000);
BENCHMARK(first_touch_sequential)->Apply(modes)->Iterations(50000);
BENCHMARK(populate_fresh)->Args({0, 1})->Iterations(1000);
BENCHMARK(minor_rescue)->Apply(modes)->Iterations(50000);
BENCHMARK(write_to_clean_line)->Apply(modes)->Iterations(50000);
BENCHMARK(cut_of_dirty_lines)
    ->Args({0, 1, 100})
    ->Args({0, 1, 2000})
    ->Args({0, 2, 2000})
    ->UseManualTime()
    ->Iterations(30);

}  // namespace

BENCHMARK_MAIN();
