// What Java threads tell the supervisor (runtime/threads.h) and how they wait for it. For safepoint.cpp and
// threads.cpp.
#pragma once

#include "runtime/status.h"
#include "runtime/thread.h"

namespace uvm::rt {

// Counts one safepoint of torture mode; true when the thread has to wait for its retirement. A life of the VM
// lasts the set number of safepoints, and until each thread has blocked or passed an eighth of that number:
// one that spins must not use up all lives before another has got anywhere.
bool torture_is_due(Thread& thread);

// Blocks until begin_program() (runtime/threads.h): kOk; or kRetire.
Status wait_for_first_version(Thread& thread);

// Blocks until the threads are retired (at once when they are).
void wait_until_retiring(Thread& thread);

}  // namespace uvm::rt
