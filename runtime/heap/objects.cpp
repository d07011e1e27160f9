#include "runtime/heap/objects.h"

#include <cstring>

#include "runtime/heap/class_source.h"
#include "runtime/heap/exceptions.h"
#include "runtime/metadata/narrowing.h"
#include "runtime/metadata/vm.h"

namespace uvm::rt {
namespace {

// Elements above which HotSpot refuses an array whatever the heap (JDK-8: max_array_length), with its own
// message.
constexpr std::int32_t kMaxArrayLength = 0x7fffffff - 2;

std::uint32_t box_offset(BasicType type) {
  const WellKnown& known = vm()->known();
  switch (type) {
    case BasicType::kBoolean:
      return known.Boolean_value;
    case BasicType::kChar:
      return known.Character_value;
    case BasicType::kFloat:
      return known.Float_value;
    case BasicType::kDouble:
      return known.Double_value;
    case BasicType::kByte:
      return known.Byte_value;
    case BasicType::kShort:
      return known.Short_value;
    case BasicType::kInt:
      return known.Integer_value;
    default:
      return known.Long_value;
  }
}

}  // namespace

Class* box_class(BasicType type) {
  const WellKnown& known = vm()->known();
  switch (type) {
    case BasicType::kBoolean:
      return known.Boolean.get();
    case BasicType::kChar:
      return known.Character.get();
    case BasicType::kFloat:
      return known.Float.get();
    case BasicType::kDouble:
      return known.Double.get();
    case BasicType::kByte:
      return known.Byte.get();
    case BasicType::kShort:
      return known.Short.get();
    case BasicType::kInt:
      return known.Integer.get();
    case BasicType::kLong:
      return known.Long.get();
    default:
      return nullptr;
  }
}

Object* new_object(Thread& thread, Class* c) {
  std::byte* memory = vm()->heap.allocate(thread.java->buffer, c->shape.instance_size);
  if (memory == nullptr) [[unlikely]] {
    (void)throw_out_of_memory(thread);
    return nullptr;
  }
  gc::set_header(memory, &c->shape);
  return reinterpret_cast<Object*>(memory);
}

Array* new_array(Thread& thread, Class* array_class, std::int32_t length) {
  if (length > kMaxArrayLength) {
    (void)throw_out_of_memory(thread, "Requested array size exceeds VM limit");
    return nullptr;
  }
  const std::uint64_t bytes = gc::align_object(
      sizeof(Array) + (static_cast<std::uint64_t>(length) << array_class->shape.element_shift));
  std::byte* memory = vm()->heap.allocate(thread.java->buffer, bytes);
  if (memory == nullptr) [[unlikely]] {
    (void)throw_out_of_memory(thread);
    return nullptr;
  }
  gc::set_header(memory, &array_class->shape);
  auto* array = reinterpret_cast<Array*>(memory);
  array->length = length;
  return array;
}

Array* new_primitive_array(Thread& thread, BasicType element, std::int32_t length) {
  return new_array(thread, vm()->known().primitive_arrays[static_cast<unsigned>(element)].get(), length);
}

Array* new_object_array(Thread& thread, Class* component, std::int32_t length) {
  Class* array_class = thread.vm->classes->array_class_of(thread, component);
  return array_class == nullptr ? nullptr : new_array(thread, array_class, length);
}

Object* clone_object(Thread& thread, Object* original) {
  Class* c = class_of(original);
  if (c->is_array()) {
    auto* from = static_cast<Array*>(original);
    Array* to = new_array(thread, c, from->length);
    if (to == nullptr) return nullptr;
    const auto length = static_cast<std::size_t>(from->length);
    if (c->shape.kind == gc::ShapeKind::kReferenceArray) {
      gc::ReferenceSlot::copy(to->slots(), from->slots(), length);
    } else {
      std::memcpy(to + 1, from + 1, length << c->shape.element_shift);
    }
    return to;
  }
  Object* copy = new_object(thread, c);
  if (copy == nullptr) return nullptr;
  std::memcpy(copy + 1, original + 1, c->shape.instance_size - sizeof(Object));
  for (std::uint32_t i = 0; i < c->shape.ref_count; i++) {
    const std::uint32_t offset = c->shape.ref_offsets[i];
    copy->slot(offset).store(original->slot(offset).bits());
  }
  return copy;
}

Object* box(Thread& thread, BasicType type, Slot value) {
  Object* object = new_object(thread, box_class(type));
  if (object == nullptr) return nullptr;
  const std::uint32_t offset = box_offset(type);
  switch (size_log2_of(type)) {
    case 0:
      object->field<std::uint8_t>(offset) = byte_of(type, value.i);
      break;
    case 1:
      object->field<std::uint16_t>(offset) = static_cast<std::uint16_t>(value.i);
      break;
    case 2:
      object->field<std::int32_t>(offset) = value.i;
      break;
    default:
      object->field<std::int64_t>(offset) = value.l;
      break;
  }
  return object;
}

BasicType unbox(const Object* boxed, Slot* value) {
  if (boxed == nullptr) return BasicType::kVoid;
  const Class* c = class_of(boxed);
  value->raw = 0;
  for (const BasicType type : {BasicType::kBoolean, BasicType::kChar, BasicType::kFloat, BasicType::kDouble,
                               BasicType::kByte, BasicType::kShort, BasicType::kInt, BasicType::kLong}) {
    if (c != box_class(type)) continue;
    const std::uint32_t offset = box_offset(type);
    switch (type) {
      case BasicType::kBoolean:
        value->i = boxed->field<std::uint8_t>(offset);
        break;
      case BasicType::kByte:
        value->i = boxed->field<std::int8_t>(offset);
        break;
      case BasicType::kChar:
        value->i = boxed->field<std::uint16_t>(offset);
        break;
      case BasicType::kShort:
        value->i = boxed->field<std::int16_t>(offset);
        break;
      case BasicType::kInt:
      case BasicType::kFloat:
        value->i = boxed->field<std::int32_t>(offset);
        break;
      default:
        value->l = boxed->field<std::int64_t>(offset);
        break;
    }
    return type;
  }
  return BasicType::kVoid;
}

}  // namespace uvm::rt
