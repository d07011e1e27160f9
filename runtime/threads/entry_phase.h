// EntryPhase: what the kEntry frame at the bottom of a thread's stack does next (Frame::phase). Part of the heap
// format.
#pragma once

#include <cstdint>

#include "base/persisted.h"

namespace uvm::rt {

enum EntryPhase : std::uint8_t {
  kRun = 0,        // Thread.run()
  kRunEnded = 1,   // its exception, if any, to dispatchUncaughtException
  kExit = 2,       // Thread.exit()
  kTerminate = 3,  // tells the java.lang.Thread that it is dead
  kBoot = 4,       // primordial: steps of boot
  kSeal = 5,       // hold_after_boot: the heap is made fit to be a base image
  kBooted = 6,
  kPrepare = 7,      // the class library becomes this process's, the main class is loaded
  kPrepared = 8,     // slot 8 has its mirror
  kHold = 9,         // slot 0 has it, slot 1 the arguments: nothing is outside the heap any more
  kInitialize = 10,  // the first version is durable, so whatever the program does is undone or done once
  kMainEnded = 11,
  kBecomeDestroyer = 12,
  kWaitForOthers = 13,
  kShutDown = 14,
  kEnd = 15,
};
UVM_PERSISTED_ENUM(EntryPhase, kRun, kRunEnded, kExit, kTerminate, kBoot, kSeal, kBooted, kPrepare, kPrepared,
                   kHold, kInitialize, kMainEnded, kBecomeDestroyer, kWaitForOthers, kShutDown, kEnd)

}  // namespace uvm::rt
