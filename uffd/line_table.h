// LineTable: what the pager knows of each line of a region, four bytes a line, and per chunk of 512 lines
// how many are resident and dirty. Lies in sparse anonymous memory: what was never touched costs nothing.
//
// State 0 says only that the line is not resident; only the store knows whether it has content. So the table
// of a resumed heap starts empty.
//
// A line's lock makes fault, eviction, flush and discard of that line exclude each other. Except for kPinned
// counts and kQueued, flags are changed by the holder of the lock only. Threads spin for locks, which may be
// held during one read of the store; they are taken after the evict mutex, never before it.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

#include "base/futex.h"
#include "store/line_store.h"

namespace uvm::uffd {

class LineTable {
 public:
  using Flags = std::uint16_t;
  static constexpr Flags kLocked = 1 << 0;
  // Has a page in the memfd.
  static constexpr Flags kResident = 1 << 1;
  // Resident, but unmapped from the view: second chance.
  static constexpr Flags kZapped = 1 << 2;
  // Differs from the store, whatever its page table entry says. Sync tracking: exactly the lines that differ.
  // Async tracking: lines whose dirtiness the page table entry no longer shows.
  static constexpr Flags kDirty = 1 << 3;
  // Captured by a cut, not yet in the store: may not be dropped as if it were clean.
  static constexpr Flags kInCut = 1 << 4;
  // Being written to the current transaction: may not leave memory.
  static constexpr Flags kWriting = 1 << 5;
  // Has an entry in a queue of the evictor.
  static constexpr Flags kQueued = 1 << 6;
  // Zapped, and written to the current transaction since: may leave memory even when kInCut.
  static constexpr Flags kWrittenBack = 1 << 7;
  // The upper byte counts pins; at 255 the line stays pinned for good.
  static constexpr unsigned kPinShift = 8;
  static constexpr Flags kPinOne = 1 << kPinShift;

  static constexpr std::uint64_t kChunkLines = 512;

  LineTable() = default;
  ~LineTable();
  LineTable(const LineTable&) = delete;
  LineTable& operator=(const LineTable&) = delete;

  // False when there is no address space left.
  [[nodiscard]] bool create(std::uint64_t lines);

  [[nodiscard]] std::uint64_t lines() const { return lines_; }
  [[nodiscard]] Flags get(std::uint64_t line) const { return state_[line].load(std::memory_order_acquire); }
  [[nodiscard]] static bool pinned(Flags flags) { return (flags >> kPinShift) != 0; }

  [[nodiscard]] bool try_lock(std::uint64_t line) {
    // A plain look first: a failed fetch_or would fetch the cache line for writing.
    if ((state_[line].load(std::memory_order_relaxed) & kLocked) != 0) return false;
    return (state_[line].fetch_or(kLocked, std::memory_order_acquire) & kLocked) == 0;
  }
  void lock(std::uint64_t line) {
    Backoff backoff;
    while (!try_lock(line)) backoff.wait();
  }
  void unlock(std::uint64_t line) {
    state_[line].fetch_and(static_cast<Flags>(~kLocked), std::memory_order_release);
  }

  void set(std::uint64_t line, Flags flags) {
    Flags before = state_[line].fetch_or(flags, std::memory_order_acq_rel);
    count(line, static_cast<Flags>(flags & ~before), 1);
  }
  void clear(std::uint64_t line, Flags flags) {
    Flags before = state_[line].fetch_and(static_cast<Flags>(~flags), std::memory_order_acq_rel);
    count(line, static_cast<Flags>(flags & before), -1);
  }

  // What eviction knows of the line's past (uffd/probation.h); 0 to begin with. Read and set by the holder of
  // the lock.
  [[nodiscard]] std::uint16_t history(std::uint64_t line) const {
    return history_[line].load(std::memory_order_relaxed);
  }
  void set_history(std::uint64_t line, std::uint16_t value) {
    history_[line].store(value, std::memory_order_relaxed);
  }

  void pin(std::uint64_t line);
  void unpin(std::uint64_t line);

  [[nodiscard]] unsigned chunk_resident(std::uint64_t line) const {
    return chunks_[line / kChunkLines].resident.load(std::memory_order_acquire);
  }
  // Chunks that have had a resident line since the table was made: what is kept of them takes memory for
  // good.
  [[nodiscard]] std::uint64_t touched_chunks() const {
    return touched_chunks_.load(std::memory_order_relaxed);
  }

  // First line in [first, last) that has `flag` (kResident or kDirty), or `last`.
  [[nodiscard]] std::uint64_t find(std::uint64_t first, std::uint64_t last, Flags flag) const;

 private:
  struct Chunk {
    std::atomic<std::uint16_t> resident, dirty;
    std::atomic<bool> touched;
  };

  void count(std::uint64_t line, Flags changed, int by) {
    if ((changed & (kResident | kDirty)) == 0) return;
    Chunk& chunk = chunks_[line / kChunkLines];
    if ((changed & kResident) != 0 && chunk.resident.fetch_add(static_cast<std::uint16_t>(by)) == 0 &&
        !chunk.touched.exchange(true, std::memory_order_relaxed)) {
      touched_chunks_.fetch_add(1, std::memory_order_relaxed);
    }
    if ((changed & kDirty) != 0) chunk.dirty.fetch_add(static_cast<std::uint16_t>(by));
  }

  std::atomic<Flags>* state_ = nullptr;
  std::atomic<std::uint16_t>* history_ = nullptr;
  Chunk* chunks_ = nullptr;
  std::atomic<std::uint64_t> touched_chunks_{0};
  std::uint64_t lines_ = 0;
  std::size_t mapped_bytes_ = 0;
};

}  // namespace uvm::uffd
