// Times of the wall clock that the class library waits for, when the wall clock has gone back.
//
// Threads wait in program time (clock.h), and most of the class library counts in nanoTime. But
// java.util.Timer compares the times of its tasks with currentTimeMillis, and so does code that waits until a
// date (LockSupport.parkUntil, Condition.awaitUntil). If a run is resumed under a clock that is behind the
// one it has seen (by a year, perhaps, because that one was wrong), these would not move for just as long. It
// cannot be told whether such a time was meant as a date or is a delay that was added to the clock, so all of
// them are moved back by the same amount: the time left to wait is what it was at the cut.
//
// A clock that has gone forward needs nothing: what is due is late. A clock that is set back while the
// program runs has the same effects as with java.
#pragma once

#include <cstdint>

namespace uvm::rt {

// Called after clock_at_resume() and before threads run. The wall clock is `behind_ms` (more than 0) behind
// that of the cut.
void timers_at_resume(std::int64_t behind_ms);

}  // namespace uvm::rt
