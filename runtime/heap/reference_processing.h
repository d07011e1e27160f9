// References (java.lang.ref): what happens to Reference objects whose referents are no longer reachable.
//
// No memory is reclaimed yet, but System.gc() does what the package's specification says of the four
// strengths of reachability. References that are due go on the pending list, linked through
// Reference.discovered, from which the library's ReferenceHandler thread takes them. The head of that list is
// in the roots segment: an interrupted run goes on with it.
//
// Soft references are never cleared, not even before an OutOfMemoryError, as their specification promises:
// nothing is freed yet, so it would not help. That comes with the collector.
#pragma once

#include <cstdint>

#include "runtime/metadata/metadata.h"
#include "runtime/metadata/status.h"
#include "runtime/metadata/thread.h"

namespace uvm::rt {

class Vm;

// Marks, clears and enqueues references. True when some have become pending. The program is stopped.
bool process_references(const Vm& vm);

// Head of the pending list.
Ref<Object> pending_references();
// The same, leaving the list empty; null when it was.
Object* take_pending_references();
}  // namespace uvm::rt
