#include "runtime/threads/collection.h"

#include <mutex>

#include "runtime/heap/reference_processing.h"
#include "runtime/metadata/roots.h"
#include "runtime/metadata/vm.h"
#include "runtime/threads/clock.h"
#include "runtime/threads/host_threads.h"
#include "runtime/threads/java_calls.h"
#include "runtime/threads/safepoint.h"

namespace uvm::rt {
namespace {

void wake_waiter(Vm& vm) {
  const std::uint32_t id = __atomic_load_n(&roots().pending_references_waiter, __ATOMIC_SEQ_CST);
  const std::lock_guard lock(threads_of(vm).lock);
  for (Thread* thread : threads_of(vm).list) {
    if (thread->java->id == id) wake(*thread);
  }
}

}  // namespace

Status collect_references(Thread& thread) {
  Vm& vm = *thread.vm;
  bool pending = false;
  {
    const BlockedScope scope(thread);
    const std::int64_t begun = program_nano_time();
    if (!stop_threads(vm)) return Status::kRetire;
    pending = process_references(vm);
    ++roots().collections;
    roots().collection_ns += static_cast<std::uint64_t>(program_nano_time() - begun);
    resume_threads(vm);
  }
  if (pending) wake_waiter(vm);
  return Status::kOk;
}

Status register_finalizer(Thread& thread, Object* object) {
  const Slot arguments[] = {slot_of(object)};
  return push_call(thread, thread.vm->known().Finalizer_register.get(), arguments);
}

// The waiter announces itself before it looks at the list; the collector fills the list before it looks for
// the waiter.
Status wait_for_pending_references(Thread& thread) {
  for (;;) {
    const std::uint32_t seen = thread.wake.load();
    __atomic_store_n(&roots().pending_references_waiter, thread.java->id, __ATOMIC_SEQ_CST);
    if (pending_references()) return Status::kOk;
    if (retiring(thread)) return Status::kRetire;
    wait_for_wake(thread, seen, 0);
  }
}

}  // namespace uvm::rt
