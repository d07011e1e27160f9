// Safepoints: stopping all Java threads, and waiting without holding up a stop.
//
// Protocol. A thread is kRunning or kBlocked (Thread::mode). A stop sets kPollStop in every thread's poll
// word and waits until no thread is kRunning; a running thread sees the word at its next poll, stores its
// position (Thread::frame, its frame's pc and sp) and blocks. A thread that leaves kBlocked during a stop
// waits for its end first. So between stop_threads() and resume_threads() only the caller touches the region.
//
// Retiring (suspend, torture resume) stops the threads for good: blocked natives are woken and return
// kRetire without a trace, and each OS thread leaves its interpreter loop.
//
// Interrupting. After wait_for_io has found a descriptor ready, and before the system call that then uses
// it has ended, another thread or process may take what was ready, and the system call waits. The thread
// still counts as running then, because the result of the call must reach the program. So a thread that stops
// or retires the others sends a signal to those inside an InterruptibleScope, again and again until they have
// left it: the system call fails with EINTR. wait_for_io itself is left in the same way.
#pragma once

#include <cstdint>

#include "runtime/metadata/thread.h"

namespace uvm::rt {

class Vm;

// Called by the interpreter when Thread::poll is not 0, with the thread's position stored. Returns false when
// the thread must leave the loop (retire).
bool safepoint_poll(Thread& thread);

// Stops all Java threads of the process; true when none runs. One stopper at a time (others wait here). The
// caller is not a Java thread, or is one that is kBlocked. False, with nothing stopped: the threads are being
// retired, and a native that wanted the stop returns kRetire.
bool stop_threads(Vm& vm);
void resume_threads(Vm& vm);

// Retires the threads: when it returns, no Java thread of this Vm exists on the host, and the records have
// their positions. Must not be called between stop_threads() and resume_threads(), nor by a Java thread.
void retire_threads(Vm& vm);

// Enters kBlocked for its lifetime: for system calls that may wait. The region must not be touched inside.
class BlockedScope {
 public:
  explicit BlockedScope(Thread& thread);
  ~BlockedScope();
  BlockedScope(const BlockedScope&) = delete;
  BlockedScope& operator=(const BlockedScope&) = delete;

 private:
  Thread& thread_;
};

// Prepares the process for InterruptibleScope; called by the thread from which all Java threads descend,
// before the first of them.
void prepare_interrupts();

// During its lifetime a stop makes a waiting system call fail with EINTR, and the caller starts again with
// wait_for_io. If the call did something before that, its result says so, as usual.
class InterruptibleScope {
 public:
  explicit InterruptibleScope(Thread& thread);
  ~InterruptibleScope();
  InterruptibleScope(const InterruptibleScope&) = delete;
  InterruptibleScope& operator=(const InterruptibleScope&) = delete;

 private:
  Thread& thread_;
};

// Waits inside a BlockedScope of its own until the thread's wake word differs from `seen`, or program time
// has reached `deadline_ns` (0: none), or the thread must retire. Callers tell the reasons apart by looking
// at the state.
void wait_for_wake(Thread& thread, std::uint32_t seen, std::uint64_t deadline_ns);
// Wakes a thread out of wait_for_wake.
void wake(Thread& thread);
[[nodiscard]] bool retiring(const Thread& thread);

// Waits until `fd` is ready for `poll_events` (POLLIN, POLLOUT): true. False: the thread must retire, and the
// native returns kRetire. Use this before every read or write that may wait; the read or write then happens
// in an InterruptibleScope.
bool wait_for_io(Thread& thread, int fd, short poll_events);

// The host thread of a record; null when it has none now. Valid while HostThreads::lock is held, or for the
// caller itself.
Thread* host_thread_of(JavaThread* record);

}  // namespace uvm::rt
