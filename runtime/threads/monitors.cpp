#include "runtime/threads/monitors.h"

#include <sched.h>

#include <atomic>
#include <cstdlib>
#include <mutex>
#include <new>

#include "runtime/heap/exceptions.h"
#include "runtime/metadata/roots.h"
#include "runtime/metadata/vm.h"
#include "runtime/threads/clock.h"
#include "runtime/threads/host_thread.h"
#include "runtime/threads/safepoint.h"
#include "runtime/threads/threads.h"

namespace uvm::rt {
namespace {

constexpr std::uint32_t kBuckets = 16384;

// The host side of a bucket: its lock, and the threads that wait to enter one of its monitors, in order of
// arrival.
struct alignas(16) Stripe {
  std::atomic<std::uint32_t> locked{0};
  HostThread* entering = nullptr;
};

// In memory that costs only what is touched.
struct Monitors final : HostState {
  static constexpr HostPart kPart = HostPart::kMonitors;
  Monitors() : stripes(static_cast<Stripe*>(std::calloc(kBuckets, sizeof(Stripe)))) {
    if (stripes == nullptr) throw std::bad_alloc();
  }
  ~Monitors() override { std::free(stripes); }
  Stripe* const stripes;
};

Stripe& stripe_at(const Vm& vm, std::uint32_t bucket) { return vm.state<Monitors>().stripes[bucket]; }

std::uint32_t bucket_of(std::uint32_t object) { return (object * 0x9E3779B1U) >> 18; }
static_assert(kBuckets == 1U << (32 - 18));

class StripeLock {
 public:
  explicit StripeLock(Stripe& stripe) : stripe_(stripe) {
    for (unsigned spins = 0; stripe_.locked.exchange(1, std::memory_order_acquire) != 0; ++spins) {
      if (spins < 64) {
        __builtin_ia32_pause();
      } else {
        sched_yield();  // the holder may be in a page fault of the region
      }
    }
  }
  ~StripeLock() { stripe_.locked.store(0, std::memory_order_release); }
  StripeLock(const StripeLock&) = delete;
  StripeLock& operator=(const StripeLock&) = delete;

