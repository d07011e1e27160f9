// The life of a thread as a sequence of phases of the kEntry frame at the bottom of its stack; see EntryPhase
// in runtime/threads/entry_phase.h.
#pragma once

#include "runtime/execution/entry_frames.h"

namespace uvm::rt {

EntryFrames& entry_frames();

}  // namespace uvm::rt
