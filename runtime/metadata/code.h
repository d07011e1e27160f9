// Internal code: what the interpreter executes.
//
// A method's bytecode is translated at its first invocation into instructions of one size, so that operands
// are aligned, and an instruction is replaced by a quicker form of itself (resolved field offset, class,
// method) with one 64-bit store that other threads see whole. It lives in the metadata segment and holds
// References only, so it stays valid over resume; Roots::code_format says which build's numbering it has.
//
// Fields: `op`; `a` and `b` as the table of instructions says (opcodes.h).
//
// Values with a type of fewer than 64 bits occupy the low half of their slot. Names ending in 2 handle
// two-slot values.
#pragma once

#include <cstdint>

#include "base/persisted.h"
#include "runtime/metadata/metadata.h"
#include "runtime/metadata/opcodes.h"

namespace uvm::rt {

inline constexpr std::uint32_t kCodeFormat = 4;

struct Insn {
  Op op;
  std::uint16_t a;
  std::int32_t b;
};
UVM_PERSISTED(Insn, op, a, b)
static_assert(sizeof(Insn) == 8, "replaced by one 64-bit store");

struct SwitchTable {
  std::int32_t default_target;  // relative to the switch instruction, in instructions
  std::int32_t low;             // tableswitch: key of the first entry
  std::uint32_t count;
  std::uint32_t unused;
  // tableswitch: count targets. lookupswitch: count keys, ascending, then count targets.
  std::int32_t* entries() { return reinterpret_cast<std::int32_t*>(this + 1); }
};
UVM_PERSISTED(SwitchTable, default_target, low, count, unused)
static_assert(sizeof(SwitchTable) == 16);

// Call site of invokeinterface. The last receiver is remembered in host state, by the site's number
// (runtime/execution/inline_caches.h), so calls write no metadata.
struct InterfaceSite {
  Ref<Method> method;    // the resolved interface method
  std::uint32_t number;  // Roots::interface_sites when it was made: from 0, without gaps
};
UVM_PERSISTED(InterfaceSite, method, number)
static_assert(sizeof(InterfaceSite) == 8);

// Call site linked through java.lang.invoke: calls `adapter` with `appendix`, if any, as the last argument.
struct HandleSite {
  Ref<Method> adapter;
  Ref<Object> appendix;  // 0: none is passed
};
UVM_PERSISTED(HandleSite, adapter, appendix)
static_assert(sizeof(HandleSite) == 8);

// Replaces an instruction by another form of itself, with one 64-bit store. What the new form refers to has been
// written before. Both forms must have the same effect on the operand stack (interchangeable()), because a
// thread may be in the middle of the old one and a frame may stand at it; otherwise the process dies.
void replace_insn(Insn* at, const Insn& insn);

// Bytecode index of an instruction of `method`, and the instruction at a bytecode index that starts one.
int bci_of(const Method* method, const Insn* insn);
Insn* insn_at(const Method* method, int bci);

}  // namespace uvm::rt
