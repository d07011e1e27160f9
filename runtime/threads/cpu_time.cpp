#include "runtime/threads/cpu_time.h"

#include <atomic>
#include <mutex>

#include "runtime/metadata/roots.h"
#include "runtime/metadata/vm.h"
#include "runtime/threads/clock.h"
#include "runtime/threads/host_threads.h"

namespace uvm::rt {
namespace {

// The clock of any thread of the process, in the form that pthread_getcpuclockid makes: the inverted id, "of
// a thread", and which time (linux/posix-timers.h).
enum class Which : unsigned { kUser = 1, kTotal = 2 };

clockid_t clock_of(long tid, Which which) {
  constexpr unsigned kOfThread = 4;
  return static_cast<clockid_t>((~static_cast<unsigned>(tid) << 3) | kOfThread |
                                static_cast<unsigned>(which));
}

}  // namespace

CpuTime thread_cpu_time(const Thread& thread) {
  const auto& host = static_cast<const HostThread&>(thread);
  CpuTime time = host.cpu_time_before;
  const long tid = host.tid.load(std::memory_order_relaxed);
  if (tid == 0) return time;  // not yet running
  time.total_ns += read_clock_ns(clock_of(tid, Which::kTotal));
  time.user_ns += read_clock_ns(clock_of(tid, Which::kUser));
  return time;
}

std::int64_t process_cpu_time_ns() {
  return threads_of(*vm()).process_cpu_base.load(std::memory_order_relaxed) +
         read_clock_ns(CLOCK_PROCESS_CPUTIME_ID);
}

void cpu_time_at_start() {
  roots().process_cpu_ns = 0;
  threads_of(*vm()).process_cpu_base.store(0, std::memory_order_relaxed);
  for (JavaThread* record = roots().threads.get(); record != nullptr; record = record->next.get()) {
    record->cpu_time = {};
  }
}

void cpu_time_at_resume() {
  // In torture mode one process has many lives.
  threads_of(*vm()).process_cpu_base.store(roots().process_cpu_ns - read_clock_ns(CLOCK_PROCESS_CPUTIME_ID),
                                           std::memory_order_relaxed);
}

void cpu_time_at_cut(Vm& vm) {
  roots().process_cpu_ns = process_cpu_time_ns();
  const std::lock_guard lock(threads_of(vm).lock);
  for (const Thread* thread : threads_of(vm).list) {
    thread->java->cpu_time = thread_cpu_time(*thread);
  }
}

void cpu_time_at_end(Thread& thread) { thread.java->cpu_time = thread_cpu_time(thread); }

}  // namespace uvm::rt
