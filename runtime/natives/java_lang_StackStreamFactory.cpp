// Natives of java.lang.StackStreamFactory and its AbstractStackWalker: StackWalker's access to the frames.
//
// callStackWalk fills the first batch and calls doStackWalk, during which fetchStackFrames fills more. The
// frame of callStackWalk says how far the walk is: saved_value 0 is the next frame's slot index in the
// stack, 0 at the end. The "anchor" that names the walk is the slot index of the frame of callStackWalk.
#include "runtime/heap/exceptions.h"
#include "runtime/heap/objects.h"
#include "runtime/linking/method_handles.h"
#include "runtime/metadata/vm.h"
#include "runtime/natives/support.h"

namespace uvm::rt {
namespace {

// StackStreamFactory's constants.
constexpr std::int64_t kFillClassRefsOnly = 0x2;
constexpr std::int64_t kGetCallerClass = 0x4;
constexpr std::int64_t kShowHiddenFrames = 0x20;
constexpr std::int64_t kFillLiveStackFrames = 0x100;

std::int64_t index_of(const Thread& thread, Frame* frame) {
  return reinterpret_cast<Slot*>(frame) - thread.stack_base;
}

bool is_stack_walker(const Class* c) {
  const Class* walker = known().AbstractStackWalker.get();
  return c == walker || c->super.get() == walker || c->name->view() == "java/lang/StackWalker";
}

struct Batch {
  std::int64_t mode;
  std::int64_t from;      // slot index of the first frame; 0: the first that is not the walker's own
  std::int32_t skip;      // frames to leave out first
  std::int32_t count;     // at most
  std::int32_t start;     // index in the buffer
  Array* buffer;          // Class[] or StackFrameInfo[], by mode
  std::int32_t end = 0;   // result: index after the last one filled
  std::int64_t next = 0;  // result: slot index of the next frame, 0: none
};

Status fill(Thread& thread, Batch* batch) {
  Status status = Status::kOk;
  bool started = batch->from != 0;
  bool found = !started;
  std::int32_t skip = batch->skip;
  batch->end = batch->start;
  batch->next = 0;
  walk_frames(thread, [&](Frame* frame, Method* method, int bci) {
    if (!found && index_of(thread, frame) != batch->from) return true;
    found = true;
    if (!started) {
      if (is_stack_walker(method->holder.get())) return true;
      started = true;
    }
    if (skip > 0) {
      --skip;
      return true;
    }
    const bool class_only = (batch->mode & kFillClassRefsOnly) != 0;
    const bool show_hidden = (batch->mode & (kShowHiddenFrames | kGetCallerClass)) == kShowHiddenFrames;
    if (!show_hidden && (method->flags & kMethodHidden) != 0) return true;
    if (batch->end - batch->start >= batch->count || batch->end >= batch->buffer->length) {
      batch->next = index_of(thread, frame);
      return false;
    }
    if ((batch->mode & kGetCallerClass) != 0 && batch->end == batch->start &&
        (method->flags & kMethodCallerSensitive) != 0) {
      status = throw_new(thread, "java/lang/UnsupportedOperationException",
                         "StackWalker::getCallerClass called from @CallerSensitive '" +
                             external_method_name(method) + "' method");
      return false;
    }
    if (class_only) {
      array_set(batch->buffer, batch->end, method->holder->mirror_object());
    } else {
      Object* info = array_get(batch->buffer, batch->end);
      status = init_member_name(thread, info->reference(known().StackFrameInfo_memberName), method);
      if (status != Status::kOk) return false;
      info->field<std::int32_t>(known().StackFrameInfo_bci) = bci < 0 ? -1 : bci;
    }
    ++batch->end;
    return true;
  });
  return status;
}

Status check_buffer(NativeCall& call, std::int64_t mode, std::int32_t start, std::int32_t count,
                    const Array* buffer) {
  if (buffer == nullptr)
    return throw_new(call.thread, "java/lang/NullPointerException", "frame_array is NULL");
  if (start < 0 || count < 0 || static_cast<std::int64_t>(start) + count > buffer->length) {
    return throw_new(call.thread, "java/lang/IllegalArgumentException", "not enough space in buffers");
  }
  if ((mode & kFillLiveStackFrames) != 0) {
    return throw_new(call.thread, "java/lang/UnsupportedOperationException", "live stack frames");
  }
  return Status::kOk;
}

Status call_stack_walk(NativeCall& call) {
  Thread& thread = call.thread;
  if (call.phase() == kUnderWay) return call.ret(gc::decode<Object>(call.upcall_result().ref));
  const std::int64_t mode = call.i64(1);
  const std::int32_t skip = call.i32(3);
  const std::int32_t count = call.i32(4);
  const std::int32_t start = call.i32(5);
  Array* buffer = call.array(6);
  UVM_TRY(check_buffer(call, mode, start, count, buffer));
  Batch batch{.mode = mode, .from = 0, .skip = skip, .count = count, .start = start, .buffer = buffer};
  UVM_TRY(fill(thread, &batch));
  if (batch.end == batch.start) {
    return throw_new(thread, "java/lang/InternalError", "stack walk: decode failed");
  }
  call.saved_value(0).l = batch.next;
  call.set_phase(kUnderWay);
  return call.upcall(known().StackWalker_doStackWalk.get(),
                     {slot_of(call.object(0)), slot_of(index_of(thread, call.frame())), Slot{}, slot_of(skip),
                      slot_of(count), slot_of(start), slot_of(batch.end)});
}

Status fetch_stack_frames(NativeCall& call) {
  Thread& thread = call.thread;
  const std::int64_t mode = call.i64(1);
  const std::int64_t anchor = call.i64(3);
  const std::int32_t count = call.i32(5);
  const std::int32_t start = call.i32(6);
  Array* buffer = call.array(7);
  UVM_TRY(check_buffer(call, mode, start, count, buffer));
  Frame* walk = nullptr;
  walk_frames(thread, [&](Frame* frame, Method* method, int) {
    if (index_of(thread, frame) != anchor) return true;
    if (frame->kind == FrameKind::kNative && method->holder == known().AbstractStackWalker &&
        method->name->view() == "callStackWalk") {
      walk = frame;
    }
    return false;
  });
  if (walk == nullptr) {
    return throw_new(thread, "java/lang/InternalError", "doStackWalk: corrupted buffers");
  }
  Slot& next = walk->operands()[4];  // NativeCall::saved_value(0) of that frame
  if (next.l == 0) return call.ret(start);
  Batch batch{.mode = mode, .from = next.l, .skip = 0, .count = count, .start = start, .buffer = buffer};
  UVM_TRY(fill(thread, &batch));
  next.l = batch.next;
  return call.ret(batch.end);
}

// The constants above equal those of the class library.
Status check_modes(NativeCall& call) { return call.ret(true); }

const NativeMethod kFactoryMethods[] = {
    {"checkStackWalkModes", "()Z", check_modes, kLeaf},
};
UVM_REGISTER_NATIVES("java/lang/StackStreamFactory", kFactoryMethods)

const NativeMethod kWalkerMethods[] = {
    {"callStackWalk", "(JIII[Ljava/lang/Object;)Ljava/lang/Object;", call_stack_walk},
    {"fetchStackFrames", "(JJII[Ljava/lang/Object;)I", fetch_stack_frames},
};
UVM_REGISTER_NATIVES("java/lang/StackStreamFactory$AbstractStackWalker", kWalkerMethods)

}  // namespace
}  // namespace uvm::rt
