// A heap file on persistent memory (a file system mounted with DAX) as a Device. The bytes in the file are
// those of the file store, so a heap can be copied between the two.
//
// Writes go to a mapping of the file with non-temporal stores. Each write ends with a drain of its own: a
// fence orders only the stores of the processor that executes it, so one in flush() would not do for writes
// of other threads. The mapping is synchronous (MAP_SYNC): the file system has made durable where the bytes
// lie before a store to them succeeds. So flush() has nothing left to do.
//
// Reads go through pread(), which copies from the medium just as a mapping would, without page cache, but
// reports a bad cell as EIO where a load would raise SIGBUS; the reader may be a SIGBUS handler itself.
#pragma once

#include <memory>
#include <string>

#include "pmem/device.h"

namespace uvm::store {

// Whether libpmem counts the file as persistent memory: it is one in fact, or the environment variable
// PMEM_IS_PMEM_FORCE=1 says so (for tests). The file is open for writing as `fd`.
bool on_persistent_memory(int fd, const std::string& path);

// Takes over the descriptor, which holds the heap's lock; closes it when it fails. kNoSpace when the file has
// holes that the file system has no room to fill: a store into one would raise SIGBUS.
Result<std::unique_ptr<Device>> make_pmem_device(int fd, const std::string& path);

}  // namespace uvm::store
