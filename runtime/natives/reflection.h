// Objects of java.lang.reflect made from metadata, and back.
//
// The functions that make objects may return kUpcall, to load the classes that a descriptor names; they then
// leave no trace and must be called again.
#pragma once

#include <vector>

#include "runtime/execution/native.h"

namespace uvm::rt {

Status reflect_field(Thread& thread, Field* field, Object** result);
Status reflect_method(Thread& thread, Method* method, Object** result);
Status reflect_constructor(Thread& thread, Method* initializer, Object** result);
// A Method or a Constructor, depending on the method.
Status reflect_executable(Thread& thread, Method* method, Object** result);

// The metadata behind a java.lang.reflect.Field, Method or Constructor.
Field* reflected_field(const Object* field);
Method* reflected_method(const Object* executable);

// The classes of a method's parameters and result, found by its holder's loader.
Status parameter_classes(Thread& thread, const Method* method, std::vector<Class*>* parameters,
                         Class** result);

// Frames of reflection and of method handles do not count as callers: they call on behalf of another method.
bool calls_for_another(const Method* method);

// The class for a field descriptor or "V".
Status descriptor_class(Thread& thread, std::string_view descriptor, Object* loader, Class** result);

// Takes the value out of a box for a variable of primitive type `to`, widening it (JLS 5.1.2). False:
// `boxed` is not a box, or its type does not widen to `to`.
bool unbox_widening(const Object* boxed, BasicType to, Slot* value);
// Widens in place; false if there is no such conversion.
bool widen(BasicType from, BasicType to, Slot* value);

}  // namespace uvm::rt
