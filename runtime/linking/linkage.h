// Linkage through java.lang.invoke: constants, call sites and method handle calls that Java code links (JVMS
// 5.4.3.5, 5.4.3.6, 6.5 invokedynamic).
//
// Each is a state machine in a kLink frame. First it asks for the MethodType of a descriptor, then it calls
// the linking method of java.lang.invoke.MethodHandleNatives with it, and link_step() stores the result: a
// constant goes into its pool entry, a call site into its instruction. The instruction that needed it is then
// executed again and finds the result there.
#pragma once

#include "runtime/metadata/code.h"
#include "runtime/metadata/frame.h"
#include "runtime/metadata/status.h"
#include "runtime/metadata/thread.h"

namespace uvm::rt {

// The value of a CONSTANT_Class, String, MethodHandle, MethodType or Dynamic entry; primitives of Dynamic are
// boxed. *result may be null, if a Dynamic entry is.
Status resolve_constant(Thread& thread, Class* referrer, unsigned pool_index, Object** result);

// Links the invokedynamic instruction `insn` of `caller`, which becomes invokehandle_quick. kUpcall or
// kThrow.
Status link_invokedynamic(Thread& thread, Method* caller, Insn* insn, unsigned pool_index);

// The same for a call of a signature polymorphic method (invoke, invokeExact, VarHandle access modes).
Status link_handle_call(Thread& thread, Method* caller, Insn* insn, unsigned pool_index);

// The method that a java.lang.invoke.MemberName is resolved to; null if it is not resolved to a method.
Method* member_method(const Object* member_name);

// The step of a kLink frame; see runtime/execution/continuation.h.
Status link_step(Thread& thread, Frame* frame);
void link_threw(Thread& thread, Frame* frame);

}  // namespace uvm::rt
