// Frames: a Java thread's state, in the stacks segment (law 3: at every safepoint a thread is its frames).
//
// A stack grows upward from its base in 8-byte slots. One frame is
//
//   locals | Frame | operand stack
//
//   locals: max_locals slots; the arguments come first and overlap the caller's operand stack
//
// so arguments are passed without copying, and the locals of a frame are at `frame - max_locals`. int,
// float, reference and sub-int values use the low half of a slot; long and double take two slots, the value
// in the lower one. References are gc::Reference bits. Nothing in a stack is a host address.
//
// `pc` refers to the current instruction (in a caller, its invoke instruction) in the method's internal
// code (runtime/metadata/code.h). `sp` is the operand depth when the thread last left the registers of the
// loop: at safepoints, native calls and continuations.
//
// Frames that do not belong to a Java method (FrameKind) are continuations: when what they pushed returns
// or throws, the function registered for the kind (runtime/execution/continuation.h) decides how to continue.
#pragma once

#include <cstdint>

#include "base/persisted.h"
#include "gc/object.h"
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
  kEntry = 0,      // bottom of a thread's stack: what to do when its first method returns
  kJava = 1,       // interpreted method
  kNative = 2,     // native method; `phase` says how far it is
  kLoadClass = 3,  // waits for a class loader's loadClass
  kClassInit = 4,  // waits for a class initialiser
  kLink = 5,       // waits for a VM upcall whose result goes into a constant pool entry or a call site
  kCatch = 6,      // waits for the class of an exception handler of the frame below
  kCount = 7,
};
UVM_PERSISTED_ENUM(FrameKind, kEntry, kJava, kNative, kLoadClass, kClassInit, kLink, kCatch, kCount)

struct Frame {
  gc::Reference<Method> method;  // kJava, kNative; otherwise null
  std::uint32_t caller;          // slot index of the caller's frame from the stack's base; 0 at the bottom
  gc::Reference<Insn> pc;        // kJava; others: free for the kind
  std::uint32_t sp;              // operand slots in use above the frame, when not running
  std::uint32_t lock;            // reference to the object that a synchronized method has locked; 0 none
  FrameKind kind;
  std::uint8_t phase;  // kNative: see runtime/execution/native.h; kJava: 1 until the lock is taken
  std::uint16_t aux;   // kJava: max_locals; others: free for the kind

  Slot* operands() { return reinterpret_cast<Slot*>(this) + 3; }
};
UVM_PERSISTED(Frame, method, caller, pc, sp, lock, kind, phase, aux)
static_assert(sizeof(Frame) == 24, "three slots: part of the heap format");

inline constexpr unsigned kFrameSlots = sizeof(Frame) / sizeof(Slot);

// Operand slots of a frame that belongs to no Java method: saved references 0..3, saved plain values 4..7,
// result of an upcall 8.
inline constexpr unsigned kNativeSavedSlots = 9;

inline Slot slot_of(const gc::Object* o) {
  Slot s{};
  s.raw = gc::encode(o);
  return s;
}
inline Slot slot_of(std::int32_t v) {
  Slot s{};
  s.i = v;
  return s;
}
inline Slot slot_of(bool v) {
  Slot s{};
  s.i = v ? 1 : 0;
  return s;
}
inline Slot slot_of(std::int64_t v) {
  Slot s{};
  s.l = v;
  return s;
}
inline Slot slot_of(float v) {
  Slot s{};
  s.f = v;
  return s;
}
inline Slot slot_of(double v) {
  Slot s{};
  s.d = v;
  return s;
}

}  // namespace uvm::rt
