// SegmentAllocator: memory inside a segment of the region, for data that is not an object.
//
// Two users: metadata (classes, methods, symbols, code: allocate_forever, never freed) and native memory
// (Unsafe, zlib state: allocate and release). All state is in the region, so a resumed heap continues with
// it. Freed blocks go to free lists by size class (four classes per power of two) and are reused whole; a
// released block of a page or more gives its lines back through Region::discard.
//
// Any thread; a lock in the host object guards the state.
#pragma once

#include <cstdint>
#include <mutex>

#include "base/persisted.h"
#include "gc/reference.h"

namespace uvm::uffd {
class Region;
}

namespace uvm::gc {

inline constexpr unsigned kSizeClasses = 160;

// Lives in the roots segment.
struct SegmentAllocatorState {
  RegionOffset top;  // bump pointer
  RegionOffset end;
  std::uint64_t allocated_bytes;  // live bytes handed out, headers included
  RegionOffset free_lists[kSizeClasses];
};
UVM_PERSISTED(SegmentAllocatorState, top, end, allocated_bytes, free_lists)

// Before each block of allocate().
struct BlockHeader {
  std::uint64_t size_class;
  RegionOffset next_free;  // while on a free list
};
UVM_PERSISTED(BlockHeader, size_class, next_free)
static_assert(sizeof(BlockHeader) == 16);

class SegmentAllocator {
 public:
  SegmentAllocator(SegmentAllocatorState* state, uffd::Region* region) : state_(state), region_(region) {}

  // Zeroed memory, 8-aligned, never freed. Aborts the VM when the segment is full (it is 2 GiB).
  void* allocate_forever(std::uint64_t bytes);
  template <typename T>
  T* make(std::uint64_t count = 1) {
    return static_cast<T*>(allocate_forever(sizeof(T) * count));
  }

  // Memory aligned to 16, not zeroed; 0 when the segment is full. `bytes` may be 0.
  RegionOffset allocate(std::uint64_t bytes);
  // Precondition: `block` came from allocate() and is not released; 0 is ignored.
  void release(RegionOffset block);
  // Bytes usable in a block.
  [[nodiscard]] static std::uint64_t usable_size(RegionOffset block);

 private:
  SegmentAllocatorState* state_;
  uffd::Region* region_;
  std::mutex lock_;  // sleeps: whoever holds it may be waiting for a line to come in
};

}  // namespace uvm::gc
