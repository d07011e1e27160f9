// Exceptions that the VM throws, and stack traces.
//
// A backtrace is a long[]: for each frame, innermost first, the Method reference in the high half and the
// bytecode index in the low half (-2 for native methods). java.lang.StackTraceElements are made of it only
// when asked for.
#include <algorithm>
#include <cstring>
#include <vector>

#include "runtime/heap/class_source.h"
#include "runtime/heap/exceptions.h"
#include "runtime/heap/objects.h"
#include "runtime/heap/strings.h"
#include "runtime/metadata/code.h"
#include "runtime/metadata/roots.h"
#include "runtime/metadata/symbol_table.h"
#include "runtime/metadata/vm.h"

namespace uvm::rt {
namespace {

constexpr std::size_t kMaxTraceDepth = 1024;      // HotSpot's MaxJavaStackTraceDepth
constexpr std::uint64_t kRoomForError = 1 << 20;  // bytes a new exception with its trace may need

Thrown make_exception(Thread& thread, std::string_view class_name, const std::string_view* message,
                      Object* cause, bool has_cause) {
  ClassSource& classes = *thread.vm->classes;
  Class* c = classes.boot_class(thread, class_name);
  if (c == nullptr) return {};
  // Classes of the boot loader are linked without running Java.
  if (classes.link_class(thread, c) != Status::kOk) return {};
  const WellKnown& known = vm()->known();
  Object* exception = new_object(thread, c);
  if (exception == nullptr) return {};
  // What the constructors would do, since they are not run.
  if (message != nullptr) {
    Object* text = new_string(thread, *message);
    if (text == nullptr) return {};
    exception->set_reference(known.Throwable_detailMessage, text);
  }
  exception->set_reference(known.Throwable_cause, has_cause ? cause : exception);
  const Object* statics = known.Throwable->mirror_object();
  exception->set_reference(known.Throwable_stackTrace, statics->reference(known.Throwable_UNASSIGNED_STACK));
  exception->set_reference(known.Throwable_suppressedExceptions,
                           statics->reference(known.Throwable_SUPPRESSED_SENTINEL));
  fill_in_stack_trace(thread, exception);
  if (thread.pending_exception() == nullptr) thread.java->pending_exception = exception;
  return {};
}

}  // namespace

Thrown throw_new(Thread& thread, std::string_view class_name, std::string_view message) {
  return make_exception(thread, class_name, &message, nullptr, false);
}

Thrown throw_new(Thread& thread, std::string_view class_name) {
  return make_exception(thread, class_name, nullptr, nullptr, false);
}

Thrown throw_new_with_cause(Thread& thread, std::string_view class_name, std::string_view message,
                            Object* cause) {
  return make_exception(thread, class_name, message.data() == nullptr ? nullptr : &message, cause, true);
}

Thrown throw_object(Thread& thread, Object* throwable) {
  thread.java->pending_exception = throwable;
  return {};
}

Thrown throw_null_pointer(Thread& thread) {
  const Thrown thrown = throw_new(thread, "java/lang/NullPointerException");
  Object* exception = thread.pending_exception();
  // What its fillInStackTrace would do: the message is made from the backtrace on demand. (When there was no
  // memory, the pending exception is another one.)
  const Field* state =
      find_declared_field(class_of(exception), make_symbol("extendedMessageState"), make_symbol("I"));
  // The message says nothing about code in a hidden frame (a method handle's adapter).
  const Frame* top = thread.frame;
  const bool hidden = top != nullptr && top->method.bits != 0 && (top->method->flags & kMethodHidden) != 0;
  if (state != nullptr && !hidden) exception->field<std::int32_t>(state->offset) = 1;
  return thrown;
}

Thrown throw_out_of_memory(Thread& thread, std::string_view message) {
  if (vm()->heap.make_room_for_error(kRoomForError))
    return throw_new(thread, "java/lang/OutOfMemoryError", message);
  return throw_object(thread, roots().out_of_memory_error.get());
}

Thrown throw_errno(Thread& thread, std::string_view class_name, std::string_view what, int error) {
  char buffer[256];
  const char* text = strerror_r(error, buffer, sizeof buffer);
  return throw_new(thread, class_name, what.empty() ? std::string(text) : std::string(what) + ": " + text);
}

void walk_frames(Thread& thread, const std::function<bool(Frame*, Method*, int bci)>& visit) {
  for (Frame* f = thread.frame; f != nullptr; f = thread.caller_of(f)) {
    if (f->kind == FrameKind::kJava) {
      Method* m = f->method.get();
      if (!visit(f, m, bci_of(m, f->pc.get()))) return;
    } else if (f->kind == FrameKind::kNative) {
      if (!visit(f, f->method.get(), -2)) return;
    }
  }
}

void fill_in_stack_trace(Thread& thread, Object* throwable) {
  const WellKnown& known = vm()->known();
  std::vector<std::uint64_t> trace;
  // Leaves out Throwable.fillInStackTrace and the constructors of the exception itself.
  bool in_fill = true;
  bool in_constructors = true;
  const Class* c = class_of(throwable);
  walk_frames(thread, [&](Frame*, Method* m, int bci) {
    if (in_fill) {
      if (m->name->view() == "fillInStackTrace" && c->is_subclass_of(m->holder.get())) return true;
      in_fill = false;
    }
    if (in_constructors) {
      if (m->is_initializer() && c->is_subclass_of(m->holder.get())) return true;
      in_constructors = false;
    }
    if ((m->flags & kMethodHidden) != 0) return true;
    trace.push_back(static_cast<std::uint64_t>(gc::encode(m)) << 32 | static_cast<std::uint32_t>(bci));
    return trace.size() < kMaxTraceDepth;
  });
  Array* backtrace = new_primitive_array(thread, BasicType::kLong, static_cast<std::int32_t>(trace.size()));
  if (backtrace == nullptr) return;
  std::copy(trace.begin(), trace.end(), backtrace->elements<std::uint64_t>());
  throwable->set_reference(known.Throwable_backtrace, backtrace);
  throwable->field<std::int32_t>(known.Throwable_depth) = static_cast<std::int32_t>(trace.size());
}

int line_of(const Method* method, int bci) {
  if (method->is_native()) return -2;
  int best_start = -1;
  int line = -1;
  for (unsigned i = 0; i < method->line_count; i++) {
    const LineNumber& entry = method->lines[i];
    if (entry.start_bci <= bci && entry.start_bci > best_start) {
      best_start = entry.start_bci;
      line = entry.line;
    }
  }
  return line;
}

}  // namespace uvm::rt
