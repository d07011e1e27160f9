// Making of the classes that have no class file, for boot; array_class_of() is in runtime/vm.h.
#pragma once

#include <string_view>

#include "runtime/metadata.h"
#include "runtime/thread.h"

namespace uvm::rt {

// The class of a primitive type or void, recorded in WellKnown::primitive_classes. Null: out of memory.
Class* make_primitive_class(Thread& thread, BasicType type, std::string_view name);

}  // namespace uvm::rt
