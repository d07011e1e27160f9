// Program time: clocks that continue over checkpoint and resume.
//
// System.nanoTime never jumps back and does not count the time in which no process ran the program; all
// deadlines of blocked threads are in it. currentTimeMillis is the host's wall clock, even when that is
// behind what the program has seen: if a clock was wrong and has been corrected, it must be correct for the
// program, too. Times that the class library keeps in wall time are moved along at resume (timers.h).
#pragma once

#include <time.h>

#include <cstdint>

namespace uvm::rt {

std::int64_t program_nano_time();                    // System.nanoTime
std::int64_t program_wall_time_ns();                 // CLOCK_REALTIME
std::int64_t monotonic_of(std::int64_t program_ns);  // CLOCK_MONOTONIC at which program time is `program_ns`
void clock_at_cut();  // called while stopped, before a cut: stores the clock's state in the roots
// Called once before threads run; also for a fresh heap. Returns by how many ms the wall clock is behind that
// of the last cut; 0 if it is not.
std::int64_t clock_at_resume();

// The host's clocks. 0 when the clock no longer exists, as that of a thread that has ended.
std::int64_t read_clock_ns(clockid_t clock);
inline std::int64_t ns_of(const timespec& time) {
  return std::int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
}

}  // namespace uvm::rt
