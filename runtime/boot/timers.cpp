#include "runtime/boot/timers.h"

#include <algorithm>
#include <string_view>

#include "runtime/heap/objects.h"
#include "runtime/metadata/member_lookup.h"
#include "runtime/metadata/metadata.h"
#include "runtime/metadata/roots.h"
#include "runtime/metadata/symbol_table.h"

namespace uvm::rt {
namespace {

// Methods that may have a time of the wall clock in their frames; without a name, all methods of the class.
struct WaitingCode {
  std::string_view holder, method;
};
constexpr WaitingCode kWaitingCode[] = {
    {"java/util/Timer", {}},
    {"java/util/TimerThread", {}},
    {"java/util/TaskQueue", {}},
    {"jdk/internal/misc/Unsafe", "park"},
    {"java/util/concurrent/locks/LockSupport", "parkUntil"},
    {"java/util/concurrent/locks/AbstractQueuedSynchronizer$ConditionObject", "awaitUntil"},
    {"java/util/concurrent/locks/AbstractQueuedLongSynchronizer$ConditionObject", "awaitUntil"},
    {"java/util/concurrent/ForkJoinPool", "awaitWork"},
};

bool may_hold_time(const Method* method) {
  if (method->holder->loader) return false;
  const std::string_view holder = method->holder->name->view(), name = method->name->view();
  return std::any_of(std::begin(kWaitingCode), std::end(kWaitingCode), [&](const WaitingCode& code) {
    return code.holder == holder && (code.method.empty() || code.method == name);
  });
}

// A field of a class of java.util; null if this class library has no field with that name.
template <typename T>
T* field_of(Object* object, const char* name, const char* descriptor) {
  const Field* field = lookup_field(class_of(object), make_symbol(name), make_symbol(descriptor));
  return field == nullptr ? nullptr : &object->field<T>(field->offset);
}

class Shift {
 public:
  explicit Shift(std::int64_t behind_ms)
      : behind_ms_(behind_ms),
        // No reference is that large, nor is a delay of less than half of the time since 1970.
        least_(std::max(roots().clock.last_wall_ms / 2, std::int64_t{1} << 32)) {}

  void frames(const JavaThread& thread) const;
  void tasks(Object* timer_thread) const;

 private:
  void slots(Slot* first, const Slot* end) const {
    for (Slot* slot = first; slot < end; ++slot) {
      if (slot->l >= least_) slot->l -= behind_ms_;
    }
  }

  std::int64_t behind_ms_;
  std::int64_t least_;
};

void Shift::frames(const JavaThread& thread) const {
  if (thread.top_frame == 0) return;
  Slot* const base = gc::at_offset<Slot>(thread.stack_base);
  auto* frame = gc::at_offset<Frame>(thread.top_frame);
  const Slot* end = frame->operands() + frame->sp;  // of the frame: where its callee's locals begin
  for (;;) {
    Slot* first = reinterpret_cast<Slot*>(frame);
    if (frame->kind == FrameKind::kJava) first -= frame->aux;
    if (frame->kind == FrameKind::kNative) first -= frame->method->arg_slots;
    if (frame->method && may_hold_time(frame->method.get())) {
      slots(first, reinterpret_cast<Slot*>(frame));
      slots(frame->operands(), end);
    }
    if (frame->caller == 0) return;
    end = first;
    frame = reinterpret_cast<Frame*>(base + frame->caller);
  }
}

void Shift::tasks(Object* timer_thread) const {
  const auto* queue = field_of<Ref<Object>>(timer_thread, "queue", "Ljava/util/TaskQueue;");
  if (queue == nullptr || !*queue) return;
  const auto* tasks = field_of<Ref<Array>>(queue->get(), "queue", "[Ljava/util/TimerTask;");
  const auto* size = field_of<std::int32_t>(queue->get(), "size", "I");
  if (tasks == nullptr || size == nullptr || !*tasks) return;
  for (std::int32_t i = 1; i <= *size && i < (*tasks)->length; ++i) {  // a heap, from 1
    Object* task = array_get(tasks->get(), i);
    if (task == nullptr) continue;
    auto* time = field_of<std::int64_t>(task, "nextExecutionTime", "J");
    if (time != nullptr) *time -= behind_ms_;
  }
}

}  // namespace

void timers_at_resume(std::int64_t behind_ms) {
  const Shift shift(behind_ms);
  for (JavaThread* thread = roots().threads.get(); thread != nullptr; thread = thread->next.get()) {
    if (thread->alive == 0) continue;
    shift.frames(*thread);
    Object* object = thread->object.get();
    if (object == nullptr) continue;
    const Class* type = class_of(object);
    if (!type->loader && type->name->view() == "java/util/TimerThread") shift.tasks(object);
  }
}

}  // namespace uvm::rt
