#include "runtime/boot/entry_frames.h"

#include <cstdio>
#include <initializer_list>
#include <mutex>

#include "runtime/boot/boot.h"
#include "runtime/boot/launch.h"
#include "runtime/classfile/descriptor.h"
#include "runtime/heap/objects.h"
#include "runtime/heap/strings.h"
#include "runtime/linking/initialization.h"
#include "runtime/metadata/member_lookup.h"
#include "runtime/metadata/roots.h"
#include "runtime/metadata/vm.h"
#include "runtime/threads/entry_phase.h"
#include "runtime/threads/host_threads.h"
#include "runtime/threads/java_calls.h"
#include "runtime/threads/monitors.h"
#include "runtime/threads/safepoint.h"
#include "runtime/threads/supervision.h"
#include "runtime/threads/threads.h"

namespace uvm::rt {
namespace {

constexpr int kExitSoftware = 70;  // sysexits.h EX_SOFTWARE

Object* take_pending(Thread& thread) {
  Object* exception = thread.pending_exception();
  thread.java->pending_exception = nullptr;
  return exception;
}

Status call(Thread& thread, Frame* frame, EntryPhase next, Method* method, std::initializer_list<Slot> args) {
  frame->phase = next;
  return push_call(thread, method, {args.begin(), args.size()});
}

// HotSpot's ensure_join: a thread that waits in Thread.join() must see this one dead.
Status announce_death(Thread& thread) {
  const WellKnown& known = thread.vm->known();
  Object* object = thread.java->object.get();
  UVM_TRY(monitor_enter(thread, object));
  object->field<std::int32_t>(known.Thread_threadStatus) = kStatusTerminated;
  object->field<std::int64_t>(known.Thread_eetop) = 0;
  UVM_TRY(monitor_notify(thread, object, true));
  return monitor_exit(thread, object);
}

bool others_alive(Thread& thread) {
  const std::lock_guard lock(threads_of(*thread.vm).lock);
  for (const JavaThread* record = roots().threads.get(); record != nullptr; record = record->next.get()) {
    if (record != thread.java && record->alive != 0 && record->daemon == 0) return true;
  }
  return false;
}

Status boot_failed(Thread& thread, Object* exception) {
  const Object* message = exception->reference(thread.vm->known().Throwable_detailMessage);
  std::fprintf(stderr, "uvm: the class library cannot be booted: %s: %s\n",
               external_name(class_of(exception)).c_str(),
               message == nullptr ? "-" : to_utf8(message).c_str());
  // If there are options for modules, they are most likely what is wrong; java's status for that is 1.
  return halt(thread, thread.vm->input.module_properties.empty() ? kExitSoftware : 1);
}

// For Java, the main thread has ended. A new java.lang.Thread waits for the others and runs the shutdown
// hooks.
Status become_destroyer(Thread& thread, Frame* frame) {
  const WellKnown& known = thread.vm->known();
  Object* name = new_string(thread, "DestroyJavaVM");
  if (name == nullptr) return Status::kThrow;
  Object* object = new_object(thread, known.Thread.get());
  if (object == nullptr) return Status::kThrow;
  object->field<std::int64_t>(known.Thread_eetop) = static_cast<std::int64_t>(gc::offset_of(thread.java));
  object->field<std::int32_t>(known.Thread_priority) = 5;
  object->field<std::int32_t>(known.Thread_threadStatus) = kStatusRunnable;
  thread.java->object = object;
  return call(thread, frame, kWaitForOthers, known.Thread_init_group_name.get(),
              {slot_of(object), slot_of(roots().main_thread_group.get()), slot_of(name)});
}

Status after(Thread& thread, Frame* frame) {
  const WellKnown& known = thread.vm->known();
  // A kThrow of a step leaves its exception pending: the next step deals with it.
  for (;;) {
    Object* self = thread.java->object.get();
    Status status = Status::kOk;
    switch (static_cast<EntryPhase>(frame->phase)) {
      case kRun:
        status = call(thread, frame, kRunEnded, select_method(class_of(self), known.Thread_run.get()),
                      {slot_of(self)});
        break;
      case kMainEnded:
        if (thread.pending_exception() != nullptr) roots().exit_code = 1;
        [[fallthrough]];
      case kRunEnded:
        frame->phase = kExit;
        if (Object* exception = take_pending(thread); exception != nullptr) {
          status = call(thread, frame, kExit, known.Thread_dispatchUncaughtException.get(),
                        {slot_of(self), slot_of(exception)});
        }
        break;
      case kExit:
        if (const Object* exception = take_pending(thread); exception != nullptr) {
          std::fprintf(stderr, "\nException: %s thrown from the UncaughtExceptionHandler in thread \"%s\"\n",
                       external_name(class_of(exception)).c_str(),
                       to_utf8(self->reference(known.Thread_name)).c_str());
        }
        status = call(thread, frame, kTerminate, known.Thread_exit.get(), {slot_of(self)});
        break;
      case kTerminate:
        take_pending(thread);
        status = announce_death(thread);
        if (status != Status::kOk) return status;
        if (thread.java->is_primordial == 0) {
          thread.frame = nullptr;
          thread.java->top_frame = 0;
          return Status::kOk;
        }
        frame->phase = kBecomeDestroyer;
        break;
      case kBoot:
        if (Object* exception = take_pending(thread); exception != nullptr)
          return boot_failed(thread, exception);
        status = boot_step(thread);
        if (status == Status::kOk) frame->phase = holds_after_boot(thread) ? kSeal : kBooted;
        break;
      case kSeal:
        if (Object* exception = take_pending(thread); exception != nullptr)
          return boot_failed(thread, exception);
        status = ready_launcher(thread);
        if (status != Status::kOk) break;
        frame->phase = kBooted;
        status = call_seal_image(thread);
        break;
      case kBooted:
        if (Object* exception = take_pending(thread); exception != nullptr)
          return boot_failed(thread, exception);
        UVM_TRY(hold_if_booted(thread));
        frame->phase = kPrepare;
        break;
      case kPrepare:
        if (thread.pending_exception() == nullptr) {
          status = ready_launcher(thread);
          if (status != Status::kOk) break;
          frame->phase = kPrepared;
          status = call_prepare(thread);
        } else {
          frame->phase = kMainEnded;
        }
        break;
      case kPrepared:
        frame->operands()[0] = frame->operands()[8];
        if (thread.pending_exception() == nullptr) frame->operands()[1] = slot_of(make_arguments(thread));
        frame->phase = thread.pending_exception() == nullptr ? kHold : kMainEnded;
        break;
      case kHold:
        status = wait_for_first_version(thread);
        if (status == Status::kOk) frame->phase = kInitialize;
        break;
      case kInitialize: {
        Class* main_class = mirrored(gc::decode<Object>(frame->operands()[0].ref));
        if (thread.pending_exception() == nullptr) status = ensure_initialized(thread, main_class);
        if (status == Status::kOk && thread.pending_exception() == nullptr) {
          frame->phase = kMainEnded;
          status = call_main(thread, main_class, gc::decode<Object>(frame->operands()[1].ref));
        } else if (status != Status::kUpcall && status != Status::kRetire) {
          frame->phase = kMainEnded;
        }
        break;
      }
      case kBecomeDestroyer:
        status = become_destroyer(thread, frame);
        if (status == Status::kThrow) frame->phase = kWaitForOthers;
        break;
      case kWaitForOthers:
        take_pending(thread);
        for (;;) {
          const std::uint32_t seen = thread.wake.load();
          if (!others_alive(thread)) break;
          if (retiring(thread)) return Status::kRetire;
          wait_for_wake(thread, seen, 0);
        }
        frame->phase = kShutDown;
        break;
      case kShutDown:
        status = call(thread, frame, kEnd, known.Shutdown_shutdown.get(), {});
        break;
      case kEnd:
        take_pending(thread);
        return halt(thread, roots().exit_code);
    }
    if (status == Status::kUpcall || status == Status::kRetire) return status;
  }
}

class ThreadLife final : public EntryFrames {
 public:
  Status returned(Thread& thread, Frame* frame, bool /*threw*/) override { return after(thread, frame); }
};

}  // namespace

EntryFrames& entry_frames() {
  static ThreadLife life;
  return life;
}

}  // namespace uvm::rt
