// Making a Vm: the object itself, the state of each room, and the implementations of the interfaces that
// lower rooms declare.
#pragma once

#include <memory>

#include "runtime/metadata/vm.h"

namespace uvm::rt {

// Makes a Vm over a region that is mapped at gc::g_region_base and has roots. `region` may be null (plain
// memory, in unit tests). Called by the thread from which all Java threads descend, while there is no other
// Vm.
std::unique_ptr<Vm> make_vm(uffd::Region* region, const jimage::JImage* image, ProgramInput input);

}  // namespace uvm::rt
