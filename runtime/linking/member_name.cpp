#include "runtime/linking/method_handles.h"

#include "runtime/heap/exceptions.h"
#include "runtime/heap/objects.h"
#include "runtime/linking/class_description.h"
#include "runtime/linking/initialization.h"
#include "runtime/linking/resolution.h"
#include "runtime/metadata/roots.h"

namespace uvm::rt {
namespace {

// java.lang.invoke.MethodHandleNatives.Constants.
constexpr std::uint32_t kIsMethod = 0x00010000;
constexpr std::uint32_t kIsConstructor = 0x00020000;
constexpr std::uint32_t kIsCallerSensitive = 0x00100000;
constexpr std::uint32_t kMethodModifiers = 0x1dff;

InvokeKind invoke_kind_of(RefKind kind) {
  switch (kind) {
    case RefKind::kInvokeVirtual:
      return InvokeKind::kVirtual;
    case RefKind::kInvokeStatic:
      return InvokeKind::kStatic;
    case RefKind::kInvokeInterface:
      return InvokeKind::kInterface;
    default:
      return InvokeKind::kSpecial;
  }
}

}  // namespace

Status link_handle_method(Thread& thread, const MethodReference& reference, RefKind kind, Method** result) {
  UVM_TRY(link_class(thread, reference.holder));
  Method* m = nullptr;
  UVM_TRY(link_method(thread, reference, invoke_kind_of(kind), &m));
  if (kind == RefKind::kInvokeSpecial && m->is_abstract()) {
    return throw_new(thread, "java/lang/AbstractMethodError",
                     describe_method(m->holder.get(), m->name.get(), m->descriptor.get()));
  }
  *result = m;
  return Status::kOk;
}

Status init_member_name(Thread& thread, Object* member_name, Method* method) {
  const WellKnown& known = roots().known;
  std::uint32_t flags = method->is_initializer() ? kIsConstructor : kIsMethod;
  std::int64_t index = -1;  // no dispatch
  RefKind kind = RefKind::kInvokeSpecial;
  if (method->is_static()) {
    kind = RefKind::kInvokeStatic;
  } else if (method->holder->is_interface() && !method->is_private() && method->itable_index >= 0) {
    kind = RefKind::kInvokeInterface;
    index = method->itable_index;
  } else if (method->vtable_index >= 0 && !method->is_private() && (method->access & kAccFinal) == 0) {
    kind = RefKind::kInvokeVirtual;
    index = method->vtable_index;
  }
  if ((method->flags & kMethodCallerSensitive) != 0) flags |= kIsCallerSensitive;
  flags |= (method->access & kMethodModifiers) | bits_of(kind);

  Object* resolved = new_object(thread, known.ResolvedMethodName.get());
  if (resolved == nullptr) return Status::kThrow;
  resolved->field<std::int64_t>(known.ResolvedMethodName_vmtarget) = gc::encode(method);
  resolved->set_reference(known.ResolvedMethodName_vmholder, method->holder->mirror_object());
  member_name->set_reference(known.MemberName_clazz, method->holder->mirror_object());
  member_name->set_reference(known.MemberName_method, resolved);
  member_name->field<std::int32_t>(known.MemberName_flags) = static_cast<std::int32_t>(flags);
  member_name->field<std::int64_t>(known.MemberName_vmindex) = index;
  return Status::kOk;
}

}  // namespace uvm::rt
