// Which blocks of a heap file are in use: Holding, the blocks and slots that one version holds, and
// BlockAllocator, which knows what is free for writing now.
//
// A block is free when no retained version holds it and the running transactions have not taken it. Deaths
// need no bookkeeping per block: dropping versions frees what only they hold, by bitmap arithmetic. Of a
// packed block, all lines belong to the same transaction until it is committed; it is free again when the
// last of them is superseded before that, and otherwise, like any block, when no version holds it.
//
// A hole is a run of free blocks whose space was returned to the device; it cannot be used until it is filled
// again. Holes are not recorded: when a file is opened they are ordinary free blocks, whose first write takes
// space.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "base/memory.h"
#include "store/format.h"

namespace uvm::store {

// A set of block numbers, or of slot numbers, in chunks of one bitmap block each. Copies share chunks until
// one of them changes. Belongs to one thread at a time; copies of one set too.
class BlockSet {
 public:
  using Chunk = BitmapBlock;

  [[nodiscard]] bool test(BlockNumber block) const;
  void set(BlockNumber block);
  void clear(BlockNumber block);
  void set_range(BlockNumber first, std::uint32_t count);
  void clear_range(BlockNumber first, std::uint32_t count);

  [[nodiscard]] std::uint32_t chunk_count() const { return static_cast<std::uint32_t>(chunks_.size()); }
  // Null where no block of the chunk is in the set, or chunk() is beyond chunk_count().
  [[nodiscard]] const Chunk* chunk(std::uint32_t index) const;
  void put_chunk(std::uint32_t index, const Chunk& content);
  // One above the highest block in the set, 0 for the empty one.
  [[nodiscard]] std::uint64_t end() const;
  // Bits 8 i to 8 i + 7.
  [[nodiscard]] std::uint8_t byte(std::uint32_t i) const;

 private:
  Chunk& own(std::uint32_t index);
  std::vector<std::shared_ptr<Chunk>> chunks_;
};

// What one version holds. Numbers are those of page-table entries: blocks, or compressed lines.
struct Holding {
  BlockSet blocks;  // packed ones of which a slot is held among them
  BlockSet slots;

  [[nodiscard]] bool has(BlockNumber number) const;
  void add(BlockNumber number);
  void remove(BlockNumber number);
};

// A space map or slot map and where its own blocks lie.
struct SpaceMap {
  BlockPointer root;
  std::vector<BlockPointer> nodes;
  std::vector<BlockPointer> bitmaps;
  BlockSet held;
};

struct BlockRun {
  BlockNumber first = 0;
  std::uint32_t count = 0;
};

// Async-signal-safe where not said otherwise; may be called from any thread.
class BlockAllocator {
 public:
  // Not in signal handlers. False when address space is short.
  [[nodiscard]] bool reserve();

  // Blocks below `blocks` exist in the file. Never shrinks.
  void set_capacity(std::uint64_t blocks) noexcept;
  [[nodiscard]] std::uint64_t capacity() const noexcept { return capacity_.load(std::memory_order_relaxed); }
  [[nodiscard]] std::uint64_t free_blocks() const noexcept { return free_.load(std::memory_order_relaxed); }

  // Up to `want` adjacent free blocks, long runs first. Empty when none is free, or when only short runs are
  // and `accept_crumbs` is false: then the caller should let the file grow instead.
  [[nodiscard]] BlockRun take(std::uint32_t want, bool accept_crumbs) noexcept;

  // Gives back blocks of a running transaction; kept aside while frees are deferred.
  void give_back(BlockNumber first, std::uint32_t count) noexcept;

  // A packed block that has been written: its first `lines` slots are in use.
  void fill_slots(BlockNumber block, std::uint32_t lines) noexcept;
  // Gives back what a running transaction no longer needs: a block, or a slot and, with the last one, its
  // block.
  void give_back(BlockNumber number) noexcept;

  // After a failed flush or root write it is unknown what the device holds and which root counts. Until the
  // next good commit, blocks given back are not reused.
  void defer_frees() noexcept;
  void release_deferred() noexcept;

  // Takes the highest run of free blocks under `below`, `at_least` to `most` long, to become a hole. Empty
  // when there is none, or too many holes exist.
  [[nodiscard]] BlockRun begin_hole(std::uint32_t at_least, std::uint32_t most, std::uint64_t below) noexcept;
  // Says whether it has become a hole; otherwise its blocks are free as before.
  void end_hole(BlockRun run, bool is_hole) noexcept;
  // A hole to fill; nobody can take its blocks until end_hole(). Empty when there is none.
  [[nodiscard]] BlockRun take_hole() noexcept;
  [[nodiscard]] std::uint64_t hole_blocks() const noexcept {
    return in_holes_.load(std::memory_order_relaxed);
  }

  // For opening: marks what a version holds. Not concurrent with anything.
  void add(const BlockSet& held);

  // Frees what `dropped` hold and `kept` do not. Not in signal handlers.
  void drop(std::span<const BlockSet* const> dropped, std::span<const BlockSet* const> kept);

  // The blocks that are taken and that `kept` do not hold: those of the running transactions, and holes.
  [[nodiscard]] BlockSet uncommitted(std::span<const BlockSet* const> kept);

 private:
  // Runs are searched in groups of this many blocks and do not cross group boundaries. A group without a run
  // of the wanted length is not searched again until enough of it has been freed.
  static constexpr std::uint32_t kGroup = 4096;

  template <typename Visit>
  void each_free_run(std::uint64_t from, std::uint64_t to, Visit visit) const noexcept;
  void freed(std::uint64_t group, std::uint64_t blocks) noexcept;
  BlockRun find_in_group(std::uint64_t group, std::uint64_t from, std::uint32_t at_least) noexcept;
  BlockRun find(std::uint32_t want, std::uint32_t at_least) noexcept;
  void mark(BlockNumber first, std::uint32_t count, bool used) noexcept;

  SpinLock lock_;
  SparseArray<std::uint64_t> used_;      // bit per block
  SparseArray<std::uint64_t> deferred_;  // bit per block: to be freed at the next good commit
  SparseArray<std::uint8_t> slots_;      // of packed blocks: bit per slot; meaningless once it is committed
  bool deferring_ = false;
  std::atomic<std::uint64_t> capacity_{0};
  std::atomic<std::uint64_t> free_{0};
  std::atomic<std::uint64_t> in_holes_{0};
  static constexpr std::uint32_t kMaxHoles = 4096;
  SparseArray<BlockRun> holes_;  // one more than kMaxHoles: that which is being filled may come back
  std::uint32_t hole_count_ = 0;
  std::uint64_t cursor_ = kFirstFreeBlock;
  SparseArray<std::uint16_t> longest_;  // by group: no free run is longer
  std::uint32_t longest_of_all_ = 0;    // nor is there a longer one in any
};

}  // namespace uvm::store
