// Natives of java.lang.Class.
#include <algorithm>

#include "runtime/classfile/descriptor.h"
#include "runtime/heap/exceptions.h"
#include "runtime/heap/objects.h"
#include "runtime/heap/strings.h"
#include "runtime/linking/access.h"
#include "runtime/linking/assertions.h"
#include "runtime/linking/class_loading.h"
#include "runtime/linking/initialization.h"
#include "runtime/linking/resolution.h"
#include "runtime/metadata/symbol_table.h"
#include "runtime/metadata/vm.h"
#include "runtime/natives/reflection.h"
#include "runtime/natives/support.h"

namespace uvm::rt {
namespace {

Class* this_class(const NativeCall& call) { return mirrored(call.object(0)); }

bool has_members(const Class* c) { return !c->is_array() && !c->is_primitive(); }

Status ret_null(NativeCall& call) { return call.ret(static_cast<Object*>(nullptr)); }

Status ret_mirror(NativeCall& call, const Class* c) { return call.ret(c->mirror_object()); }

Status ret_classes(NativeCall& call, std::span<Class* const> classes) {
  const Array* array = make_class_array(call.thread, classes);
  UVM_TRY(made(array));
  return call.ret(array);
}

Status ret_objects(NativeCall& call, Class* component, std::span<Object* const> objects) {
  Array* array = new_object_array(call.thread, component, static_cast<std::int32_t>(objects.size()));
  UVM_TRY(made(array));
  for (std::size_t i = 0; i < objects.size(); ++i) array_set(array, static_cast<std::int32_t>(i), objects[i]);
  return call.ret(array);
}

// --- Names and kinds

Status get_primitive_class(NativeCall& call) {
  const Object* name = call.object(0);
  if (name == nullptr) return throw_null_pointer(call.thread);
  for (const Ref<Class>& primitive : known().primitive_classes) {
    if (primitive && string_equals(name, primitive->name->view())) return ret_mirror(call, primitive.get());
  }
  return throw_new(call.thread, "java/lang/ClassNotFoundException", to_utf8(name));
}

Status init_class_name(NativeCall& call) {
  Object* mirror = call.object(0);
  Object* name = new_string(call.thread, external_name(mirrored(mirror)));
  UVM_TRY(made(name));
  name = intern(call.thread, name);
  UVM_TRY(made(name));
  mirror->set_reference(known().Class_name, name);
  return call.ret(name);
}

Status is_instance(NativeCall& call) {
  const Object* object = call.object(1);
  return call.ret(object != nullptr && class_of(object)->is_subclass_of(this_class(call)));
}

Status is_assignable_from(NativeCall& call) {
  const Class* other = class_argument(call, 1);
  // Without the helpful message: a leaf has no frame, so the message would be about the caller's call.
  if (other == nullptr) return throw_new(call.thread, "java/lang/NullPointerException");
  const Class* c = this_class(call);
  if (c->is_primitive() || other->is_primitive()) return call.ret(c == other);
  return call.ret(other->is_subclass_of(c));
}

Status is_interface(NativeCall& call) {
  const Class* c = this_class(call);
  return call.ret(has_members(c) && c->is_interface());
}
Status is_array(NativeCall& call) { return call.ret(this_class(call)->is_array()); }
Status is_primitive(NativeCall& call) { return call.ret(this_class(call)->is_primitive()); }
Status is_hidden(NativeCall& call) {
  return call.ret(has_members(this_class(call)) && this_class(call)->is_hidden());
}
Status is_record(NativeCall& call) { return call.ret((this_class(call)->flags & kClassIsRecord) != 0); }

Status get_modifiers(NativeCall& call) {
  const Class* c = this_class(call);
  if (c->is_primitive()) return call.ret(static_cast<std::int32_t>(kAccPublic | kAccFinal | kAccAbstract));
  if (c->is_array()) {
    const Class* element = c->element.get();
    const std::uint32_t access = element->is_primitive() ? std::uint32_t{kAccPublic} : element->inner_access;
    return call.ret(static_cast<std::int32_t>((access & (kAccPublic | kAccPrivate | kAccProtected)) |
                                              kAccFinal | kAccAbstract));
  }
  return call.ret(static_cast<std::int32_t>(c->inner_access & 0x7fff & ~std::uint32_t{kAccSuper}));
}

// --- Supertypes

Status get_superclass(NativeCall& call) {
  const Class* c = this_class(call);
  if (c->is_array()) return ret_mirror(call, known().Object.get());
  if (c->is_primitive() || c->is_interface() || !c->super) return ret_null(call);
  return ret_mirror(call, c->super.get());
}

Status get_interfaces(NativeCall& call) {
  const Class* c = this_class(call);
  if (c->is_array()) {
    Class* const both[] = {known().Cloneable.get(), known().Serializable.get()};
    return ret_classes(call, both);
  }
  std::vector<Class*> interfaces;
  for (unsigned i = 0; has_members(c) && i < c->interface_count; ++i)
    interfaces.push_back(c->interfaces[i].get());
  return ret_classes(call, interfaces);
}

// --- Loading and initialisation

Status for_name(NativeCall& call) {
  Thread& thread = call.thread;
  const Object* name = call.object(0);
  const bool initialize = call.i32(1) != 0;
  Object* loader = call.object(2);
  if (name == nullptr) return throw_null_pointer(thread);
  std::string internal = to_modified_utf8(name);
  constexpr std::string_view kNotFound = "java/lang/ClassNotFoundException";
  if (internal.find('/') != std::string::npos) return throw_new(thread, kNotFound, internal);
  std::replace(internal.begin(), internal.end(), '.', '/');
  // The message has the name with slashes, as on HotSpot.
  if (!classfile::is_nameable(internal)) return throw_new(thread, kNotFound, internal);
  if (internal.size() > kMaxSymbolLength) return throw_new(thread, kNotFound, too_long_name(internal));
  Class* c = nullptr;
  UVM_TRY(load_class(thread, make_symbol(internal), loader, &c, NotFound::kException));
  if (initialize && has_members(c)) UVM_TRY(ensure_initialized(thread, c));
  return ret_mirror(call, c);
}

Status desired_assertion_status(NativeCall& call) {
  return call.ret(assertions_enabled(mirrored(call.object(0))));
}

// --- Attributes of the class file

Status get_protection_domain(NativeCall& call) {
  const Class* c = this_class(call);
  if (c->is_array()) c = c->element.get();
  return call.ret(c->protection_domain.get());
}

Status get_signers(NativeCall& call) {
  const Array* signers = static_cast<Array*>(this_class(call)->signers.get());
  if (signers == nullptr) return ret_null(call);
  const Object* copy = clone_object(call.thread, const_cast<Array*>(signers));
  UVM_TRY(made(copy));
  return call.ret(copy);
}

Status set_signers(NativeCall& call) {
  if (has_members(this_class(call))) this_class(call)->signers = call.object(1);
  return call.ret();
}

Status get_generic_signature(NativeCall& call) {
  const Class* c = this_class(call);
  Object* signature = nullptr;
  if (has_members(c)) UVM_TRY(symbol_string(call.thread, c->generic_signature.get(), &signature));
  return call.ret(signature);
}

Status ret_bytes(NativeCall& call, const Bytes* bytes) {
  Object* array = nullptr;
  UVM_TRY(make_byte_array(call.thread, bytes, &array));
  return call.ret(array);
}

Status get_raw_annotations(NativeCall& call) { return ret_bytes(call, this_class(call)->annotations.get()); }
Status get_raw_type_annotations(NativeCall& call) {
  return ret_bytes(call, this_class(call)->type_annotations.get());
}

// A jdk.internal.reflect.ConstantPool; its VM part is the mirror of the class whose pool it is.
Status get_constant_pool(NativeCall& call) {
  const Class* c = this_class(call);
  if (!has_members(c)) return ret_null(call);
  UVM_TRY(ensure_initialized(call.thread, known().ConstantPool.get()));
  Object* pool = new_object(call.thread, known().ConstantPool.get());
  UVM_TRY(made(pool));
  pool->set_reference(known().ConstantPool_constantPoolOop, c->mirror_object());
  return call.ret(pool);
}

// --- Nesting

// Entry of the InnerClasses attribute (JVMS 4.7.6) that describes the class itself; null at top level.
const InnerClassInfo* own_inner_class_info(const Class* c) {
  for (unsigned i = 0; has_members(c) && i < c->inner_class_count; ++i) {
    const InnerClassInfo& info = c->inner_classes[i];
    if (info.inner_index != 0 && c->pool->class_name(info.inner_index) == c->name.get()) return &info;
  }
  return nullptr;
}

// JVMS 4.7.6: both classes must agree that one is a member of the other, or is declared in its code. They
// must be the classes themselves, not merely classes of the same names.
Status check_is_inner(Thread& thread, Class* outer, Class* inner, bool member) {
  for (unsigned i = 0; has_members(outer) && i < outer->inner_class_count; ++i) {
    const InnerClassInfo& info = outer->inner_classes[i];
    if (info.inner_index == 0 || (info.outer_index != 0) != member) continue;
    if (outer->pool->class_name(info.inner_index) != inner->name.get()) continue;
    if (member) {
      if (outer->pool->class_name(info.outer_index) != outer->name.get()) continue;
      Class* named_outer = nullptr;
      UVM_TRY(resolve_class(thread, outer, info.outer_index, &named_outer));
      if (named_outer != outer) continue;
    }
    Class* named_inner = nullptr;
    UVM_TRY(resolve_class(thread, outer, info.inner_index, &named_inner));
    if (named_inner == inner) return Status::kOk;
  }
  return throw_new(
      thread, "java/lang/IncompatibleClassChangeError",
      external_name(outer) + " and " + external_name(inner) + " disagree on InnerClasses attribute");
}

Status get_declaring_class(NativeCall& call) {
  Class* c = this_class(call);
  if (!has_members(c)) return ret_null(call);
  const InnerClassInfo* info = own_inner_class_info(c);
  if (info == nullptr) return ret_null(call);
  const bool member = info->outer_index != 0;
  const unsigned outer_index = member ? info->outer_index : c->enclosing_class_index;
  if (outer_index == 0) return ret_null(call);
  // A local or anonymous class has no declaring class, but it too must agree with the class that encloses it.
  Class* outer = nullptr;
  UVM_TRY(resolve_class(call.thread, c, outer_index, &outer));
  UVM_TRY(check_is_inner(call.thread, outer, c, member));
  return member ? ret_mirror(call, outer) : ret_null(call);
}

Status get_simple_binary_name(NativeCall& call) {
  const Class* c = this_class(call);
  const InnerClassInfo* info = own_inner_class_info(c);
  if (info == nullptr || info->name_index == 0) return ret_null(call);
  Object* name = nullptr;
  UVM_TRY(symbol_string(call.thread, c->pool->utf8(info->name_index), &name));
  return call.ret(name);
}

Status get_enclosing_method(NativeCall& call) {
  Class* c = this_class(call);
  if (!has_members(c) || c->enclosing_class_index == 0) return ret_null(call);
  Class* outer = nullptr;
  UVM_TRY(resolve_class(call.thread, c, c->enclosing_class_index, &outer));
  Array* result = new_object_array(call.thread, known().Object.get(), 3);
  UVM_TRY(made(result));
  array_set(result, 0, outer->mirror_object());
  if (c->enclosing_method_index != 0) {
    const std::uint32_t name_and_type = c->pool->entry(c->enclosing_method_index).raw;
    Object* text = nullptr;
    UVM_TRY(symbol_string(call.thread, c->pool->utf8(name_and_type >> 16), &text));
    array_set(result, 1, text);
    UVM_TRY(symbol_string(call.thread, c->pool->utf8(name_and_type & 0xffff), &text));
    array_set(result, 2, text);
  }
  return call.ret(result);
}

Status get_declared_classes(NativeCall& call) {
  Class* c = this_class(call);
  std::vector<Class*> members;
  for (unsigned i = 0; has_members(c) && i < c->inner_class_count; ++i) {
    const InnerClassInfo& info = c->inner_classes[i];
    if (info.inner_index == 0 || info.outer_index == 0) continue;
    if (c->pool->class_name(info.outer_index) != c->name.get()) continue;
    Class* member = nullptr;
    UVM_TRY(resolve_class(call.thread, c, info.inner_index, &member));
    members.push_back(member);
  }
  return ret_classes(call, members);
}

Status get_nest_host(NativeCall& call) {
  Class* c = this_class(call);
  if (!has_members(c)) return ret_mirror(call, c);
  Class* host = nullptr;
  UVM_TRY(nest_host_of(call.thread, c, &host));
  return ret_mirror(call, host);
}

// For natives that list classes of a class file and leave out those that cannot be loaded, as HotSpot does.
// From the first failure on, saved(0) of their frame has a byte for each entry of the list, 1 if it failed;
// saved_value(0) is the entry that is being loaded.
class ListedClasses {
 public:
  ListedClasses(NativeCall& call, Class* c, const std::uint16_t* entries, unsigned count)
      : call_(call), class_(c), entries_(entries), count_(count) {}

