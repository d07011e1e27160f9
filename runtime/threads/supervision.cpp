#include "runtime/threads/supervision.h"

#include <algorithm>
#include <thread>
#include <utility>

#include "runtime/metadata/roots.h"
#include "runtime/threads/host_threads.h"
#include "runtime/threads/safepoint.h"
#include "runtime/threads/threads.h"

namespace uvm::rt {

void Supervision::tell(bool Supervision::*what) {
  const std::lock_guard guard(lock);
  this->*what = true;
  changed.notify_all();
}

Status halt(Thread& thread, int exit_code) {
  roots().exit_code = exit_code;
  Supervision& supervision = threads_of(*thread.vm).supervision;
  {
    const std::lock_guard lock(supervision.lock);
    if (!supervision.exit_requested) {
      supervision.exit_requested = true;
      supervision.exit_code = exit_code;
    }
    supervision.changed.notify_all();
  }
  wait_until_retiring(thread);
  return Status::kRetire;
}

namespace {

bool everybody_took_part(HostThreads& threads) {
  const std::lock_guard lock(threads.lock);
  const std::uint64_t share = threads.supervision.torture_interval / 8;
  return std::all_of(threads.list.begin(), threads.list.end(), [share](const Thread* thread) {
    return thread->safepoints.load(std::memory_order_relaxed) > share;
  });
}

}  // namespace

bool torture_is_due(Thread& thread) {
  HostThreads& threads = threads_of(*thread.vm);
  Supervision& supervision = threads.supervision;
  thread.safepoints.fetch_add(1, std::memory_order_relaxed);
  if (supervision.torture_due.load(std::memory_order_relaxed)) return true;
  const std::uint64_t passed = supervision.safepoints.fetch_add(1, std::memory_order_relaxed) + 1;
  if (passed < supervision.torture_interval) return false;
  if (!everybody_took_part(threads)) {
    std::this_thread::yield();
    return false;
  }
  supervision.torture_due.store(true);
  supervision.tell(&Supervision::torture);
  return true;
}

bool holds_after_boot(const Thread& thread) {
  return threads_of(*thread.vm).supervision.hold_after_boot.load();
}

Status hold_if_booted(Thread& thread) {
  if (!holds_after_boot(thread)) return Status::kOk;
  threads_of(*thread.vm).supervision.tell(&Supervision::booted);
  wait_until_retiring(thread);
  return Status::kRetire;
}

Status wait_for_first_version(Thread& thread) {
  HostThreads& threads = threads_of(*thread.vm);
  threads.supervision.tell(&Supervision::started);
  const BlockedScope scope(thread);
  std::unique_lock lock(threads.lock);
  threads.changed.wait(lock, [&] { return threads.supervision.first_version || threads.retiring.load(); });
  return threads.retiring.load() ? Status::kRetire : Status::kOk;
}

void begin_program(Vm& vm) {
  HostThreads& threads = threads_of(vm);
  const std::lock_guard lock(threads.lock);
  threads.supervision.first_version = true;
  threads.changed.notify_all();
}

void wait_until_retiring(Thread& thread) {
  HostThreads& threads = threads_of(*thread.vm);
  const BlockedScope scope(thread);
  std::unique_lock lock(threads.lock);
  threads.changed.wait(lock, [&] { return threads.retiring.load(); });
}

Event wait_for_event(Vm& vm, std::chrono::nanoseconds timeout) {
  Supervision& s = threads_of(vm).supervision;
  std::unique_lock lock(s.lock);
  s.changed.wait_for(lock, timeout, [&] {
    return (s.exit_requested && !s.exit_told) || s.torture || s.booted || s.started || s.notified;
  });
  if (s.exit_requested && !s.exit_told) {
    s.exit_told = true;
    return Event::kExit;
  }
  if (std::exchange(s.booted, false)) return Event::kBooted;
  if (std::exchange(s.started, false)) return Event::kStarted;
  if (std::exchange(s.notified, false)) return Event::kSignal;
  if (std::exchange(s.torture, false)) return Event::kTorture;
  return Event::kNone;
}

int exit_code(Vm& vm) {
  Supervision& supervision = threads_of(vm).supervision;
  const std::lock_guard lock(supervision.lock);
  return supervision.exit_code;
}

void hold_after_boot(Vm& vm, bool hold) { threads_of(vm).supervision.hold_after_boot.store(hold); }

void notify_supervisor(Vm& vm) { threads_of(vm).supervision.tell(&Supervision::notified); }

void set_torture_interval(Vm& vm, std::uint64_t safepoints) {
  threads_of(vm).supervision.torture_interval = safepoints;
}

}  // namespace uvm::rt
