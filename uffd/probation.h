// Probation: which lines have yet to show that they are worth keeping, and which were evicted recently.
//
// New lines go on probation: into a FIFO that is small compared with memory. A line that is touched again
// when it is about to leave the FIFO becomes a *main* line, which leaves memory only when it was not used
// during a whole round of the evictor's hand. The others leave memory soon, and the line table remembers when
// (LineTable::history). A line that is missed again within about 0.7 of a memory's worth of evictions becomes
// a main line at once. So a scan passes through without evicting the lines in use, and a loop that is larger
// than memory finds most of memory as it left it. This is S3-FIFO (Yang et al., "FIFO Queues are All You Need
// for Cache Eviction", SOSP 2023), made for a pager, which sees misses and rescues and no hits: a line's use
// is seen by zapping it half-way through its probation. Sizes by simulation and by bench/eviction_bench.
//
// The queue is written by faulting threads, without a lock, also inside the SIGBUS handler: push(). All else
// is guarded by the evict mutex. Entries may be out of date: whoever takes one looks at the line's history
// and state. Lies in memory given by the owner.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>

namespace uvm::uffd {

class Probation {
 public:
  // What LineTable::history() says of a line in memory. Of others: 0, or when they left probation and memory.
  static constexpr std::uint16_t kMain = 0;
  static constexpr std::uint16_t kOnProbation = 1;

  // `capacity` is a power of two; memory is zero; `limit_lines` is the memory's.
  void create(std::uint32_t* memory, std::size_t capacity, std::uint64_t limit_lines) {
    static_assert(sizeof(std::atomic<std::uint32_t>) == sizeof(std::uint32_t));
    ring_ = reinterpret_cast<std::atomic<std::uint32_t>*>(memory);
    mask_ = capacity - 1;
    tick_ = std::max<std::uint64_t>(1, limit_lines / kTicksPerMemory);
    set_limit(limit_lines);
  }

  // Changes the memory limit. Times are counted on.
  void set_limit(std::uint64_t limit_lines) {
    target_ = std::min(std::max<std::uint64_t>(64, limit_lines / 20), limit_lines / 4);
  }

  // Lines that may be on probation before the first of them have to leave.
  [[nodiscard]] std::uint64_t target() const { return target_; }
  [[nodiscard]] std::uint64_t size() const { return tail_.load(std::memory_order_acquire) - head(); }

  // At the end of the queue; false when there is no room. Any thread.
  [[nodiscard]] bool push(std::uint64_t line) {
    std::uint64_t tail = tail_.load(std::memory_order_relaxed);
    do {
      // Signed: others may have pushed, and all been taken, since tail was read.
      if (static_cast<std::int64_t>(tail - head()) > static_cast<std::int64_t>(mask_) || line >= kNoLine)
        return false;
    } while (!tail_.compare_exchange_weak(tail, tail + 1, std::memory_order_acq_rel));
    ring_[tail & mask_].store(static_cast<std::uint32_t>(line) + 1, std::memory_order_release);
    return true;
  }

  // The next line whose turn it is to be zapped, so that the first target() / 2 of the queue are: their
  // second chance. False when that is so, or the entry is being written.
  [[nodiscard]] bool next_to_zap(std::uint64_t* line) {
    if (zapped_ >= head() + std::max<std::uint64_t>(1, target_ / 2) || !entry(zapped_, line)) return false;
    ++zapped_;
    return true;
  }

  // Takes the first line, whose second chance is over. False when there is none.
  [[nodiscard]] bool pop(std::uint64_t* line) {
    const std::uint64_t at = head();
    if (at == zapped_ || !entry(at, line)) return false;
    ring_[at & mask_].store(0, std::memory_order_relaxed);
    head_.store(at + 1, std::memory_order_release);
    return true;
  }

  // Takes the first line, whatever its second chance.
  [[nodiscard]] bool pop_early(std::uint64_t* line) {
    if (zapped_ == head() && entry(zapped_, line)) ++zapped_;
    return pop(line);
  }

  // Time, counted in lines that left memory.
  void left_memory(std::uint64_t lines) { evicted_.fetch_add(lines, std::memory_order_relaxed); }
  // For the history of a line that leaves both now: 2 to 65535.
  [[nodiscard]] std::uint16_t now() const {
    return static_cast<std::uint16_t>(2 + evicted_.load(std::memory_order_relaxed) / tick_ % kTicks);
  }
  // Whether a line that left then and is missed now was evicted too early. (After 65534 ticks, 2000
  // memories, an old time looks new again; that costs a line's probation, nothing else.)
  [[nodiscard]] bool lately(std::uint16_t left) const {
    return left > kOnProbation && (now() + kTicks - left) % kTicks < kRememberedTicks;
  }

 private:
  static constexpr std::uint64_t kNoLine = 0xffffffff;
  static constexpr unsigned kTicks = 65534;
  static constexpr std::uint64_t kTicksPerMemory = 32;
  static constexpr unsigned kRememberedTicks = 22;  // 0.7 of kTicksPerMemory

  [[nodiscard]] std::uint64_t head() const { return head_.load(std::memory_order_acquire); }
  [[nodiscard]] bool entry(std::uint64_t at, std::uint64_t* line) const {
    const std::uint32_t value = ring_[at & mask_].load(std::memory_order_acquire);
    if (value == 0) return false;
    *line = value - 1;
    return true;
  }

  std::atomic<std::uint32_t>* ring_ = nullptr;  // line + 1; 0: nothing, or not yet written
  std::size_t mask_ = 0;
  std::uint64_t target_ = 0, tick_ = 1;
  std::atomic<std::uint64_t> head_{0}, tail_{0}, evicted_{0};
  std::uint64_t zapped_ = 0;  // entries before this one have had their second chance begin; never below head_
};

}  // namespace uvm::uffd
