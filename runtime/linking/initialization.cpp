// Linking and initialisation of classes (JVMS 5.4, 5.5).
//
// Initialisation is a state machine in a kClassInit frame: phase 0 superclass, 1 superinterfaces with
// default methods, 2 the initialiser method, 3 done. Before that the class is marked kInitializing with its
// thread, as JVMS 5.5 step 6 asks, so that a recursive request of the same thread returns at once and other
// threads wait. Because it is a frame, a half-done initialisation survives checkpoints like any other code.
//
// Slots: 0 nothing, 4 the Class, 5 index of the next superinterface.
#include <mutex>

#include <cstring>
#include <string>

#include "runtime/heap/exceptions.h"
#include "runtime/heap/strings.h"
#include "runtime/linking/class_loading.h"
#include "runtime/linking/class_loading_parts.h"
#include "runtime/linking/frame_phases.h"
#include "runtime/linking/initialization.h"
#include "runtime/linking/resolution.h"
#include "runtime/metadata/narrowing.h"
#include "runtime/metadata/thread_sanitizer.h"
#include "runtime/metadata/vm.h"
#include "runtime/threads/host_thread.h"
#include "runtime/threads/host_threads.h"
#include "runtime/threads/java_calls.h"
#include "runtime/threads/safepoint.h"

