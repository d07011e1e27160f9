#include "runtime/threads.h"
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
#include <thread>

#include "gc/layout.h"
#include "runtime/boot.h"
#include "runtime/clock.h"
#include "runtime/cpu_time.h"
#include "runtime/host_thread.h"
#include "runtime/interpreter.h"
#include "runtime/launch.h"
#include "runtime/monitors.h"
#include "runtime/native.h"
#include "runtime/roots.h"
#include "runtime/safepoint.h"
#include "runtime/supervision.h"
#include "runtime/vm.h"
#include "uffd/region.h"

namespace uvm::rt {
namespace {

// Room at the end of a stack for building and throwing the StackOverflowError.
constexpr std::uint64_t kStackReserve = 32 * 1024;
// Lines at the start of a dead thread's stack that stay for the next one.
constexpr std::uint64_t kKeptStackBytes = 64 * 1024;
// C++ stack of an OS thread: natives have buffers on it, but Java frames are elsewhere. Small, so that
// several share a page of the kernel's page table.
constexpr std::size_t kOsStackSize = UVM_THREAD_SANITIZER || UVM_ADDRESS_SANITIZER ? 2 << 20 : 512 << 10;
constexpr int kExitSoftware = 70;  // sysexits.h EX_SOFTWARE

thread_local Thread* this_thread = nullptr;

std::array<std::atomic<HostThread*>, kMaxThreads + 1> hosts;  // by JavaThread::id
std::mutex pool_lock;
HostThread* free_hosts = nullptr;

struct Supervision {
  std::mutex lock;
  std::condition_variable changed;
  bool exit_requested = false;
  bool exit_told = false;
  bool torture = false;
  bool booted = false;
  bool started = false;
  bool first_version = false;  // the program may begin; with Vm::threads_lock and threads_changed
  bool notified = false;
  int exit_code = 0;
  std::atomic<bool> hold_after_boot{false};
  std::atomic<bool> torture_due{false};
  std::atomic<std::uint64_t> safepoints{0};
};
Supervision supervision;

void tell_supervisor(bool Supervision::*what) {
  const std::lock_guard lock(supervision.lock);
  supervision.*what = true;
  supervision.changed.notify_all();
}

// What the kEntry frame does next.
enum EntryPhase : std::uint8_t {
  kRun,        // Thread.run()
  kRunEnded,   // its exception, if any, to dispatchUncaughtException
  kExit,       // Thread.exit()
  kTerminate,  // the java.lang.Thread is told that it is dead
  kBoot,       // primordial: steps of boot
  kSeal,       // hold_after_boot: the heap is made fit to be a base image
  kBooted,
  kPrepare,     // the class library becomes this process's, the main class is loaded
  kPrepared,    // slot 8 has its mirror
  kHold,        // slot 0 has it, slot 1 the arguments: nothing is outside the heap any more
  kInitialize,  // the first version is durable, so whatever the program does is undone or done once
  kMainEnded,
  kBecomeDestroyer,
  kWaitForOthers,
  kShutDown,
  kEnd,
};

HostThread* make_host(Vm& vm, JavaThread* record) {
  HostThread* host = nullptr;
  {
    const std::lock_guard lock(pool_lock);
    host = free_hosts;
    if (host != nullptr) free_hosts = host->next_free;
  }
  if (host == nullptr) host = new HostThread;
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

void recycle_host(HostThread* host) {
  const std::lock_guard lock(pool_lock);
  host->next_free = free_hosts;
  free_hosts = host;
}

// The host thread becomes one of the VM's: it counts for stops from now on.
void enlist(Vm& vm, HostThread* host) {
  const std::lock_guard lock(vm.threads_lock);
  host->poll.store((vm.stop_requested.load() ? kPollStop : 0U) | (vm.retiring.load() ? kPollRetire : 0U) |
                   (vm.torture_interval != 0 ? kPollTorture : 0U));
  hosts[host->java->id].store(host);
  vm.threads.push_back(host);
}

// After this the OS thread must not touch the region or the Vm.
void delist(Vm& vm, HostThread* host, bool dead) {
  {
    const std::lock_guard lock(vm.threads_lock);
    if (dead) {
      host->java->alive = 0;
      host->java->object = nullptr;  // with it: others ask live threads for theirs, under the lock
      roots().calls_of_dead_threads += host->java->calls;
      --roots().java_thread_count;
      for (Thread* other : vm.threads) {
        if (other->java->is_primordial != 0) wake(*other);  // it may wait for the last thread
      }
    }
    hosts[host->java->id].store(nullptr);
    std::erase(vm.threads, host);
    vm.threads_changed.notify_all();
  }
  recycle_host(host);
}

// Everything of a finished thread but its record, which serves another one.
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
    // A refusal of the store leaves old frames behind that nobody reads.
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
  if (!retiring(*host)) interpret(*host);
  const bool dead = host->frame == nullptr;
  if (dead) {
    bury(*host);
  } else {
    store_position(*host);
    cpu_time_at_end(*host);
  }
  set_current_thread(nullptr);
  vm.thread_memory.ended();
  delist(vm, host, dead);
  return nullptr;
}

// 0 or an errno. The host thread is enlisted already.
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

// A record with a stack of `stack_size` bytes and a kEntry frame in `phase`, for `object`; null when there is
// no room for one.
JavaThread* make_record(Vm& vm, std::uint64_t stack_size, EntryPhase phase, Object* object) {
  const std::lock_guard lock(vm.threads_lock);
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
  // Slot 0 stays free: Frame::caller 0 means that there is none.
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

Object* take_pending(Thread& thread) {
  Object* exception = thread.pending_exception();
  thread.java->pending_exception = nullptr;
  return exception;
}

Status call(Thread& thread, Frame* frame, EntryPhase next, Method* method, std::initializer_list<Slot> args) {
  frame->phase = next;
  return push_call(thread, method, {args.begin(), args.size()});
}

// HotSpot's ensure_join: whoever waits in Thread.join() must see the thread dead.
Status announce_death(Thread& thread) {
  const WellKnown& known = thread.vm->known();
  Object* object = thread.java->object.get();
  UVM_TRY(monitor_enter(thread, object));
  object->field<std::int32_t>(known.Thread_threadStatus) = kStatusTerminated;
  object->field<std::int64_t>(known.Thread_eetop) = 0;
  UVM_TRY(monitor_notify(thread, object, true));
  return monitor_exit(thread, object);
}

bool others_alive(Thread& thread) {
  const std::lock_guard lock(thread.vm->threads_lock);
  for (const JavaThread* record = roots().threads.get(); record != nullptr; record = record->next.get()) {
    if (record != thread.java && record->alive != 0 && record->daemon == 0) return true;
  }
  return false;
}

Status boot_failed(Thread& thread, Object* exception) {
  const Object* message = exception->reference(thread.vm->known().Throwable_detailMessage);
  std::fprintf(stderr, "uvm: the class library cannot be booted: %s: %s\n",
               external_name(class_of(exception)).c_str(),
               message == nullptr ? "-" : to_utf8(message).c_str());
  // With options for the modules it is most likely them that are wrong; java's status for that is 1.
  return halt(thread, thread.vm->input.module_properties.empty() ? kExitSoftware : 1);
}

// The main thread is over for Java; what waits for the others and runs the shutdown hooks is a new
// java.lang.Thread.
Status become_destroyer(Thread& thread, Frame* frame) {
  const WellKnown& known = thread.vm->known();
  Object* name = new_string(thread, "DestroyJavaVM");
  if (name == nullptr) return Status::kThrow;
  Object* object = new_object(thread, known.Thread.get());
  if (object == nullptr) return Status::kThrow;
  object->field<std::int64_t>(known.Thread_eetop) = static_cast<std::int64_t>(gc::offset_of(thread.java));
  object->field<std::int32_t>(known.Thread_priority) = 5;
  object->field<std::int32_t>(known.Thread_threadStatus) = kStatusRunnable;
  thread.java->object = object;
  return call(thread, frame, kWaitForOthers, known.Thread_init_group_name.get(),
              {slot_of(object), slot_of(roots().main_thread_group.get()), slot_of(name)});
}

}  // namespace

Thread* current_thread() { return this_thread; }
void set_current_thread(Thread* thread) { this_thread = thread; }

HostThread* host_thread(std::uint32_t id) { return hosts[id].load(); }

void attach_threads(Vm& vm) {
  (void)vm;
  const std::lock_guard lock(supervision.lock);
  supervision.exit_requested = supervision.exit_told = supervision.torture = false;
  supervision.booted = supervision.started = supervision.notified = false;
  supervision.first_version = false;
  supervision.exit_code = 0;
  supervision.torture_due.store(false);
  supervision.safepoints.store(0);
}

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
    vm.thread_memory.admit_resumed();
  }
  for (std::size_t i = 0; i < made.size(); ++i) {
    if (const int error = start_os_thread(made[i]); error != 0) {
      for (; i < made.size(); ++i) {
        vm.thread_memory.ended();
        delist(vm, made[i], false);
      }
      const std::string why = std::string("cannot start the program's threads: ") + std::strerror(error);
      return Unexpected{Error{Errc::kIo, error, why}};  // kIo: no other place for the heap would help
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
  const bool admitted = vm.thread_memory.admit();
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
  if (admitted) vm.thread_memory.ended();
  return throw_out_of_memory(
      thread, "unable to create native thread: possibly out of memory or process/resource limits reached");
}

Status entry_frame_returned(Thread& thread, Frame* frame, bool) {
  const WellKnown& known = thread.vm->known();
  // A kThrow of a step leaves its exception pending: the next step deals with it.
  for (;;) {
    Object* self = thread.java->object.get();
    Status status = Status::kOk;
    switch (static_cast<EntryPhase>(frame->phase)) {
      case kRun:
        status = call(thread, frame, kRunEnded, select_method(class_of(self), known.Thread_run.get()),
                      {slot_of(self)});
        break;
      case kMainEnded:
        if (thread.pending_exception() != nullptr) roots().exit_code = 1;
        [[fallthrough]];
      case kRunEnded:
        frame->phase = kExit;
        if (Object* exception = take_pending(thread); exception != nullptr) {
          status = call(thread, frame, kExit, known.Thread_dispatchUncaughtException.get(),
                        {slot_of(self), slot_of(exception)});
        }
        break;
      case kExit:
        if (const Object* exception = take_pending(thread); exception != nullptr) {
          std::fprintf(stderr, "\nException: %s thrown from the UncaughtExceptionHandler in thread \"%s\"\n",
                       external_name(class_of(exception)).c_str(),
                       to_utf8(self->reference(known.Thread_name)).c_str());
        }
        status = call(thread, frame, kTerminate, known.Thread_exit.get(), {slot_of(self)});
        break;
      case kTerminate:
        take_pending(thread);
        status = announce_death(thread);
        if (status != Status::kOk) return status;
        if (thread.java->is_primordial == 0) {
          thread.frame = nullptr;
          thread.java->top_frame = 0;
          return Status::kOk;
        }
        frame->phase = kBecomeDestroyer;
        break;
      case kBoot:
        if (Object* exception = take_pending(thread); exception != nullptr)
          return boot_failed(thread, exception);
        status = boot_step(thread);
        if (status == Status::kOk) frame->phase = supervision.hold_after_boot.load() ? kSeal : kBooted;
        break;
      case kSeal:
        if (Object* exception = take_pending(thread); exception != nullptr)
          return boot_failed(thread, exception);
        status = ready_launcher(thread);
        if (status != Status::kOk) break;
        frame->phase = kBooted;
        status = call_seal_image(thread);
        break;
      case kBooted:
        if (Object* exception = take_pending(thread); exception != nullptr)
          return boot_failed(thread, exception);
        if (supervision.hold_after_boot.load()) {
          tell_supervisor(&Supervision::booted);
          wait_until_retiring(thread);
          return Status::kRetire;
        }
        frame->phase = kPrepare;
        break;
      case kPrepare:
        if (thread.pending_exception() == nullptr) {
          status = ready_launcher(thread);
          if (status != Status::kOk) break;
          frame->phase = kPrepared;
          status = call_prepare(thread);
        } else {
          frame->phase = kMainEnded;
        }
        break;
      case kPrepared:
        frame->operands()[0] = frame->operands()[8];
        if (thread.pending_exception() == nullptr) frame->operands()[1] = slot_of(make_arguments(thread));
        frame->phase = thread.pending_exception() == nullptr ? kHold : kMainEnded;
        break;
      case kHold:
        tell_supervisor(&Supervision::started);
        status = wait_for_first_version(thread);
        if (status == Status::kOk) frame->phase = kInitialize;
        break;
      case kInitialize: {
        Class* main_class = mirrored(gc::decode<Object>(frame->operands()[0].ref));
        if (thread.pending_exception() == nullptr) status = ensure_initialized(thread, main_class);
        if (status == Status::kOk && thread.pending_exception() == nullptr) {
          frame->phase = kMainEnded;
          status = call_main(thread, main_class, gc::decode<Object>(frame->operands()[1].ref));
        } else if (status != Status::kUpcall && status != Status::kRetire) {
          frame->phase = kMainEnded;
        }
        break;
      }
      case kBecomeDestroyer:
        status = become_destroyer(thread, frame);
        if (status == Status::kThrow) frame->phase = kWaitForOthers;
        break;
      case kWaitForOthers:
        take_pending(thread);
        for (;;) {
          const std::uint32_t seen = thread.wake.load();
          if (!others_alive(thread)) break;
          if (retiring(thread)) return Status::kRetire;
          wait_for_wake(thread, seen, 0);
        }
        frame->phase = kShutDown;
        break;
      case kShutDown:
        status = call(thread, frame, kEnd, known.Shutdown_shutdown.get(), {});
        break;
      case kEnd:
        take_pending(thread);
        return halt(thread, roots().exit_code);
    }
    if (status == Status::kUpcall || status == Status::kRetire) return status;
  }
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

// The kind is written last here and first in end_wait(). So whoever reads the kind and then the deadline does
// not take the deadline of one wait for that of another.
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
  if (deadline == kNoWaitBegun) return kStatusRunnable;  // it ends just now
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
    if (record_of(thread_object) == record) return status;  // else the record may be another thread's by now
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

// A permit that arrives at a record that died meanwhile and serves another thread makes that one's park()
// return for no reason, which it may.
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
  if (absolute) {  // also when entered again: the wall clock went on meanwhile
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

Status halt(Thread& thread, int exit_code) {
  roots().exit_code = exit_code;
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

static bool everybody_took_part(Vm& vm) {
  const std::lock_guard lock(vm.threads_lock);
  const std::uint64_t share = vm.torture_interval / 8;
  return std::all_of(vm.threads.begin(), vm.threads.end(), [share](const Thread* thread) {
    return thread->safepoints.load(std::memory_order_relaxed) > share;
  });
}

bool torture_is_due(Thread& thread) {
  Vm& vm = *thread.vm;
  thread.safepoints.fetch_add(1, std::memory_order_relaxed);
  if (supervision.torture_due.load(std::memory_order_relaxed)) return true;
  const std::uint64_t passed = supervision.safepoints.fetch_add(1, std::memory_order_relaxed) + 1;
  if (passed < vm.torture_interval) return false;
  if (!everybody_took_part(vm)) {
    std::this_thread::yield();
    return false;
  }
  supervision.torture_due.store(true);
  tell_supervisor(&Supervision::torture);
  return true;
}

Status wait_for_first_version(Thread& thread) {
  const BlockedScope scope(thread);
  std::unique_lock lock(thread.vm->threads_lock);
  thread.vm->threads_changed.wait(lock,
                                  [&] { return supervision.first_version || thread.vm->retiring.load(); });
  return thread.vm->retiring.load() ? Status::kRetire : Status::kOk;
}

void begin_program(Vm& vm) {
  const std::lock_guard lock(vm.threads_lock);
  supervision.first_version = true;
  vm.threads_changed.notify_all();
}

void wait_until_retiring(Thread& thread) {
  const BlockedScope scope(thread);
  std::unique_lock lock(thread.vm->threads_lock);
  thread.vm->threads_changed.wait(lock, [&] { return thread.vm->retiring.load(); });
}

Event wait_for_event(Vm&, std::chrono::nanoseconds timeout) {
  std::unique_lock lock(supervision.lock);
  Supervision& s = supervision;
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

int exit_code(Vm&) {
  const std::lock_guard lock(supervision.lock);
  return supervision.exit_code;
}

std::uint64_t calls_executed() {
  const std::lock_guard lock(vm()->threads_lock);
  std::uint64_t calls = roots().calls_of_dead_threads;
  for (JavaThread* record = roots().threads.get(); record != nullptr; record = record->next.get()) {
    if (record->alive != 0) calls += std::atomic_ref(record->calls).load(std::memory_order_relaxed);
  }
  return calls;
}

void hold_after_boot(Vm&, bool hold) { supervision.hold_after_boot.store(hold); }

void notify_supervisor(Vm&) { tell_supervisor(&Supervision::notified); }

}  // namespace uvm::rt
