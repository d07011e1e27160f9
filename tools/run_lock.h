// RunLock: the mark of the process that runs a heap, the file `running` in the heap's folder, which it keeps
// locked. It tells other commands who runs the heap, and is what suspend waits on.
//
// The lock on the heap file itself is the store's; this one also covers the moments when the store is closed
// between two lives of the VM in one process. The kernel says who has it (store/lock_holder.h).
#pragma once

#include <sys/types.h>

#include <chrono>
#include <optional>
#include <string>

#include "store/line_store.h"

namespace uvm::tools {

class RunLock {
 public:
  // kLocked: another process has it, the message says which. Waits for one that is dying, half a minute at
  // most, and says so when it takes long.
  static Result<RunLock> take(const std::string& folder);
  RunLock(RunLock&& other) noexcept;
  RunLock& operator=(RunLock&&) = delete;
  ~RunLock();

 private:
  explicit RunLock(int fd) : fd_(fd) {}
  int fd_;
};

// A process that runs a heap.
struct Holder {
  pid_t pid = 0;  // its number here; 0: it is out of sight

  // "process 123", or that it cannot be seen from here.
  [[nodiscard]] std::string text() const;
  // By SIGSTOP or a debugger; false if that cannot be seen.
  [[nodiscard]] bool stopped() const;
};

// The process that runs the heap in `folder`, if any. Waits for one that is dying.
std::optional<Holder> running_process(const std::string& folder);

// Why a process that runs a heap does not answer, and what to do; for the end of a sentence, after a comma.
std::string why_silent(const Holder& holder);

// Sends SIGTERM to the process that runs the heap in `folder`, but only if it certainly is that process: the
// kernel names it as the holder of the lock both before and after a pidfd for it is opened, and it has the
// locked file open. Otherwise sends nothing, and the text says why.
BasicResult<void, std::string> terminate_holder(const std::string& folder);

// Whether `holder` stopped running the heap before `patience` was over.
bool wait_until_free(const std::string& folder, Holder holder, std::chrono::nanoseconds patience);

}  // namespace uvm::tools
