// Native of java.lang.SecurityManager.
#include <vector>

#include "runtime/heap/exceptions.h"
#include "runtime/natives/reflection.h"
#include "runtime/natives/support.h"

namespace uvm::rt {
namespace {

// The classes whose methods are on the stack, the caller's first, without natives and reflection.
Status get_class_context(NativeCall& call) {
  std::vector<Class*> classes;
  walk_frames(call.thread, [&](Frame* frame, Method* method, int) {
    if (frame->kind == FrameKind::kJava && !calls_for_another(method)) {
      classes.push_back(method->holder.get());
    }
    return true;
  });
  Array* result = make_class_array(call.thread, classes);
  return result == nullptr ? Status::kThrow : call.ret(result);
}

const NativeMethod kSecurityManagerMethods[] = {
    {"getClassContext", "()[Ljava/lang/Class;", get_class_context},
};
UVM_REGISTER_NATIVES("java/lang/SecurityManager", kSecurityManagerMethods)

}  // namespace
}  // namespace uvm::rt
