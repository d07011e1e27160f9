#include "runtime/boot/heap_format.h"

#include <algorithm>
#include <optional>
#include <string>

#include "gc/layout.h"
#include "runtime/boot/heap_fingerprint.h"
#include "runtime/execution/native.h"
#include "runtime/metadata/code.h"
#include "runtime/metadata/roots.h"
#include "runtime/metadata/vm.h"

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

std::string in_words(const Method& method) { return external_method_name(&method); }

// The native that a method has in this build, whatever it was bound to before; a stand-in if it has none.
std::uint32_t native_now(const Method& method) {
  const std::int32_t index =
      find_native(method.holder->name->view(), method.name->view(), method.descriptor->view());
  return index < 0 ? stand_in_for(&method) : static_cast<std::uint32_t>(index);
}

// A thread that stopped inside a native is in one of its phases, which another build may not have or may
// understand differently. The result names the native that prevents resuming, if there is one.
std::optional<std::string> check_native_frames() {
  for (const JavaThread* thread = roots().threads.get(); thread != nullptr; thread = thread->next.get()) {
    if (thread->alive == 0 || thread->top_frame == 0) continue;
    const auto* base = gc::at_offset<Slot>(thread->stack_base);
    for (const auto* frame = gc::at_offset<Frame>(thread->top_frame);;) {
      if (frame->kind == FrameKind::kNative) {
        const Method& method = *frame->method;
        const NativeMethod& native = native_at(native_now(method));
        if (native.protocol != method.native_protocol) {
          return "a thread is inside the native method " + in_words(method) +
                 (native.protocol == 0 ? ", which this uvm does not have"
                                       : ", which restarts differently in this uvm") +
                 "; resume it with the uvm that wrote the heap, or from another version";
        }
      }
      if (frame->caller == 0) break;
      frame = reinterpret_cast<const Frame*>(base + frame->caller);
    }
  }
  return std::nullopt;
}

// Methods keep the index of their native, which is valid for one table of natives only. Unbound methods are
// looked up by name at their next call, but a thread that stopped inside a native needs its index right away.
// A method whose intrinsic no longer exists runs its bytecode.
void rebind_natives(Vm& vm) {
  const std::lock_guard lock(vm.metadata_lock);
  for (Class* c = roots().all_classes.get(); c != nullptr; c = c->next.get()) {
    for (unsigned i = 0; i < c->method_count; ++i) {
      Method& method = c->methods[i];
      if (method.kind != MethodKind::kNative && method.kind != MethodKind::kNativeLeaf) continue;
      method.native_index = native_now(method);
      method.kind = method.is_native() ? MethodKind::kNativeUnbound : MethodKind::kUnprepared;
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
  if (r.layout_fingerprint != heap_fingerprint()) {
    return refuse(
        "the heap's structures are laid out differently from this uvm's, which has the same format, " +
        std::to_string(gc::kHeapFormat) + "; resume it with the uvm that wrote it");
  }
  if (r.native_fingerprint != native_table_fingerprint()) {
    if (const auto problem = check_native_frames(); problem) return refuse(*problem);
    rebind_natives(vm);
  }
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
