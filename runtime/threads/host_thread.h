// HostThread: the part of a Thread that only safepoint.cpp, threads.cpp, monitors.cpp, initialization.cpp and
// cpu_time.cpp know.
//
// Host threads are recycled, and not freed while their Vm exists, so that a late wake-up just wakes a
// thread for nothing. They are found by JavaThread::id.
#pragma once

#include <atomic>

#include "runtime/metadata/thread.h"

namespace uvm::rt {

struct HostThread : Thread {
  std::atomic<std::uint32_t> sleeping{0};  // in futex wait
  std::atomic<bool> in_transfer{false};    // in an InterruptibleScope
  CpuTime cpu_time_before;                 // used by earlier OS threads of the JavaThread
  HostThread* next_free = nullptr;

  // In a bucket's list of threads that wait to enter a monitor (monitors.cpp), under the bucket's lock.
  std::atomic<std::uint32_t> entering{0};  // reference bits of the object, 0 not waiting; read by anybody
  HostThread* next_entering = nullptr;

  // Reference bits of the class whose initialiser it waits for while another thread runs it
  // (initialization.cpp); 0: none. Guarded by HostThreads::lock.
  std::uint32_t awaited_class = 0;
};

inline constexpr std::uint32_t kMaxThreads = 32768;

// Null when the thread with that id has no host thread now.
HostThread* host_thread(std::uint32_t id);

// Stores the thread's position in its record, for readers of the stopped region.
inline void store_position(Thread& thread) {
  const gc::RegionOffset top = thread.frame == nullptr ? 0 : gc::offset_of(thread.frame);
  if (thread.java->top_frame != top) thread.java->top_frame = top;
  if (thread.calls == 0) return;
  // Only this thread writes it; calls_executed() may read it at any time.
  const std::atomic_ref calls(thread.java->calls);
  calls.store(calls.load(std::memory_order_relaxed) + thread.calls, std::memory_order_relaxed);
  thread.calls = 0;
}

void enter_blocked(Thread& thread);
void leave_blocked(Thread& thread);

}  // namespace uvm::rt
