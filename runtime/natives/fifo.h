// Opening a FIFO, which waits for its other end; a checkpoint could not interrupt open(2) itself.
//
// Only runtime/natives/ may use this header.
#pragma once

#include "runtime/metadata/status.h"
#include "runtime/metadata/thread.h"

namespace uvm::rt {

// Like openat(2) of a FIFO, but the wait is restartable. `directory` is a host descriptor or AT_FDCWD. `fd`
// receives the host descriptor, or -errno. kRetire: nothing is open.
Status open_fifo(Thread& thread, int directory, const char* path, int flags, int* fd);

}  // namespace uvm::rt
