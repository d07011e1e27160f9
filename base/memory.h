// Memory by hand: sparse arrays that cost only what is touched, aligned buffers, and a spinlock.
//
// Nothing here is allocated on the paths that a signal handler takes. The lock is for critical sections of
// some tens of instructions without I/O and without any access to heap memory, so the holder never faults,
// and a SIGBUS handler can never find its own thread holding it.
#pragma once

#include <sched.h>
#include <sys/mman.h>

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <new>
#include <utility>

namespace uvm {

class SpinLock {
 public:
  void lock() noexcept {
    for (unsigned spins = 0; held_.exchange(true, std::memory_order_acquire); ++spins) {
      if (spins > 64) sched_yield();
    }
  }
  void unlock() noexcept { held_.store(false, std::memory_order_release); }

 private:
  std::atomic<bool> held_{false};
};

// Claims a member of a pool unless it is taken. It looks first, because a write would take the cache line
// away from the others that use it. To give the member back, store false with release.
inline bool try_claim(std::atomic<bool>& busy) noexcept {
  return !busy.load(std::memory_order_relaxed) && !busy.exchange(true, std::memory_order_acquire);
}

// A zero-filled array of `count` elements in reserved address space; pages come into being when written.
// Elements that threads share are accessed through std::atomic_ref.
template <typename T>
class SparseArray {
 public:
  SparseArray() = default;
  SparseArray(SparseArray&& other) noexcept
      : data_(std::exchange(other.data_, nullptr)), count_(std::exchange(other.count_, 0)) {}
  SparseArray& operator=(SparseArray&& other) noexcept {
    std::swap(data_, other.data_);
    std::swap(count_, other.count_);
    return *this;
  }
  ~SparseArray() {
    if (data_ != nullptr) munmap(data_, bytes());
  }

  // False when the address space cannot be had.
  [[nodiscard]] bool reserve(std::size_t count) {
    void* memory = mmap(nullptr, count * sizeof(T), PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (memory == MAP_FAILED) return false;
    data_ = static_cast<T*>(memory);
    count_ = count;
    // A huge page would make one touched element cost 2 MiB.
    madvise(memory, bytes(), MADV_NOHUGEPAGE);
    return true;
  }

  T& operator[](std::size_t i) noexcept { return data_[i]; }
  const T& operator[](std::size_t i) const noexcept { return data_[i]; }
  [[nodiscard]] std::size_t size() const noexcept { return count_; }

  // Zeroes elements [first, last) and gives whole pages among them back to the system.
  void clear(std::size_t first, std::size_t last) noexcept {
    auto* begin = reinterpret_cast<std::byte*>(data_ + first);
    auto* end = reinterpret_cast<std::byte*>(data_ + last);
    auto* page = reinterpret_cast<std::byte*>((reinterpret_cast<std::uintptr_t>(begin) + 4095) & ~4095UL);
    auto* page_end = reinterpret_cast<std::byte*>(reinterpret_cast<std::uintptr_t>(end) & ~4095UL);
    if (page >= page_end) {
      std::fill(begin, end, std::byte{0});
      return;
    }
    std::fill(begin, page, std::byte{0});
    // madvise() fails for locked memory, or because of a filter of system calls.
    if (madvise(page, static_cast<std::size_t>(page_end - page), MADV_DONTNEED) != 0)
      std::fill(page, page_end, std::byte{0});
    std::fill(page_end, end, std::byte{0});
  }

 private:
  [[nodiscard]] std::size_t bytes() const { return count_ * sizeof(T); }
  T* data_ = nullptr;
  std::size_t count_ = 0;
};

// Block-aligned heap memory for direct I/O outside signal handlers.
struct AlignedFree {
  void operator()(std::byte* memory) const { std::free(memory); }
};
using AlignedBuffer = std::unique_ptr<std::byte[], AlignedFree>;
inline AlignedBuffer make_aligned(std::size_t bytes) {
  void* memory = std::aligned_alloc(4096, (bytes + 4095) & ~std::size_t{4095});
  if (memory == nullptr) throw std::bad_alloc();
  return AlignedBuffer(static_cast<std::byte*>(memory));
}

}  // namespace uvm
