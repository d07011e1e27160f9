// Making of the classes that have no class file (JVMS 5.3.3).
#pragma once

#include <string_view>

#include "runtime/metadata/metadata.h"
#include "runtime/metadata/thread.h"

namespace uvm::rt {

// The class of a primitive type or void, recorded in WellKnown::primitive_classes. Null: out of memory.
Class* make_primitive_class(Thread& thread, BasicType type, std::string_view name);

// The class of component[]; null with an exception pending.
Class* array_class_of(Thread& thread, Class* component);

}  // namespace uvm::rt
