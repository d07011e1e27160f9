// Natives of sun.management's memory beans: the heap, its pools and their managers.
//
// There is one pool of objects and one of classes. Neither ever shrinks, so the current use is also the peak.
// The only manager of the heap is System.gc's treatment of references, which frees no memory yet.
#include "runtime/heap/objects.h"
#include "runtime/heap/strings.h"
#include "runtime/linking/class_loading.h"
#include "runtime/linking/initialization.h"
#include "runtime/metadata/roots.h"
#include "runtime/natives/support.h"

namespace uvm::rt {
namespace {

constexpr std::int64_t kUndefined = -1;  // MemoryUsage: no such figure
constexpr std::string_view kHeapPool = "uvm Heap";
constexpr std::string_view kMetadataPool = "uvm Metadata";
constexpr std::string_view kCollector = "uvm Marker";
constexpr std::string_view kMetadataManager = "uvm Metadata Manager";

Status make_usage(NativeCall& call, std::uint64_t used, std::uint64_t committed, std::int64_t max) {
  Thread& thread = call.thread;
  Class* c = boot_class(thread, "java/lang/management/MemoryUsage");
  if (c == nullptr) return Status::kThrow;
  UVM_TRY(ensure_initialized(thread, c));
  Object* usage = new_object(thread, c);
  UVM_TRY(made(usage));
  const auto set = [&](std::string_view field, std::int64_t value) {
    usage->field<std::int64_t>(library_field(c, field, "J")) = value;
  };
  set("used", static_cast<std::int64_t>(used));
  set("committed", static_cast<std::int64_t>(committed));
  set("max", max);
  return call.ret(usage);
}

// The heap is reserved as a whole.
Status heap_usage(NativeCall& call) {
  const gc::Heap& heap = call.thread.vm->heap;
  return make_usage(call, heap.capacity() - heap.free_bytes(), heap.capacity(),
                    static_cast<std::int64_t>(heap.capacity()));
}

// Memory outside the heap grows without a limit of its own.
Status memory_usage(NativeCall& call) {
  if (call.i32(1) != 0) return heap_usage(call);
  const std::uint64_t used = roots().metadata.allocated_bytes + roots().native.allocated_bytes;
  return make_usage(call, used, used, kUndefined);
}

Status pool_usage(NativeCall& call) {
  Object* pool = call.object(0);
  const bool is_heap = pool->field<std::uint8_t>(library_field(class_of(pool), "isHeap", "Z")) != 0;
  if (is_heap) return heap_usage(call);
  const std::uint64_t used = roots().metadata.allocated_bytes;
  return make_usage(call, used, used, kUndefined);
}

// Null: no pool is collected.
Status no_usage(NativeCall& call) { return call.ret(static_cast<const Object*>(nullptr)); }

// Calls a static method of a bean's factory for each of the array's `count` elements; phase n: during the
// upcall for element n - 1. The array is in saved 0.
template <typename Make>  // (unsigned index): pushes the call
Status make_beans(NativeCall& call, std::string_view element_class, unsigned count, Make make) {
  Thread& thread = call.thread;
  const unsigned phase = call.phase();
  if (phase == 0) {
    Class* c = boot_class(thread, element_class);
    if (c == nullptr) return Status::kThrow;
    const Array* array = new_object_array(thread, c, static_cast<std::int32_t>(count));
    UVM_TRY(made(array));
    call.save(0, array);
  } else {
    array_set(static_cast<Array*>(call.saved(0)), static_cast<std::int32_t>(phase - 1),
              gc::decode<Object>(call.upcall_result().ref));
  }
  if (phase == count) return call.ret(call.saved(0));
  const Status status = make(phase);
  if (status == Status::kUpcall) call.set_phase(phase + 1);
  return status;
}

Status factory(Thread& thread, std::string_view name, Class** c) {
  *c = boot_class(thread, name);
  return *c == nullptr ? Status::kThrow : ensure_initialized(thread, *c);
}

Status make_pools(NativeCall& call) {
  Class* c = nullptr;
  UVM_TRY(factory(call.thread, "sun/management/ManagementFactoryHelper", &c));
  return make_beans(call, "java/lang/management/MemoryPoolMXBean", 2, [&](unsigned index) {
    const Object* name = new_string(call.thread, std::string(index == 0 ? kHeapPool : kMetadataPool));
    UVM_TRY(made(name));
    // A threshold of -1: the pool has none.
    return call.upcall(
        library_method(c, "createMemoryPool",
                       "(Ljava/lang/String;ZJJ)Ljava/lang/management/MemoryPoolMXBean;"),
        {slot_of(name), slot_of(index == 0), slot_of(kUndefined), Slot{}, slot_of(kUndefined), Slot{}});
  });
}

Status make_managers(NativeCall& call) {
  Class* plain = nullptr;
  UVM_TRY(factory(call.thread, "sun/management/ManagementFactoryHelper", &plain));
  // The module jdk.management has a bean that can say more.
  Class* c = boot_class(call.thread, "com/sun/management/internal/GarbageCollectorExtImpl");
  if (c == nullptr) {
    call.thread.java->pending_exception = nullptr;
    c = plain;
  }
  UVM_TRY(ensure_initialized(call.thread, c));
  return make_beans(call, "java/lang/management/MemoryManagerMXBean", 2, [&](unsigned index) {
    const Object* name = new_string(call.thread, std::string(index == 0 ? kCollector : kMetadataManager));
    UVM_TRY(made(name));
    if (index == 0) {
      return call.upcall(
          library_method(
              c, "createGarbageCollector",
              "(Ljava/lang/String;Ljava/lang/String;)Ljava/lang/management/GarbageCollectorMXBean;"),
          {slot_of(name), slot_of(static_cast<const Object*>(nullptr))});
    }
    return call.upcall(library_method(plain, "createMemoryManager",
                                      "(Ljava/lang/String;)Ljava/lang/management/MemoryManagerMXBean;"),
                       {slot_of(name)});
  });
}

// The pool of a manager, or the manager of a pool: MemoryImpl keeps both arrays, in the same order.
Status counterpart(NativeCall& call, bool is_first, std::string_view method, std::string_view descriptor,
                   std::string_view element_class) {
  Thread& thread = call.thread;
  if (call.phase() == kFresh) {
    Class* c = nullptr;
    UVM_TRY(factory(thread, "sun/management/MemoryImpl", &c));
    call.set_phase(kUnderWay);
    return call.upcall(library_method(c, method, descriptor), {});
  }
  call.save(0, gc::decode<Object>(call.upcall_result().ref));
  Class* c = boot_class(thread, element_class);
  if (c == nullptr) return Status::kThrow;
  Array* result = new_object_array(thread, c, 1);
  UVM_TRY(made(result));
  array_set(result, 0, array_get(static_cast<Array*>(call.saved(0)), is_first ? 0 : 1));
  return call.ret(result);
}

Status managers_of_pool(NativeCall& call) {
  const Object* pool = call.object(0);
  const bool is_heap = pool->field<std::uint8_t>(library_field(class_of(pool), "isHeap", "Z")) != 0;
  return counterpart(call, is_heap, "getMemoryManagers", "()[Ljava/lang/management/MemoryManagerMXBean;",
                     "java/lang/management/MemoryManagerMXBean");
}

Status pools_of_manager(NativeCall& call) {
  Object* manager = call.object(0);
  const Object* name = manager->reference(library_field(class_of(manager), "name", "Ljava/lang/String;"));
  return counterpart(call, to_utf8(name) == kCollector, "getMemoryPools",
                     "()[Ljava/lang/management/MemoryPoolMXBean;", "java/lang/management/MemoryPoolMXBean");
}

Status collection_count(NativeCall& call) { return call.ret(static_cast<std::int64_t>(roots().collections)); }
Status collection_time(NativeCall& call) {  // ms
  return call.ret(static_cast<std::int64_t>(roots().collection_ns / 1'000'000));
}

const NativeMethod kMemoryImplMethods[] = {
    {"getMemoryUsage0", "(Z)Ljava/lang/management/MemoryUsage;", memory_usage},
    {"getMemoryPools0", "()[Ljava/lang/management/MemoryPoolMXBean;", make_pools},
    {"getMemoryManagers0", "()[Ljava/lang/management/MemoryManagerMXBean;", make_managers},
};
UVM_REGISTER_NATIVES("sun/management/MemoryImpl", kMemoryImplMethods)

const NativeMethod kMemoryPoolImplMethods[] = {
    {"getUsage0", "()Ljava/lang/management/MemoryUsage;", pool_usage},
    {"getPeakUsage0", "()Ljava/lang/management/MemoryUsage;", pool_usage},
    {"getCollectionUsage0", "()Ljava/lang/management/MemoryUsage;", no_usage, kLeaf},
    {"resetPeakUsage0", "()V", native_nothing, kLeaf},
    {"getMemoryManagers0", "()[Ljava/lang/management/MemoryManagerMXBean;", managers_of_pool},
};
UVM_REGISTER_NATIVES("sun/management/MemoryPoolImpl", kMemoryPoolImplMethods)

const NativeMethod kMemoryManagerImplMethods[] = {
    {"getMemoryPools0", "()[Ljava/lang/management/MemoryPoolMXBean;", pools_of_manager},
};
UVM_REGISTER_NATIVES("sun/management/MemoryManagerImpl", kMemoryManagerImplMethods)

const NativeMethod kGarbageCollectorImplMethods[] = {
    {"getCollectionCount", "()J", collection_count, kLeaf},
    {"getCollectionTime", "()J", collection_time, kLeaf},
};
UVM_REGISTER_NATIVES("sun/management/GarbageCollectorImpl", kGarbageCollectorImplMethods)

// Nothing more is known about a collection, and no notification is sent after one.
Status no_attributes(NativeCall& call) { return call.ret(0); }
Status no_last_collection(NativeCall& call) { return call.ret(static_cast<const Object*>(nullptr)); }

const NativeMethod kGcInfoBuilderMethods[] = {
    {"getNumGcExtAttributes", "(Ljava/lang/management/GarbageCollectorMXBean;)I", no_attributes, kLeaf},
    {"fillGcAttributeInfo",
     "(Ljava/lang/management/GarbageCollectorMXBean;I[Ljava/lang/String;[C[Ljava/lang/String;)V",
     native_nothing, kLeaf},
    {"getLastGcInfo0",
     "(Ljava/lang/management/GarbageCollectorMXBean;I[Ljava/lang/Object;[C[Ljava/lang/management/MemoryUsage;"
     "[Ljava/lang/management/MemoryUsage;)Lcom/sun/management/GcInfo;",
     no_last_collection, kLeaf},
};
UVM_REGISTER_NATIVES("com/sun/management/internal/GcInfoBuilder", kGcInfoBuilderMethods)

const NativeMethod kGarbageCollectorExtImplMethods[] = {
    {"setNotificationEnabled", "(Lcom/sun/management/GarbageCollectorMXBean;Z)V", native_nothing, kLeaf},
};
UVM_REGISTER_NATIVES("com/sun/management/internal/GarbageCollectorExtImpl", kGarbageCollectorExtImplMethods)

}  // namespace
}  // namespace uvm::rt
