// Natives of java.lang.reflect.Array.
#include "runtime/heap/exceptions.h"
#include "runtime/heap/objects.h"
#include "runtime/linking/array_classes.h"
#include "runtime/linking/initialization.h"
#include "runtime/natives/reflection.h"
#include "runtime/natives/support.h"

namespace uvm::rt {
namespace {

constexpr std::string_view kIllegalArgument = "java/lang/IllegalArgumentException";

BasicType element_type(const Array* array) {
  const Class* component = class_of(array)->component.get();
  return component->is_primitive() ? component->primitive : BasicType::kObject;
}

// The array in slot 0, checked.
Status checked_array(NativeCall& call, bool primitive_only, Array** array) {
  Object* object = call.object(0);
  if (object == nullptr) return throw_null_pointer(call.thread);
  const Class* c = class_of(object);
  if (!c->is_array()) return throw_new(call.thread, kIllegalArgument, "Argument is not an array");
  if (primitive_only && !c->component->is_primitive()) {
    return throw_new(call.thread, kIllegalArgument, "Argument is not an array of primitive type");
  }
  *array = static_cast<Array*>(object);
  return Status::kOk;
}

Status check_index(NativeCall& call, const Array* array) {
  const std::int32_t index = call.i32(1);
  if (index >= 0 && index < array->length) return Status::kOk;
  return throw_new(call.thread, "java/lang/ArrayIndexOutOfBoundsException");
}

Slot load_element(const Array* array, std::int32_t index) {
  Slot slot{};
  switch (element_type(array)) {
    case BasicType::kBoolean:
    case BasicType::kByte:
      slot.i = array->elements<std::int8_t>()[index];
      break;
    case BasicType::kChar:
      slot.i = array->elements<std::uint16_t>()[index];
      break;
    case BasicType::kShort:
      slot.i = array->elements<std::int16_t>()[index];
      break;
    case BasicType::kLong:
    case BasicType::kDouble:
      slot.l = array->elements<std::int64_t>()[index];
      break;
    default:
      slot.i = array->elements<std::int32_t>()[index];
      break;
  }
  return slot;
}

void store_element(Array* array, std::int32_t index, Slot slot) {
  switch (element_type(array)) {
    case BasicType::kBoolean:
      array->elements<std::int8_t>()[index] = static_cast<std::int8_t>(slot.i & 1);
      break;
    case BasicType::kByte:
      array->elements<std::int8_t>()[index] = static_cast<std::int8_t>(slot.i);
      break;
    case BasicType::kChar:
    case BasicType::kShort:
      array->elements<std::int16_t>()[index] = static_cast<std::int16_t>(slot.i);
      break;
    case BasicType::kLong:
    case BasicType::kDouble:
      array->elements<std::int64_t>()[index] = slot.l;
      break;
    default:
      array->elements<std::int32_t>()[index] = slot.i;
      break;
  }
}

Status get_length(NativeCall& call) {
  Array* array = nullptr;
  UVM_TRY(checked_array(call, false, &array));
  return call.ret(array->length);
}

Status get(NativeCall& call) {
  Array* array = nullptr;
  UVM_TRY(checked_array(call, false, &array));
  UVM_TRY(check_index(call, array));
  const BasicType type = element_type(array);
  if (is_reference(type)) return call.ret(array_get(array, call.i32(1)));
  UVM_TRY(ensure_initialized(call.thread, box_class(type)));
  const Object* boxed = box(call.thread, type, load_element(array, call.i32(1)));
  UVM_TRY(made(boxed));
  return call.ret(boxed);
}

template <BasicType kType>
Status get_primitive(NativeCall& call) {
  Array* array = nullptr;
  UVM_TRY(checked_array(call, true, &array));
  UVM_TRY(check_index(call, array));
  Slot slot = load_element(array, call.i32(1));
  if (!widen(element_type(array), kType, &slot)) {
    return throw_new(call.thread, kIllegalArgument, "argument type mismatch");
  }
  call.result = slot;
  return Status::kOk;
}

Status set(NativeCall& call) {
  Array* array = nullptr;
  UVM_TRY(checked_array(call, false, &array));
  const Object* value = call.object(2);
  const BasicType type = element_type(array);
  if (is_reference(type)) {
    UVM_TRY(check_index(call, array));
    if (value != nullptr && !class_of(value)->is_subclass_of(class_of(array)->component.get())) {
      return throw_new(call.thread, kIllegalArgument, "array element type mismatch");
    }
    array_set(array, call.i32(1), value);
    return call.ret();
  }
  if (value == nullptr) return throw_new(call.thread, kIllegalArgument);
  UVM_TRY(check_index(call, array));
  Slot slot{};
  if (!unbox_widening(value, type, &slot)) {
    return throw_new(call.thread, kIllegalArgument, "argument type mismatch");
  }
  store_element(array, call.i32(1), slot);
  return call.ret();
}

template <BasicType kType>
Status set_primitive(NativeCall& call) {
  Array* array = nullptr;
  UVM_TRY(checked_array(call, true, &array));
  UVM_TRY(check_index(call, array));
  Slot slot = call.args()[2];
  if (!widen(kType, element_type(array), &slot)) {
    return throw_new(call.thread, kIllegalArgument, "argument type mismatch");
  }
  store_element(array, call.i32(1), slot);
  return call.ret();
}

constexpr int kMaxDimensions = 255;

Status check_component(Thread& thread, const Class* component, int dimensions) {
  if (component == nullptr) return throw_null_pointer(thread);
  if (component->primitive == BasicType::kVoid || component->dimensions + dimensions > kMaxDimensions) {
    return throw_new(thread, kIllegalArgument);
  }
  return Status::kOk;
}

Status new_array_of(NativeCall& call) {
  Class* component = class_argument(call, 0);
  const std::int32_t length = call.i32(1);
  UVM_TRY(check_component(call.thread, component, 1));
  if (length < 0) {
    return throw_new(call.thread, "java/lang/NegativeArraySizeException", std::to_string(length));
  }
  Class* c = array_class_of(call.thread, component);
  if (c == nullptr) return Status::kThrow;
  const Array* array = new_array(call.thread, c, length);
  UVM_TRY(made(array));
  return call.ret(array);
}

// An array of class `c` whose elements are arrays of the remaining lengths.
Status make_nested(Thread& thread, Class* c, std::span<const std::int32_t> lengths, Array** result) {
  Array* array = new_array(thread, c, lengths.front());
  UVM_TRY(made(array));
  if (lengths.size() > 1) {
    for (std::int32_t i = 0; i < lengths.front(); ++i) {
      Array* element = nullptr;
      UVM_TRY(make_nested(thread, c->component.get(), lengths.subspan(1), &element));
      array_set(array, i, element);
    }
  }
  *result = array;
  return Status::kOk;
}

Status multi_new_array(NativeCall& call) {
  Thread& thread = call.thread;
  Class* c = class_argument(call, 0);
  const Array* dimensions = call.array(1);
  if (c == nullptr || dimensions == nullptr) return throw_null_pointer(thread);
  const std::int32_t count = dimensions->length;
  if (count == 0 || count > kMaxDimensions) return throw_new(thread, kIllegalArgument);
  UVM_TRY(check_component(thread, c, count));
  const std::span<const std::int32_t> lengths(dimensions->elements<std::int32_t>(),
                                              static_cast<std::size_t>(count));
  for (const std::int32_t length : lengths) {
    if (length < 0) return throw_new(thread, "java/lang/NegativeArraySizeException", std::to_string(length));
  }
  for (std::int32_t i = 0; i < count; ++i) {
    c = array_class_of(thread, c);
    if (c == nullptr) return Status::kThrow;
  }
  Array* array = nullptr;
  UVM_TRY(make_nested(thread, c, lengths, &array));
  return call.ret(array);
}

#define UVM_ARRAY_ACCESS(Name, letter, type)                                    \
  {"get" Name, "(Ljava/lang/Object;I)" letter, get_primitive<BasicType::type>}, \
      {"set" Name, "(Ljava/lang/Object;I" letter ")V", set_primitive<BasicType::type>},

const NativeMethod kArrayMethods[] = {
    {"getLength", "(Ljava/lang/Object;)I", get_length},
    {"get", "(Ljava/lang/Object;I)Ljava/lang/Object;", get},
    {"set", "(Ljava/lang/Object;ILjava/lang/Object;)V", set},
    UVM_ARRAY_ACCESS("Boolean", "Z", kBoolean) UVM_ARRAY_ACCESS("Byte", "B", kByte) UVM_ARRAY_ACCESS(
        "Char", "C", kChar) UVM_ARRAY_ACCESS("Short", "S", kShort) UVM_ARRAY_ACCESS("Int", "I", kInt)
        UVM_ARRAY_ACCESS("Long", "J", kLong) UVM_ARRAY_ACCESS("Float", "F", kFloat) UVM_ARRAY_ACCESS(
            "Double", "D", kDouble){"newArray", "(Ljava/lang/Class;I)Ljava/lang/Object;", new_array_of},
    {"multiNewArray", "(Ljava/lang/Class;[I)Ljava/lang/Object;", multi_new_array},
};
#undef UVM_ARRAY_ACCESS
UVM_REGISTER_NATIVES("java/lang/reflect/Array", kArrayMethods)

}  // namespace
}  // namespace uvm::rt
