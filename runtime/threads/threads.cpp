#include "runtime/threads/threads.h"
#include "base/sanitizers.h"

#include <pthread.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <condition_variable>
#include <cstdio>
#include <cstring>
#include <limits>
#include <mutex>
#include <new>

#include "gc/layout.h"
#include "runtime/heap/exceptions.h"
#include "runtime/metadata/roots.h"
#include "runtime/metadata/vm.h"
#include "runtime/threads/clock.h"
#include "runtime/threads/cpu_time.h"
#include "runtime/threads/entry_phase.h"
#include "runtime/threads/host_threads.h"
#include "runtime/threads/java_calls.h"
#include "runtime/threads/monitors.h"
#include "runtime/threads/safepoint.h"
#include "runtime/threads/supervision.h"
#include "uffd/region.h"

namespace uvm::rt {
namespace {

// Space at the end of a stack for making and throwing the StackOverflowError.
constexpr std::uint64_t kStackReserve = 32 * 1024;
// Bytes at the start of a dead thread's stack that are kept for the next one.
constexpr std::uint64_t kKeptStackBytes = 64 * 1024;
// C++ stack of an OS thread: natives have buffers on it, but Java frames are elsewhere. Small, so that
// several share a page of the kernel's page table.
constexpr std::size_t kOsStackSize = UVM_THREAD_SANITIZER || UVM_ADDRESS_SANITIZER ? 2 << 20 : 512 << 10;

thread_local Thread* this_thread = nullptr;

HostThread* make_host(Vm& vm, JavaThread* record) {
  HostThread* host = nullptr;
  {
    HostThreads& threads = threads_of(vm);
    const std::lock_guard lock(threads.pool_lock);
    host = threads.free_hosts;
    if (host == nullptr) {
      host = threads.pool.emplace_back(std::make_unique<HostThread>()).get();
    } else {
      threads.free_hosts = host->next_free;
    }
  }
  host->java = record;
  host->vm = &vm;
  host->mode.store(ThreadMode::kBlocked);
  host->safepoints.store(0, std::memory_order_relaxed);
  host->stack_base = gc::at_offset<Slot>(record->stack_base);
  host->stack_limit = gc::at_offset<Slot>(record->stack_end - kStackReserve);
  host->frame = record->top_frame == 0 ? nullptr : gc::at_offset<Frame>(record->top_frame);
  host->entering = 0;
  host->tid.store(0);
  host->cpu_time_before = record->cpu_time;
  return host;
}

void recycle_host(HostThreads& threads, HostThread* host) {
  const std::lock_guard lock(threads.pool_lock);
  host->next_free = threads.free_hosts;
  threads.free_hosts = host;
}

// The host thread becomes one of the VM's: stops wait for it from now on.
void enlist(Vm& vm, HostThread* host) {
  HostThreads& threads = threads_of(vm);
  const std::lock_guard lock(threads.lock);
  host->poll.store((threads.stop_requested.load() ? kPollStop : 0U) |
                   (threads.retiring.load() ? kPollRetire : 0U) |
                   (threads.supervision.torture_interval != 0 ? kPollTorture : 0U));
  threads.by_id[host->java->id].store(host);
  threads.list.push_back(host);
}

// After this the OS thread must not touch the region or the Vm: a thread that waits for the last one to leave
// may destroy both as soon as the lock is free.
void delist(Vm& vm, HostThread* host, bool dead) {
  HostThreads& threads = threads_of(vm);
  const std::lock_guard lock(threads.lock);
  if (dead) {
    host->java->alive = 0;
    host->java->object = nullptr;  // under the lock: others ask live threads for theirs
    roots().calls_of_dead_threads += host->java->calls;
    --roots().java_thread_count;
    for (Thread* other : threads.list) {
      if (other->java->is_primordial != 0) wake(*other);  // it may wait for the last thread
    }
  }
  threads.by_id[host->java->id].store(nullptr);
  std::erase(threads.list, host);
  recycle_host(threads, host);
  threads.changed.notify_all();
}

// Frees everything of a finished thread except its record, which will serve another one.
void bury(Thread& thread) {
  JavaThread* record = thread.java;
  store_position(thread);
  release_all_monitors(thread);
  thread.vm->heap.retire(record->buffer);
  record->buffer = {};
  record->pending_exception = nullptr;
  record->wait_object = nullptr;
  if (thread.vm->region != nullptr) {
    const std::uint64_t size = record->stack_end - record->stack_base;
    // If the store refuses, old frames stay that nobody reads.
    static_cast<void>(
        thread.vm->region->discard(record->stack_base + kKeptStackBytes, size - kKeptStackBytes));
  }
}

void* os_thread(void* argument) {
  auto* host = static_cast<HostThread*>(argument);
  Vm& vm = *host->vm;
  set_current_thread(host);
  host->tid.store(syscall(SYS_gettid));
  leave_blocked(*host);
  if (!retiring(*host)) vm.calls->run(*host);
  const bool dead = host->frame == nullptr;
  if (dead) {
    bury(*host);
  } else {
    store_position(*host);
    cpu_time_at_end(*host);
  }
  set_current_thread(nullptr);
  threads_of(vm).memory.ended();
  delist(vm, host, dead);
  return nullptr;
}

// Returns 0 or an errno. The host thread is already enlisted.
int start_os_thread(HostThread* host) {
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
  pthread_attr_setstacksize(&attributes, kOsStackSize);
  pthread_t handle{};
  const int error = pthread_create(&handle, &attributes, os_thread, host);
  pthread_attr_destroy(&attributes);
  return error;
}

std::uint64_t stack_size_for(std::int64_t requested) {
  const auto bytes = std::min<std::uint64_t>(static_cast<std::uint64_t>(std::max<std::int64_t>(requested, 1)),
                                             kMaxStackSize);
  return (bytes + kStackSliceSize - 1) / kStackSliceSize * kStackSliceSize;
}

// A record with a stack of `stack_size` bytes and a kEntry frame in `phase`, for `object`; null if there is
// no room for one.
JavaThread* make_record(Vm& vm, std::uint64_t stack_size, EntryPhase phase, Object* object) {
  const std::lock_guard lock(threads_of(vm).lock);
  Roots& r = roots();
  JavaThread* record = nullptr;
  // Ids run from 1 without gaps, so the difference tells how many records are free.
  if (r.next_thread_id > r.java_thread_count + 1) {
    for (record = r.threads.get(); record != nullptr; record = record->next.get()) {
      if (record->alive == 0 && record->stack_end - record->stack_base == stack_size) break;
    }
  }
  if (record == nullptr) {
    const std::uint64_t slices = stack_size / kStackSliceSize;
    if ((r.stack_slices_used + slices) * kStackSliceSize > gc::kStacksSize) return nullptr;
    if (r.next_thread_id == 0) r.next_thread_id = 1;
    if (r.next_thread_id > kMaxThreads) return nullptr;
    record = vm.metadata.make<JavaThread>();
    record->id = r.next_thread_id++;
    record->stack_base = gc::kStacksStart + r.stack_slices_used * kStackSliceSize;
    record->stack_end = record->stack_base + stack_size;
    r.stack_slices_used += slices;
    record->next = r.threads;
    r.threads = record;
  }
  const JavaThread old = *record;
  *record = JavaThread{};
  record->id = old.id;
  record->stack_base = old.stack_base;
  record->stack_end = old.stack_end;
  record->next = old.next;
  record->alive = 1;
  record->object = object;
  record->deadline_ns = kNoWaitBegun;
  // Slot 0 stays unused: Frame::caller 0 means that there is no caller.
  record->top_frame = record->stack_base + sizeof(Slot);
  auto* entry = gc::at_offset<Frame>(record->top_frame);
  *entry = Frame{};
  entry->kind = FrameKind::kEntry;
  entry->phase = phase;
  entry->sp = kNativeSavedSlots;
  std::fill_n(entry->operands(), kNativeSavedSlots, Slot{});
  r.peak_thread_count = std::max(++r.java_thread_count, r.peak_thread_count);
  return record;
}

}  // namespace

HostThreads::HostThreads()
    : by_id(static_cast<std::atomic<HostThread*>*>(
          std::calloc(kMaxThreads + 1, sizeof(std::atomic<HostThread*>)))) {
  if (by_id == nullptr) throw std::bad_alloc();
}
HostThreads::~HostThreads() { std::free(by_id); }

Thread* current_thread() { return this_thread; }
void set_current_thread(Thread* thread) { this_thread = thread; }

HostThread* host_thread(std::uint32_t id) { return threads_of(*vm()).by_id[id].load(); }

ThreadMemory& thread_memory(Vm& vm) { return threads_of(vm).memory; }

JavaThread* make_primordial_thread(Vm& vm) {
  JavaThread* record = make_record(vm, stack_size_for(8 << 20), kBoot, nullptr);
  if (record != nullptr) record->is_primordial = 1;
  return record;
}

Result<void> start_all_threads(Vm& vm) {
  std::vector<HostThread*> made;
  for (JavaThread* record = roots().threads.get(); record != nullptr; record = record->next.get()) {
    if (record->alive == 0) continue;
    HostThread* host = make_host(vm, record);
    enlist(vm, host);
    made.push_back(host);
    threads_of(vm).memory.admit_resumed();
  }
  for (std::size_t i = 0; i < made.size(); ++i) {
    if (const int error = start_os_thread(made[i]); error != 0) {
      for (; i < made.size(); ++i) {
        threads_of(vm).memory.ended();
        delist(vm, made[i], false);
      }
      const std::string why = std::string("cannot start the program's threads: ") + std::strerror(error);
      return Unexpected{Error{Errc::kIo, error, why}};  // kIo: another place for the heap would not help
    }
  }
  return {};
}

JavaThread* record_of(const Object* thread_object) {
  const auto eetop =
      __atomic_load_n(&thread_object->field<std::int64_t>(vm()->known().Thread_eetop), __ATOMIC_ACQUIRE);
  return eetop == 0 ? nullptr : gc::at_offset<JavaThread>(static_cast<gc::RegionOffset>(eetop));
}

Status start_thread(Thread& thread, Object* thread_object) {
  Vm& vm = *thread.vm;
  const WellKnown& known = vm.known();
  if (record_of(thread_object) != nullptr) return throw_new(thread, "java/lang/IllegalThreadStateException");
  const bool admitted = threads_of(vm).memory.admit();
  JavaThread* record =
      admitted ? make_record(vm, stack_size_for(thread_object->field<std::int64_t>(known.Thread_stackSize)),
                             kRun, thread_object)
               : nullptr;
  if (record != nullptr) {
    record->daemon = thread_object->field<std::uint8_t>(known.Thread_daemon);
    HostThread* host = make_host(vm, record);
    enlist(vm, host);
    thread_object->field<std::int32_t>(known.Thread_threadStatus) = kStatusRunnable;
    __atomic_store_n(&thread_object->field<std::int64_t>(known.Thread_eetop),
                     static_cast<std::int64_t>(gc::offset_of(record)), __ATOMIC_RELEASE);
    if (start_os_thread(host) == 0) return Status::kOk;
    thread_object->field<std::int64_t>(known.Thread_eetop) = 0;
    thread_object->field<std::int32_t>(known.Thread_threadStatus) = kStatusNew;
    delist(vm, host, true);
  }
  if (admitted) threads_of(vm).memory.ended();
  return throw_out_of_memory(
      thread, "unable to create native thread: possibly out of memory or process/resource limits reached");
}

std::uint64_t deadline_after(std::int64_t amount, std::int64_t unit_ns) {
  const std::int64_t now = program_nano_time();
  std::int64_t delay = 0;
  std::int64_t deadline = 0;
  if (__builtin_mul_overflow(amount, unit_ns, &delay) || __builtin_add_overflow(now, delay, &deadline)) {
    return static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  }
  return static_cast<std::uint64_t>(std::max<std::int64_t>(deadline, 1));
}

bool deadline_passed(std::uint64_t deadline_ns) {
  return deadline_ns != 0 && program_nano_time() >= static_cast<std::int64_t>(deadline_ns);
}

// The kind is written last here and first in end_wait(). So a reader that reads the kind and then the
// deadline does not take the deadline of one wait for that of another.
void begin_wait(JavaThread& record, WaitKind kind, std::uint64_t deadline_ns) {
  std::atomic_ref(record.deadline_ns).store(deadline_ns, std::memory_order_relaxed);
  std::atomic_ref(record.wait_kind).store(kind, std::memory_order_release);
}

void end_wait(JavaThread& record) {
  std::atomic_ref(record.wait_kind).store(WaitKind::kNone, std::memory_order_relaxed);
  std::atomic_ref(record.deadline_ns).store(kNoWaitBegun, std::memory_order_release);
}

namespace {

ThreadStatus status_of(JavaThread& record) {
  const HostThread* host = host_thread(record.id);
  if (host != nullptr && host->entering.load(std::memory_order_relaxed) != 0) return kStatusBlocked;
  const WaitKind kind = std::atomic_ref(record.wait_kind).load(std::memory_order_acquire);
  const std::uint64_t deadline = std::atomic_ref(record.deadline_ns).load(std::memory_order_acquire);
  if (deadline == kNoWaitBegun) return kStatusRunnable;  // it has just ended
  switch (kind) {
    case WaitKind::kObjectWait:
      return deadline == 0 ? kStatusObjectWait : kStatusObjectWaitTimed;
    case WaitKind::kPark:
      return deadline == 0 ? kStatusParked : kStatusParkedTimed;
    case WaitKind::kSleep:
      return kStatusSleeping;
    default:
      return kStatusRunnable;
  }
}

}  // namespace

ThreadStatus thread_status(const Object* thread_object) {
  while (JavaThread* record = record_of(thread_object)) {
    const ThreadStatus status = status_of(*record);
    if (record_of(thread_object) == record) return status;  // otherwise the record may serve another by now
  }
  return static_cast<ThreadStatus>(thread_object->field<std::int32_t>(vm()->known().Thread_threadStatus));
}

bool is_interrupted(Thread& thread) {
  const Object* object = thread.java->object.get();
  return __atomic_load_n(&object->field<std::uint8_t>(thread.vm->known().Thread_interrupted),
                         __ATOMIC_ACQUIRE) != 0;
}

Status check_interrupt(Thread& thread, const char* message) {
  if (!is_interrupted(thread)) return Status::kOk;
  thread.java->object->field<std::uint8_t>(thread.vm->known().Thread_interrupted) = 0;
  if (message == nullptr) return throw_new(thread, "java/lang/InterruptedException");
  return throw_new(thread, "java/lang/InterruptedException", message);
}

Status sleep_thread(Thread& thread, std::int64_t millis) {
  JavaThread* record = thread.java;
  if (record->wait_kind != WaitKind::kSleep) {
    if (millis < 0)
      return throw_new(thread, "java/lang/IllegalArgumentException", "timeout value is negative");
    UVM_TRY(check_interrupt(thread, "sleep interrupted"));
    begin_wait(*record, WaitKind::kSleep, deadline_after(millis, 1'000'000));
  }
  for (;;) {
    const std::uint32_t seen = thread.wake.load();
    if (is_interrupted(thread) || deadline_passed(record->deadline_ns)) break;
    if (retiring(thread)) return Status::kRetire;
    wait_for_wake(thread, seen, record->deadline_ns);
  }
  end_wait(*record);
  return check_interrupt(thread, "sleep interrupted");
}

namespace {

bool take_permit(JavaThread* record) {
  return __atomic_load_n(&record->park_permit, __ATOMIC_ACQUIRE) != 0 &&
         __atomic_exchange_n(&record->park_permit, std::uint8_t{0}, __ATOMIC_ACQ_REL) != 0;
}

// A permit that arrives at a record whose thread has died, and which serves another thread, makes that one's
// park() return for no reason, which is allowed.
void give_permit(JavaThread* record) {
  __atomic_store_n(&record->park_permit, std::uint8_t{1}, __ATOMIC_SEQ_CST);
  if (HostThread* host = host_thread(record->id); host != nullptr) wake(*host);
}

}  // namespace

Status park_thread(Thread& thread, bool absolute, std::int64_t time) {
  JavaThread* record = thread.java;
  if (record->wait_kind != WaitKind::kPark) {
    if (take_permit(record) || is_interrupted(thread) || time < 0 || (absolute && time == 0))
      return Status::kOk;
    begin_wait(*record, WaitKind::kPark, time == 0 ? 0 : deadline_after(time, 1));
  }
  if (absolute) {  // also when entered again, because the wall clock has moved on
    const std::int64_t now_ms = program_wall_time_ns() / 1'000'000;
    begin_wait(*record, WaitKind::kPark, deadline_after(std::max<std::int64_t>(time - now_ms, 0), 1'000'000));
  }
  for (;;) {
    const std::uint32_t seen = thread.wake.load();
    if (take_permit(record) || is_interrupted(thread) || deadline_passed(record->deadline_ns)) break;
    if (retiring(thread)) return Status::kRetire;
    wait_for_wake(thread, seen, record->deadline_ns);
  }
  end_wait(*record);
  return Status::kOk;
}

void unpark_thread(const Object* thread_object) {
  if (JavaThread* record = record_of(thread_object); record != nullptr) give_permit(record);
}

void interrupt_thread(const Object* thread_object) { unpark_thread(thread_object); }

std::uint64_t calls_executed() {
  const std::lock_guard lock(threads_of(*vm()).lock);
  std::uint64_t calls = roots().calls_of_dead_threads;
  for (JavaThread* record = roots().threads.get(); record != nullptr; record = record->next.get()) {
    if (record->alive != 0) calls += std::atomic_ref(record->calls).load(std::memory_order_relaxed);
  }
  return calls;
}

}  // namespace uvm::rt
