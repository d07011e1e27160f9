// java.lang.invoke.MethodHandleNatives: how Java code names methods and fields to the VM.
//
// A MemberName is resolved when it says what to call or where a field is: for methods, its
// ResolvedMethodName.vmtarget is the Method, and vmindex the table index if it is dispatched; for fields,
// vmindex is the byte offset.
#include <string>

#include "runtime/execution/native.h"
#include "runtime/heap/exceptions.h"
#include "runtime/heap/objects.h"
#include "runtime/heap/strings.h"
#include "runtime/linking/class_description.h"
#include "runtime/linking/linkage.h"
#include "runtime/linking/method_handles.h"
#include "runtime/metadata/member_lookup.h"
#include "runtime/metadata/symbol_table.h"
#include "runtime/metadata/vm.h"

namespace uvm::rt {
namespace {

// java.lang.invoke.MethodHandleNatives.Constants.
constexpr std::uint32_t kIsMethod = 0x00010000;
constexpr std::uint32_t kIsConstructor = 0x00020000;
constexpr std::uint32_t kIsField = 0x00040000;
constexpr std::uint32_t kTrustedFinal = 0x00200000;
constexpr std::uint32_t kFieldModifiers = 0xffff;

std::uint32_t flags_of(const Object* name) {
  return static_cast<std::uint32_t>(name->field<std::int32_t>(vm()->known().MemberName_flags));
}
RefKind kind_of(const Object* name) { return static_cast<RefKind>(flags_of(name) >> kRefKindShift & 0xf); }
std::uint32_t with_kind(std::uint32_t flags, RefKind kind) {
  return (flags & ~(0xfU << kRefKindShift)) | bits_of(kind);
}
Class* class_named(const Object* name) {
  const Object* mirror = name->reference(vm()->known().MemberName_clazz);
  return mirror == nullptr ? nullptr : mirrored(mirror);
}

void append_descriptor(std::string& text, const Object* mirror) {
  const Class* c = mirrored(mirror);
  if (c->is_primitive()) {
    text += descriptor_of(c->primitive);
  } else if (c->is_array()) {
    text += c->name->view();
  } else {
    text += "L" + std::string(c->name->view()) + ";";
  }
}

// Descriptor of MemberName.type: a MethodType, a Class or a String.
std::string descriptor_of_type(const Object* type) {
  const WellKnown& known = vm()->known();
  std::string text;
  if (class_of(type) == known.String.get()) return to_modified_utf8(type);
  if (class_of(type) == known.Class.get()) {
    append_descriptor(text, type);
    return text;
  }
  text = "(";
  const auto* parameters = static_cast<const Array*>(type->reference(known.MethodType_ptypes));
  for (std::int32_t i = 0; i < parameters->length; i++) append_descriptor(text, array_get(parameters, i));
  text += ")";
  append_descriptor(text, type->reference(known.MethodType_rtype));
  return text;
}

void init_field_name(Object* name, const Field* field, bool setter) {
  const WellKnown& known = vm()->known();
  std::uint32_t flags = kIsField | (field->access & kFieldModifiers);
  const RefKind kind = setter ? (field->is_static() ? RefKind::kPutStatic : RefKind::kPutField)
                              : (field->is_static() ? RefKind::kGetStatic : RefKind::kGetField);
  const Class* holder = field->holder.get();
  const bool trusted = (field->access & kAccFinal) != 0 &&
                       (field->is_static() || holder->is_hidden() || (holder->flags & kClassIsRecord) != 0);
  if (trusted) flags |= kTrustedFinal;
  flags |= bits_of(kind);
  name->field<std::int32_t>(known.MemberName_flags) = static_cast<std::int32_t>(flags);
  name->set_reference(known.MemberName_method, nullptr);
  name->field<std::int64_t>(known.MemberName_vmindex) = field->offset;
  name->set_reference(known.MemberName_clazz, holder->mirror_object());
}

Status resolve_field_name(NativeCall& call, Object* name, bool speculative) {
  Class* c = class_named(name);
  const Object* text = name->reference(vm()->known().MemberName_name);
  const Symbol* symbol = make_symbol(to_modified_utf8(text));
  const Symbol* descriptor = make_symbol(descriptor_of_type(name->reference(vm()->known().MemberName_type)));
  const Field* field = c->is_array() || c->is_primitive() ? nullptr : lookup_field(c, symbol, descriptor);
  if (field == nullptr) {
    return speculative ? call.ret(static_cast<Object*>(nullptr))
                       : throw_new(call.thread, "java/lang/NoSuchFieldError", symbol->view());
  }
  // The Java code checks access, and whether the field is static.
  const RefKind kind = kind_of(name);
  init_field_name(name, field, kind == RefKind::kPutField || kind == RefKind::kPutStatic);
  return call.ret(name);
}

Status resolve_method_name(NativeCall& call, Object* name, Class* caller) {
  Class* c = class_named(name);
  if (c->is_primitive()) return throw_new(call.thread, "java/lang/NoSuchMethodError", external_name(c));
  const Symbol* symbol = make_symbol(to_modified_utf8(name->reference(vm()->known().MemberName_name)));
  const Symbol* descriptor = make_symbol(descriptor_of_type(name->reference(vm()->known().MemberName_type)));
  const RefKind kind = kind_of(name);
  Method* method = nullptr;
  UVM_TRY(link_handle_method(call.thread, {c, symbol, descriptor, caller}, kind, &method));
  UVM_TRY(init_member_name(call.thread, name, method));
  const bool dispatched = kind == RefKind::kInvokeVirtual || kind == RefKind::kInvokeInterface;
  if (!dispatched && !method->is_static()) {
    // invokespecial: the resolved method is the one that runs.
    name->field<std::int32_t>(vm()->known().MemberName_flags) =
        static_cast<std::int32_t>(with_kind(flags_of(name), RefKind::kInvokeSpecial));
    name->field<std::int64_t>(vm()->known().MemberName_vmindex) = -1;
  } else if (kind_of(name) == RefKind::kInvokeInterface && !c->is_interface()) {
    // A method that a class inherits from an interface is called as a method of the class.
    name->field<std::int32_t>(vm()->known().MemberName_flags) =
        static_cast<std::int32_t>(with_kind(flags_of(name), RefKind::kInvokeVirtual));
    name->set_reference(vm()->known().MemberName_clazz, c->mirror_object());
  }
  return call.ret(name);
}

// MemberName resolve(MemberName self, Class<?> caller, int lookupMode, boolean speculativeResolve)
Status resolve(NativeCall& call) {
  Object* name = call.object(0);
  const WellKnown& known = vm()->known();
  if (name == nullptr) return throw_new(call.thread, "java/lang/InternalError", "nothing to resolve");
  if (name->reference(known.MemberName_method) != nullptr) return call.ret(name);
  const bool speculative = call.i32(3) != 0;
  if (class_named(name) == nullptr || name->reference(known.MemberName_name) == nullptr ||
      name->reference(known.MemberName_type) == nullptr) {
    return throw_new(call.thread, "java/lang/IllegalArgumentException", "nothing to resolve");
  }
  constexpr std::int32_t kUnconditionalModes = -1;  // a trusted lookup: no access check
  Class* caller =
      call.object(1) == nullptr || call.i32(2) == kUnconditionalModes ? nullptr : mirrored(call.object(1));
  const std::uint32_t flags = flags_of(name);
  const Status status = (flags & kIsField) != 0 ? resolve_field_name(call, name, speculative)
                                                : resolve_method_name(call, name, caller);
  if (status == Status::kThrow && speculative &&
      class_of(call.thread.pending_exception())->name->view() != "java/lang/OutOfMemoryError") {
    call.thread.java->pending_exception = nullptr;
    return call.ret(static_cast<Object*>(nullptr));
  }
  return status;
}

// void init(MemberName self, Object ref): of a reflected Field, Method or Constructor
Status init(NativeCall& call) {
  Object* name = call.object(0);
  const Object* reflected = call.object(1);
  const WellKnown& known = vm()->known();
  if (name == nullptr || reflected == nullptr)
    return throw_new(call.thread, "java/lang/InternalError", "init");
  const Class* kind = class_of(reflected);
  if (kind == known.Field.get()) {
    const Class* c = mirrored(reflected->reference(known.Field_clazz));
    init_field_name(
        name, &c->fields[static_cast<std::size_t>(reflected->field<std::int32_t>(known.Field_slot))], false);
    return call.ret();
  }
  const bool method = kind == known.Method.get();
  if (!method && kind != known.Constructor.get()) {
    return throw_new(call.thread, "java/lang/InternalError", "unrecognized type for MemberName");
  }
  const Class* c = mirrored(reflected->reference(method ? known.Method_clazz : known.Constructor_clazz));
  const auto slot = static_cast<std::size_t>(
      reflected->field<std::int32_t>(method ? known.Method_slot : known.Constructor_slot));
  return init_member_name(call.thread, name, &c->methods[slot]);
}

Status set_text(Thread& thread, Object* name, std::uint32_t offset, const Symbol* text) {
  if (name->reference(offset) != nullptr) return Status::kOk;
  Object* string = intern_symbol(thread, const_cast<Symbol*>(text));
  if (string == nullptr) return Status::kThrow;
  name->set_reference(offset, string);
  return Status::kOk;
}

// void expand(MemberName self): name and type of a resolved member
Status expand(NativeCall& call) {
  Object* name = call.object(0);
  const WellKnown& known = vm()->known();
  if ((flags_of(name) & (kIsMethod | kIsConstructor)) != 0) {
    const Method* method = member_method(name);
    if (method == nullptr)
      return throw_new(call.thread, "java/lang/IllegalArgumentException", "nothing to expand");
    if (class_named(name) == nullptr) {
      name->set_reference(known.MemberName_clazz, method->holder->mirror_object());
    }
    UVM_TRY(set_text(call.thread, name, known.MemberName_name, method->name.get()));
    return set_text(call.thread, name, known.MemberName_type, method->descriptor.get());
  }
  const Class* c = class_named(name);
  const RefKind kind = kind_of(name);
  const bool is_static = kind == RefKind::kGetStatic || kind == RefKind::kPutStatic;
  const auto offset = static_cast<std::uint64_t>(name->field<std::int64_t>(known.MemberName_vmindex));
  for (unsigned i = 0; c != nullptr && i < c->field_count; i++) {
    const Field& field = c->fields[i];
    if (field.is_static() != is_static || field.offset != offset) continue;
    UVM_TRY(set_text(call.thread, name, known.MemberName_name, field.name.get()));
    return set_text(call.thread, name, known.MemberName_type, field.descriptor.get());
  }
  return throw_new(call.thread, "java/lang/InternalError", "unrecognized type");
}

Status field_offset(NativeCall& call) {
  return call.ret(call.object(0)->field<std::int64_t>(vm()->known().MemberName_vmindex));
}

Status static_field_base(NativeCall& call) {
  return call.ret(call.object(0)->reference(vm()->known().MemberName_clazz));
}

Status set_call_site_target(NativeCall& call) {
  const Field* target = find_declared_field(vm()->known().CallSite.get(), make_symbol("target"),
                                            make_symbol("Ljava/lang/invoke/MethodHandle;"));
  call.object(0)->slot(target->offset).store_volatile(gc::encode(call.object(1)));
  return call.ret();
}

const NativeMethod kMethodHandleNativesMethods[] = {
    {"resolve", "(Ljava/lang/invoke/MemberName;Ljava/lang/Class;IZ)Ljava/lang/invoke/MemberName;", resolve},
    {"init", "(Ljava/lang/invoke/MemberName;Ljava/lang/Object;)V", init},
    {"expand", "(Ljava/lang/invoke/MemberName;)V", expand},
    {"objectFieldOffset", "(Ljava/lang/invoke/MemberName;)J", field_offset, kLeaf},
    {"staticFieldOffset", "(Ljava/lang/invoke/MemberName;)J", field_offset, kLeaf},
    {"staticFieldBase", "(Ljava/lang/invoke/MemberName;)Ljava/lang/Object;", static_field_base, kLeaf},
    {"setCallSiteTargetNormal", "(Ljava/lang/invoke/CallSite;Ljava/lang/invoke/MethodHandle;)V",
     set_call_site_target, kLeaf},
    {"setCallSiteTargetVolatile", "(Ljava/lang/invoke/CallSite;Ljava/lang/invoke/MethodHandle;)V",
     set_call_site_target, kLeaf},
    {"clearCallSiteContext", "(Ljava/lang/invoke/MethodHandleNatives$CallSiteContext;)V", native_nothing,
     kLeaf},
};
UVM_REGISTER_NATIVES("java/lang/invoke/MethodHandleNatives", kMethodHandleNativesMethods)

}  // namespace
}  // namespace uvm::rt
