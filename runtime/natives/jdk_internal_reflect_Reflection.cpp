// Natives of jdk.internal.reflect.Reflection.
#include "runtime/heap/exceptions.h"
#include "runtime/linking/access.h"
#include "runtime/natives/reflection.h"
#include "runtime/natives/support.h"

namespace uvm::rt {
namespace {

// A leaf has no frame itself: frame 0 is the caller-sensitive method that asks, and its callers follow.
Status get_caller_class(NativeCall& call) {
  const Class* caller = nullptr;
  bool sensitive = true;
  unsigned depth = 0;
  walk_frames(call.thread, [&](Frame*, Method* method, int) {
    if (depth++ == 0) {
      sensitive = (method->flags & kMethodCallerSensitive) != 0;
      return sensitive;
    }
    if (calls_for_another(method)) return true;
    caller = method->holder.get();
    return false;
  });
  if (!sensitive) {
    return throw_new(call.thread, "java/lang/InternalError",
                     "CallerSensitive annotation expected at frame 1");
  }
  return call.ret(caller == nullptr ? nullptr : caller->mirror_object());
}

Status get_class_access_flags(NativeCall& call) {
  const Class* c = class_argument(call, 0);
  if (c == nullptr) return throw_null_pointer(call.thread);
  if (c->is_primitive()) return call.ret(static_cast<std::int32_t>(kAccPublic | kAccFinal | kAccAbstract));
  if (c->is_array()) {
    const Class* element = c->element.get();
    const std::uint32_t access = element->is_primitive() ? std::uint32_t{kAccPublic} : element->access;
    return call.ret(static_cast<std::int32_t>((access & kAccPublic) | kAccFinal | kAccAbstract));
  }
  return call.ret(static_cast<std::int32_t>(c->access & 0x7fff));
}

Status are_nest_mates(NativeCall& call) {
  Class* a = class_argument(call, 0);
  Class* b = class_argument(call, 1);
  if (a == nullptr || b == nullptr) return throw_null_pointer(call.thread);
  if (a == b) return call.ret(true);
  if (a->is_array() || b->is_array() || a->is_primitive() || b->is_primitive()) return call.ret(false);
  Class* host_a = nullptr;
  Class* host_b = nullptr;
  UVM_TRY(nest_host_of(call.thread, a, &host_a));
  UVM_TRY(nest_host_of(call.thread, b, &host_b));
  return call.ret(host_a == host_b);
}

const NativeMethod kReflectionMethods[] = {
    {"getCallerClass", "()Ljava/lang/Class;", get_caller_class, kLeaf},
    {"getClassAccessFlags", "(Ljava/lang/Class;)I", get_class_access_flags, kLeaf},
    {"areNestMates", "(Ljava/lang/Class;Ljava/lang/Class;)Z", are_nest_mates},
};
UVM_REGISTER_NATIVES("jdk/internal/reflect/Reflection", kReflectionMethods)

}  // namespace
}  // namespace uvm::rt
