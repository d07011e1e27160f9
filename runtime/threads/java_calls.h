// JavaCalls: what the rooms up to linking need from the room that executes Java. Vm::calls implements it.
#pragma once

#include <span>

#include "runtime/metadata/frame.h"
#include "runtime/metadata/metadata.h"
#include "runtime/metadata/status.h"
#include "runtime/metadata/thread.h"

namespace uvm::rt {

class JavaCalls {
 public:
  JavaCalls(const JavaCalls&) = delete;
  JavaCalls& operator=(const JavaCalls&) = delete;

  // Executes the thread from its current frame (not null) until its stack is empty or the thread retires.
  virtual void run(Thread& thread) = 0;
  // See push_call() below.
  virtual Status push_call(Thread& thread, Method* method, std::span<const Slot> args) = 0;

 protected:
  JavaCalls() = default;
  ~JavaCalls() = default;
};

// Pushes a frame for `method` above the current one, to be run when the caller returns to the interpreter
// loop. One Slot for each slot of `args`: a long or double is followed by an empty one; the receiver comes
// first; there is no dynamic dispatch (select_method()). kUpcall, or kThrow (stack overflow).
Status push_call(Thread& thread, Method* method, std::span<const Slot> args);

// Pushes a continuation (runtime/execution/continuation.h) above the current frame, whose sp is stored, and
// makes it current. Slots are zeroed. kThrow: stack overflow.
Status push_continuation(Thread& thread, FrameKind kind, Frame** frame);
// Pops the current frame.
void pop_frame(Thread& thread);

}  // namespace uvm::rt
