#include "runtime/threads/safepoint.h"

#include <linux/futex.h>
#include <poll.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <ctime>

#include "runtime/threads/clock.h"
#include "runtime/threads/host_threads.h"
#include "runtime/threads/supervision.h"
#include "runtime/threads/threads.h"

namespace uvm::rt {
namespace {

long futex(std::atomic<std::uint32_t>& word, int operation, std::uint32_t value, const timespec* deadline) {
  return syscall(SYS_futex, reinterpret_cast<std::uint32_t*>(&word), operation | FUTEX_PRIVATE_FLAG, value,
                 deadline, nullptr, FUTEX_BITSET_MATCH_ANY);
}

bool nobody_runs(Vm& vm) {
  HostThreads& threads = threads_of(vm);
  for (const Thread* thread : threads.list) {
    if (thread->mode.load() == ThreadMode::kRunning) return false;
  }
  return true;
}

// Ignored by default, passed through by debuggers, and used by no library itself.
constexpr int kInterrupt = SIGURG;

// Called with HostThreads::lock held, so that the OS threads do not end.
void interrupt_transfers(const Vm& vm) {
  for (const Thread* thread : threads_of(vm).list) {
    if (static_cast<const HostThread*>(thread)->in_transfer.load())
      syscall(SYS_tgkill, getpid(), thread->tid.load(), kInterrupt);
  }
}

// Waits for `done` with HostThreads::lock held.
template <typename Predicate>
void wait_interrupting(Vm& vm, std::unique_lock<std::mutex>& lock, Predicate done) {
  // A signal that comes after the flag was read and before the system call is lost, so there is another.
  constexpr std::chrono::milliseconds kAgain{1};
  while (!threads_of(vm).changed.wait_for(lock, kAgain, done)) interrupt_transfers(vm);
}

}  // namespace

void prepare_interrupts() {
  struct sigaction action {};
  action.sa_handler = [](int) {};  // and no SA_RESTART: the system call fails
  sigaction(kInterrupt, &action, nullptr);
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, kInterrupt);
  pthread_sigmask(SIG_UNBLOCK, &set, nullptr);
}

InterruptibleScope::InterruptibleScope(Thread& thread) : thread_(thread) {
  static_cast<HostThread&>(thread_).in_transfer.store(true);
}

InterruptibleScope::~InterruptibleScope() { static_cast<HostThread&>(thread_).in_transfer.store(false); }

// A thread that continues reads stop_requested after it has set its mode; the stopper reads the modes after
// it has set stop_requested (both sequentially consistent). So one of them sees the other.
void enter_blocked(Thread& thread) {
  HostThreads& threads = threads_of(*thread.vm);
  store_position(thread);
  thread.safepoints.store(Thread::kTookPart, std::memory_order_relaxed);
  thread.mode.store(ThreadMode::kBlocked);
  if (threads.stop_requested.load()) {
    const std::lock_guard lock(threads.lock);
    threads.changed.notify_all();
  }
}

void leave_blocked(Thread& thread) {
  HostThreads& threads = threads_of(*thread.vm);
  for (;;) {
    thread.mode.store(ThreadMode::kRunning);
    if (!threads.stop_requested.load() || threads.retiring.load()) return;
    thread.mode.store(ThreadMode::kBlocked);
    std::unique_lock lock(threads.lock);
    threads.changed.notify_all();
    threads.changed.wait(lock, [&] { return !threads.stop_requested.load() || threads.retiring.load(); });
  }
}

BlockedScope::BlockedScope(Thread& thread) : thread_(thread) { enter_blocked(thread); }
BlockedScope::~BlockedScope() { leave_blocked(thread_); }