  // Must be called first in every execution of the native.
  Status note_failure() {
    Object* thrown = call_.caught_exception();
    call_.frame()->aux = 0;
    if (thrown == nullptr) return Status::kOk;
    const Class* fatal = boot_class(call_.thread, "java/lang/VirtualMachineError");
    if (fatal == nullptr || class_of(thrown)->is_subclass_of(fatal))
      return throw_object(call_.thread, thrown);
    if (call_.saved(0) == nullptr) {
      const Array* marks =
          new_primitive_array(call_.thread, BasicType::kByte, static_cast<std::int32_t>(count_));
      UVM_TRY(made(marks));
      call_.save(0, marks);
    }
    marks()[call_.saved_value(0).raw] = 1;
    return Status::kOk;
  }

  // Entry `i`, null if it cannot be loaded.
  Status get(unsigned i, Class** result) {
    *result = nullptr;
    if (call_.saved(0) != nullptr && marks()[i] != 0) return Status::kOk;
    const Status status = resolve_class(call_.thread, class_, entries_[i], result);
    if (status == Status::kUpcall) {
      call_.catch_exceptions();
      call_.saved_value(0).raw = i;
    }
    if (status != Status::kThrow) return status;
    const Class* fatal = boot_class(call_.thread, "java/lang/VirtualMachineError");
    if (fatal == nullptr || class_of(call_.thread.pending_exception())->is_subclass_of(fatal)) return status;
    call_.thread.java->pending_exception = nullptr;
    *result = nullptr;
    return Status::kOk;
  }

