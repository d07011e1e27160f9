// Errors of resolution that are kept: what failed once with a LinkageError fails again in the same way,
// without asking class loaders or bootstrap methods again (JVMS 5.4.3).
//
// As on HotSpot the class and the message of the error are kept, and of its cause: each time a new error is
// made of them. Class::resolution_errors is an Object[] of kErrorFields entries for each: a long[1] with the
// key, the mirror of the error's class, its message; the same two of the cause. Entries are never removed.
#pragma once

#include <cstdint>

#include "runtime/metadata/code.h"
#include "runtime/metadata/frame.h"
#include "runtime/metadata/status.h"
#include "runtime/metadata/thread.h"

namespace uvm::rt {

// What is resolved: an entry of the referrer's constant pool, or with `insn` the call site at that
// instruction.
struct ResolutionKey {
  Class* referrer;
  unsigned pool_index;
  const Insn* insn = nullptr;
};

// kThrow: it failed before, and fails again.
Status throw_remembered(Thread& thread, const ResolutionKey& key);

// Keeps the pending exception if it is an error that is kept. What is kept of a call site has no cause.
void remember_error(Thread& thread, const ResolutionKey& key);

}  // namespace uvm::rt