namespace uvm::rt {
namespace {

ClassInitPhase init_phase_of(const Frame* frame) { return static_cast<ClassInitPhase>(frame->phase); }
void set_phase(Frame* frame, ClassInitPhase phase) { frame->phase = static_cast<std::uint8_t>(phase); }

Class* class_slot(Frame* frame) {
  return gc::decode<Class>(static_cast<std::uint32_t>(frame->operands()[4].raw));
}

// JVMS 5.4.2: static fields are zero, which is their default value; constants get their value now.
Status prepare(Thread& thread, Class* c) {
  Object* mirror = c->mirror_object();
  for (unsigned i = 0; i < c->field_count; i++) {
    const Field& f = c->fields[i];
    if (!f.is_static() || f.constant_index == 0) continue;
    const PoolEntry& value = c->pool->entry(f.constant_index);
    switch (size_log2_of(f.type)) {
      case 0:
        mirror->field<std::uint8_t>(f.offset) = byte_of(f.type, static_cast<std::int32_t>(value.raw));
        break;
      case 1:
        mirror->field<std::uint16_t>(f.offset) = static_cast<std::uint16_t>(value.raw);
        break;
      case 3:
        std::memcpy(&mirror->field<std::uint64_t>(f.offset), &value, sizeof value);
        break;
      default:
        if (is_reference(f.type)) {
          Object* string = nullptr;
          UVM_TRY(resolve_string(thread, c, f.constant_index, &string));
          mirror->set_reference(f.offset, string);
        } else {
          mirror->field<std::int32_t>(f.offset) = static_cast<std::int32_t>(value.raw);
        }
    }
  }
  return Status::kOk;
}

void set_state(Class* c, ClassState state) {
  publish_metadata();
  __atomic_store_n(reinterpret_cast<std::uint8_t*>(&c->state), static_cast<std::uint8_t>(state),
                   __ATOMIC_RELEASE);
}

Status initialize_supers(Thread& thread, Frame* frame, Class* c) {
  if (init_phase_of(frame) == ClassInitPhase::kSuper) {
    if (c->super && !c->is_interface()) UVM_TRY(ensure_initialized(thread, c->super.get()));
    set_phase(frame, ClassInitPhase::kInterfaces);
  }
  if (!c->is_interface()) {
    for (auto& next = frame->operands()[5].i; next < c->all_interface_count; next++) {
      Class* i = c->all_interfaces[static_cast<unsigned>(next)].get();
      if ((i->flags & kClassHasDefaults) != 0) UVM_TRY(ensure_initialized(thread, i));
    }
  }
  return Status::kOk;
}

void announce_wait(Thread& thread, const Class* c) {
  const std::lock_guard lock(threads_of(*vm()).lock);
  static_cast<HostThread&>(thread).awaited_class = gc::encode(c);
}

// Another thread is initialising the class: waits until it has finished. An interrupt stays pending.
// Restartable: nothing is kept in the region.
Status wait_for_initializer(Thread& thread, Class* c) {
  announce_wait(thread, c);
  for (;;) {
    const std::uint32_t seen = thread.wake.load();
    if (c->load_state() != ClassState::kInitializing || retiring(thread)) break;
    wait_for_wake(thread, seen, 0);
  }
  announce_wait(thread, nullptr);
  return c->load_state() == ClassState::kInitializing ? Status::kRetire : Status::kOk;
}

// The initialiser has finished. Threads that announced themselves before are woken; threads that come later
// see the state.
void end_initialization(Class* c, ClassState state) {
  set_state(c, state);
  const std::lock_guard lock(threads_of(*vm()).lock);
  for (Thread* thread : threads_of(*vm()).list) {
    if (static_cast<HostThread*>(thread)->awaited_class == gc::encode(c)) wake(*thread);
  }
}

Status throw_initialization_failed(Thread& thread, Class* c) {
  const std::string message = "Could not initialize class " + external_name(c);
  Object* cause = c->init_error.get();
  if (cause == nullptr) return throw_new(thread, "java/lang/NoClassDefFoundError", message);
  return throw_new_with_cause(thread, "java/lang/NoClassDefFoundError", message, cause);
}

// The cause that later uses of the class will name: an ExceptionInInitializerError that describes `thrown`
// and has its stack trace, but does not keep alive the objects that `thrown` refers to.
Object* make_initialization_error(Thread& thread, Object* thrown) {
  const WellKnown& known = vm()->known();
  std::string text = "Exception " + external_name(class_of(thrown));
  if (const Object* message = thrown->reference(known.Throwable_detailMessage))
    text += ": " + to_utf8(message);
  const Object* self = thread.java->object.get();
  const Object* name = self == nullptr ? nullptr : self->reference(known.Thread_name);
  text += " [in thread \"" + (name == nullptr ? std::string() : to_utf8(name)) + "\"]";
  (void)throw_new_with_cause(thread, "java/lang/ExceptionInInitializerError", text, nullptr);
  Object* error = thread.pending_exception();
  thread.java->pending_exception = nullptr;
  if (class_of(error)->name->view() != "java/lang/ExceptionInInitializerError") return nullptr;  // no memory
  error->set_reference(known.Throwable_backtrace, thrown->reference(known.Throwable_backtrace));
  error->field<std::int32_t>(known.Throwable_depth) = thrown->field<std::int32_t>(known.Throwable_depth);
  return error;
}

// kOk: the class is initialised and the frame is popped.
Status run_phases(Thread& thread, Frame* frame) {
  Class* c = class_slot(frame);
  if (init_phase_of(frame) <= ClassInitPhase::kInterfaces) {
    UVM_TRY(initialize_supers(thread, frame, c));
    set_phase(frame, ClassInitPhase::kInitializer);
  }
  if (init_phase_of(frame) == ClassInitPhase::kInitializer) {
    set_phase(frame, ClassInitPhase::kFinished);
    if (c->class_init) return push_call(thread, c->class_init.get(), {});
  }
  pop_frame(thread);
  end_initialization(c, ClassState::kInitialized);
  return Status::kOk;
}

}  // namespace

Status link_class(Thread& thread, Class* c) {
  if (c->is_linked()) return Status::kOk;
  if (c->super) UVM_TRY(link_class(thread, c->super.get()));
  for (unsigned i = 0; i < c->interface_count; i++) UVM_TRY(link_class(thread, c->interfaces[i].get()));
  if (needs_verification(c)) UVM_TRY(verify_class(thread, c));
  const std::lock_guard lock(vm()->metadata_lock);
  if (c->is_linked()) return Status::kOk;
  UVM_TRY(prepare(thread, c));
  set_state(c, ClassState::kLinked);
  return Status::kOk;
}

Status ensure_initialized(Thread& thread, Class* c) {
  for (;;) {
    if (c->is_initialized()) return Status::kOk;
    UVM_TRY(link_class(thread, c));
    {
      const std::lock_guard lock(vm()->metadata_lock);
      if (c->load_state() == ClassState::kInitialized) return Status::kOk;
      if (c->load_state() == ClassState::kError) break;
      if (c->load_state() == ClassState::kInitializing) {
        if (c->init_thread == thread.java->id) return Status::kOk;
      } else {
        Frame* frame = nullptr;
        UVM_TRY(push_continuation(thread, FrameKind::kClassInit, &frame));
        c->init_thread = thread.java->id;
        set_state(c, ClassState::kInitializing);
        frame->operands()[4].raw = gc::encode(c);
      }
    }
    if (c->init_thread != thread.java->id) {
      UVM_TRY(wait_for_initializer(thread, c));
      continue;
    }
    return class_init_step(thread, thread.frame);
  }
  return throw_initialization_failed(thread, c);
}

Status class_init_step(Thread& thread, Frame* frame) {
  const Status status = run_phases(thread, frame);
  if (status == Status::kThrow) {
    class_init_threw(thread, frame);
    thread.frame = thread.caller_of(frame);
  }
  return status;
}

void class_init_threw(Thread& thread, Frame* frame) {
  Class* c = class_slot(frame);
  Object* thrown = thread.pending_exception();
  thread.java->pending_exception = nullptr;
  c->init_error = make_initialization_error(thread, thrown);
  thread.java->pending_exception = thrown;
  if (!class_of(thrown)->is_subclass_of(vm()->known().Error.get())) {
    thread.java->pending_exception = nullptr;
    (void)throw_new_with_cause(thread, "java/lang/ExceptionInInitializerError", {}, thrown);
  }
  end_initialization(c, ClassState::kError);
}

}  // namespace uvm::rt
