// Threads: the part that survives (JavaThread, in the region) and the part that does not (Thread, on the
// host).
//
// A JavaThread record is created with its java.lang.Thread, linked in the list of the roots segment, and
// reused after the thread is dead. At every safepoint it has the whole state of the thread: frames, what it
// waits for, permits. A Thread is the operating system's thread that runs it in this process, made anew at
// resume. It is host state only.
//
// Java code runs in ThreadMode::kRunning, polling Thread::poll at backward branches and calls. Native
// methods that may wait are in kBlocked while they do, and must not touch the region there; see BlockedScope
// in runtime/threads/safepoint.h.
#pragma once

#include <atomic>
#include <cstdint>

#include "base/persisted.h"
#include "gc/heap.h"
#include "runtime/metadata/frame.h"
#include "runtime/metadata/metadata.h"

namespace uvm::rt {

class Vm;
struct Monitor;

// What a thread waits for, for Thread.getState and resume. Values are part of the heap format.
enum class WaitKind : std::uint8_t {
  kNone = 0,
  kObjectWait = 1,
  kPark = 2,
  kSleep = 3,
};
UVM_PERSISTED_ENUM(WaitKind, kNone, kObjectWait, kPark, kSleep)

// CPU time used by a thread, in nanoseconds; `total_ns` includes the kernel's work for it
// (runtime/threads/cpu_time.h).
struct CpuTime {
  std::int64_t total_ns = 0;
  std::int64_t user_ns = 0;
};
UVM_PERSISTED(CpuTime, total_ns, user_ns)

struct JavaThread {
  std::uint32_t id;               // from 1; names the owner of monitors; reused only after the thread is dead
  std::uint32_t alive;            // 1 from start until its exit is complete
  Ref<Object> object;             // java.lang.Thread
  Ref<Object> pending_exception;  // thrown, not yet caught
  gc::RegionOffset stack_base;    // region offset of the first slot
  gc::RegionOffset stack_end;
  gc::RegionOffset top_frame;  // region offset of the current frame; 0 none
  gc::AllocationBuffer buffer;
  // Blocking state (runtime/threads/monitors.cpp, runtime/natives/...): what a native method needs to
  // continue when it is entered again.
  WaitKind wait_kind;
  std::uint8_t interrupted;
  std::uint8_t park_permit;
  std::uint8_t notified;     // taken out of its wait set by notify, but not running yet
  std::uint32_t wait_count;  // recursions to restore after Object.wait
  Ref<Object> wait_object;   // of the monitor waited for, or waited to enter
  std::uint32_t unused;
  // Program time (runtime/threads/clock.h) at which the wait ends; 0 no end, ~0 no wait begun.
  std::uint64_t deadline_ns;
  Ref<JavaThread> next_waiter;  // in a monitor's wait set
  Ref<JavaThread> next;         // all threads
  std::uint32_t daemon;
  std::uint32_t is_primordial;   // runs main
  std::uint64_t calls;           // invocations executed, for --stats
  std::uint64_t owned_monitors;  // entered and not left, recursions not counted
  CpuTime cpu_time;              // until the last cut, or the end of its OS thread
  std::uint64_t reserved[1];
};
UVM_PERSISTED(JavaThread, id, alive, object, pending_exception, stack_base, stack_end, top_frame, buffer,
              wait_kind, interrupted, park_permit, notified, wait_count, wait_object, unused, deadline_ns,
              next_waiter, next, daemon, is_primordial, calls, owned_monitors, cpu_time, reserved)
static_assert(sizeof(JavaThread) % 8 == 0);

// Values of Thread::poll: 0 to run on; otherwise bits with the reasons to leave the fast path.
enum PollReason : std::uint32_t { kPollStop = 1, kPollRetire = 2, kPollTorture = 4 };

enum class ThreadMode : std::uint8_t { kRunning, kBlocked };

struct Thread {
  JavaThread* java = nullptr;  // record in the region
  Vm* vm = nullptr;
  std::atomic<std::uint32_t> poll{0};
  std::atomic<ThreadMode> mode{ThreadMode::kBlocked};

  // --- The current position. While Java code runs it is in the interpreter's registers; it is stored here
  // whenever VM code is called. `frame` null: the stack is empty.
  Frame* frame = nullptr;
  Slot* stack_base = nullptr;
  // Frames must end below this; the reserve above it is for the StackOverflowError itself.
  Slot* stack_limit = nullptr;

  // Host-side waiting: one futex-like word per thread (runtime/threads/safepoint.h).
  std::atomic<std::uint32_t> wake{0};
  std::atomic<long> tid{0};  // kernel thread id; 0 while it does not run yet
  // Torture mode: safepoints passed in this life of the VM, kTookPart once the thread has blocked.
  static constexpr std::uint64_t kTookPart = ~std::uint64_t{0} >> 1;
  std::atomic<std::uint64_t> safepoints{0};
  std::uint64_t calls = 0;  // invocations executed since the count was last added to the record

  [[nodiscard]] Object* pending_exception() const { return java->pending_exception.get(); }
  [[nodiscard]] Frame* caller_of(const Frame* f) const {
    return f->caller == 0 ? nullptr : reinterpret_cast<Frame*>(stack_base + f->caller);
  }
};

// Locals of a frame of kind kJava.
inline Slot* locals_of(Frame* frame) { return reinterpret_cast<Slot*>(frame) - frame->method->max_locals; }

// The thread that runs on this OS thread; null on VM-internal threads.
Thread* current_thread();
void set_current_thread(Thread* thread);

}  // namespace uvm::rt