bool safepoint_poll(Thread& thread) {
  for (;;) {
    const std::uint32_t reasons = thread.poll.load(std::memory_order_acquire);
    if ((reasons & kPollRetire) != 0) {
      store_position(thread);
      return false;
    }
    if ((reasons & kPollStop) != 0) {
      const BlockedScope scope(thread);
      continue;
    }
    if ((reasons & kPollTorture) != 0 && torture_is_due(thread)) {
      wait_until_retiring(thread);
      continue;
    }
    return true;
  }
}

bool stop_threads(Vm& vm) {
  HostThreads& threads = threads_of(vm);
  std::unique_lock lock(threads.lock);
  threads.changed.wait(lock, [&] { return !threads.stopper_active || threads.retiring.load(); });
  if (threads.retiring.load()) return false;
  threads.stopper_active = true;
  threads.stop_requested.store(true);
  for (Thread* thread : threads.list) thread->poll.fetch_or(kPollStop);
  wait_interrupting(vm, lock, [&] { return nobody_runs(vm); });
  return true;
}

void resume_threads(Vm& vm) {
  HostThreads& threads = threads_of(vm);
  const std::lock_guard lock(threads.lock);
  for (Thread* thread : threads.list) thread->poll.fetch_and(~std::uint32_t{kPollStop});
  threads.stop_requested.store(false);
  threads.stopper_active = false;
  threads.changed.notify_all();
}

void retire_threads(Vm& vm) {
  HostThreads& threads = threads_of(vm);
  std::unique_lock lock(threads.lock);
  threads.changed.wait(lock, [&] { return !threads.stopper_active; });
  threads.stopper_active = true;
  threads.retiring.store(true);
  threads.changed.notify_all();
  for (Thread* thread : threads.list) {
    thread->poll.fetch_or(kPollRetire);
    wake(*thread);
  }
  interrupt_transfers(vm);
  wait_interrupting(vm, lock, [&] { return threads.list.empty(); });
  threads.stopper_active = false;
}

bool retiring(const Thread& thread) { return threads_of(*thread.vm).retiring.load(); }

// The waiter announces itself before it compares the word for the last time; the waker changes the word
// before it looks for an announcement.
void wait_for_wake(Thread& thread, std::uint32_t seen, std::uint64_t deadline_ns) {
  auto& host = static_cast<HostThread&>(thread);
  const BlockedScope scope(thread);
  timespec deadline{};
  if (deadline_ns != 0) {
    const std::int64_t when = std::max<std::int64_t>(monotonic_of(static_cast<std::int64_t>(deadline_ns)), 0);
    deadline = {.tv_sec = when / 1'000'000'000, .tv_nsec = when % 1'000'000'000};
  }
  host.sleeping.store(1);
  while (host.wake.load() == seen && !retiring(thread)) {
    if (futex(host.wake, FUTEX_WAIT_BITSET, seen, deadline_ns == 0 ? nullptr : &deadline) != 0 &&
        errno == ETIMEDOUT)
      break;
  }
  host.sleeping.store(0);
}

void wake(Thread& thread) {
  auto& host = static_cast<HostThread&>(thread);
  host.wake.fetch_add(1);
  if (host.sleeping.load() != 0) futex(host.wake, FUTEX_WAKE_BITSET, 1, nullptr);
}

bool wait_for_io(Thread& thread, int fd, short poll_events) {
  const BlockedScope blocked(thread);
  // Uses a signal instead of a descriptor next to `fd`, because descriptors, one for each thread, would be
  // taken from the program's limit.
  const InterruptibleScope interruptible(thread);
  while (!retiring(thread)) {
    pollfd waited{.fd = fd, .events = poll_events, .revents = 0};
    const int ready = ::poll(&waited, 1, -1);
    // POLLERR, POLLHUP, POLLNVAL, and a denied poll(2), too: the call itself will say what is wrong.
    if (ready > 0 || (ready < 0 && errno != EINTR && errno != EAGAIN)) return !retiring(thread);
  }
  return false;
}

Thread* host_thread_of(JavaThread* record) { return record == nullptr ? nullptr : host_thread(record->id); }

}  // namespace uvm::rt
