// Natives of java.lang.Runtime.
#include "runtime/heap/reference_processing.h"
#include "runtime/metadata/vm.h"
#include "runtime/natives/support.h"
#include "runtime/threads/collection.h"

namespace uvm::rt {
namespace {

Status available_processors(NativeCall& call) { return call.ret(processor_count()); }

Status free_memory(NativeCall& call) { return call.ret(static_cast<std::int64_t>(vm()->heap.free_bytes())); }
// The heap is reserved as a whole: it has its final size from the start.
Status total_memory(NativeCall& call) { return call.ret(static_cast<std::int64_t>(vm()->heap.capacity())); }

// No memory is reclaimed, but references are treated as after a collection.
Status gc(NativeCall& call) { return collect_references(call.thread); }

const NativeMethod kRuntimeMethods[] = {
    {"availableProcessors", "()I", available_processors, kLeaf},
    {"freeMemory", "()J", free_memory, kLeaf},
    {"totalMemory", "()J", total_memory, kLeaf},
    {"maxMemory", "()J", total_memory, kLeaf},
    {"gc", "()V", gc},
};
UVM_REGISTER_NATIVES("java/lang/Runtime", kRuntimeMethods)

}  // namespace
}  // namespace uvm::rt
