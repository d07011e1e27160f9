// Booting the class library: from an empty heap to the end of System.initPhase3.
//
// The order is OpenJDK's own (docs/design.md, Boot): core classes and mirrors, System and thread groups, the
// main thread, phases 1 to 3 of System. It runs once per system image; programs start from a heap in which it
// is done.
#pragma once

#include "gc/layout.h"
#include "runtime/metadata/status.h"
#include "runtime/metadata/thread.h"

namespace uvm::rt {

// Lays out the roots of a fresh region whose objects may reach up to `old_end` (a multiple of 1 MiB). Before
// a Vm is made over it.
void format_heap(gc::RegionOffset old_end);

// One step of booting on the primordial thread, whose kEntry frame is current. kUpcall: to be called again
// when the pushed frames are done; kOk: booted.
Status boot_step(Thread& thread);

}  // namespace uvm::rt
