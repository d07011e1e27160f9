// What ThreadSanitizer is told about Java. Empty in other builds.
//
// Java permits data races (JLS 17.4.5), so a race on Java data is the program's business and not a defect
// of the VM. The accesses that order others, to volatile fields, are made by the interpreter like any others,
// so ThreadSanitizer could not recognise a race anyway. So the interpreter loop is not instrumented, and
// races on the data of Java programs are expected: objects, and Unsafe memory. Everything else stays checked:
// the VM's own data on the host, and in the region roots, classes and thread records.
#pragma once

#include <cstddef>

#include "base/sanitizers.h"

#if UVM_THREAD_SANITIZER
#define UVM_RUNS_JAVA __attribute__((no_sanitize("thread")))
#else
#define UVM_RUNS_JAVA
#endif

#if UVM_THREAD_SANITIZER
extern "C" {
void __tsan_acquire(void* address);
void __tsan_release(void* address);
}
#endif

namespace uvm::rt {

// Class metadata that one thread makes reaches others through Java data (an object of the class, a field, a
// table of methods), which the loop reads unseen by ThreadSanitizer. So it has to be told: a thread that has
// made metadata publishes it, and code that comes from the loop, is checked and reads metadata (even a
// function of one line) observes all that was published before.

#if UVM_THREAD_SANITIZER
inline char metadata_publication;
inline void publish_metadata() { __tsan_release(&metadata_publication); }
inline void observe_metadata() { __tsan_acquire(&metadata_publication); }
#else
inline void publish_metadata() {}
inline void observe_metadata() {}
#endif

// Call once for each mapping of a region.
void expect_java_races(std::byte* region_base);

}  // namespace uvm::rt
