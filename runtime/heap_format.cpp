#include "runtime/heap_format.h"

#include <algorithm>

#include "gc/layout.h"
#include "runtime/code.h"
#include "runtime/native.h"
#include "runtime/roots.h"
#include "runtime/vm.h"

namespace uvm::rt {
namespace {

constexpr uffd::SegmentSpec kSegments[] = {
    {.name = "roots", .offset = gc::kRootsStart, .size = gc::kRootsSize, .pinned = true, .flushed = true},
    {.name = "metadata",
     .offset = gc::kMetadataStart,
     .size = gc::kMetadataSize,
     .pinned = false,
     .flushed = true},
    {.name = "old", .offset = gc::kOldStart, .size = gc::kMaxOldSize, .pinned = false, .flushed = true},
    {.name = "stacks", .offset = gc::kStacksStart, .size = gc::kStacksSize, .pinned = false, .flushed = true},
    {.name = "native", .offset = gc::kNativeStart, .size = gc::kNativeSize, .pinned = false, .flushed = true},
};

// Methods keep the index of their native, which is good for one native table only. Unbound, they are looked
// up by name at their next call; a thread stopped inside a native needs its index right away.
void rebind_natives(Vm& vm) {
  const std::lock_guard lock(vm.metadata_lock);
  for (Class* c = roots().all_classes.get(); c != nullptr; c = c->next.get()) {
    for (unsigned i = 0; i < c->method_count; ++i) {
      Method& method = c->methods[i];
      if (method.kind != MethodKind::kNative && method.kind != MethodKind::kNativeLeaf) continue;
      const std::int32_t index = find_native(c->name->view(), method.name->view(), method.descriptor->view());
      if (index >= 0) method.native_index = static_cast<std::uint32_t>(index);
      method.kind = MethodKind::kNativeUnbound;
    }
  }
  roots().native_fingerprint = native_table_fingerprint();
}

}  // namespace

std::span<const uffd::SegmentSpec> heap_segments() { return kSegments; }

Result<void> check_heap(Vm& vm) {
  const auto refuse = [](const std::string& why) {
    return Unexpected{Error{.code = Errc::kInvalid, .message = why}};
  };
  const Roots& r = roots();
  if (r.magic != kRootsMagic) return refuse("the heap has no roots of uvm in it");
  if (r.heap_format != gc::kHeapFormat) {
    return refuse("the heap is of format " + std::to_string(r.heap_format) + ", this uvm has " +
                  std::to_string(gc::kHeapFormat));
  }
  if (r.code_format != kCodeFormat) {
    return refuse("the heap's methods are in code format " + std::to_string(r.code_format) +
                  ", this uvm has " + std::to_string(kCodeFormat));
  }
  if (r.native_fingerprint != native_table_fingerprint()) rebind_natives(vm);
  return {};
}

void set_heap_size(std::uint64_t bytes) {
  const std::uint64_t size = std::min(bytes, gc::kMaxOldSize) / gc::kOldRegionSize * gc::kOldRegionSize;
  gc::HeapState& heap = roots().heap;
  heap.old_end = std::max(gc::kOldStart + size, heap.next_region);
  const std::uint64_t reserve = std::min<std::uint64_t>(4 * gc::kReservePiece, size / 8);
  heap.reserve = static_cast<std::uint32_t>(reserve / gc::kOldRegionSize * gc::kOldRegionSize);
}

}  // namespace uvm::rt
