// The life of a thread as a sequence of phases of the kEntry frame at the bottom of its stack: see
// runtime/threads/threads.h, EntryPhase.
#pragma once

#include "runtime/execution/entry_frames.h"

namespace uvm::rt {

EntryFrames& entry_frames();

}  // namespace uvm::rt
