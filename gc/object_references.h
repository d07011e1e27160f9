// The places of an object's references: the one loop that marker and verifier share.
#pragma once

#include "gc/object.h"

namespace uvm::gc {

// Calls visit(ReferenceSlot& slot) for each reference field or element of `object`, null ones included. Reads
// shapes (metadata) and the object; writes nothing itself. Precondition: the object's shape is a real one.
template <typename Visit>
void for_each_reference(Object* object, Visit visit) {
  const Shape* shape = object->shape.get();
  const auto fields = [&](const Reference<std::uint32_t>& offsets, std::uint32_t count) {
    if (count == 0) return;
    const std::uint32_t* offset = offsets.get();
    for (std::uint32_t i = 0; i < count; i++) visit(object->slot(offset[i]));
  };
  switch (shape->kind) {
    case ShapeKind::kReferenceArray: {
      auto* array = static_cast<Array*>(object);
      ReferenceSlot* elements = array->slots();
      for (std::int32_t i = 0; i < array->length; i++) visit(elements[i]);
      break;
    }
    case ShapeKind::kMirror: {
      fields(shape->ref_offsets, shape->ref_count);
      const auto* mirrored = decode<Shape>(static_cast<const Mirror*>(object)->mirrored);
      if (mirrored != nullptr) fields(mirrored->static_ref_offsets, mirrored->static_ref_count);
      break;
    }
    case ShapeKind::kInstance:
      fields(shape->ref_offsets, shape->ref_count);
      break;
    case ShapeKind::kPrimitiveArray:
    case ShapeKind::kFiller:
      break;
  }
}

}  // namespace uvm::gc
