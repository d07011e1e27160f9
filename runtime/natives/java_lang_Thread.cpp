#include <pthread.h>
#include <sched.h>

#include <string>
#include <vector>

#include "runtime/execution/native.h"
#include "runtime/heap/exceptions.h"
#include "runtime/heap/objects.h"
#include "runtime/heap/strings.h"
#include "runtime/metadata/roots.h"
#include "runtime/metadata/vm.h"
#include "runtime/threads/host_threads.h"
#include "runtime/threads/monitors.h"
#include "runtime/threads/safepoint.h"
#include "runtime/threads/threads.h"

namespace uvm::rt {
namespace {

Status current_thread_native(NativeCall& call) { return call.ret(call.thread.java->object.get()); }

Status start0(NativeCall& call) { return start_thread(call.thread, call.object(0)); }

Status sleep_native(NativeCall& call) { return sleep_thread(call.thread, call.i64(0)); }

Status yield_native(NativeCall& call) {
  const BlockedScope scope(call.thread);
  sched_yield();
  return Status::kOk;
}

// The Java side has set Thread.interrupted; this wakes the thread from whatever it waits for.
Status interrupt0(NativeCall& call) {
  interrupt_thread(call.object(0));
  return Status::kOk;
}

Status holds_lock(NativeCall& call) {
  if (call.object(0) == nullptr) return throw_null_pointer(call.thread);
  return call.ret(monitor_owned_by(call.thread, call.object(0)));
}

// Priorities are kept in the java.lang.Thread and not passed to the scheduler, as by default in HotSpot on
// Linux.
Status set_priority0(NativeCall&) { return Status::kOk; }

Status set_native_name(NativeCall& call) {
  if (call.object(0) != call.thread.java->object.get()) return Status::kOk;
  const std::string name = to_utf8(call.object(1)).substr(0, 15);  // the kernel's limit
  pthread_setname_np(pthread_self(), name.c_str());
  return Status::kOk;
}

std::vector<std::uint32_t> alive_threads(Vm& vm) {
  const std::lock_guard lock(threads_of(vm).lock);
  std::vector<std::uint32_t> result;
  for (const JavaThread* record = roots().threads.get(); record != nullptr; record = record->next.get()) {
    // To Java, threads are alive from Thread.start() until their death is announced.
    if (record->alive != 0 && record->object && record_of(record->object.get()) != nullptr)
      result.push_back(record->object.bits);
  }
  return result;
}

Status get_threads(NativeCall& call) {
  const std::vector<std::uint32_t> alive = alive_threads(*call.thread.vm);
  Array* threads = new_object_array(call.thread, call.thread.vm->known().Thread.get(),
                                    static_cast<std::int32_t>(alive.size()));
  if (threads == nullptr) return Status::kThrow;
  for (std::size_t i = 0; i < alive.size(); ++i)
    array_set(threads, static_cast<std::int32_t>(i), gc::decode<Object>(alive[i]));
  return call.ret(threads);
}

// The constants of Thread.State, in their order.
enum State : std::int32_t { kNew, kRunnable, kBlocked, kWaiting, kTimedWaiting, kTerminated };

State state_of(ThreadStatus status) {
  switch (status) {
    case kStatusNew:
      return kNew;
    case kStatusRunnable:
      return kRunnable;
    case kStatusBlocked:
      return kBlocked;
    case kStatusObjectWait:
    case kStatusParked:
      return kWaiting;
    case kStatusObjectWaitTimed:
    case kStatusParkedTimed:
    case kStatusSleeping:
      return kTimedWaiting;
    case kStatusTerminated:
      return kTerminated;
  }
  return kRunnable;
}

// In place of the class library's version, which looks only at Thread.threadStatus.
Status get_state(NativeCall& call) {
  const WellKnown& known = call.thread.vm->known();
  const Object* states = known.ThreadState->mirror_object()->reference(known.ThreadState_VALUES);
  return call.ret(array_get(static_cast<const Array*>(states), state_of(thread_status(call.object(0)))));
}

Status unsupported(NativeCall& call) {
  return throw_new(call.thread, "java/lang/UnsupportedOperationException");
}

const NativeMethod kThreadMethods[] = {
    {"registerNatives", "()V", native_nothing, kLeaf},
    {"currentThread", "()Ljava/lang/Thread;", current_thread_native, kLeaf},
    {"yield", "()V", yield_native},
    {"sleep", "(J)V", sleep_native},
    {"start0", "()V", start0},
    {"getState", "()Ljava/lang/Thread$State;", get_state, kIntrinsic},
    {"holdsLock", "(Ljava/lang/Object;)Z", holds_lock, kLeaf},
    {"getThreads", "()[Ljava/lang/Thread;", get_threads},
    {"setPriority0", "(I)V", set_priority0, kLeaf},
    {"interrupt0", "()V", interrupt0, kLeaf},
    {"clearInterruptEvent", "()V", native_nothing, kLeaf},
    {"setNativeName", "(Ljava/lang/String;)V", set_native_name, kLeaf},
    {"stop0", "(Ljava/lang/Object;)V", unsupported},
    {"suspend0", "()V", unsupported},
    {"resume0", "()V", unsupported},
};
UVM_REGISTER_NATIVES("java/lang/Thread", kThreadMethods)

}  // namespace
}  // namespace uvm::rt
