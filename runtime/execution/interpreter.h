// The interpreter: runs a thread's frames until its stack is empty or the thread retires.
//
// One C++ frame per thread, whatever the depth of Java calls (law 3). Java frames are in the region; see
// runtime/metadata/frame.h, runtime/metadata/code.h, and runtime/metadata/status.h for how VM code below asks
// for Java to run.
#pragma once

#include "runtime/metadata/frame.h"
#include "runtime/metadata/status.h"
#include "runtime/metadata/thread.h"

namespace uvm::rt {

// What runtime/threads/ asks of this room.
class JavaCalls;
JavaCalls& java_calls();

// Executes the thread from its current frame (Thread::frame; not null). Returns when the thread is finished
// (frame null) or retired (frames as at its last safepoint).
void interpret(Thread& thread);

// Finds the frame that handles the pending exception, from the current frame downwards, and makes it current,
// ready to be resumed. False: the thread is finished or retires.
bool unwind(Thread& thread);

// The slow paths of instructions (runtime/execution/quicken.cpp). They resolve what the current instruction
// of `frame` names, and rewrite it. kOk: dispatch the instruction again, unless the function says otherwise.
Status quicken_field(Thread& thread, Frame* frame, Insn* insn,
                     Field** unready);  // *unready: access it without rewriting
Status quicken_invoke(Thread& thread, Frame* frame, Insn* insn,
                      Method** unready);  // static: call it without rewriting
Status quicken_new(Thread& thread, Frame* frame, Insn* insn, Class** unready);
Status quicken_class_operand(Thread& thread, Frame* frame, Insn* insn);  // anewarray, checkcast, instanceof
Status quicken_ldc(Thread& thread, Frame* frame, Insn* insn, Slot* two_slot_value);
Status resolve_multianewarray(Thread& thread, Frame* frame, Insn* insn, Class** result);

// Reads or writes a static or instance field of any kind, with the memory order that Java requires of
// volatile fields.
void load_field(const Field* field, Object* holder, Slot* value);
void store_field(const Field* field, Object* holder, Slot value);

Array* new_multi_array(Thread& thread, Class* array_class, const Slot* lengths, unsigned dimensions);

// The method that a call of `resolved` on `receiver` runs; null with an exception pending
// (AbstractMethodError, IncompatibleClassChangeError, IllegalAccessError).
Method* select_interface_method(Thread& thread, Object* receiver, Method* resolved);
// `through_class`: the call names a class, which may inherit `resolved` from an interface.
Status throw_abstract_method(Thread& thread, Class* receiver_class, Method* resolved, bool through_class);
Status throw_class_cast(Thread& thread, Object* object, Class* wanted);

// Translates a method's bytecode (translate.cpp). Preconditions: its class is linked; Vm::metadata_lock is
// not held.
void translate(Method* method);

// Makes a method ready for its first invocation: translates bytecode, binds natives.
void prepare_method(Method* method);

}  // namespace uvm::rt
