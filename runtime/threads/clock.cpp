#include "runtime/threads/clock.h"

#include <algorithm>
#include <atomic>

#include "runtime/metadata/roots.h"
#include "runtime/metadata/vm.h"
#include "runtime/threads/host_threads.h"

namespace uvm::rt {
namespace {

std::atomic<std::int64_t>& nano_base() { return threads_of(*vm()).nano_base; }

}  // namespace

std::int64_t read_clock_ns(clockid_t clock) {
  timespec now{};
  return clock_gettime(clock, &now) == 0 ? ns_of(now) : 0;
}

std::int64_t program_nano_time() {
  return read_clock_ns(CLOCK_MONOTONIC) + nano_base().load(std::memory_order_relaxed);
}

std::int64_t program_wall_time_ns() { return read_clock_ns(CLOCK_REALTIME); }

std::int64_t monotonic_of(std::int64_t program_ns) {
  return program_ns - nano_base().load(std::memory_order_relaxed);
}

void clock_at_cut() {
  ClockState& state = roots().clock;
  state.last_nano = program_nano_time();
  state.last_wall_ms = program_wall_time_ns() / 1'000'000;
}

std::int64_t clock_at_resume() {
  ClockState& state = roots().clock;
  if (state.last_nano != 0) state.nano_base = state.last_nano - read_clock_ns(CLOCK_MONOTONIC);
  nano_base().store(state.nano_base, std::memory_order_relaxed);
  return std::max<std::int64_t>(state.last_wall_ms - program_wall_time_ns() / 1'000'000, 0);
}

}  // namespace uvm::rt
