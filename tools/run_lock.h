// RunLock: the mark of the process that runs a heap, a file in the heap's folder that it keeps locked and
// that has its process id in it. It tells other commands who runs the heap, and is what suspend waits on.
//
// The lock on the heap file itself is the store's; this one also covers the moments when the store is closed
// between two lives of the VM in one process.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>

#include "pmem/line_store.h"

namespace uvm::tools {

class RunLock {
 public:
  // kLocked: another process has it, the message says which. Waits for one that is dying, half a minute at
  // most.
  static store::Result<RunLock> take(const std::string& folder);
  RunLock(RunLock&& other) noexcept;
  RunLock& operator=(RunLock&&) = delete;
  ~RunLock();

 private:
  explicit RunLock(int fd) : fd_(fd) {}
  int fd_;
};

// The process that runs the heap in `folder`; nothing when none does. Waits for one that is dying.
std::optional<pid_t> running_process(const std::string& folder);

// Returns when no process runs the heap.
void wait_until_free(const std::string& folder);

}  // namespace uvm::tools