 private:
  Stripe& stripe_;
};

Ref<Monitor>& chain_of(Vm& vm, std::uint32_t bucket) {
  MonitorTable& table = roots().monitors;
  if (__atomic_load_n(&table.bucket_count, __ATOMIC_ACQUIRE) == 0) [[unlikely]] {
    const std::lock_guard lock(vm.metadata_lock);
    if (table.bucket_count == 0) {
      table.buckets = vm.metadata.make<std::uint32_t>(kBuckets);
      __atomic_store_n(&table.bucket_count, kBuckets, __ATOMIC_RELEASE);
    }
  }
  return reinterpret_cast<Ref<Monitor>*>(table.buckets.get())[bucket];
}

bool is_idle(const Monitor* monitor) { return monitor->owner == 0 && !monitor->waiters; }

// Called with the bucket locked. Null if the object has no monitor.
Monitor* find(Ref<Monitor> chain, std::uint32_t object) {
  for (Monitor* monitor = chain.get(); monitor != nullptr; monitor = monitor->next.get()) {
    if (monitor->object.bits == object && !is_idle(monitor)) return monitor;
  }
  return nullptr;
}

// Called with the bucket locked: the object's monitor, or an idle one that becomes its monitor.
Monitor* find_or_make(Vm& vm, Ref<Monitor>& chain, std::uint32_t object) {
  Monitor* idle = nullptr;
  for (Monitor* monitor = chain.get(); monitor != nullptr; monitor = monitor->next.get()) {
    if (is_idle(monitor)) {
      if (idle == nullptr) idle = monitor;
    } else if (monitor->object.bits == object) {
      return monitor;
    }
  }
  if (idle == nullptr) {
    idle = vm.metadata.make<Monitor>();
    idle->next = chain;
    chain = idle;
  }
  idle->object.bits = object;
  return idle;
}

void append_entering(Stripe& stripe, HostThread& host, std::uint32_t object) {
  host.entering = object;
  host.next_entering = nullptr;
  HostThread** link = &stripe.entering;
  while (*link != nullptr) link = &(*link)->next_entering;
  *link = &host;
}

void remove_entering(Stripe& stripe, HostThread& host) {
  for (HostThread** link = &stripe.entering; *link != nullptr; link = &(*link)->next_entering) {
    if (*link == &host) {
      *link = host.next_entering;
      break;
    }
  }
  host.entering = 0;
}

// Called with the bucket locked: removes the first thread that wants the object from the list. The caller
// wakes it after unlocking.
HostThread* take_entering(Stripe& stripe, std::uint32_t object) {
  for (HostThread** link = &stripe.entering; *link != nullptr; link = &(*link)->next_entering) {
    if ((*link)->entering == object) {
      HostThread* host = *link;
      *link = host->next_entering;
      host->entering = 0;
      return host;
    }
  }
  return nullptr;
}

// Takes the monitor if it is free or already the thread's own; `recursions` are added. Called with the bucket
// locked.
bool take(Thread& thread, std::uint32_t bucket, std::uint32_t object, std::uint32_t recursions) {
  Monitor* monitor = find_or_make(*thread.vm, chain_of(*thread.vm, bucket), object);
  const std::uint32_t id = thread.java->id;
  if (monitor->owner == 0) {
    monitor->owner = id;
    monitor->recursions = 0;
    ++thread.java->owned_monitors;
  } else if (monitor->owner != id) {
    return false;
  }
  monitor->recursions += recursions;
  return true;
}

bool try_enter(Thread& thread, const Object* object, std::uint32_t recursions) {
  const std::uint32_t bits = gc::encode(object);
  const std::uint32_t bucket = bucket_of(bits);
  const StripeLock lock(stripe_at(*thread.vm, bucket));
  return take(thread, bucket, bits, recursions);
}

// While the thread waits, the object is in its record, and is read from there again afterwards, because it
// may have moved. (Code that moves objects empties the lists of threads that wait to enter, and wakes those
// threads.)
Status enter_slow(Thread& thread, Object* object, std::uint32_t recursions) {
  JavaThread* record = thread.java;
  auto& host = static_cast<HostThread&>(thread);
  for (int spins = 0; spins < 20; ++spins) {
    for (int i = 0; i < 20; ++i) __builtin_ia32_pause();
    if (try_enter(thread, object, recursions)) return Status::kOk;
  }
  const auto over = [record](Status status) {
    if (record->wait_kind != WaitKind::kObjectWait) record->wait_object = nullptr;
    return status;
  };
  record->wait_object = object;
  for (;;) {
    const std::uint32_t seen = host.wake.load();
    {
      const std::uint32_t bits = record->wait_object.bits;
      const std::uint32_t bucket = bucket_of(bits);
      Stripe& stripe = stripe_at(*thread.vm, bucket);
      const StripeLock lock(stripe);
      if (host.entering != 0) remove_entering(stripe, host);
      if (take(thread, bucket, bits, recursions)) return over(Status::kOk);
      if (retiring(thread)) return over(Status::kRetire);
      append_entering(stripe, host, bits);
    }
    wait_for_wake(thread, seen, 0);
  }
}

Status enter(Thread& thread, Object* object, std::uint32_t recursions) {
  if (try_enter(thread, object, recursions)) [[likely]]
    return Status::kOk;
  return enter_slow(thread, object, recursions);
}

// Unlinks `record` from the wait set; false if it is not in it.
bool remove_waiter(Monitor* monitor, JavaThread* record) {
  for (Ref<JavaThread>* link = &monitor->waiters; *link; link = &(*link)->next_waiter) {
    if (link->get() == record) {
      *link = record->next_waiter;
      record->next_waiter = nullptr;
      return true;
    }
  }
  return false;
}

// Gives up the owned monitor entirely; returns its recursions. Called with the bucket locked.
std::uint32_t release(Thread& thread, Stripe& stripe, Monitor* monitor, HostThread** to_wake) {
  --thread.java->owned_monitors;
  const std::uint32_t recursions = monitor->recursions;
  monitor->owner = 0;
  monitor->recursions = 0;
  *to_wake = take_entering(stripe, monitor->object.bits);
  return recursions;
}

Status not_owner(Thread& thread) {
  return throw_new(thread, "java/lang/IllegalMonitorStateException", "current thread is not owner");
}

}  // namespace

Status monitor_enter(Thread& thread, Object* object) { return enter(thread, object, 1); }

Status monitor_exit(Thread& thread, Object* object) {
  const std::uint32_t bits = gc::encode(object);
  const std::uint32_t bucket = bucket_of(bits);
  Stripe& stripe = stripe_at(*thread.vm, bucket);
  HostThread* to_wake = nullptr;
  bool owner = false;
  {
    const StripeLock lock(stripe);
    Monitor* monitor = find(chain_of(*thread.vm, bucket), bits);
    owner = monitor != nullptr && monitor->owner == thread.java->id;
    if (owner && --monitor->recursions == 0) release(thread, stripe, monitor, &to_wake);
  }
  if (!owner) return not_owner(thread);
  if (to_wake != nullptr) wake(*to_wake);
  return Status::kOk;
}

std::uint32_t monitor_owner(Object* object) {
  const std::uint32_t bits = gc::encode(object);
  const std::uint32_t bucket = bucket_of(bits);
  const StripeLock lock(stripe_at(*vm(), bucket));
  const Monitor* monitor = find(chain_of(*vm(), bucket), bits);
  return monitor == nullptr ? 0 : monitor->owner;
}

bool monitor_owned_by(Thread& thread, Object* object) { return monitor_owner(object) == thread.java->id; }

// Everything about a wait in progress is in the record: wait_kind says that it began, wait_count what to
// restore, notified and membership in the wait set how it ends. So when the native is entered again, it
// continues.
Status monitor_wait(Thread& thread, Object* object, std::int64_t timeout_ms) {
  Vm& vm = *thread.vm;
  JavaThread* record = thread.java;
  if (record->wait_kind != WaitKind::kObjectWait) {
    if (timeout_ms < 0) {
      return throw_new(thread, "java/lang/IllegalArgumentException", "timeout value is negative");
    }
    if (!monitor_owned_by(thread, object)) return not_owner(thread);
    UVM_TRY(check_interrupt(thread, nullptr));
    HostThread* to_wake = nullptr;
    {
      const std::uint32_t bits = gc::encode(object);
      const std::uint32_t bucket = bucket_of(bits);
      Stripe& stripe = stripe_at(*thread.vm, bucket);
      const StripeLock lock(stripe);
      Monitor* monitor = find(chain_of(vm, bucket), bits);
      begin_wait(*record, WaitKind::kObjectWait, timeout_ms == 0 ? 0 : deadline_after(timeout_ms, 1'000'000));
      record->wait_object = object;
      record->notified = 0;
      record->next_waiter = nullptr;
      Ref<JavaThread>* link = &monitor->waiters;
      while (*link) link = &(*link)->next_waiter;
      *link = record;
      record->wait_count = release(thread, stripe, monitor, &to_wake);
    }
    if (to_wake != nullptr) wake(*to_wake);
  }
  for (;;) {
    const std::uint32_t seen = thread.wake.load();
    {
      const std::uint32_t bits = record->wait_object.bits;
      const std::uint32_t bucket = bucket_of(bits);
      const StripeLock lock(stripe_at(*thread.vm, bucket));
      if (record->notified != 0) break;
      if (is_interrupted(thread) || deadline_passed(record->deadline_ns)) {
        remove_waiter(find_or_make(vm, chain_of(vm, bucket), bits), record);
        break;
      }
    }
    if (retiring(thread)) return Status::kRetire;
    wait_for_wake(thread, seen, record->deadline_ns);
  }
  UVM_TRY(enter(thread, record->wait_object.get(), record->wait_count));
  const bool notified = record->notified != 0;
  end_wait(*record);
  record->wait_object = nullptr;
  record->notified = 0;
  return notified ? Status::kOk : check_interrupt(thread, nullptr);
}

Status monitor_notify(Thread& thread, Object* object, bool all) {
  const std::uint32_t bits = gc::encode(object);
  const std::uint32_t bucket = bucket_of(bits);
  bool owner = false;
  {
    const StripeLock lock(stripe_at(*thread.vm, bucket));
    Monitor* monitor = find(chain_of(*thread.vm, bucket), bits);
    owner = monitor != nullptr && monitor->owner == thread.java->id;
    while (owner && monitor->waiters) {
      JavaThread* waiter = monitor->waiters.get();
      monitor->waiters = waiter->next_waiter;
      waiter->next_waiter = nullptr;
      waiter->notified = 1;
      if (HostThread* host = host_thread(waiter->id); host != nullptr) wake(*host);
      if (!all) break;
    }
  }
  return owner ? Status::kOk : not_owner(thread);
}

void for_each_owned_monitor(const JavaThread& record, const std::function<void(Object*)>& visit) {
  for (std::uint32_t bucket = 0; bucket < kBuckets && record.owned_monitors != 0; ++bucket) {
    for (const Monitor* m = chain_of(*vm(), bucket).get(); m != nullptr; m = m->next.get()) {
      if (m->owner == record.id) visit(m->object.get());
    }
  }
}

void release_all_monitors(Thread& thread) {
  Vm& vm = *thread.vm;
  for (std::uint32_t bucket = 0; bucket < kBuckets && thread.java->owned_monitors != 0; ++bucket) {
    if (!chain_of(vm, bucket)) continue;
    for (;;) {
      HostThread* to_wake = nullptr;
      {
        const StripeLock lock(stripe_at(*thread.vm, bucket));
        Monitor* owned = chain_of(vm, bucket).get();
        while (owned != nullptr && owned->owner != thread.java->id) owned = owned->next.get();
        if (owned == nullptr) break;
        release(thread, stripe_at(*thread.vm, bucket), owned, &to_wake);
      }
      if (to_wake != nullptr) wake(*to_wake);
    }
  }
}

std::unique_ptr<HostState> make_monitors_state() { return std::make_unique<Monitors>(); }

}  // namespace uvm::rt
