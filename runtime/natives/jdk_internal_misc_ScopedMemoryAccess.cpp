// Natives of jdk.internal.misc.ScopedMemoryAccess.
#include <mutex>

#include "runtime/natives/support.h"
#include "runtime/threads/host_threads.h"
#include "runtime/threads/safepoint.h"

namespace uvm::rt {
namespace {

// Whether the thread is accessing memory of `scope`: in a method of ScopedMemoryAccess with the scope among
// its locals. (A stopped thread's position is stored.)
bool uses_scope(Thread& thread, const Class* accessor, std::uint32_t scope) {
  for (Frame* f = thread.frame; f != nullptr; f = thread.caller_of(f)) {
    if (f->kind != FrameKind::kJava || f->method->holder.get() != accessor) continue;
    const Slot* locals = locals_of(f);
    for (unsigned i = 0; i < f->method->max_locals; ++i) {
      if (locals[i].ref == scope) return true;
    }
  }
  return false;
}

// (scope, exception for threads that access it): false if another thread is accessing the scope's memory.
Status close_scope(NativeCall& call) {
  const std::uint32_t scope = gc::encode(call.object(1));
  const Class* accessor = class_of(call.object(0));
  Vm& machine = *call.thread.vm;
  bool used = false;
  {
    const BlockedScope blocked(call.thread);
    if (!stop_threads(machine)) return Status::kRetire;
    {
      const std::lock_guard lock(threads_of(machine).lock);
      for (Thread* thread : threads_of(machine).list) {
        if (thread != &call.thread) used = used || uses_scope(*thread, accessor, scope);
      }
    }
    resume_threads(machine);
  }
  return call.ret(!used);
}

const NativeMethod kScopedMemoryAccessMethods[] = {
    {"registerNatives", "()V", native_nothing, kLeaf},
    {"closeScope0",
     "(Ljdk/internal/misc/ScopedMemoryAccess$Scope;Ljdk/internal/misc/"
     "ScopedMemoryAccess$Scope$ScopedAccessError;)Z",
     close_scope},
};
UVM_REGISTER_NATIVES("jdk/internal/misc/ScopedMemoryAccess", kScopedMemoryAccessMethods)

}  // namespace
}  // namespace uvm::rt
