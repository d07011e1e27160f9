// Natives of java.security.AccessController.
#include <vector>

#include "runtime/heap/exceptions.h"
#include "runtime/heap/objects.h"
#include "runtime/linking/class_loading.h"
#include "runtime/linking/initialization.h"
#include "runtime/metadata/vm.h"
#include "runtime/natives/support.h"

namespace uvm::rt {
namespace {

// AccessController.executePrivileged(action, context, caller): the frames below it do not count.
constexpr unsigned kPrivilegedContextLocal = 1;
constexpr unsigned kPrivilegedCallerLocal = 2;

bool is_execute_privileged(const Method* method) {
  return method->holder == known().AccessController && method->name->view() == "executePrivileged";
}

// The protection domains of the stack, innermost first, down to a privileged frame and without adjacent
// repetitions. Null if all those frames are of the class library and the privileged one has no context: then
// nothing is restricted.
Status get_stack_context(NativeCall& call) {
  Thread& thread = call.thread;
  Class* context_class = known().AccessControlContext.get();
  UVM_TRY(ensure_initialized(thread, context_class));
  Class* domain_class = boot_class(thread, "java/security/ProtectionDomain");
  if (domain_class == nullptr) return Status::kThrow;
  std::vector<Object*> domains;
  const Object* previous = nullptr;
  const Object* privileged_context = nullptr;
  bool privileged = false;
  walk_frames(thread, [&](Frame* frame, Method* method, int) {
    Object* domain = method->holder->protection_domain.get();
    if (frame->kind == FrameKind::kJava && is_execute_privileged(method)) {
      const Slot* locals = locals_of(frame);
      privileged = true;
      privileged_context = gc::decode<Object>(locals[kPrivilegedContextLocal].ref);
      const Object* caller = gc::decode<Object>(locals[kPrivilegedCallerLocal].ref);
      domain = caller == nullptr ? nullptr : mirrored(caller)->protection_domain.get();
    }
    if (domain != nullptr && domain != previous) {
      domains.push_back(domain);
      previous = domain;
    }
    return !privileged;
  });
  if (domains.empty() && privileged && privileged_context == nullptr) {
    return call.ret(static_cast<Object*>(nullptr));
  }
  Array* context = nullptr;
  if (!domains.empty()) {
    context = new_object_array(thread, domain_class, static_cast<std::int32_t>(domains.size()));
    UVM_TRY(made(context));
    for (std::size_t i = 0; i < domains.size(); ++i)
      array_set(context, static_cast<std::int32_t>(i), domains[i]);
  }
  Object* result = new_object(thread, context_class);
  UVM_TRY(made(result));
  result->set_reference(library_field(context_class, "context", "[Ljava/security/ProtectionDomain;"),
                        context);
  result->set_reference(
      library_field(context_class, "privilegedContext", "Ljava/security/AccessControlContext;"),
      privileged_context);
  result->field<std::uint8_t>(library_field(context_class, "isPrivileged", "Z")) = privileged ? 1 : 0;
  result->field<std::uint8_t>(library_field(context_class, "isAuthorized", "Z")) = 1;
  return call.ret(result);
}

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

const NativeMethod kAccessControllerMethods[] = {
    {"getStackAccessControlContext", "()Ljava/security/AccessControlContext;", get_stack_context},
    {"getInheritedAccessControlContext", "()Ljava/security/AccessControlContext;", get_inherited_context,
     kLeaf},
    {"getProtectionDomain", "(Ljava/lang/Class;)Ljava/security/ProtectionDomain;", get_protection_domain,
     kLeaf},
    // The locals are always in the frame.
    {"ensureMaterializedForStackWalk", "(Ljava/lang/Object;)V", native_nothing, kLeaf},
};
UVM_REGISTER_NATIVES("java/security/AccessController", kAccessControllerMethods)

}  // namespace
}  // namespace uvm::rt
