// Continuations: frames that are not of a Java method, and how they go on (law 3).
//
// VM code that needs Java to run first pushes a continuation frame and, above it, the Java call. When that
// returns, step() is called with the continuation on top; Frame::phase says how far it is. step() answers
//   kOk      done: it has popped the frame, and its caller (an instruction or a native) is executed again
//            from its start
//   kUpcall  it pushed another call
//   kThrow   it has popped the frame; the exception goes to its caller
// When the call throws, threw() may replace the pending exception and clean up; then the frame is popped and
// unwinding goes on in its caller. If it clears the exception the caller is executed again, as after kOk.
//
// Operand slots of a continuation: 0..3 references, from 4 on plain values, as natives have; slot 8 the
// call's result.
#pragma once

#include "runtime/frame.h"
#include "runtime/status.h"
#include "runtime/thread.h"

namespace uvm::rt {

// Pushes a continuation above the current frame (whose sp is stored) and makes it current. Slots are zeroed.
// kThrow: stack overflow.
Status push_continuation(Thread& thread, FrameKind kind, Frame** frame);
// Pops the current frame.
void pop_frame(Thread& thread);

Status continuation_step(Thread& thread, Frame* frame);
void continuation_threw(Thread& thread, Frame* frame);

// The kinds:
Status load_class_step(Thread& thread, Frame* frame);  // runtime/class_loading.cpp
void load_class_threw(Thread& thread, Frame* frame);
Status class_init_step(Thread& thread, Frame* frame);  // runtime/initialization.cpp
void class_init_threw(Thread& thread, Frame* frame);
Status link_step(Thread& thread, Frame* frame);  // runtime/linkage.cpp
void link_threw(Thread& thread, Frame* frame);
Status catch_step(Thread& thread, Frame* frame);  // runtime/unwind.cpp
void catch_threw(Thread& thread, Frame* frame);

}  // namespace uvm::rt
