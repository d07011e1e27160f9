// Making a Vm: the object, the state of each room, and who answers what lower rooms ask.
#pragma once

#include <memory>

#include "runtime/metadata/vm.h"

namespace uvm::rt {

// Over a region that is mapped at gc::g_region_base and has roots in it. `region` may be null: plain memory, in
// unit tests. Called by the thread from which all Java threads descend, while no other Vm is there.
std::unique_ptr<Vm> make_vm(uffd::Region* region, const jimage::JImage* image, ProgramInput input);

}  // namespace uvm::rt
