// Remembered errors of resolution: what failed once with a LinkageError fails again in the same way, without
// asking class loaders or bootstrap methods again (JVMS 5.4.3).
//
// As on HotSpot, only the class and the message of the error and of its cause are kept, and a new error is
// made of them each time. Class::resolution_errors is an Object[] with kErrorFields elements for each error:
// a long[1] with the key, the mirror of the error's class, its message, and the same two of the cause.
// Entries are never removed.
#pragma once

#include <cstdint>

#include "runtime/metadata/code.h"
#include "runtime/metadata/frame.h"
#include "runtime/metadata/status.h"
#include "runtime/metadata/thread.h"

namespace uvm::rt {

// What was being resolved: an entry of the referrer's constant pool or, with `insn`, the call site at that
// instruction.
struct ResolutionKey {
  Class* referrer;
  unsigned pool_index;
  const Insn* insn = nullptr;
};

// kThrow: the resolution failed before, and fails again in the same way.
Status throw_remembered(Thread& thread, const ResolutionKey& key);

// Keeps the pending exception if it is an error that must be remembered. For a call site the cause is not
// kept.
void remember_error(Thread& thread, const ResolutionKey& key);

}  // namespace uvm::rt
