// EntryFrames: what the interpreter asks when the frame at the bottom of a thread's stack is on top, that is,
// when what it called has returned or thrown. Vm::entry_frames points to it (runtime/boot/entry_frames.cpp).
#pragma once

#include "runtime/metadata/frame.h"
#include "runtime/metadata/status.h"
#include "runtime/metadata/thread.h"

namespace uvm::rt {

class EntryFrames {
 public:
  EntryFrames(const EntryFrames&) = delete;
  EntryFrames& operator=(const EntryFrames&) = delete;

  // What to do next when the frame above the kEntry frame has returned or thrown, or when the thread starts
  // or resumes with the kEntry frame on top. kUpcall: the next call has been pushed. kOk: the thread is
  // finished and its stack empty. kThrow, only when the frame above threw: call it again, for the exception that
  // is pending now. kRetire: the thread leaves.
  virtual Status returned(Thread& thread, Frame* frame, bool threw) = 0;

 protected:
  EntryFrames() = default;
  ~EntryFrames() = default;
};

}  // namespace uvm::rt
