// Waiting without pthreads: a mutex and an event on futexes. Unlike std::mutex they may be used inside the
// SIGBUS handler. They must not be held while the view of a region is touched.
#pragma once

#include <linux/futex.h>
#include <sched.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <atomic>
#include <cstdint>

namespace uvm {

inline void cpu_relax() {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#else
  std::atomic_signal_fence(std::memory_order_seq_cst);
#endif
}

// Of CLOCK_MONOTONIC; async-signal-safe.
inline std::uint64_t now_ns() {
  timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return static_cast<std::uint64_t>(t.tv_sec) * 1'000'000'000U + static_cast<std::uint64_t>(t.tv_nsec);
}

// Waits a little longer each time: pauses, then yields, then sleeps of 50 us.
class Backoff {
 public:
  void wait() {
    ++round_;
    if (round_ < 64) {
      cpu_relax();
    } else if (round_ < 96) {
      sched_yield();
    } else {
      timespec pause{0, 50'000};
      nanosleep(&pause, nullptr);
    }
  }

 private:
  unsigned round_ = 0;
};

inline void futex_wait(std::atomic<std::uint32_t>& word, std::uint32_t expected,
                       const timespec* timeout = nullptr) {
  syscall(SYS_futex, reinterpret_cast<std::uint32_t*>(&word), FUTEX_WAIT_PRIVATE, expected, timeout, nullptr,
          0);
}

inline void futex_wake(std::atomic<std::uint32_t>& word, int count) {
  syscall(SYS_futex, reinterpret_cast<std::uint32_t*>(&word), FUTEX_WAKE_PRIVATE, count, nullptr, nullptr, 0);
}

// Three states: 0 free, 1 held, 2 held with waiters (Drepper, "Futexes Are Tricky", mutex 2). Meets Lockable.
class FutexMutex {
 public:
  void lock() {
    std::uint32_t free = 0;
    if (word_.compare_exchange_strong(free, 1, std::memory_order_acquire, std::memory_order_relaxed)) return;
    while (word_.exchange(2, std::memory_order_acquire) != 0) futex_wait(word_, 2);
  }
  bool try_lock() {
    std::uint32_t free = 0;
    return word_.compare_exchange_strong(free, 1, std::memory_order_acquire, std::memory_order_relaxed);
  }
  void unlock() {
    if (word_.exchange(0, std::memory_order_release) == 2) futex_wake(word_, 1);
  }

 private:
  std::atomic<std::uint32_t> word_{0};
};

// One sleeper, many signallers. A signal that comes before wait() is not lost.
class FutexEvent {
 public:
  void signal() {
    // Most signals find the event set already, or nobody asleep: no system call then.
    if (word_.exchange(kSet, std::memory_order_acq_rel) == kAsleep) futex_wake(word_, 1);
  }
  void wait() {
    std::uint32_t idle = kIdle;
    if (word_.compare_exchange_strong(idle, kAsleep, std::memory_order_acq_rel)) {
      while (word_.load(std::memory_order_acquire) == kAsleep) futex_wait(word_, kAsleep);
    }
    word_.store(kIdle, std::memory_order_release);
  }

 private:
  static constexpr std::uint32_t kIdle = 0, kAsleep = 1, kSet = 2;
  std::atomic<std::uint32_t> word_{kIdle};
};

}  // namespace uvm
