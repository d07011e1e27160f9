// Natives of java.security.AccessController.
//
// There is no security manager (it is deprecated for removal, JEP 411), so no context restricts anything: the
// context of a stack is null, which means all permissions.
#include "runtime/natives/support.h"

namespace uvm::rt {
namespace {

Status get_stack_context(NativeCall& call) { return call.ret(static_cast<Object*>(nullptr)); }

Status get_inherited_context(NativeCall& call) {
  const Object* thread_object = call.thread.java->object.get();
  return call.ret(thread_object->reference(known().Thread_inheritedAccessControlContext));
}

Status get_protection_domain(NativeCall& call) {
  const Class* c = class_argument(call, 0);
  if (c == nullptr) return call.ret(static_cast<Object*>(nullptr));
  if (c->is_array()) c = c->element.get();
  return call.ret(c->protection_domain.get());
}

const NativeMethod kMethods[] = {
    {"getStackAccessControlContext", "()Ljava/security/AccessControlContext;", get_stack_context, kLeaf},
    {"getInheritedAccessControlContext", "()Ljava/security/AccessControlContext;", get_inherited_context,
     kLeaf},
    {"getProtectionDomain", "(Ljava/lang/Class;)Ljava/security/ProtectionDomain;", get_protection_domain,
     kLeaf},
    // Locals are always in the frame.
    {"ensureMaterializedForStackWalk", "(Ljava/lang/Object;)V", native_nothing, kLeaf},
};
UVM_REGISTER_NATIVES("java/security/AccessController", kMethods)

}  // namespace
}  // namespace uvm::rt
