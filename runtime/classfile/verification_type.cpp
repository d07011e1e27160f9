#include "runtime/classfile/verification_type.h"

#include "runtime/classfile/descriptor.h"

namespace uvm::rt::classfile {

TypePair types_of_descriptor(std::string_view descriptor) {
  switch (descriptor.front()) {
    case 'V':
      return {};
    case 'J':
      return {{TypeKind::kLong, TypeKind::kLong2}, 2};
    case 'D':
      return {{TypeKind::kDouble, TypeKind::kDouble2}, 2};
    case 'F':
      return {{TypeKind::kFloat, {}}, 1};
    case 'L':
    case '[':
      return {{Type::object(class_name_of(descriptor)), {}}, 1};
    default:
      return {{TypeKind::kInt, {}}, 1};
  }
}

std::string to_text(const Type& type) {
  switch (type.kind) {
    case TypeKind::kTop:
      return "top";
    case TypeKind::kInt:
      return "integer";
    case TypeKind::kFloat:
      return "float";
    case TypeKind::kLong:
      return "long";
    case TypeKind::kLong2:
      return "long_2nd";
    case TypeKind::kDouble:
      return "double";
    case TypeKind::kDouble2:
      return "double_2nd";
    case TypeKind::kNull:
      return "null";
    case TypeKind::kUninitializedThis:
      return "uninitializedThis";
    case TypeKind::kUninitialized:
      return "uninitialized " + std::to_string(type.bci);
    case TypeKind::kObject:
      return "'" + std::string(type.name()) + "'";
    case TypeKind::kReturnAddress:
      return "returnAddress " + std::to_string(type.bci);
    case TypeKind::kAnyReference:
      return "reference type";
    case TypeKind::kCategory1:
      return "category1 type";
    case TypeKind::kCategory2:
      return "category2 type";
    case TypeKind::kCategory2Second:
      return "category2_2nd type";
  }
  return {};
}

}  // namespace uvm::rt::classfile
