// Natives of java.lang.Object.
#include "runtime/heap/exceptions.h"
#include "runtime/heap/objects.h"
#include "runtime/heap/reference_processing.h"
#include "runtime/metadata/vm.h"
#include "runtime/natives/support.h"
#include "runtime/threads/collection.h"
#include "runtime/threads/monitors.h"

namespace uvm::rt {
namespace {

Status get_class(NativeCall& call) { return call.ret(class_of(call.object(0))->mirror_object()); }

Status hash_code(NativeCall& call) {
  return call.ret(static_cast<std::int32_t>(call.object(0)->identity_hash));
}

// A copy with a finalizer is registered before it is returned.
enum ClonePhase : std::uint8_t { kCopy = 0, kRegistered = 1 };

Status clone(NativeCall& call) {
  if (call.phase() == kRegistered) return call.ret(call.saved(0));
  Object* original = call.object(0);
  const Class* c = class_of(original);
  if (!c->is_array() &&
      (!c->is_subclass_of(known().Cloneable.get()) || (c->flags & kClassIsReference) != 0)) {
    return throw_new(call.thread, "java/lang/CloneNotSupportedException", external_name(c));
  }
  Object* copy = clone_object(call.thread, original);
  UVM_TRY(made(copy));
  if ((c->flags & kClassHasFinalizer) == 0) return call.ret(copy);
  call.save(0, copy);
  call.set_phase(kRegistered);
  return register_finalizer(call.thread, copy);
}

Status notify(NativeCall& call) { return monitor_notify(call.thread, call.object(0), false); }

Status notify_all(NativeCall& call) { return monitor_notify(call.thread, call.object(0), true); }

Status wait(NativeCall& call) {
  const std::int64_t timeout = call.i64(1);
  if (timeout < 0) {
    return throw_new(call.thread, "java/lang/IllegalArgumentException", "timeout value is negative");
  }
  return monitor_wait(call.thread, call.object(0), timeout);
}

const NativeMethod kObjectMethods[] = {
    {"getClass", "()Ljava/lang/Class;", get_class, kLeaf},
    {"hashCode", "()I", hash_code, kLeaf},
    {"clone", "()Ljava/lang/Object;", clone},
    {"notify", "()V", notify},
    {"notifyAll", "()V", notify_all},
    {"wait", "(J)V", wait},
};
UVM_REGISTER_NATIVES("java/lang/Object", kObjectMethods)

}  // namespace
}  // namespace uvm::rt
