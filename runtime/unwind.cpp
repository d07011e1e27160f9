// Finding the handler of an exception (JVMS 2.10): frame by frame, from the current one on down.
#include "runtime/code.h"
#include "runtime/continuation.h"
#include "runtime/interpreter.h"
#include "runtime/monitors.h"
#include "runtime/native.h"
#include "runtime/threads.h"
#include "runtime/vm.h"

namespace uvm::rt {
namespace {

// Whether a handler for the class named by `catch_type` catches `exception`. The class is not loaded for
// this: when no superclass of the exception has that name, it cannot be the class that the name stands for;
// when one has, it is what the handler's loader knows by the name, or would find by delegation if it has not
// been asked yet.
bool catches(Class* referrer, unsigned catch_type, const Object* exception) {
  const PoolEntry& entry = referrer->pool->entry(catch_type);
  if (const std::uint32_t resolved = entry.load_resolved(); resolved != 0) {
    return class_of(exception)->is_subclass_of(gc::decode<Class>(resolved));
  }
  Symbol* name = referrer->pool->class_name(catch_type);
  for (Class* c = class_of(exception); c != nullptr; c = c->super.get()) {
    if (c->name.get() != name) continue;
    const Class* known = find_loaded_class(name, referrer->loader.get());
    return known == nullptr || known == c;
  }
  return false;
}

// An error of the exit (the code unlocked what it should not) takes the exception's place, as on HotSpot.
void leave_monitor(Thread& thread, Object* object, Object* exception) {
  thread.java->pending_exception = nullptr;
  if (monitor_exit(thread, object) != Status::kThrow) thread.java->pending_exception = exception;
}

}  // namespace

bool unwind(Thread& thread) {
  for (;;) {
    Frame* frame = thread.frame;
    Object* exception = thread.pending_exception();
    switch (frame->kind) {
      case FrameKind::kJava: {
        Method* method = frame->method.get();
        if (frame->phase == 0) {
          const int bci = bci_of(method, frame->pc.get());
          for (unsigned i = 0; i < method->handler_count; i++) {
            const ExceptionHandler& handler = method->handlers[i];
            if (bci < handler.start_bci || bci >= handler.end_bci) continue;
            if (handler.catch_type != 0 && !catches(method->holder.get(), handler.catch_type, exception))
              continue;
            thread.java->pending_exception = nullptr;
            frame->pc = insn_at(method, handler.handler_bci);
            frame->operands()[0].raw = gc::encode(exception);
            frame->sp = 1;
            return true;
          }
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
        const Status status = entry_frame_returned(thread, frame, true);
        if (status == Status::kUpcall) return true;
        if (status != Status::kThrow) return false;
        break;  // thrown while handling: told again
      }
      default:
        continuation_threw(thread, frame);
        thread.frame = thread.caller_of(frame);
        break;
    }
  }
}

}  // namespace uvm::rt
