// Frames: a Java thread's state, in the stacks segment (law 3: at every safepoint a thread is its frames).
//
// A stack grows upward from its base in 8-byte slots. One frame is
//
//   locals | Frame | operand stack
//
//   locals: max_locals slots; the arguments come first and overlap the caller's operand stack
//
// so that arguments are passed without copying and the locals of a frame are found as `frame - max_locals`.
// int, float, reference and sub-int values use the low half of a slot; long and double take two slots, the
// value in the lower one. References are gc::Reference bits. Nothing in a stack is a host address.
//
// `pc` refers to the instruction being executed (of a caller: its invoke instruction), in the method's
// internal code (runtime/code.h). `sp` is the operand depth at the last time the thread left the loop's
// registers: at safepoints, native calls and continuations.
//
// Frames that are not of a Java method (FrameKind) are continuations: when what they pushed returns or
// throws, the function registered for the kind (runtime/continuation.h) decides how to go on.
#pragma once

#include <cstdint>

#include "gc/reference.h"

namespace uvm::rt {

struct Method;
struct Insn;

union Slot {
  std::int32_t i;
  std::int64_t l;
  float f;
  double d;
  std::uint32_t ref;  // gc::Reference bits
  std::uint64_t raw;
};
static_assert(sizeof(Slot) == 8);

enum class FrameKind : std::uint8_t {
  kEntry,      // bottom of a thread's stack: what to do when the thread's first method is done
  kJava,       // interpreted method
  kNative,     // native method; `phase` says how far it is
  kLoadClass,  // waits for a class loader's loadClass
  kClassInit,  // waits for a class initialiser
  kLink,       // waits for a VM upcall whose result goes into a constant pool entry or a call site
  kCatch,      // waits for the class of an exception handler of the frame below
  kCount,
};

struct Frame {
  gc::Reference<Method> method;  // kJava, kNative; otherwise null
  std::uint32_t caller;          // slot index of the caller's frame from the stack's base; 0 at the bottom
  gc::Reference<Insn> pc;        // kJava; others: free for the kind
  std::uint32_t sp;              // operand slots in use above the frame, when not running
  std::uint32_t lock;            // reference to the object a synchronized method has locked; 0 none
  FrameKind kind;
  std::uint8_t phase;  // kNative: see runtime/native.h; kJava: 1 while the lock is still to be taken
  std::uint16_t aux;   // kJava: max_locals; others: free for the kind

  Slot* operands() { return reinterpret_cast<Slot*>(this) + 3; }
};
static_assert(sizeof(Frame) == 24, "three slots: part of the heap format");

inline constexpr unsigned kFrameSlots = sizeof(Frame) / sizeof(Slot);

}  // namespace uvm::rt
