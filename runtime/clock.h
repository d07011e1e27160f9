// Program time: clocks that go on over checkpoint and resume.
//
// System.nanoTime never jumps back and does not count the time while no process ran the program; all
// deadlines of blocked threads are in it. currentTimeMillis is the wall clock, never below what the program
// has seen.
#pragma once

#include <time.h>

#include <cstdint>

namespace uvm::rt {

std::int64_t program_nano_time();                    // System.nanoTime
std::int64_t program_wall_time_ns();                 // CLOCK_REALTIME, not below the last cut's
std::int64_t monotonic_of(std::int64_t program_ns);  // CLOCK_MONOTONIC at which program time is `program_ns`
void clock_at_cut();     // called while stopped, before a cut: stores the clock's state in the roots
void clock_at_resume();  // called once before threads run; also for a fresh heap

// The host's clocks. 0 when the clock is gone, as that of a thread that has ended.
std::int64_t read_clock_ns(clockid_t clock);
inline std::int64_t ns_of(const timespec& time) {
  return std::int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
}

}  // namespace uvm::rt
