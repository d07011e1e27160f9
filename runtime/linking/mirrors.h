// Mirrors: the java.lang.Class instance of each class, which also holds its static fields.
#pragma once

#include "runtime/metadata/metadata.h"
#include "runtime/metadata/status.h"
#include "runtime/metadata/thread.h"

namespace uvm::rt {

// Makes the mirror of a class, with its Java fields (classLoader, componentType, module, classData). Before
// java.lang.Class is loaded it does nothing and returns kOk; make_missing_mirrors() makes those mirrors
// later. kThrow: out of memory.
Status make_mirror(Thread& thread, Class* c);
Status make_missing_mirrors(Thread& thread);

}  // namespace uvm::rt
