// The object heap: allocation of objects in the old segment, in regions of 1 MiB, through thread-local
// buffers.
//
// There is no collector yet: the segment is large, and cold lines leave memory. All state is in the region
// (HeapState in the roots segment, one AllocationBuffer inside each thread's record), so a resumed heap
// continues allocating where it stopped.
//
// The last part of the segment is a reserve, which is opened piece by piece when the rest is full, so that
// code that handles an OutOfMemoryError has memory to report it and to end in good order.
//
// Invariants: the bytes of a region below its top are a sequence of objects and fillers, except inside the
// unused part of an allocation buffer [top, end), which its owner's record names. New memory is zero.
#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>

#include "base/persisted.h"
#include "gc/object.h"

namespace uvm::uffd {
class Region;
}

namespace uvm::gc {

// A thread's private piece of a region. In the thread's record, hence in the heap.
struct AllocationBuffer {
  RegionOffset top;
  RegionOffset end;
};
UVM_PERSISTED(AllocationBuffer, top, end)

enum class RegionKind : std::uint8_t { kFree = 0, kOld = 1, kLargeStart = 2, kLargeContinued = 3 };
UVM_PERSISTED_ENUM(RegionKind, kFree, kOld, kLargeStart, kLargeContinued)

// Lives in the roots segment.
struct HeapState {
  RegionOffset old_end;      // end of the old segment of this heap: the --heap limit
  RegionOffset next_region;  // regions from here on have never been used
  RegionOffset shared_top;   // bump pointer in the region that allocation buffers are cut from
  RegionOffset shared_end;
  std::uint64_t allocated_bytes;         // since the heap was made
  Reference<std::uint8_t> region_kinds;  // RegionKind by index, metadata segment
  Reference<Shape> filler_shape;
  std::uint32_t reserve;  // bytes below old_end that are not given yet, whole regions
  std::uint32_t unused;
};
UVM_PERSISTED(HeapState, old_end, next_region, shared_top, shared_end, allocated_bytes, region_kinds,
              filler_shape, reserve, unused)

// How much of the reserve is opened at once; a new heap has four times as much, or an eighth of its size.
inline constexpr std::uint32_t kReservePiece = 2 * kOldRegionSize;

// Bytes of one allocation buffer; objects above a quarter of it are allocated directly.
inline constexpr std::uint64_t kAllocationBufferSize = 64 * 1024;

class Heap {
 public:
  // `state` is in the roots segment; `region` populates fresh lines in batches and may be null in unit tests.
  Heap(HeapState* state, uffd::Region* region) : state_(state), region_(region) {}

  // Allocates `bytes` (a multiple of 8) of zeroed memory; null when the virtual heap is full. Does not write
  // a header. Any thread, with its own buffer.
  std::byte* allocate(AllocationBuffer& buffer, std::uint64_t bytes) {
    const RegionOffset top = buffer.top;
    if (bytes <= buffer.end - top) [[likely]] {
      buffer.top = top + bytes;
      return g_region_base + top;
    }
    return allocate_slow(buffer, bytes);
  }

  // Fills the unused part of a buffer so that its region can be walked, and empties the buffer (thread exit).
  void retire(AllocationBuffer& buffer);

  // Bytes that may still be allocated, including the reserve; and the limit.
  [[nodiscard]] std::uint64_t free_bytes() const;
  [[nodiscard]] std::uint64_t capacity() const { return state_->old_end - kOldStart; }
  [[nodiscard]] std::uint64_t allocated_bytes() const {  // at any time, under no lock
    return std::atomic_ref(state_->allocated_bytes).load(std::memory_order_relaxed);
  }

  [[nodiscard]] bool contains(const void* address) const {
    const RegionOffset offset = offset_of(address);
    return offset >= kOldStart && offset < state_->next_region;
  }

  // Whether `bytes` can be allocated for throwing and handling an error. Opens a piece of the reserve for
  // that if there is one left.
  bool make_room_for_error(std::uint64_t bytes);

 private:
  [[nodiscard]] RegionOffset limit() const { return state_->old_end - state_->reserve; }
  std::byte* allocate_slow(AllocationBuffer& buffer, std::uint64_t bytes);
  std::byte* allocate_large(std::uint64_t bytes);
  bool refill_shared();
  void fill(RegionOffset from, RegionOffset to);

  HeapState* state_;
  uffd::Region* region_;
  std::mutex lock_;  // sleeps: whoever holds it may be waiting for a line to come in
};

// Writes a header: the shape, and the identity hash, which never changes.
inline void set_header(void* memory, const Shape* shape) {
  const std::uint32_t bits = encode(memory);
  std::uint32_t hash = (bits * 0x9E3779B1U) ^ (bits >> 15);
  hash &= 0x7fffffffU;
  if (hash == 0) hash = 1;
  *static_cast<std::uint64_t*>(memory) = (static_cast<std::uint64_t>(hash) << 32) | encode(shape);
}

}  // namespace uvm::gc
