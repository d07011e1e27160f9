// Verification of a whole heap (gc/heap_verifier.h) with what the VM knows of classes and roots.
#pragma once

#include "gc/heap_verifier.h"

namespace uvm::rt {

// Only while the program is stopped, retired or not yet started. Besides what gc/heap_verifier.h lists: the
// mirrors of all classes are mirrors of these classes.
gc::HeapFindings verify_heap();
// The same; if there are problems, they go to stderr and the process aborts.
void verify_heap_or_abort();

}  // namespace uvm::rt
