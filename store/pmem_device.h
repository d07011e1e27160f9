// A heap file on persistent memory as a Device. The bytes in the file are those of a file on a disk, so a
// heap can be copied between the two. How it is read and written: pmem/pmem_file.h.
#pragma once

#include <memory>
#include <string>

#include "store/device.h"

namespace uvm::store {

// Takes over the descriptor, which holds the heap's lock; closes it when it fails. Errors: PmemFile::open().
Result<std::unique_ptr<Device>> make_pmem_device(int fd, const std::string& path);

}  // namespace uvm::store
