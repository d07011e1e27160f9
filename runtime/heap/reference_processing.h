// References (java.lang.ref): what happens to Reference objects whose referents are no longer reachable.
//
// No memory is reclaimed yet, but System.gc() does what the package's specification says about the four
// strengths of reachability. References that are due go on the pending list, linked through
// Reference.discovered, from which the library's ReferenceHandler thread takes them. The head of that list is
// in the roots segment, so a resumed run continues with it.
//
// Soft references are never cleared, not even before an OutOfMemoryError, although their specification
// promises that: nothing is freed yet, so it would not help. This will come with the collector.
#pragma once

#include <cstdint>

#include "runtime/metadata/metadata.h"
#include "runtime/metadata/status.h"
#include "runtime/metadata/thread.h"

namespace uvm::rt {

class Vm;

// Marks, clears and enqueues references. True if some have become pending. Only while the program is stopped.
bool process_references(const Vm& vm);

// The head of the pending list.
Ref<Object> pending_references();
// The same, and empties the list; null if it was empty.
Object* take_pending_references();
}  // namespace uvm::rt
