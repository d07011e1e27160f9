// Natives of sun.management.MemoryImpl.
#include "runtime/natives/support.h"

namespace uvm::rt {
namespace {

constexpr std::int64_t kUndefined = -1;  // MemoryUsage: no such figure

// The heap is reserved as a whole, what is not of the heap grows without a limit of its own.
Status memory_usage(NativeCall& call) {
  Thread& thread = call.thread;
  const Vm& machine = *thread.vm;
  Class* c = boot_class(thread, "java/lang/management/MemoryUsage");
  if (c == nullptr) return Status::kThrow;
  UVM_TRY(ensure_initialized(thread, c));
  Object* usage = new_object(thread, c);
  UVM_TRY(made(usage));
  const auto set = [&](std::string_view field, std::uint64_t value) {
    usage->field<std::int64_t>(library_field(c, field, "J")) = static_cast<std::int64_t>(value);
  };
  if (call.i32(1) != 0) {
    set("used", machine.heap.capacity() - machine.heap.free_bytes());
    set("committed", machine.heap.capacity());
    set("max", machine.heap.capacity());
  } else {
    const std::uint64_t used = roots().metadata.allocated_bytes + roots().native.allocated_bytes;
    set("used", used);
    set("committed", used);
    set("max", static_cast<std::uint64_t>(kUndefined));
  }
  return call.ret(usage);
}

// There are no pools that could be told apart, and no managers of them.
Status no_pools(NativeCall& call) {
  Class* c = boot_class(call.thread, "java/lang/management/MemoryPoolMXBean");
  const Object* result = c == nullptr ? nullptr : new_object_array(call.thread, c, 0);
  return result == nullptr ? Status::kThrow : call.ret(result);
}

Status no_managers(NativeCall& call) {
  Class* c = boot_class(call.thread, "java/lang/management/MemoryManagerMXBean");
  const Object* result = c == nullptr ? nullptr : new_object_array(call.thread, c, 0);
  return result == nullptr ? Status::kThrow : call.ret(result);
}

const NativeMethod kMemoryImplMethods[] = {
    {"getMemoryUsage0", "(Z)Ljava/lang/management/MemoryUsage;", memory_usage},
    {"getMemoryPools0", "()[Ljava/lang/management/MemoryPoolMXBean;", no_pools},
    {"getMemoryManagers0", "()[Ljava/lang/management/MemoryManagerMXBean;", no_managers},
};
UVM_REGISTER_NATIVES("sun/management/MemoryImpl", kMemoryImplMethods)

}  // namespace
}  // namespace uvm::rt
