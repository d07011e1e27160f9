// Prefetch: reads that are started before any thread faults on their lines, while a run through the heap
// continues.
//
// A slot is a buffer and the read that fills it. The thread that starts a read claims a slot and publishes
// it; the thread that faults on its first line takes it, and has the content after the rest of the wait. The
// store delivers what is newest when a read ends, so no lines are held while it is under way. A read that
// nobody asks for is harmless: the next one that is started takes over its slot.
//
// Who may call: fault service, in the SIGBUS handler too; end_all() only when no more faults can happen.
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>

#include "store/line_store.h"

namespace uvm::uffd {

class Prefetch {
 public:
  static constexpr unsigned kSlots = 4;

  struct Slot {
    enum State : std::uint32_t { kFree, kStarted, kClaimed };
    std::atomic<std::uint32_t> state{kFree};
    std::atomic<std::uint64_t> first{0};    // line
    std::atomic<std::uint32_t> claimed{0};  // which claim it was
    unsigned count = 0;                     // lines
    std::byte* buffer = nullptr;
    store::StartedRead* read = nullptr;  // null when none is under way

    bool claim(State from) {
      std::uint32_t expected = from;
      return state.load(std::memory_order_relaxed) == from &&
             state.compare_exchange_strong(expected, kClaimed, std::memory_order_acquire);
    }
  };

  // memory: kSlots * bytes_each, aligned for direct I/O.
  void create(std::byte* memory, std::size_t bytes_each) {
    for (unsigned i = 0; i < kSlots; ++i) slots_[i].buffer = memory + i * bytes_each;
  }

  // The slot whose read begins at the line, for the caller alone until release(). nullptr: there is none.
  Slot* take(std::uint64_t line) {
    for (Slot& slot : slots_) {
      if (slot.first.load(std::memory_order_relaxed) != line || !slot.claim(Slot::kStarted)) continue;
      if (slot.first.load(std::memory_order_relaxed) == line) return &slot;
      publish(&slot);  // another read's by now
    }
    return nullptr;
  }

  // A slot for a new read: a free one, or one whose read, which the caller gives up, nobody came for in a
  // long time. nullptr: there is none.
  Slot* claim() {
    const std::uint32_t now = claims_.fetch_add(1, std::memory_order_relaxed);
    for (Slot& slot : slots_) {
      const bool old = now - slot.claimed.load(std::memory_order_relaxed) >= kOld;
      if (!slot.claim(Slot::kFree) && !(old && slot.claim(Slot::kStarted))) continue;
      slot.claimed.store(now, std::memory_order_relaxed);
      return &slot;
    }
    return nullptr;
  }

  static void publish(Slot* slot) { slot->state.store(Slot::kStarted, std::memory_order_release); }
  static void release(Slot* slot) {
    slot->read = nullptr;
    slot->state.store(Slot::kFree, std::memory_order_release);
  }

  // Waits for all reads under way.
  void end_all(store::LineStore& store) {
    for (Slot& slot : slots_) {
      if (!slot.claim(Slot::kStarted)) continue;
      while (!store.end_read(slot.read, 0, nullptr, std::chrono::seconds(1))) {
      }
      release(&slot);
    }
  }

 private:
  // So many claims later, runs that take turns would have come for a read long ago.
  static constexpr std::uint32_t kOld = 64;

  std::array<Slot, kSlots> slots_;
  std::atomic<std::uint32_t> claims_{0};
};

}  // namespace uvm::uffd
