#include "runtime/continuation.h"

#include <cstring>

#include "runtime/native.h"
#include "runtime/vm.h"

namespace uvm::rt {

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

Status continuation_step(Thread& thread, Frame* frame) {
  switch (frame->kind) {
    case FrameKind::kLoadClass:
      return load_class_step(thread, frame);
    case FrameKind::kClassInit:
      return class_init_step(thread, frame);
    case FrameKind::kLink:
      return link_step(thread, frame);
    case FrameKind::kCatch:
      return catch_step(thread, frame);
    default:
      __builtin_trap();
  }
}

void continuation_threw(Thread& thread, Frame* frame) {
  switch (frame->kind) {
    case FrameKind::kLoadClass:
      return load_class_threw(thread, frame);
    case FrameKind::kClassInit:
      return class_init_threw(thread, frame);
    case FrameKind::kLink:
      return link_threw(thread, frame);
    case FrameKind::kCatch:
      return catch_threw(thread, frame);
    default:
      __builtin_trap();
  }
}

}  // namespace uvm::rt
