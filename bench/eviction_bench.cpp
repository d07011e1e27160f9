// How well the pager chooses what to evict: the hit rate of a region on traces, compared with policies
// simulated on the same trace with the same memory, and with Belady's bound. A hit of the region is an access
// that reads nothing from the store; read-ahead is off. Its store is in $TMPDIR (/tmp).
//
//   bench/eviction_bench [--memory LINES] [--accesses N]
#include <CLI/CLI.hpp>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <numeric>
#include <random>

#include "eviction_policies.h"
#include "paged_heap.h"
#include "scratch_folder.h"
#include "zipf.h"

namespace {

using namespace uvm;  // NOLINT: a program of its own
using bench::Line;
using bench::Trace;
using bench::Zipf;

std::mt19937_64 random_bits(42);  // NOLINT: the same traces each time

Trace shuffled(Line lines) {
  Trace all(lines);
  std::iota(all.begin(), all.end(), 0U);
  std::shuffle(all.begin(), all.end(), random_bits);
  return all;
}

struct Workload {
  const char* name;
  Line universe;
  Trace trace;
};

std::vector<Workload> workloads(Line memory, std::size_t accesses) {
  std::vector<Workload> all;
  const Line universe = memory * 8;
  const auto add = [&](const char* name, Line lines, auto next) {
    Trace trace(accesses);
    for (Line& line : trace) line = next();
    all.push_back({name, lines, std::move(trace)});
  };
  {
    const Zipf zipf(universe);
    const Trace order = shuffled(universe);
    add("Zipf 0.99 over 8 times memory", universe, [&] { return order[zipf(random_bits)]; });
  }
  {
    const Zipf zipf(universe);
    Trace order;
    std::size_t i = 0;
    add("the same, the hot lines changing 8 times", universe, [&] {
      if (i++ % (accesses / 8) == 0) order = shuffled(universe);
      return order[zipf(random_bits)];
    });
  }
  for (const unsigned percent : {50U, 90U}) {
    const Trace order = shuffled(universe);
    const Line hot = memory * percent / 100;
    Line scan = 0;
    add(percent == 50 ? "scan (1/5) and hot set of half of memory"
                      : "scan (1/5) and hot set of 9/10 of memory",
        universe,
        [&] { return random_bits() % 5 == 0 ? order[scan++ % universe] : order[random_bits() % hot]; });
  }
  {
    const Zipf zipf(universe);
    const Trace order = shuffled(universe);
    std::size_t i = 0;
    const std::size_t zipf_part = std::size_t{memory} * 20, period = zipf_part + universe;
    add("Zipf 0.99, now and then a whole scan", universe, [&] {
      const std::size_t at = i++ % period;
      return at < zipf_part ? order[zipf(random_bits)] : static_cast<Line>(at - zipf_part);
    });
  }
  {
    Line at = 0;
    const Line length = memory / 10 * 11;
    add("loop over 1.1 times memory", universe, [&] { return at++ % length; });
  }
  add("uniform over twice memory", memory * 2,
      [&] { return static_cast<Line>(random_bits() % (memory * 2)); });
  return all;
}

struct Measured {
  double hits;  // share of the accesses
  double rescues_per_miss;
  double microseconds_per_miss;  // beyond nothing but the misses' own reads, rescues and evictions
};

Measured measure(const Workload& workload, Line memory) {
  const bench::ScratchFolder folder("eviction_bench");
  bench::PagedHeap heap(folder / "heap", workload.universe,
                        {.memory_limit = std::uint64_t{memory} * uffd::kLineSize, .read_ahead_max_lines = 1});
  uffd::Region& region = heap.region();
  for (Line line = 0; line < workload.universe; ++line) heap.word(line) = line;
  heap.checkpoint();
  region.evict_all();

  const uffd::RegionCounters before = region.counters();
  const auto start = std::chrono::steady_clock::now();
  for (const Line line : workload.trace) {
    if (heap.word(line) != line) std::abort();
  }
  const std::chrono::duration<double, std::micro> took = std::chrono::steady_clock::now() - start;
  const uffd::RegionCounters after = region.counters();
  const auto misses = static_cast<double>(after.faults_disk - before.faults_disk);
  return {1 - misses / static_cast<double>(workload.trace.size()),
          static_cast<double>(after.faults_minor - before.faults_minor) / misses, took.count() / misses};
}

template <typename P>
double simulate(const Workload& workload, Line memory) {
  P policy(workload.universe, memory);
  std::uint64_t hits = 0;
  for (const Line line : workload.trace) hits += policy.access(line) ? 1 : 0;
  return static_cast<double>(hits) / static_cast<double>(workload.trace.size());
}

}  // namespace

int main(int argc, char** argv) {
  Line memory = 4096;
  std::size_t accesses = 1'000'000;
  CLI::App app("Hit rate of the pager's eviction, beside simulated policies.");
  app.add_option("--memory", memory, "lines of memory (default 4096, 16 MiB)")
      ->check(CLI::Range(256U, 1U << 20));
  app.add_option("--accesses", accesses, "length of each trace (default 1000000)")
      ->check(CLI::Range(1000U, 1U << 30));
  CLI11_PARSE(app, argc, argv);
  std::printf("Hits in percent of %zu accesses, %u lines of memory\n", accesses, memory);
  std::printf("%-42s %7s %7s %7s %7s %7s %7s %14s %9s\n", "", "uvm", "LRU", "CLOCK", "S3-FIFO", "ARC",
              "Belady", "rescues/miss", "us/miss");
  for (const Workload& workload : workloads(memory, accesses)) {
    const Measured uvm = measure(workload, memory);
    const double best = static_cast<double>(bench::belady_hits(workload.trace, workload.universe, memory)) /
                        static_cast<double>(workload.trace.size());
    std::printf("%-42s %7.2f %7.2f %7.2f %7.2f %7.2f %7.2f %14.2f %9.1f\n", workload.name, 100 * uvm.hits,
                100 * simulate<bench::Lru>(workload, memory), 100 * simulate<bench::Clock>(workload, memory),
                100 * simulate<bench::S3Fifo>(workload, memory), 100 * simulate<bench::Arc>(workload, memory),
                100 * best, uvm.rescues_per_miss, uvm.microseconds_per_miss);
    std::fflush(stdout);
  }
  return 0;
}
