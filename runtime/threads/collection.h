// Collections as threads see them: the program is stopped for one, and the library's ReferenceHandler waits
// for its results. What happens during the stop: runtime/heap/reference_processing.h.
#pragma once

#include "runtime/metadata/metadata.h"
#include "runtime/metadata/status.h"
#include "runtime/metadata/thread.h"

namespace uvm::rt {

// Stops the program, marks, clears and enqueues references, and lets the program run. Called by a native
// method of `thread`. kRetire: nothing has been done.
Status collect_references(Thread& thread);

// Asks for the finalizer of `object` to be run once it is no longer reachable (JLS 12.6): kUpcall, a call of
// Finalizer.register having been pushed, or kThrow. Boot has initialised java.lang.ref.Finalizer.
Status register_finalizer(Thread& thread, Object* object);

// Waits until the list of pending references is not empty. kRetire: execute it again.
Status wait_for_pending_references(Thread& thread);

}  // namespace uvm::rt
