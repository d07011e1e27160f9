#include "runtime/method_handles.h"
#include "runtime/vm.h"

namespace uvm::rt {
namespace {

// java.lang.invoke.MethodHandleNatives.Constants.
constexpr std::uint32_t kIsMethod = 0x00010000;
constexpr std::uint32_t kIsConstructor = 0x00020000;
constexpr std::uint32_t kIsCallerSensitive = 0x00100000;
constexpr unsigned kReferenceKindShift = 24;
// Reference kinds, JVMS table 5.4.3.5-A.
constexpr std::uint32_t kInvokeVirtual = 5;
constexpr std::uint32_t kInvokeStatic = 6;
constexpr std::uint32_t kInvokeSpecial = 7;
constexpr std::uint32_t kInvokeInterface = 9;

constexpr std::uint32_t kMethodModifiers = 0x1dff;

}  // namespace

Status init_member_name(Thread& thread, Object* member_name, Method* method) {
  const WellKnown& known = roots().known;
  std::uint32_t flags = method->is_initializer() ? kIsConstructor : kIsMethod;
  std::int64_t index = -1;  // no dispatch
  std::uint32_t kind = kInvokeSpecial;
  if (method->is_static()) {
    kind = kInvokeStatic;
  } else if (method->holder->is_interface() && !method->is_private() && method->itable_index >= 0) {
    kind = kInvokeInterface;
    index = method->itable_index;
  } else if (method->vtable_index >= 0 && !method->is_private() && (method->access & kAccFinal) == 0) {
    kind = kInvokeVirtual;
    index = method->vtable_index;
  }
  if ((method->flags & kMethodCallerSensitive) != 0) flags |= kIsCallerSensitive;
  flags |= (method->access & kMethodModifiers) | kind << kReferenceKindShift;

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
