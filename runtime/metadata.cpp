#include "runtime/metadata.h"

#include <algorithm>

namespace uvm::rt {

BasicType basic_type_of(char descriptor) {
  switch (descriptor) {
    case 'Z':
      return BasicType::kBoolean;
    case 'C':
      return BasicType::kChar;
    case 'F':
      return BasicType::kFloat;
    case 'D':
      return BasicType::kDouble;
    case 'B':
      return BasicType::kByte;
    case 'S':
      return BasicType::kShort;
    case 'I':
      return BasicType::kInt;
    case 'J':
      return BasicType::kLong;
    case '[':
      return BasicType::kArray;
    case 'V':
      return BasicType::kVoid;
    default:
      return BasicType::kObject;
  }
}

char descriptor_of(BasicType type) {
  constexpr char kLetters[] = "????ZCFDBSIJL[V";
  return kLetters[static_cast<unsigned>(type)];
}

unsigned size_log2_of(BasicType type) {
  switch (type) {
    case BasicType::kBoolean:
    case BasicType::kByte:
      return 0;
    case BasicType::kChar:
    case BasicType::kShort:
      return 1;
    case BasicType::kLong:
    case BasicType::kDouble:
      return 3;
    default:
      return 2;
  }
}

bool Class::is_subclass_of(const Class* other) const {
  if (this == other) return true;
  if (is_array()) {
    if (other->is_array()) {
      // JVMS 6.5 checkcast: arrays of references are covariant, arrays of primitives only themselves.
      return !component->is_primitive() && !other->component->is_primitive() &&
             component->is_subclass_of(other->component.get());
    }
  } else if (!other->is_interface()) {
    if (other->depth < kPrimarySupers) return primary_supers[other->depth].get() == other;
    for (const Class* c = this; c != nullptr && c->depth >= other->depth; c = c->super.get()) {
      if (c == other) return true;
    }
    return false;
  }
  if (other->is_interface()) {
    const Ref<Class>* all = all_interfaces.get();
    return std::any_of(all, all + all_interface_count, [other](Ref<Class> i) { return i.get() == other; });
  }
  return other->depth == 0 && !other->is_primitive() && !other->is_array();  // java.lang.Object
}

Method* find_declared_method(Class* holder, const Symbol* name, const Symbol* descriptor) {
  const std::uint32_t name_bits = gc::encode(name);
  const std::uint32_t descriptor_bits = gc::encode(descriptor);
  for (unsigned i = 0; i < holder->method_count; i++) {
    Method& m = holder->methods[i];
    if (m.name.bits == name_bits && m.descriptor.bits == descriptor_bits) return &m;
  }
  return nullptr;
}

Field* find_declared_field(Class* holder, const Symbol* name, const Symbol* descriptor) {
  for (unsigned i = 0; i < holder->field_count; i++) {
    Field& f = holder->fields[i];
    if (f.name.get() == name && f.descriptor.get() == descriptor) return &f;
  }
  return nullptr;
}

namespace {

// "[[Ljava/lang/String;" -> "java.lang.String[][]", "I" -> "int".
std::string type_name_of_descriptor(std::string_view descriptor) {
  std::size_t dimensions = 0;
  while (dimensions < descriptor.size() && descriptor[dimensions] == '[') dimensions++;
  const std::string_view element = descriptor.substr(dimensions);
  std::string name;
  switch (element.empty() ? ' ' : element.front()) {
    case 'Z':
      name = "boolean";
      break;
    case 'C':
      name = "char";
      break;
    case 'F':
      name = "float";
      break;
    case 'D':
      name = "double";
      break;
    case 'B':
      name = "byte";
      break;
    case 'S':
      name = "short";
      break;
    case 'I':
      name = "int";
      break;
    case 'J':
      name = "long";
      break;
    case 'V':
      name = "void";
      break;
    case 'L':
      name = external_name(element.substr(1, element.size() - 2));
      break;
    default:
      name = std::string(element);
      break;
  }
  for (; dimensions > 0; dimensions--) name += "[]";
  return name;
}

}  // namespace

std::string external_name(std::string_view internal) {
  std::string name(internal);
  std::replace(name.begin(), name.end(), '/', '.');
  // A hidden class's suffix (runtime/class_loading.cpp) is written with a plus inside.
  if (const std::size_t plus = name.rfind("+0x"); plus != std::string::npos) name[plus] = '/';
  return name;
}

std::string external_name(const Class* c) { return external_name(c->name->view()); }

std::string external_method_name(const Method* method) {
  std::string text = external_name(method->holder.get()) + "." + std::string(method->name->view()) + "(";
  std::string_view rest = method->descriptor->view().substr(1);
  bool first = true;
  while (rest.front() != ')') {
    std::size_t length = 0;
    while (rest[length] == '[') length++;
    length = rest[length] == 'L' ? rest.find(';', length) + 1 : length + 1;
    if (!first) text += ", ";
    first = false;
    text += type_name_of_descriptor(rest.substr(0, length));
    rest.remove_prefix(length);
  }
  return text + ")";
}

}  // namespace uvm::rt
