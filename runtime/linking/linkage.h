// Linkage through java.lang.invoke: constants, call sites and method handle calls that Java code links
// (JVMS 5.4.3.5, 5.4.3.6, 6.5 invokedynamic).
//
// Each is a state machine in a kLink frame: the MethodType of a descriptor is asked for first, then the
// linking method of java.lang.invoke.MethodHandleNatives is called with it, and link_step() stores the
// result: a constant into its pool entry, a call site into its instruction. The instruction that wanted it is
// then executed again and finds it there.
#pragma once

#include "runtime/metadata/code.h"
#include "runtime/metadata/frame.h"
#include "runtime/metadata/status.h"
#include "runtime/metadata/thread.h"

namespace uvm::rt {

// Value of a CONSTANT_Class, String, MethodHandle, MethodType or Dynamic entry; primitives of Dynamic boxed.
// *result may be null for a Dynamic entry that is null.
Status resolve_constant(Thread& thread, Class* referrer, unsigned pool_index, Object** result);

// Links the invokedynamic instruction `insn` of `caller`: kUpcall or kThrow; it becomes invokehandle_quick.
Status link_invokedynamic(Thread& thread, Method* caller, Insn* insn, unsigned pool_index);

// The same for a call of a signature polymorphic method (invoke, invokeExact, VarHandle access modes).
Status link_handle_call(Thread& thread, Method* caller, Insn* insn, unsigned pool_index);

// Method that a java.lang.invoke.MemberName is resolved to; null when it is none.
Method* member_method(const Object* member_name);

// Of a kLink frame: see runtime/execution/continuation.h.
Status link_step(Thread& thread, Frame* frame);
void link_threw(Thread& thread, Frame* frame);

}  // namespace uvm::rt
