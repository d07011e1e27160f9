// Times of the wall clock that the class library waits for, when the wall clock went back.
//
// Threads wait in program time (clock.h), and most of the class library counts in nanoTime. But
// java.util.Timer compares its tasks' times with currentTimeMillis, and so does who waits until a date
// (LockSupport.parkUntil, Condition.awaitUntil). When a run goes on under a clock that is behind what it has
// seen, by a year perhaps because it was wrong by a year, they would stand still as long. Whether such a time
// was meant as a date or is a delay that was added to the clock cannot be told, so all of them are moved back
// by as much: what was left to wait at the cut is left.
//
// A clock that went forward needs nothing: what is due is late. A clock that is set back while the program
// runs is as with java.
#pragma once

#include <cstdint>

namespace uvm::rt {

// After clock_at_resume(), before threads run: the wall clock is `behind_ms` behind that of the cut, more
// than 0.
void timers_at_resume(std::int64_t behind_ms);

}  // namespace uvm::rt