 private:
  std::int8_t* marks() { return static_cast<Array*>(call_.saved(0))->elements<std::int8_t>(); }

  NativeCall& call_;
  Class* class_;
  const std::uint16_t* entries_;
  unsigned count_;
};

Status get_nest_members(NativeCall& call) {
  Class* c = this_class(call);
  Class* host = c;
  if (has_members(c)) UVM_TRY(nest_host_of(call.thread, c, &host));
  std::vector<Class*> members{host};
  if (!has_members(host)) return ret_classes(call, members);
  ListedClasses listed(call, host, host->nest_members.get(), host->nest_member_count);
  UVM_TRY(listed.note_failure());
  for (unsigned i = 0; i < host->nest_member_count; ++i) {
    Class* member = nullptr;
    UVM_TRY(listed.get(i, &member));
    if (member == nullptr) continue;
    Class* members_host = nullptr;
    UVM_TRY(nest_host_of(call.thread, member, &members_host));
    if (members_host == host) members.push_back(member);
  }
  return ret_classes(call, members);
}

Status get_permitted_subclasses(NativeCall& call) {
  Class* c = this_class(call);
  if (!has_members(c) || (c->flags & kClassIsSealed) == 0) return ret_null(call);
  ListedClasses listed(call, c, c->permitted_subclasses.get(), c->permitted_subclass_count);
  UVM_TRY(listed.note_failure());
  std::vector<Class*> permitted;
  for (unsigned i = 0; i < c->permitted_subclass_count; ++i) {
    Class* sub = nullptr;
    UVM_TRY(listed.get(i, &sub));
    if (sub == nullptr) continue;
    bool direct = sub->super.get() == c;
    for (unsigned j = 0; j < sub->interface_count; ++j) direct = direct || sub->interfaces[j].get() == c;
    if (direct) permitted.push_back(sub);
  }
  return ret_classes(call, permitted);
}

// --- Members

// Objects for the declared methods (or constructors) that `wanted` accepts.
template <typename Wanted>
Status ret_methods(NativeCall& call, Class* component, Wanted wanted) {
  Class* c = this_class(call);
  const bool public_only = call.i32(1) != 0;
  std::vector<Object*> objects;
  if (has_members(c)) {
    UVM_TRY(link_class(call.thread, c));
    for (unsigned i = 0; i < c->method_count; ++i) {
      Method* method = &c->methods[i];
      if (!wanted(method) || (public_only && (method->access & kAccPublic) == 0)) continue;
      Object* object = nullptr;
      UVM_TRY(reflect_executable(call.thread, method, &object));
      objects.push_back(object);
    }
  }
  return ret_objects(call, component, objects);
}

Status get_declared_methods(NativeCall& call) {
  return ret_methods(call, known().Method.get(), [](const Method* method) {
    return (method->flags & (kMethodIsInitializer | kMethodIsClassInit | kMethodOverpass)) == 0;
  });
}

Status get_declared_constructors(NativeCall& call) {
  return ret_methods(call, known().Constructor.get(),
                     [](const Method* method) { return method->is_initializer(); });
}

Status get_declared_fields(NativeCall& call) {
  Class* c = this_class(call);
  const bool public_only = call.i32(1) != 0;
  std::vector<Object*> objects;
  if (has_members(c)) {
    UVM_TRY(link_class(call.thread, c));
    for (unsigned i = 0; i < c->field_count; ++i) {
      Field* field = &c->fields[i];
      if (public_only && (field->access & kAccPublic) == 0) continue;
      Object* object = nullptr;
      UVM_TRY(reflect_field(call.thread, field, &object));
      objects.push_back(object);
    }
  }
  return ret_objects(call, known().Field.get(), objects);
}

Status get_record_components(NativeCall& call) {
  Thread& thread = call.thread;
  Class* c = this_class(call);
  Class* component_class = known().RecordComponent.get();
  UVM_TRY(ensure_initialized(thread, component_class));
  std::vector<Object*> objects;
  for (unsigned i = 0; i < c->record_component_count; ++i) {
    const RecordComponent& component = c->record_components[i];
    Class* type = nullptr;
    UVM_TRY(descriptor_class(thread, component.descriptor->view(), c->loader.get(), &type));
    Object* accessor = nullptr;
    const std::string descriptor = "()" + std::string(component.descriptor->view());
    Method* method = find_declared_method(c, component.name.get(), make_symbol(descriptor));
    if (method != nullptr && !method->is_static()) UVM_TRY(reflect_method(thread, method, &accessor));

    Object* object = new_object(thread, component_class);
    UVM_TRY(made(object));
    const auto set = [&](std::string_view field, std::string_view field_descriptor, const Object* value) {
      object->set_reference(library_field(component_class, field, field_descriptor), value);
    };
    set("clazz", "Ljava/lang/Class;", c->mirror_object());
    set("type", "Ljava/lang/Class;", type->mirror_object());
    set("accessor", "Ljava/lang/reflect/Method;", accessor);
    Object* value = nullptr;
    UVM_TRY(symbol_string(thread, component.name.get(), &value));
    set("name", "Ljava/lang/String;", value);
    UVM_TRY(symbol_string(thread, component.generic_signature.get(), &value));
    set("signature", "Ljava/lang/String;", value);
    UVM_TRY(make_byte_array(thread, component.annotations.get(), &value));
    set("annotations", "[B", value);
    UVM_TRY(make_byte_array(thread, component.type_annotations.get(), &value));
    set("typeAnnotations", "[B", value);
    objects.push_back(object);
  }
  return ret_objects(call, component_class, objects);
}

const NativeMethod kClassMethods[] = {
    {"registerNatives", "()V", native_nothing, kLeaf},
    {"forName0", "(Ljava/lang/String;ZLjava/lang/ClassLoader;Ljava/lang/Class;)Ljava/lang/Class;", for_name},
    {"isInstance", "(Ljava/lang/Object;)Z", is_instance, kLeaf},
    {"isAssignableFrom", "(Ljava/lang/Class;)Z", is_assignable_from, kLeaf},
    {"isInterface", "()Z", is_interface, kLeaf},
    {"isArray", "()Z", is_array, kLeaf},
    {"isPrimitive", "()Z", is_primitive, kLeaf},
    {"isHidden", "()Z", is_hidden, kLeaf},
    {"isRecord0", "()Z", is_record, kLeaf},
    {"initClassName", "()Ljava/lang/String;", init_class_name, kLeaf},
    {"getSuperclass", "()Ljava/lang/Class;", get_superclass, kLeaf},
    {"getInterfaces0", "()[Ljava/lang/Class;", get_interfaces},
    {"getModifiers", "()I", get_modifiers, kLeaf},
    {"getSigners", "()[Ljava/lang/Object;", get_signers},
    {"setSigners", "([Ljava/lang/Object;)V", set_signers},
    {"getEnclosingMethod0", "()[Ljava/lang/Object;", get_enclosing_method},
    {"getDeclaringClass0", "()Ljava/lang/Class;", get_declaring_class},
    {"getSimpleBinaryName0", "()Ljava/lang/String;", get_simple_binary_name},
    {"getProtectionDomain0", "()Ljava/security/ProtectionDomain;", get_protection_domain, kLeaf},
    {"getPrimitiveClass", "(Ljava/lang/String;)Ljava/lang/Class;", get_primitive_class},
    {"getGenericSignature0", "()Ljava/lang/String;", get_generic_signature},
    {"getRawAnnotations", "()[B", get_raw_annotations},
    {"getRawTypeAnnotations", "()[B", get_raw_type_annotations},
    {"getConstantPool", "()Ljdk/internal/reflect/ConstantPool;", get_constant_pool},
    {"getDeclaredFields0", "(Z)[Ljava/lang/reflect/Field;", get_declared_fields},
    {"getDeclaredMethods0", "(Z)[Ljava/lang/reflect/Method;", get_declared_methods},
    {"getDeclaredConstructors0", "(Z)[Ljava/lang/reflect/Constructor;", get_declared_constructors},
    {"getDeclaredClasses0", "()[Ljava/lang/Class;", get_declared_classes},
    {"getRecordComponents0", "()[Ljava/lang/reflect/RecordComponent;", get_record_components},
    {"desiredAssertionStatus0", "(Ljava/lang/Class;)Z", desired_assertion_status, kLeaf},
    {"getNestHost0", "()Ljava/lang/Class;", get_nest_host},
    {"getNestMembers0", "()[Ljava/lang/Class;", get_nest_members},
    {"getPermittedSubclasses0", "()[Ljava/lang/Class;", get_permitted_subclasses},
};
UVM_REGISTER_NATIVES("java/lang/Class", kClassMethods)

}  // namespace
}  // namespace uvm::rt
