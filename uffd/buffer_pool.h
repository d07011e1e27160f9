// BufferPool: a few aligned buffers for the reads of fault service, handed out without locks. Faulting
// threads beyond their number wait. Memory of a buffer that was never used, or never used to its end, is not
// resident.
#pragma once

#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>

#include "base/futex.h"

namespace uvm::uffd {

class BufferPool {
 public:
  static constexpr unsigned kBuffers = 16;

  // memory: kBuffers * bytes_each, aligned for direct I/O.
  void create(std::byte* memory, std::size_t bytes_each) {
    memory_ = memory;
    bytes_each_ = bytes_each;
  }

  [[nodiscard]] std::byte* acquire() {
    Backoff backoff;
    for (;;) {
      std::uint32_t free = free_.load(std::memory_order_relaxed);
      while (free != 0) {
        // The lowest free one: few buffers are used over and over, and stay resident and in the cache.
        unsigned i = static_cast<unsigned>(std::countr_zero(free));
        if (free_.compare_exchange_weak(free, free & (free - 1), std::memory_order_acquire)) {
          return memory_ + i * bytes_each_;
        }
      }
      backoff.wait();
    }
  }

  void release(std::byte* buffer) {
    auto i = static_cast<unsigned>((buffer - memory_) / static_cast<std::ptrdiff_t>(bytes_each_));
    free_.fetch_or(std::uint32_t{1} << i, std::memory_order_release);
  }

 private:
  std::byte* memory_ = nullptr;
  std::size_t bytes_each_ = 0;
  std::atomic<std::uint32_t> free_{(std::uint32_t{1} << kBuffers) - 1};
};

}  // namespace uvm::uffd
