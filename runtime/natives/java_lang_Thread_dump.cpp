// Thread.dumpThreads: the stacks of other threads, seen while all are stopped.
#include <mutex>

#include "runtime/natives/stack_trace.h"
#include "runtime/natives/support.h"
#include "runtime/safepoint.h"
#include "runtime/threads.h"

namespace uvm::rt {
namespace {

struct Position {
  Method* method;
  int bci;
};
struct Stack {
  bool alive = false;
  std::vector<Position> frames;
};

constexpr std::size_t kMaxDepth = 1024;  // HotSpot's MaxJavaStackTraceDepth

// Stacks of the threads, innermost frame first. Everybody is stopped.
std::vector<Stack> read_stacks(Vm& machine, const Array* threads) {
  const std::lock_guard lock(machine.threads_lock);
  std::vector<Stack> stacks(static_cast<std::size_t>(threads->length));
  for (std::int32_t i = 0; i < threads->length; ++i) {
    const Object* object = array_get(threads, i);
    JavaThread* record = object == nullptr ? nullptr : record_of(object);
    Thread* host = record == nullptr ? nullptr : host_thread_of(record);
    if (host == nullptr) continue;
    Stack& stack = stacks[static_cast<std::size_t>(i)];
    stack.alive = true;
    walk_frames(*host, [&](Frame*, Method* method, int bci) {
      if ((method->flags & kMethodHidden) == 0) stack.frames.push_back({method, bci});
      return stack.frames.size() < kMaxDepth;
    });
  }
  return stacks;
}

// An entry is null for a thread that is not alive.
Status dump_threads(NativeCall& call) {
  Thread& thread = call.thread;
  const Array* threads = call.array(0);
  if (threads == nullptr) return throw_null_pointer(thread);
  if (threads->length == 0) return throw_new(thread, "java/lang/IllegalArgumentException");
  std::vector<Stack> stacks;
  {
    const BlockedScope blocked(thread);
    if (!stop_threads(*thread.vm)) return Status::kRetire;
    stacks = read_stacks(*thread.vm, threads);
    resume_threads(*thread.vm);
  }
  Class* element_class = known().StackTraceElement.get();
  UVM_TRY(ensure_initialized(thread, element_class));
  Class* trace_class = array_class_of(thread, element_class);
  if (trace_class == nullptr) return Status::kThrow;
  Array* result = new_object_array(thread, trace_class, threads->length);
  UVM_TRY(made(result));
  for (std::size_t i = 0; i < stacks.size(); ++i) {
    if (!stacks[i].alive) continue;
    const std::vector<Position>& frames = stacks[i].frames;
    Array* trace = new_array(thread, trace_class, static_cast<std::int32_t>(frames.size()));
    UVM_TRY(made(trace));
    for (std::size_t k = 0; k < frames.size(); ++k) {
      Object* element = new_object(thread, element_class);
      UVM_TRY(made(element));
      UVM_TRY(fill_stack_trace_element(thread, element, frames[k].method, frames[k].bci));
      array_set(trace, static_cast<std::int32_t>(k), element);
    }
    array_set(result, static_cast<std::int32_t>(i), trace);
  }
  return call.ret(result);
}

const NativeMethod kDumpMethods[] = {
    {"dumpThreads", "([Ljava/lang/Thread;)[[Ljava/lang/StackTraceElement;", dump_threads},
};
UVM_REGISTER_NATIVES("java/lang/Thread", kDumpMethods)

}  // namespace
}  // namespace uvm::rt
