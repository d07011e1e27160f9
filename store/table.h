// PageTable: the page table of one opened version in memory, and what the running transactions changed in it.
//
// One sparse array per level maps an index to its entry in O(1): level 0 has the lines, level 1 the leaves
// (512 lines each), up to level 4, which is the root. A level's array is filled 512 entries at a time from
// the node in the file on first use. Zero means "not known yet" and is only ever replaced by
// compare-and-swap, so any number of threads (in signal handlers too) may fill the same node at the same time
// without a lock, and a loader that comes late never undoes a write.
//
// Level 0 holds the newest content. Each of the two transactions remembers, for its lines, the entry that the
// line had before it, which gives all three views:
//   newest    = level 0
//   pending   = before current, where current has the line, else newest
//   committed = before pending, where pending has the line, else the pending view
// Changes to a line and reads of more than the newest view are under the lock of its stripe.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <vector>

#include "base/memory.h"
#include "store/format.h"

namespace uvm::store {

// An entry in memory: block number in the low half, checksum in the high half. Never 0 when known.
using Entry = std::uint64_t;
inline constexpr Entry kUnknownEntry = 0;
inline constexpr Entry kAbsentEntry = std::uint64_t{1} << 32;

inline Entry to_entry(BlockPointer pointer) {
  if (pointer.block == kAbsentBlock) return kAbsentEntry;
  return pointer.block | std::uint64_t{pointer.checksum} << 32;
}
inline BlockPointer to_pointer(Entry entry) {
  const auto block = static_cast<BlockNumber>(entry);
  return block == kAbsentBlock ? BlockPointer{}
                               : BlockPointer{block, static_cast<std::uint32_t>(entry >> 32)};
}
inline BlockNumber block_of(Entry entry) { return static_cast<BlockNumber>(entry); }
inline bool is_block(Entry entry) { return block_of(entry) >= kFirstFreeBlock; }
// Whether the line has content of this heap.
inline bool is_content(Entry entry) { return is_block(entry) || block_of(entry) == kZeroBlock; }

// Reads a node and checks it: EBADMSG when its checksum is wrong. Async-signal-safe.
class NodeReader {
 public:
  virtual IoResult<void> read_node(BlockPointer pointer, Node& node) noexcept = 0;

 protected:
  ~NodeReader() = default;
};

class PageTable {
 public:
  // Not in signal handlers. False when address space is short. `lines` is rounded up to 2^27.
  [[nodiscard]] bool reserve(std::uint64_t lines);
  [[nodiscard]] std::uint64_t line_limit() const { return levels_[0].size(); }
  [[nodiscard]] std::uint64_t level_size(int level) const { return levels_[level].size(); }

  // For opening, before any other thread: the root of the version, and the changes on top of it in the order
  // in which they were made. They are laid over a leaf when it is loaded, so opening does not touch every
  // leaf that changed. A leaf is rewritten only after it was loaded, so what they are laid over is always the
  // leaf they belong to.
  void set_root(BlockPointer root) { levels_[kTableLevels][0] = to_entry(root); }
  void set_changes(std::vector<Change> changes);

  [[nodiscard]] Entry entry(int level, std::uint64_t index) const noexcept {
    return std::atomic_ref(const_cast<Entry&>(levels_[level][index])).load(std::memory_order_acquire);
  }

  // Makes entry(level, index) known; `scratch` is clobbered. The errors are those of the reader.
  // Async-signal-safe.
  IoResult<void> load(int level, std::uint64_t index, NodeReader& reader, Node& scratch) noexcept;

  // The writing side. The line's newest entry must be known. Returns the block that nothing refers to any
  // more, 0 if there is none. Async-signal-safe.
  BlockNumber put(Transaction transaction, LineNumber line, Entry now) noexcept;
  [[nodiscard]] Entry pending_entry(LineNumber line) noexcept;
  [[nodiscard]] bool current_has(LineNumber line) noexcept;

  // current becomes pending. Takes every stripe's lock, so each put() is wholly before or after.
  void cut() noexcept;

  // Lines of pending, by rising number. While nothing but put(kPending) changes it.
  [[nodiscard]] std::vector<LineNumber> pending_lines() const;
  struct PendingChange {
    Entry committed, now;
  };
  [[nodiscard]] PendingChange pending_change(LineNumber line) noexcept;

  // The whole leaf as pending sees it. All its lines must be known.
  void pending_leaf(std::uint64_t leaf, Node& node) noexcept;

  // Ends pending: as committed, or by returning its changes to current. `superseded` gets the blocks of
  // pending that current had replaced already.
  void end_pending_committed() noexcept;
  void end_pending_failed(std::vector<BlockNumber>& superseded);

  // Commits a rewritten node. Level 1 and above; one writer.
  void set_node(int level, std::uint64_t index, BlockPointer pointer) noexcept {
    std::atomic_ref(levels_[level][index]).store(to_entry(pointer), std::memory_order_release);
  }

  // `line` if its leaf may have entries, else the first line of a later leaf (or node of leaves) that is not
  // known to be without. May read nodes, and fail like load().
  IoResult<LineNumber> skip_unused(LineNumber line, NodeReader& reader, Node& scratch) noexcept;

 private:
  struct TransactionLines {
    SparseArray<std::uint64_t> has;          // bit per line
    SparseArray<std::uint64_t> leaves;       // bit per leaf: some line of it is in `has`
    SparseArray<Entry> before;               // valid where `has`
    std::atomic<std::uint64_t> leaf_end{0};  // no leaf at or above it

    [[nodiscard]] bool contains(LineNumber line) const { return (has[line / 64] >> (line % 64) & 1) != 0; }
    void add(LineNumber line, Entry entry_before) noexcept;
    void clear() noexcept;
    template <typename Visit>
    void for_each(Visit visit) const;
  };
  static constexpr std::size_t kStripes = 64;
  struct alignas(64) Stripe {
    SpinLock lock;
  };

  SpinLock& stripe(LineNumber line) noexcept { return stripes_[line / kFanout % kStripes].lock; }
  TransactionLines& current() noexcept { return transactions_[current_]; }
  TransactionLines& pending() noexcept { return transactions_[1 - current_]; }
  [[nodiscard]] const TransactionLines& pending() const noexcept { return transactions_[1 - current_]; }
  Entry& newest(LineNumber line) noexcept { return levels_[0][line]; }
  Entry& pending_slot(LineNumber line) noexcept {
    return current().contains(line) ? current().before[line] : newest(line);
  }

  std::array<SparseArray<Entry>, kTableLevels + 1> levels_;
  std::vector<Change> changes_;         // by rising line, one for each; never changes after opening
  SparseArray<std::uint64_t> touched_;  // bit per leaf: changes_ or a transaction gave a line of it an entry
  TransactionLines transactions_[2];
  unsigned current_ = 0;  // under all stripes' locks
  std::array<Stripe, kStripes> stripes_;
};

}  // namespace uvm::store
