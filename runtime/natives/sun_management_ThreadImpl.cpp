// Natives of sun.management.ThreadImpl: ThreadMXBean's view of the threads.
#include <algorithm>
#include <mutex>

#include "gc/region_walk.h"
#include "runtime/heap/exceptions.h"
#include "runtime/heap/heap_roots.h"
#include "runtime/heap/objects.h"
#include "runtime/linking/class_loading.h"
#include "runtime/linking/initialization.h"
#include "runtime/metadata/roots.h"
#include "runtime/metadata/vm.h"
#include "runtime/natives/support.h"
#include "runtime/natives/thread_snapshot.h"
#include "runtime/threads/cpu_time.h"
#include "runtime/threads/host_threads.h"
#include "runtime/threads/monitors.h"
#include "runtime/threads/safepoint.h"
#include "runtime/threads/threads.h"

namespace uvm::rt {
namespace {

std::int64_t java_id(const JavaThread* record) {
  return record->object->field<std::int64_t>(known().Thread_tid);
}

template <typename Visit>
void for_each_live_thread(Visit visit) {
  for (JavaThread* record = roots().threads.get(); record != nullptr; record = record->next.get()) {
    if (record->alive != 0 && record->object && record_of(record->object.get()) != nullptr) visit(record);
  }
}

// Call with the lock of the threads held, or while they are stopped. Null: not alive.
JavaThread* find_live_thread(std::int64_t id) {
  JavaThread* found = nullptr;
  for_each_live_thread([&](JavaThread* record) {
    if (java_id(record) == id) found = record;
  });
  return found;
}

Status make_thread_array(NativeCall& call, const std::vector<std::uint32_t>& threads) {
  Array* result =
      new_object_array(call.thread, known().Thread.get(), static_cast<std::int32_t>(threads.size()));
  UVM_TRY(made(result));
  for (std::size_t i = 0; i < threads.size(); ++i) {
    array_set(result, static_cast<std::int32_t>(i), gc::decode<Object>(threads[i]));
  }
  return call.ret(result);
}

Status get_threads(NativeCall& call) {
  std::vector<std::uint32_t> threads;
  {
    const std::lock_guard lock(threads_of(*call.thread.vm).lock);
    for_each_live_thread([&](const JavaThread* record) { threads.push_back(record->object.bits); });
  }
  return make_thread_array(call, threads);
}

// --- CPU time

// -1 if the thread is not alive. `id` 0: the caller.
std::int64_t cpu_time(Thread& caller, std::int64_t id, std::int64_t CpuTime::*which) {
  if (id == 0) return thread_cpu_time(caller).*which;
  const std::lock_guard lock(threads_of(*caller.vm).lock);
  JavaThread* record = find_live_thread(id);
  const Thread* host = record == nullptr ? nullptr : host_thread_of(record);
  return host == nullptr ? -1 : thread_cpu_time(*host).*which;
}

template <std::int64_t CpuTime::*which>
Status cpu_time_of_thread(NativeCall& call) {
  return call.ret(cpu_time(call.thread, call.i64(0), which));
}

template <std::int64_t CpuTime::*which>
Status cpu_times_of_threads(NativeCall& call) {
  const Array* ids = call.array(0);
  Array* times = call.array(1);
  if (ids == nullptr || times == nullptr) return throw_null_pointer(call.thread);
  for (std::int32_t i = 0; i < std::min(ids->length, times->length); ++i) {
    times->elements<std::int64_t>()[i] = cpu_time(call.thread, ids->elements<std::int64_t>()[i], which);
  }
  return call.ret();
}

// --- ThreadInfo

enum Detail : unsigned { kMonitors = 1, kSynchronizers = 2 };

// Visits a thread's synchronizers of java.util.concurrent.locks, anywhere in the heap. While stopped.
void for_each_owned_synchronizer(Thread& thread, const Object* owner,
                                 const std::function<void(Object*)>& visit) {
  Class* c = boot_class(thread, "java/util/concurrent/locks/AbstractOwnableSynchronizer");
  if (c == nullptr) return;
  const std::uint32_t field = library_field(c, "exclusiveOwnerThread", "Ljava/lang/Thread;");
  gc::RegionWalker(roots().heap, allocation_buffers()).walk_all([&](Object* object) {
    if (class_of(object)->is_subclass_of(c) && object->reference(field) == owner) visit(object);
  });
}

Status make_array_of(Thread& thread, const std::vector<std::uint32_t>& objects, Array** result) {
  *result = new_object_array(thread, known().Object.get(), static_cast<std::int32_t>(objects.size()));
  UVM_TRY(made(*result));
  for (std::size_t i = 0; i < objects.size(); ++i) {
    array_set(*result, static_cast<std::int32_t>(i), gc::decode<Object>(objects[i]));
  }
  return Status::kOk;
}

// Pushes the constructor of a new ThreadInfo for the thread with that id and puts the object into saved(0):
// kUpcall. kOk: the thread is not alive. `depth` -1: all frames.
Status push_info(NativeCall& call, Class* info_class, std::int64_t id, std::int32_t depth, unsigned detail) {
  Thread& thread = call.thread;
  std::vector<StackPosition> positions;
  std::int32_t state = 0;
  std::uint32_t object = 0;
  Blocker blocker;
  std::vector<std::uint32_t> monitors;
  std::vector<std::uint32_t> synchronizers;
  UVM_TRY(while_stopped(call, [&] {
    JavaThread* record = find_live_thread(id);
    if (record == nullptr) return;
    object = record->object.bits;
    state = thread_status(record->object.get());
    positions = stack_of(record, depth < 0 ? kMaxStackTraceDepth : static_cast<std::size_t>(depth));
    blocker = blocker_of(record);
    if ((detail & kMonitors) != 0) {
      for_each_owned_monitor(*record, [&](const Object* o) { monitors.push_back(gc::encode(o)); });
    }
    if ((detail & kSynchronizers) != 0) {
      for_each_owned_synchronizer(thread, record->object.get(),
                                  [&](const Object* o) { synchronizers.push_back(gc::encode(o)); });
    }
  }));
  if (object == 0) return Status::kOk;
  const Array* trace = make_stack_trace(thread, positions);
  UVM_TRY(made(trace));
  Object* info = new_object(thread, info_class);
  UVM_TRY(made(info));
  call.save(0, info);
  // blockedCount, blockedTime, waitedCount, waitedTime: neither counts nor times are kept.
  const std::int64_t unknown_time = -1;
  std::vector<Slot> arguments = {slot_of(info),
                                 slot_of(gc::decode<Object>(object)),
                                 slot_of(state),
                                 slot_of(blocker.object),
                                 slot_of(blocker.owner),
                                 slot_of(std::int64_t{0}),
                                 Slot{},
                                 slot_of(unknown_time),
                                 Slot{},
                                 slot_of(std::int64_t{0}),
                                 Slot{},
                                 slot_of(unknown_time),
                                 Slot{},
                                 slot_of(trace)};
  if (detail == 0) {
    return call.upcall(
        library_method(info_class, "<init>",
                       "(Ljava/lang/Thread;ILjava/lang/Object;Ljava/lang/Thread;JJJJ[Ljava/lang/"
                       "StackTraceElement;)V"),
        arguments);
  }
  Array* monitor_array = nullptr;
  UVM_TRY(make_array_of(thread, monitors, &monitor_array));
  Array* synchronizer_array = nullptr;
  UVM_TRY(make_array_of(thread, synchronizers, &synchronizer_array));
  // It is not recorded which frame locked a monitor; a negative depth says so.
  Array* depths = new_primitive_array(thread, BasicType::kInt, monitor_array->length);
  UVM_TRY(made(depths));
  std::fill_n(depths->elements<std::int32_t>(), depths->length, -1);
  arguments.push_back(slot_of(monitor_array));
  arguments.push_back(slot_of(depths));
  arguments.push_back(slot_of(synchronizer_array));
  return call.upcall(library_method(info_class, "<init>",
                                    "(Ljava/lang/Thread;ILjava/lang/Object;Ljava/lang/Thread;JJJJ[Ljava/lang/"
                                    "StackTraceElement;[Ljava/lang/Object;[I[Ljava/lang/Object;)V"),
                     arguments);
}

// Fills `result` with the infos of the threads in `ids`, by one upcall each. Under way: during an upcall, for
// the index in saved value 0. kOk: all are there.
Status fill_infos(NativeCall& call, const Array* ids, Array* result, std::int32_t depth, unsigned detail) {
  Class* info_class = class_of(result)->component.get();
  if (call.phase() == kUnderWay) {
    array_set(result, static_cast<std::int32_t>(call.saved_value(0).l), call.saved(0));
    ++call.saved_value(0).l;
    call.set_phase(kFresh);
  }
  for (; call.saved_value(0).l < std::min(ids->length, result->length); ++call.saved_value(0).l) {
    const std::int64_t id = ids->elements<std::int64_t>()[call.saved_value(0).l];
    const Status status = push_info(call, info_class, id, depth, detail);
    if (status == Status::kUpcall) call.set_phase(kUnderWay);
    if (status != Status::kOk) return status;
  }
  return Status::kOk;
}

Status make_ready(Thread& thread, Class** info_class) {
  *info_class = boot_class(thread, "java/lang/management/ThreadInfo");
  if (*info_class == nullptr) return Status::kThrow;
  UVM_TRY(ensure_initialized(thread, *info_class));
  return ensure_initialized(thread, known().StackTraceElement.get());
}

Status get_thread_info(NativeCall& call) {
  if (call.object(0) == nullptr || call.object(2) == nullptr) return throw_null_pointer(call.thread);
  Class* info_class = nullptr;
  UVM_TRY(make_ready(call.thread, &info_class));
  UVM_TRY(fill_infos(call, call.array(0), call.array(2), call.i32(1), 0));
  return call.ret();
}

// (long[] ids, null for all; boolean monitors, boolean synchronizers, int depth). The ids are in saved 1, the
// result in saved 2.
Status dump_threads(NativeCall& call) {
  Thread& thread = call.thread;
  Class* info_class = nullptr;
  UVM_TRY(make_ready(thread, &info_class));
  if (call.saved(2) == nullptr) {
    Array* ids = call.array(0);
    if (ids == nullptr) {
      std::vector<std::int64_t> all;
      {
        const std::lock_guard lock(threads_of(*thread.vm).lock);
        for_each_live_thread([&](const JavaThread* record) { all.push_back(java_id(record)); });
      }
      ids = new_primitive_array(thread, BasicType::kLong, static_cast<std::int32_t>(all.size()));
      UVM_TRY(made(ids));
      std::copy(all.begin(), all.end(), ids->elements<std::int64_t>());
    }
    const Array* infos = new_object_array(thread, info_class, ids->length);
    UVM_TRY(made(infos));
    call.save(1, ids);
    call.save(2, infos);
  }
  const unsigned detail = (call.i32(1) != 0 ? kMonitors : 0U) | (call.i32(2) != 0 ? kSynchronizers : 0U);
  UVM_TRY(fill_infos(call, static_cast<const Array*>(call.saved(1)), static_cast<Array*>(call.saved(2)),
                     call.i32(3), detail));
  return call.ret(call.saved(2));
}

// --- Deadlocks

struct Waiting {
  Object* thread;
  Object* for_thread;
};

// Threads that wait for each other in a cycle, for monitors and optionally for synchronizers of
// java.util.concurrent. While stopped.
std::vector<std::uint32_t> find_circles(bool with_synchronizers) {
  std::vector<Waiting> waiting;
  for_each_live_thread([&](JavaThread* record) {
    const Blocker blocker = blocker_of(record);
    const bool counts = blocker.kind == Blocker::Kind::kMonitorEnter ||
                        (with_synchronizers && blocker.kind == Blocker::Kind::kPark);
    if (counts && blocker.owner != nullptr) {
      waiting.push_back({record->object.get(), blocker.owner});
    }
  });
  const auto next_of = [&](const Object* thread) -> const Object* {
    const auto found =
        std::find_if(waiting.begin(), waiting.end(), [&](const Waiting& w) { return w.thread == thread; });
    return found == waiting.end() ? nullptr : found->for_thread;
  };
  std::vector<std::uint32_t> result;
  for (const Waiting& start : waiting) {
    const Object* at = start.for_thread;
    for (std::size_t steps = 0; at != nullptr && at != start.thread && steps < waiting.size(); ++steps) {
      at = next_of(at);
    }
    if (at == start.thread) result.push_back(gc::encode(start.thread));
  }
  return result;
}

template <bool with_synchronizers>
Status find_deadlocked(NativeCall& call) {
  std::vector<std::uint32_t> threads;
  UVM_TRY(while_stopped(call, [&] { threads = find_circles(with_synchronizers); }));
  if (threads.empty()) return call.ret(static_cast<const Object*>(nullptr));
  return make_thread_array(call, threads);
}

Status reset_peak(NativeCall& call) {
  const std::lock_guard lock(threads_of(*call.thread.vm).lock);
  roots().peak_thread_count = roots().java_thread_count;
  return call.ret();
}

const NativeMethod kThreadImplMethods[] = {
    // The bean itself keeps the switch; times are always available.
    {"setThreadCpuTimeEnabled0", "(Z)V", native_nothing, kLeaf},
    {"resetPeakThreadCount0", "()V", reset_peak, kLeaf},
    {"getThreads", "()[Ljava/lang/Thread;", get_threads},
    {"getThreadInfo1", "([JI[Ljava/lang/management/ThreadInfo;)V", get_thread_info},
    {"dumpThreads0", "([JZZI)[Ljava/lang/management/ThreadInfo;", dump_threads},
    {"getThreadTotalCpuTime0", "(J)J", cpu_time_of_thread<&CpuTime::total_ns>},
    {"getThreadTotalCpuTime1", "([J[J)V", cpu_times_of_threads<&CpuTime::total_ns>},
    {"getThreadUserCpuTime0", "(J)J", cpu_time_of_thread<&CpuTime::user_ns>},
    {"getThreadUserCpuTime1", "([J[J)V", cpu_times_of_threads<&CpuTime::user_ns>},
    {"findMonitorDeadlockedThreads0", "()[Ljava/lang/Thread;", find_deadlocked<false>},
    {"findDeadlockedThreads0", "()[Ljava/lang/Thread;", find_deadlocked<true>},
};
UVM_REGISTER_NATIVES("sun/management/ThreadImpl", kThreadImplMethods)

}  // namespace
}  // namespace uvm::rt
