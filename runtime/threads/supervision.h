// Supervision: what Java threads tell the supervisor (threads.h) and how they wait for it.
//
// For the files of this room, and for runtime/boot/, where threads begin and end.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <mutex>

#include "runtime/metadata/status.h"
#include "runtime/metadata/thread.h"

namespace uvm::rt {

struct Supervision {
  std::mutex lock;
  std::condition_variable changed;
  bool exit_requested = false;
  bool exit_told = false;
  bool torture = false;
  bool booted = false;
  bool started = false;
  bool first_version = false;  // the program may begin; guarded by HostThreads::lock, with changed
  bool notified = false;
  int exit_code = 0;
  std::atomic<bool> hold_after_boot{false};
  std::uint64_t torture_interval = 0;  // safepoints between two torture resumes, 0 off
  std::atomic<bool> torture_due{false};
  std::atomic<std::uint64_t> safepoints{0};

  // Sets `what` and wakes the supervisor.
  void tell(bool Supervision::*what);
};

// Counts one safepoint of torture mode; true when the thread must wait for its retirement. A life of the VM
// lasts the set number of safepoints, and until each thread has blocked or has passed an eighth of that
// number, so that a thread that spins does not use up all lives before the others make progress.
bool torture_is_due(Thread& thread);

// With hold_after_boot(): tells the supervisor that the class library is booted, and waits to be retired:
// kRetire. Otherwise kOk at once.
Status hold_if_booted(Thread& thread);
[[nodiscard]] bool holds_after_boot(const Thread& thread);

// Tells the supervisor that the program is about to start, and blocks until begin_program(): kOk, or kRetire.
Status wait_for_first_version(Thread& thread);

// Blocks until the threads are retired (not at all if they already are).
void wait_until_retiring(Thread& thread);

}  // namespace uvm::rt
