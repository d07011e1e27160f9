// Continuations: frames that belong to no Java method, and how they continue (law 3).
//
// VM code that needs Java to run first pushes a continuation frame and, above it, the Java call. When that
// returns, step() is called with the continuation on top; Frame::phase says how far it is. step() answers
//   kOk      done: it has popped the frame, and its caller (an instruction or a native) is executed again
//            from its start
//   kUpcall  it pushed another call
//   kThrow   it has popped the frame; the exception goes to its caller
// When the call throws, threw() may replace the pending exception and clean up; then the frame is popped and
// unwinding continues in its caller. If threw() clears the exception, the caller is executed again, as after
// kOk.
//
// Operand slots of a continuation, as of a native: 0..3 hold references, 4 and up plain values; slot 8 holds
// the call's result.
#pragma once

#include "runtime/metadata/frame.h"
#include "runtime/metadata/status.h"
#include "runtime/metadata/thread.h"

namespace uvm::rt {

Status continuation_step(Thread& thread, Frame* frame);
void continuation_threw(Thread& thread, Frame* frame);

// The continuation that waits for the class of an exception handler (unwind.cpp). The other kinds are in
// runtime/linking/.
Status catch_step(Thread& thread, Frame* frame);
void catch_threw(Thread& thread, Frame* frame);

}  // namespace uvm::rt
