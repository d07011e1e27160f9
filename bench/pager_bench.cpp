// What the pager costs in each of its modes, on the file store in $TMPDIR (/tmp), by Google Benchmark: new
// lines, one by one and in batches, and writes with eviction. fault_bench has faults beside their peers,
// cut_bench the checkpoint. Arguments: fault mode (0 in-thread, 1 handler thread), track mode (1 async, 2
// sync).
//
//   bench/pager_bench --benchmark_filter=populate
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

void random_write_under_pressure(benchmark::State& state) {
  Setup setup(state, kLines / 16);
  setup.fill();
  std::mt19937_64 random(1);
  RegionCounters before = setup.region().counters();
  for ([[maybe_unused]] auto _ : state) setup.word(random() % kLines) = random();
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
