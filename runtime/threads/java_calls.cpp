#include "runtime/threads/java_calls.h"

#include <cstring>

#include "runtime/heap/exceptions.h"
#include "runtime/metadata/vm.h"

namespace uvm::rt {

Status push_call(Thread& thread, Method* method, std::span<const Slot> args) {
  return thread.vm->calls->push_call(thread, method, args);
}

Status push_continuation(Thread& thread, FrameKind kind, Frame** frame) {
  Frame* below = thread.frame;
  Slot* at = below == nullptr ? thread.stack_base + 1 : below->operands() + below->sp;
  auto* f = reinterpret_cast<Frame*>(at);
  if (f->operands() + kNativeSavedSlots > thread.stack_limit) {
    return throw_new(thread, "java/lang/StackOverflowError");
  }
  std::memset(static_cast<void*>(f), 0, sizeof(Frame) + kNativeSavedSlots * sizeof(Slot));
  f->kind = kind;
  f->sp = kNativeSavedSlots;
  f->caller =
      below == nullptr ? 0 : static_cast<std::uint32_t>(reinterpret_cast<Slot*>(below) - thread.stack_base);
  thread.frame = f;
  *frame = f;
  return Status::kOk;
}

void pop_frame(Thread& thread) { thread.frame = thread.caller_of(thread.frame); }

}  // namespace uvm::rt
