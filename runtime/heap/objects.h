// Making objects and arrays, boxes and copies.
//
// Java threads in kRunning mode. All return null with an OutOfMemoryError pending when the heap is full.
#pragma once

#include <cstdint>

#include "gc/reference.h"
#include "runtime/metadata/frame.h"
#include "runtime/metadata/metadata.h"
#include "runtime/metadata/thread.h"

namespace uvm::rt {

Object* new_object(Thread& thread, Class* c);  // zeroed; class must be initialised or exempt
Array* new_array(Thread& thread, Class* array_class,
                 std::int32_t length);  // length >= 0; too large: OutOfMemoryError
Array* new_primitive_array(Thread& thread, BasicType element, std::int32_t length);
Array* new_object_array(Thread& thread, Class* component, std::int32_t length);
Object* clone_object(Thread& thread, Object* original);
Class* box_class(BasicType type);  // java.lang.Integer ...; null for types that are not primitive, and void
Object* box(Thread& thread, BasicType type, Slot value);  // not cached
BasicType unbox(const Object* boxed, Slot* value);        // kVoid when it is no box

inline Object* array_get(const Array* array, std::int32_t index) {
  return gc::decode<Object>(array->slots()[index].bits());
}
inline void array_set(Array* array, std::int32_t index, const Object* value) {
  array->slots()[index].store(gc::encode(value));
}

}  // namespace uvm::rt
