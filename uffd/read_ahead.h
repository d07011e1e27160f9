// ReadAhead: how many lines to bring in when one is missed.
//
// It remembers the ends of the last few runs. A miss exactly where a run ended goes on with that run: the
// window starts at the rest of the 64 KiB cluster and doubles up to the maximum. Any other miss is a jump: it
// starts a new run, and brings in one line, so that random access to a heap larger than memory reads one line
// each time; or a cluster while memory is plentiful, for a read of 64 KiB takes hardly longer than one of a
// line, and a program that starts or resumes will want most of its neighbours. Kept with relaxed atomics:
// threads that collide cost a window, nothing else.
#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdint>

namespace uvm::uffd {

class ReadAhead {
 public:
  static constexpr unsigned kClusterLines = 16;

  struct Window {
    unsigned lines;  // to bring in, the missed one included; at least 1
    unsigned hits;   // lines brought in ahead earlier that this miss shows to have been used
    unsigned run;    // handle for advanced()
    bool goes_on;    // with a run: what comes next will be missed too
  };

  void set_max(unsigned lines) { max_.store(lines, std::memory_order_relaxed); }

  Window missed(std::uint64_t line, bool plentiful) {
    for (unsigned i = 0; i < kRuns; ++i) {
      std::uint64_t run = runs_[i].load(std::memory_order_relaxed);
      if (run != 0 && next_of(run) == line) {
        unsigned last = lines_of(run);
        return {next(line, last), last - 1, i, true};
      }
    }
    return {plentiful ? std::min(kClusterLines, max()) : 1, 0,
            victim_.fetch_add(1, std::memory_order_relaxed) % kRuns, false};
  }

  // How many lines to bring in from `line` on, where a run goes on after a window of `last` lines.
  [[nodiscard]] unsigned next(std::uint64_t line, unsigned last) const {
    const unsigned wanted = std::min(std::max(last * 2, kClusterLines), max());
    // End on a cluster boundary where that leaves anything.
    std::uint64_t end = line + wanted;
    if (wanted >= kClusterLines) end = end / kClusterLines * kClusterLines;
    return end > line ? static_cast<unsigned>(end - line) : 1;
  }

  // What was really brought in from `line` on.
  void advanced(const Window& window, std::uint64_t line, unsigned lines) {
    runs_[window.run].store((line + lines) << kLinesBits | lines, std::memory_order_relaxed);
  }

 private:
  static constexpr unsigned kRuns = 16;
  static constexpr unsigned kLinesBits = 16;
  [[nodiscard]] unsigned max() const { return max_.load(std::memory_order_relaxed); }
  static std::uint64_t next_of(std::uint64_t run) { return run >> kLinesBits; }
  static unsigned lines_of(std::uint64_t run) {
    return static_cast<unsigned>(run & ((std::uint64_t{1} << kLinesBits) - 1));
  }

  std::array<std::atomic<std::uint64_t>, kRuns> runs_{};
  std::atomic<unsigned> victim_{0};
  std::atomic<unsigned> max_{1};
};

}  // namespace uvm::uffd
