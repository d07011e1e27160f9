// Opening a heap file as a Device: with direct I/O through io_uring, or as persistent memory if it lies
// there (store/pmem_device.h).
#pragma once

#include <memory>
#include <string>

#include "store/device.h"
#include "store/owned_file.h"

namespace uvm::store {

// Opens or creates a heap file and takes its lock.
struct FileDeviceOptions {
  bool create = false;     // fails with kInvalid when the file exists
  bool read_only = false;  // shared lock, so readers share a heap that nobody writes
  bool direct = true;      // past the page cache where the file system can: O_DIRECT, or persistent memory
  bool lock = true;
  Ownership ownership = Ownership::kOwned;
};
Result<std::unique_ptr<Device>> open_file_device(const std::string& path, const FileDeviceOptions& options);

// Whether the kernel lets this process use io_uring; without it, transfers are made one by one.
bool io_uring_works();

// Whether some process, this one included, has the file open for use. False when it cannot be told.
bool heap_in_use(const std::string& path);

}  // namespace uvm::store
