// Finding the handler of an exception (JVMS 2.10): frame by frame, from the current one downwards.
#include "runtime/execution/continuation.h"
#include "runtime/execution/entry_frames.h"
#include "runtime/execution/interpreter.h"
#include "runtime/execution/native.h"
#include "runtime/linking/class_loading.h"
#include "runtime/linking/resolution.h"
#include "runtime/metadata/code.h"
#include "runtime/metadata/vm.h"
#include "runtime/threads/java_calls.h"
#include "runtime/threads/monitors.h"
#include "runtime/threads/threads.h"

namespace uvm::rt {
namespace {

// Slots of a kCatch frame: 0 the exception whose handler is sought, 4 the start of the handler in question.

// Moves the frame to the start of a handler, with the exception as its only operand.
void enter_handler(Frame* frame, int handler_bci, const Object* exception) {
  frame->pc = insn_at(frame->method.get(), handler_bci);
  frame->operands()[0].raw = gc::encode(exception);
  frame->sp = 1;
}

// Whether a handler of the current frame catches the pending exception. This resolves the handler's class, as
// HotSpot does (JVMS 2.10 leaves open when), which may need a class loader.
Status catches(Thread& thread, Frame* frame, const ExceptionHandler& handler, bool* result) {
  *result = true;
  if (handler.catch_type == 0) return Status::kOk;
  Object* exception = thread.pending_exception();
  Class* referrer = frame->method->holder.get();
  Class* caught = gc::decode<Class>(referrer->pool->entry(handler.catch_type).load_resolved());
  if (caught == nullptr) {
    thread.java->pending_exception = nullptr;
    Object* loader = referrer->loader.get();
    if (loader != nullptr &&
        find_loaded_class(referrer->pool->class_name(handler.catch_type), loader) == nullptr) {
      frame->sp = frame->method->max_stack;  // above the operands that the stack map of its position names
      Frame* waiting = nullptr;
      UVM_TRY(push_continuation(thread, FrameKind::kCatch, &waiting));
      waiting->operands()[0].raw = gc::encode(exception);
      waiting->operands()[4].raw = handler.handler_bci;
    }
    const Status status = resolve_class(thread, referrer, handler.catch_type, &caught);
    if (status == Status::kUpcall || status == Status::kRetire) return status;
    thread.frame = frame;
    UVM_TRY(status);
    thread.java->pending_exception = exception;
  }
  *result = class_of(exception)->is_subclass_of(caught);
  return Status::kOk;
}

// Finds the handler of the pending exception in the current frame and makes the frame continue there. kThrow:
// there is none.
Status find_handler(Thread& thread, Frame* frame) {
  const Method* method = frame->method.get();
  unsigned failures = 0;
  int bci = bci_of(method, frame->pc.get());
  for (unsigned i = 0; i < method->handler_count; i++) {
    const ExceptionHandler& handler = method->handlers[i];
    if (bci < handler.start_bci || bci >= handler.end_bci) continue;
    bool found = false;
    const Status status = catches(thread, frame, handler, &found);
    if (status == Status::kThrow) {
      // The error takes the exception's place, as if thrown at the start of the handler. Without a limit,
      // handlers that cover their own start would be found again and again.
      if (++failures > method->handler_count) return status;
      enter_handler(frame, handler.handler_bci, thread.pending_exception());
      bci = handler.handler_bci;
      i = ~0U;
      continue;
    }
    UVM_TRY(status);
    if (!found) continue;
    enter_handler(frame, handler.handler_bci, thread.pending_exception());
    thread.java->pending_exception = nullptr;
    return Status::kOk;
  }
  return Status::kThrow;
}

// An error of the monitor exit (the code unlocked what it should not) replaces the exception, as on HotSpot.
void leave_monitor(Thread& thread, Object* object, Object* exception) {
  thread.java->pending_exception = nullptr;
  if (monitor_exit(thread, object) != Status::kThrow) thread.java->pending_exception = exception;
}

}  // namespace

// The class is loaded: the search starts again and finds it.
Status catch_step(Thread& thread, Frame* frame) {
  thread.java->pending_exception = gc::decode<Object>(frame->operands()[0].ref);
  pop_frame(thread);
  return Status::kThrow;
}

void catch_threw(Thread& thread, Frame* frame) {
  enter_handler(thread.caller_of(frame), static_cast<int>(frame->operands()[4].raw),
                thread.pending_exception());
}

bool unwind(Thread& thread) {
  for (;;) {
    Frame* frame = thread.frame;
    Object* exception = thread.pending_exception();
    switch (frame->kind) {
      case FrameKind::kJava: {
        if (frame->phase == 0) {
          if (find_handler(thread, frame) != Status::kThrow) return true;
          if (frame->lock != 0) {
            auto* object = gc::decode<Object>(frame->lock);
            frame->lock = 0;
            leave_monitor(thread, object, exception);
          }
        }
        pop_frame(thread);
        break;
      }
      case FrameKind::kNative:
        if ((frame->aux & kNativeCatches) != 0) {
          thread.java->pending_exception = nullptr;
          frame->aux = static_cast<std::uint16_t>((frame->aux & ~kNativeCatches) | kNativeCaught);
          frame->operands()[8].raw = gc::encode(exception);
          return true;
        }
        if (frame->lock != 0 && (frame->aux & kNativeNeedsLock) == 0) {
          auto* object = gc::decode<Object>(frame->lock);
          frame->lock = 0;
          leave_monitor(thread, object, exception);
        }
        pop_frame(thread);
        break;
      case FrameKind::kEntry: {
        const Status status = thread.vm->entry_frames->returned(thread, frame, true);
        if (status == Status::kUpcall) return true;
        if (status != Status::kThrow) return false;
        break;  // it threw while handling: called again
      }
      default:
        continuation_threw(thread, frame);
        thread.frame = thread.caller_of(frame);
        if (thread.pending_exception() == nullptr) return true;  // it took the exception
        break;
    }
  }
}

}  // namespace uvm::rt
