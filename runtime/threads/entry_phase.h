// EntryPhase: what the kEntry frame at the bottom of a thread's stack does next (Frame::phase). Part of the heap
// format.
#pragma once

#include <cstdint>

namespace uvm::rt {

enum EntryPhase : std::uint8_t {
  kRun,        // Thread.run()
  kRunEnded,   // its exception, if any, to dispatchUncaughtException
  kExit,       // Thread.exit()
  kTerminate,  // the java.lang.Thread is told that it is dead
  kBoot,       // primordial: steps of boot
  kSeal,       // hold_after_boot: the heap is made fit to be a base image
  kBooted,
  kPrepare,     // the class library becomes this process's, the main class is loaded
  kPrepared,    // slot 8 has its mirror
  kHold,        // slot 0 has it, slot 1 the arguments: nothing is outside the heap any more
  kInitialize,  // the first version is durable, so whatever the program does is undone or done once
  kMainEnded,
  kBecomeDestroyer,
  kWaitForOthers,
  kShutDown,
  kEnd,
};

}  // namespace uvm::rt
