// Mirrors: the java.lang.Class instance of each class, which also holds its static fields.
#pragma once

#include "runtime/metadata/metadata.h"
#include "runtime/metadata/status.h"
#include "runtime/metadata/thread.h"

namespace uvm::rt {

// Makes the mirror of a class, with its Java fields (classLoader, componentType, module, classData). kOk
// without doing anything before java.lang.Class is loaded; make_missing_mirrors() then does it for all.
// kThrow: out of memory.
Status make_mirror(Thread& thread, Class* c);
Status make_missing_mirrors(Thread& thread);

}  // namespace uvm::rt
