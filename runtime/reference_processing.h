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

#include "runtime/metadata.h"
#include "runtime/status.h"
#include "runtime/thread.h"

namespace uvm::rt {

// Stops the program, marks, clears and enqueues references, and lets the program run. Called by a native
// method of `thread`. kRetire: nothing has been done.
Status collect_references(Thread& thread);

// Asks for the finalizer of `object` to be run once it is no longer reachable (JLS 12.6): kUpcall, a call of
// Finalizer.register having been pushed, or kThrow. Boot has initialised java.lang.ref.Finalizer.
Status register_finalizer(Thread& thread, Object* object);

// Head of the pending list.
Ref<Object> pending_references();
// The same, leaving the list empty; null when it was.
Object* take_pending_references();
// Waits until the list is not empty. kRetire: to be executed again.
Status wait_for_pending_references(Thread& thread);

}  // namespace uvm::rt
