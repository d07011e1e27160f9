// Opening a FIFO, which waits for its other end: open(2) itself could not be interrupted by a checkpoint.
//
// Only runtime/natives/ may use this header.
#pragma once

#include "runtime/metadata/status.h"
#include "runtime/metadata/thread.h"

namespace uvm::rt {

// As openat(2) of a FIFO, waiting restartably. `directory` is a host descriptor or AT_FDCWD. `fd` gets the
// host descriptor, or -errno. kRetire: nothing is open.
Status open_fifo(Thread& thread, int directory, const char* path, int flags, int* fd);

}  // namespace uvm::rt
