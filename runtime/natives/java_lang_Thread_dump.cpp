// Thread.dumpThreads: the stacks of other threads.
#include <optional>

#include "runtime/heap/exceptions.h"
#include "runtime/heap/objects.h"
#include "runtime/linking/array_classes.h"
#include "runtime/linking/initialization.h"
#include "runtime/metadata/vm.h"
#include "runtime/natives/support.h"
#include "runtime/natives/thread_snapshot.h"
#include "runtime/threads/threads.h"

namespace uvm::rt {
namespace {

// An entry is null for a thread that is not alive.
Status dump_threads(NativeCall& call) {
  Thread& thread = call.thread;
  const Array* threads = call.array(0);
  if (threads == nullptr) return throw_null_pointer(thread);
  if (threads->length == 0) return throw_new(thread, "java/lang/IllegalArgumentException");
  UVM_TRY(ensure_initialized(thread, known().StackTraceElement.get()));
  Class* trace_class = array_class_of(thread, known().StackTraceElement.get());
  if (trace_class == nullptr) return Status::kThrow;

  std::vector<std::optional<std::vector<StackPosition>>> stacks;
  UVM_TRY(while_stopped(call, [&] {
    for (std::int32_t i = 0; i < call.array(0)->length; ++i) {
      const Object* object = array_get(call.array(0), i);
      JavaThread* record = object == nullptr ? nullptr : record_of(object);
      stacks.emplace_back();
      if (record != nullptr) stacks.back() = stack_of(record, kMaxStackTraceDepth);
    }
  }));
  Array* result = new_object_array(thread, trace_class, static_cast<std::int32_t>(stacks.size()));
  UVM_TRY(made(result));
  for (std::size_t i = 0; i < stacks.size(); ++i) {
    if (!stacks[i]) continue;
    const Array* trace = make_stack_trace(thread, *stacks[i]);
    UVM_TRY(made(trace));
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
