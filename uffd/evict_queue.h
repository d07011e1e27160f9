// EvictQueue: a ring of line numbers in order of eviction. Entries may be out of date, so whoever takes
// one checks the line's state. Guarded by the evict mutex. Lies in memory given by the owner, so that
// eviction allocates nothing.
#pragma once

#include <cstddef>
#include <cstdint>

namespace uvm::uffd {

class EvictQueue {
 public:
  // capacity is a power of two.
  void create(std::uint32_t* memory, std::size_t capacity) {
    ring_ = memory;
    mask_ = capacity - 1;
  }
  [[nodiscard]] std::size_t size() const { return tail_ - head_; }
  [[nodiscard]] bool full() const { return size() > mask_; }
  void push_back(std::uint64_t line) { ring_[tail_++ & mask_] = static_cast<std::uint32_t>(line); }
  void push_front(std::uint64_t line) { ring_[--head_ & mask_] = static_cast<std::uint32_t>(line); }
  std::uint64_t pop_front() { return ring_[head_++ & mask_]; }

 private:
  std::uint32_t* ring_ = nullptr;
  std::size_t mask_ = 0;
  std::size_t head_ = 0, tail_ = 0;  // may wrap below zero together
};

}  // namespace uvm::uffd
