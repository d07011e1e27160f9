// Booting the class library: from an empty heap to the end of System.initPhase3.
//
// The order is OpenJDK's own (docs/design.md, Boot): core classes and mirrors, System and thread groups,
// the main thread, phases 1 to 3 of System. Booting happens once per base image; programs start from a heap
// in which it is finished.
#pragma once

#include "gc/layout.h"
#include "runtime/metadata/status.h"
#include "runtime/metadata/thread.h"

namespace uvm::rt {

// Lays out the roots of a fresh region whose objects may reach up to `old_end` (a multiple of 1 MiB). Called
// before a Vm is made over the region.
void format_heap(gc::RegionOffset old_end);

// One step of booting on the primordial thread, whose kEntry frame is current. kUpcall: call again when the
// pushed frames have returned. kOk: booted.
Status boot_step(Thread& thread);

}  // namespace uvm::rt
