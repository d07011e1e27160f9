#include "runtime/natives/thread_snapshot.h"

#include <mutex>

#include "runtime/heap/exceptions.h"
#include "runtime/heap/objects.h"
#include "runtime/linking/class_loading.h"
#include "runtime/metadata/roots.h"
#include "runtime/metadata/vm.h"
#include "runtime/natives/stack_trace.h"
#include "runtime/natives/support.h"
#include "runtime/threads/host_thread.h"
#include "runtime/threads/host_threads.h"
#include "runtime/threads/monitors.h"
#include "runtime/threads/safepoint.h"
#include "runtime/threads/threads.h"

namespace uvm::rt {
namespace {

Object* thread_with_id(std::uint32_t id) {
  for (const JavaThread* record = roots().threads.get(); record != nullptr; record = record->next.get()) {
    if (record->id == id && record->alive != 0) return record->object.get();
  }
  return nullptr;
}

// The owner of a lock of java.util.concurrent.
Object* exclusive_owner(Thread& thread, const Object* synchronizer) {
  Class* c = boot_class(thread, "java/util/concurrent/locks/AbstractOwnableSynchronizer");
  if (c == nullptr || !class_of(synchronizer)->is_subclass_of(c)) return nullptr;
  return synchronizer->reference(library_field(c, "exclusiveOwnerThread", "Ljava/lang/Thread;"));
}

}  // namespace

Status while_stopped(NativeCall& call, const std::function<void()>& look) {
  const BlockedScope blocked(call.thread);
  if (!stop_threads(*call.thread.vm)) return Status::kRetire;
  {
    const std::lock_guard lock(threads_of(*call.thread.vm).lock);
    look();
  }
  resume_threads(*call.thread.vm);
  return Status::kOk;
}

std::vector<StackPosition> stack_of(JavaThread* record, std::size_t depth) {
  std::vector<StackPosition> positions;
  Thread* host = host_thread_of(record);
  if (host == nullptr || depth == 0) return positions;
  walk_frames(*host, [&](Frame*, Method* method, int bci) {
    if ((method->flags & kMethodHidden) == 0) positions.push_back({method, bci});
    return positions.size() < depth;
  });
  return positions;
}

Blocker blocker_of(JavaThread* record) {
  Blocker blocker;
  auto* host = static_cast<HostThread*>(host_thread_of(record));
  const Object* object = record->object.get();
  if (host == nullptr || object == nullptr) return blocker;
  switch (thread_status(object)) {
    case kStatusBlocked:
      blocker.object = gc::decode<Object>(host->entering.load());
      blocker.kind = Blocker::Kind::kMonitorEnter;
      break;
    case kStatusObjectWait:
    case kStatusObjectWaitTimed:
      blocker.object = record->wait_object.get();
      blocker.kind = Blocker::Kind::kObjectWait;
      break;
    case kStatusParked:
    case kStatusParkedTimed:
      blocker.kind = Blocker::Kind::kPark;
      blocker.object =
          object->reference(library_field(known().Thread.get(), "parkBlocker", "Ljava/lang/Object;"));
      if (blocker.object != nullptr) blocker.owner = exclusive_owner(*host, blocker.object);
      return blocker;
    default:
      return blocker;
  }
  if (blocker.object != nullptr) blocker.owner = thread_with_id(monitor_owner(blocker.object));
  return blocker;
}

Array* make_stack_trace(Thread& thread, const std::vector<StackPosition>& positions) {
  Class* element_class = known().StackTraceElement.get();
  Array* trace = new_object_array(thread, element_class, static_cast<std::int32_t>(positions.size()));
  if (trace == nullptr) return nullptr;
  for (std::size_t i = 0; i < positions.size(); ++i) {
    Object* element = new_object(thread, element_class);
    if (element == nullptr) return nullptr;
    if (fill_stack_trace_element(thread, element, positions[i].method, positions[i].bci) != Status::kOk) {
      return nullptr;
    }
    array_set(trace, static_cast<std::int32_t>(i), element);
  }
  return trace;
}

}  // namespace uvm::rt
