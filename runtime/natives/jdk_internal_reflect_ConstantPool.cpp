// Natives of jdk.internal.reflect.ConstantPool: slot 1 is the mirror of the class whose pool it is
// (Class.getConstantPool), slot 2 the index.
#include <bit>

#include "runtime/heap/exceptions.h"
#include "runtime/heap/objects.h"
#include "runtime/heap/strings.h"
#include "runtime/linking/class_loading.h"
#include "runtime/linking/resolution.h"
#include "runtime/metadata/member_lookup.h"
#include "runtime/metadata/vm.h"
#include "runtime/natives/reflection.h"
#include "runtime/natives/support.h"

namespace uvm::rt {
namespace {

Class* pool_class(const NativeCall& call) { return class_argument(call, 1); }
ConstantPool* pool_of(const NativeCall& call) { return pool_class(call)->pool.get(); }
unsigned index_of(const NativeCall& call) { return static_cast<unsigned>(call.i32(2)); }

Status check_index(NativeCall& call) {
  if (index_of(call) < pool_of(call)->count) return Status::kOk;
  return throw_new(call.thread, "java/lang/IllegalArgumentException", "Constant pool index out of bounds");
}

Status wrong_type(NativeCall& call) {
  return throw_new(call.thread, "java/lang/IllegalArgumentException", "Wrong type at constant pool index");
}

Status check_tag(NativeCall& call, PoolTag tag) {
  UVM_TRY(check_index(call));
  return pool_of(call)->tag(index_of(call)) == tag ? Status::kOk : wrong_type(call);
}

bool is_method_ref(PoolTag tag) { return tag == PoolTag::kMethodref || tag == PoolTag::kInterfaceMethodref; }

std::uint64_t wide_bits(const NativeCall& call) {
  return std::bit_cast<std::uint64_t>(pool_of(call)->entry(index_of(call)));
}

Status get_size(NativeCall& call) { return call.ret(static_cast<std::int32_t>(pool_of(call)->count)); }

Status get_tag(NativeCall& call) {
  UVM_TRY(check_index(call));
  return call.ret(static_cast<std::int32_t>(pool_of(call)->tag(index_of(call))));
}

Status get_int(NativeCall& call) {
  UVM_TRY(check_tag(call, PoolTag::kInteger));
  return call.ret(static_cast<std::int32_t>(pool_of(call)->entry(index_of(call)).load_raw()));
}

Status get_float(NativeCall& call) {
  UVM_TRY(check_tag(call, PoolTag::kFloat));
  return call.ret(std::bit_cast<float>(pool_of(call)->entry(index_of(call)).load_raw()));
}

Status get_long(NativeCall& call) {
  UVM_TRY(check_tag(call, PoolTag::kLong));
  return call.ret(static_cast<std::int64_t>(wide_bits(call)));
}

Status get_double(NativeCall& call) {
  UVM_TRY(check_tag(call, PoolTag::kDouble));
  return call.ret(std::bit_cast<double>(wide_bits(call)));
}

Status get_string(NativeCall& call) {
  UVM_TRY(check_tag(call, PoolTag::kString));
  Object* string = nullptr;
  UVM_TRY(resolve_string(call.thread, pool_class(call), index_of(call), &string));
  return call.ret(string);
}

Status get_utf8(NativeCall& call) {
  UVM_TRY(check_tag(call, PoolTag::kUtf8));
  const Object* string = new_string(call.thread, pool_of(call)->utf8(index_of(call))->view());
  UVM_TRY(made(string));
  return call.ret(string);
}

Status get_class(NativeCall& call) {
  UVM_TRY(check_tag(call, PoolTag::kClass));
  Class* c = nullptr;
  UVM_TRY(resolve_class(call.thread, pool_class(call), index_of(call), &c));
  return call.ret(c->mirror_object());
}

Class* loaded_class(const NativeCall& call, unsigned index) {
  return find_loaded_class(pool_of(call)->class_name(index), pool_class(call)->loader.get());
}

Status get_class_if_loaded(NativeCall& call) {
  UVM_TRY(check_tag(call, PoolTag::kClass));
  const Class* c = loaded_class(call, index_of(call));
  return call.ret(c == nullptr ? nullptr : c->mirror_object());
}

Status check_member(NativeCall& call) {
  UVM_TRY(check_index(call));
  const PoolTag tag = pool_of(call)->tag(index_of(call));
  return tag == PoolTag::kFieldref || is_method_ref(tag) ? Status::kOk : wrong_type(call);
}

Status get_class_ref_index(NativeCall& call) {
  UVM_TRY(check_member(call));
  return call.ret(static_cast<std::int32_t>(pool_of(call)->class_index(index_of(call))));
}

Status get_name_and_type_ref_index(NativeCall& call) {
  UVM_TRY(check_index(call));
  const PoolTag tag = pool_of(call)->tag(index_of(call));
  if (tag != PoolTag::kInvokeDynamic && tag != PoolTag::kDynamic) UVM_TRY(check_member(call));
  return call.ret(static_cast<std::int32_t>(pool_of(call)->name_and_type(index_of(call))));
}

Status ret_strings(NativeCall& call, std::span<Symbol* const> symbols) {
  Array* array =
      new_object_array(call.thread, known().String.get(), static_cast<std::int32_t>(symbols.size()));
  UVM_TRY(made(array));
  for (std::size_t i = 0; i < symbols.size(); ++i) {
    const Object* string = new_string(call.thread, symbols[i]->view());
    UVM_TRY(made(string));
    array_set(array, static_cast<std::int32_t>(i), string);
  }
  return call.ret(array);
}

Status get_member_ref_info(NativeCall& call) {
  UVM_TRY(check_member(call));
  ConstantPool* pool = pool_of(call);
  const unsigned index = index_of(call);
  Symbol* const info[] = {pool->class_name(pool->class_index(index)), pool->name_of(index),
                          pool->descriptor_of(index)};
  return ret_strings(call, info);
}

Status get_name_and_type_ref_info(NativeCall& call) {
  UVM_TRY(check_tag(call, PoolTag::kNameAndType));
  ConstantPool* pool = pool_of(call);
  const std::uint32_t raw = pool->entry(index_of(call)).load_raw();
  Symbol* const info[] = {pool->utf8(raw >> 16), pool->utf8(raw & 0xffff)};
  return ret_strings(call, info);
}

// The class of a member reference, which is loaded if `load`; null if it is not loaded.
Status member_class(NativeCall& call, bool load, Class** result) {
  const unsigned class_index = pool_of(call)->class_index(index_of(call));
  if (load) return resolve_class(call.thread, pool_class(call), class_index, result);
  *result = loaded_class(call, class_index);
  return Status::kOk;
}

Status ret_method(NativeCall& call, bool load) {
  UVM_TRY(check_index(call));
  if (!is_method_ref(pool_of(call)->tag(index_of(call)))) return wrong_type(call);
  Class* c = nullptr;
  UVM_TRY(member_class(call, load, &c));
  if (c == nullptr) return call.ret(static_cast<Object*>(nullptr));
  const Symbol* name = pool_of(call)->name_of(index_of(call));
  const Symbol* descriptor = pool_of(call)->descriptor_of(index_of(call));
  Method* method = find_declared_method(c, name, descriptor);
  if (method == nullptr)
    return throw_new(call.thread, "java/lang/RuntimeException", "Unable to look up method in target class");
  Object* object = nullptr;
  UVM_TRY(reflect_executable(call.thread, method, &object));
  return call.ret(object);
}

Status ret_field(NativeCall& call, bool load) {
  UVM_TRY(check_tag(call, PoolTag::kFieldref));
  Class* c = nullptr;
  UVM_TRY(member_class(call, load, &c));
  if (c == nullptr) return call.ret(static_cast<Object*>(nullptr));
  Field* field =
      lookup_field(c, pool_of(call)->name_of(index_of(call)), pool_of(call)->descriptor_of(index_of(call)));
  if (field == nullptr)
    return throw_new(call.thread, "java/lang/RuntimeException", "Unable to look up field in target class");
  Object* object = nullptr;
  UVM_TRY(reflect_field(call.thread, field, &object));
  return call.ret(object);
}

Status get_method(NativeCall& call) { return ret_method(call, true); }
Status get_method_if_loaded(NativeCall& call) { return ret_method(call, false); }
Status get_field(NativeCall& call) { return ret_field(call, true); }
Status get_field_if_loaded(NativeCall& call) { return ret_field(call, false); }

const NativeMethod kConstantPoolMethods[] = {
    {"getSize0", "(Ljava/lang/Object;)I", get_size, kLeaf},
    {"getTagAt0", "(Ljava/lang/Object;I)B", get_tag, kLeaf},
    {"getIntAt0", "(Ljava/lang/Object;I)I", get_int, kLeaf},
    {"getLongAt0", "(Ljava/lang/Object;I)J", get_long, kLeaf},
    {"getFloatAt0", "(Ljava/lang/Object;I)F", get_float, kLeaf},
    {"getDoubleAt0", "(Ljava/lang/Object;I)D", get_double, kLeaf},
    {"getStringAt0", "(Ljava/lang/Object;I)Ljava/lang/String;", get_string},
    {"getUTF8At0", "(Ljava/lang/Object;I)Ljava/lang/String;", get_utf8},
    {"getClassAt0", "(Ljava/lang/Object;I)Ljava/lang/Class;", get_class},
    {"getClassAtIfLoaded0", "(Ljava/lang/Object;I)Ljava/lang/Class;", get_class_if_loaded},
    {"getClassRefIndexAt0", "(Ljava/lang/Object;I)I", get_class_ref_index},
    {"getNameAndTypeRefIndexAt0", "(Ljava/lang/Object;I)I", get_name_and_type_ref_index},
    {"getMemberRefInfoAt0", "(Ljava/lang/Object;I)[Ljava/lang/String;", get_member_ref_info},
    {"getNameAndTypeRefInfoAt0", "(Ljava/lang/Object;I)[Ljava/lang/String;", get_name_and_type_ref_info},
    {"getMethodAt0", "(Ljava/lang/Object;I)Ljava/lang/reflect/Member;", get_method},
    {"getMethodAtIfLoaded0", "(Ljava/lang/Object;I)Ljava/lang/reflect/Member;", get_method_if_loaded},
    {"getFieldAt0", "(Ljava/lang/Object;I)Ljava/lang/reflect/Field;", get_field},
    {"getFieldAtIfLoaded0", "(Ljava/lang/Object;I)Ljava/lang/reflect/Field;", get_field_if_loaded},
};
UVM_REGISTER_NATIVES("jdk/internal/reflect/ConstantPool", kConstantPoolMethods)

}  // namespace
}  // namespace uvm::rt
