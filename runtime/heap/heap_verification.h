// Verification of a whole heap (gc/heap_verifier.h) with what the VM knows of classes and roots.
#pragma once

#include "gc/heap_verifier.h"

namespace uvm::rt {

// Only while the program is stopped, retired or not yet started. Checks what gc/heap_verifier.h lists, and
// that the mirrors of all classes are mirrors of these classes.
gc::HeapFindings verify_heap();
// The same; if there are problems, prints them to stderr and aborts the process.
void verify_heap_or_abort();

}  // namespace uvm::rt
