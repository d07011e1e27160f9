#include "runtime/metadata/metadata.h"
#include "runtime/metadata/roots.h"

#include <algorithm>

#include "runtime/classfile/descriptor.h"

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
    case BasicType::kObject:
    case BasicType::kArray:
      return gc::kReferenceSizeLog2;
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

std::string external_name(std::string_view internal) { return classfile::external_name(internal); }

std::string external_name(const Class* c) { return external_name(c->name->view()); }

std::string external_method_name(const Method* method) {
  return external_name(method->holder.get()) + "." + std::string(method->name->view()) +
         classfile::parameter_list(method->descriptor->view());
}

void enlist_class(Class* c) {
  Roots& r = roots();
  c->number = r.next_class_number++;
  c->first_method_number = r.next_method_number;
  r.next_method_number += c->method_count;
  c->next = r.all_classes;
  r.all_classes = c;
}

std::string_view package_of(const Class* c) {
  const Class* k = c->is_array() ? c->element.get() : c;
  const std::string_view name = k->name->view();
  const std::size_t slash = name.rfind('/');
  return slash == std::string_view::npos ? std::string_view() : name.substr(0, slash);
}

bool same_package(const Class* a, const Class* b) {
  return a->loader == b->loader && package_of(a) == package_of(b);
}

}  // namespace uvm::rt
