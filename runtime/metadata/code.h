// Internal code: what the interpreter executes.
//
// A method's bytecode is translated at its first invocation into instructions of one size, so that operands
// are aligned, and an instruction is replaced by a quicker form of itself (resolved field offset, class,
// method) with one 64-bit store that other threads see whole. It lives in the metadata segment and holds
// References only, so it stays valid over resume; Roots::code_format says which build's numbering it has.
//
// Fields: `op`; `a` and `b` as the op's comment says. Branch targets are relative, in instructions. A `_back`
// form is the same branch going backward: it polls for safepoints.
//
// Values with a type of fewer than 64 bits occupy the low half of their slot. Names ending in 2 handle
// two-slot values.
#pragma once

#include <cstdint>

#include "base/persisted.h"
#include "runtime/metadata/metadata.h"

namespace uvm::rt {

inline constexpr std::uint32_t kCodeFormat = 3;

// clang-format off
// X(name): see interpreter.cpp for each family.
#define UVM_COMPARE_OPS(X, suffix)                                                                       \
  X(ifeq##suffix) X(ifne##suffix) X(iflt##suffix) X(ifge##suffix) X(ifgt##suffix) X(ifle##suffix)        \
  X(if_icmpeq##suffix) X(if_icmpne##suffix) X(if_icmplt##suffix) X(if_icmpge##suffix) X(if_icmpgt##suffix) \
  X(if_icmple##suffix)

#define UVM_OPS(X)                                                                                       \
  X(nop)                                                                                                 \
  /* constants: b = value (const_i: int, float bits, reference or null); const_l: b sign-extended; const_w: b = ref to 8 bytes */ \
  X(const_i) X(const_l) X(const_w)                                                                       \
  /* ldc of what must be resolved: b = pool index; becomes const_i or const_w. ldc2_dynamic: two-slot condy */ \
  X(ldc) X(ldc2_dynamic)                                                                                 \
  /* locals: a = slot */                                                                                 \
  X(load) X(load2) X(store) X(store2)                                                                    \
  X(iinc) /* a = slot, b = amount */                                                                     \
  X(iaload) X(laload) X(aaload) X(baload) X(caload) X(saload)                                            \
  X(iastore) X(lastore) X(aastore) X(bastore) X(castore)                                                 \
  X(pop) X(pop2) X(dup) X(dup_x1) X(dup_x2) X(dup2) X(dup2_x1) X(dup2_x2) X(swap)                        \
  X(iadd) X(ladd) X(fadd) X(dadd) X(isub) X(lsub) X(fsub) X(dsub) X(imul) X(lmul) X(fmul) X(dmul)        \
  X(idiv) X(ldiv) X(fdiv) X(ddiv) X(irem) X(lrem) X(frem) X(drem) X(ineg) X(lneg) X(fneg) X(dneg)        \
  X(ishl) X(lshl) X(ishr) X(lshr) X(iushr) X(lushr) X(iand) X(land) X(ior) X(lor) X(ixor) X(lxor)        \
  X(i2l) X(i2f) X(i2d) X(l2i) X(l2f) X(l2d) X(f2i) X(f2l) X(f2d) X(d2i) X(d2l) X(d2f) X(i2b) X(i2c) X(i2s) \
  X(lcmp) X(fcmpl) X(fcmpg) X(dcmpl) X(dcmpg)                                                            \
  UVM_COMPARE_OPS(X, ) UVM_COMPARE_OPS(X, _back)                                                         \
  X(goto_) X(goto_back) X(jsr) X(ret) /* ret: a = slot */                                                \
  X(tableswitch) X(lookupswitch) /* b = ref to SwitchTable */                                            \
  X(return_) X(return1) X(return2) /* a = BasicType of the method; the _sync forms release the method's lock */ \
  X(return_sync) X(return1_sync) X(return2_sync)                                                         \
  X(return_narrow) /* boolean, byte, char, short results: a = BasicType */                               \
  X(return_object_init) /* of java.lang.Object.<init>: registers finalizers; a return_ follows */        \
  /* fields: unresolved b = pool index; quick forms b = offset (statics: a = offset in mirror, b = mirror) */ \
  X(getfield) X(putfield) X(getstatic) X(putstatic)                                                      \
  X(getfield_b) X(getfield_c) X(getfield_s) X(getfield_i) X(getfield_l)                                  \
  X(putfield_z) X(putfield_b) X(putfield_c) X(putfield_i) X(putfield_l)                                  \
  X(putfield_volatile) /* a = BasicType */                                                               \
  X(getstatic_b) X(getstatic_c) X(getstatic_s) X(getstatic_i) X(getstatic_l)                             \
  X(putstatic_z) X(putstatic_b) X(putstatic_c) X(putstatic_i) X(putstatic_l)                             \
  X(getstatic_far) X(putstatic_far) /* b = ref to Field: volatile, or beyond the reach of a */           \
  /* invocations: unresolved b = pool index, a = argument slots */                                       \
  X(invokevirtual) X(invokespecial) X(invokestatic) X(invokeinterface) X(invokedynamic)                  \
  X(invokestatic_quick)    /* b = ref to Method */                                                       \
  X(invokespecial_quick)   /* b = ref to Method; checks the receiver for null */                         \
  X(invokevirtual_quick)   /* b = vtable index */                                                        \
  X(invokeinterface_quick) /* b = ref to InterfaceSite */                                                \
  X(invokehandle_quick)    /* b = ref to HandleSite; also invokedynamic */                               \
  X(new_) X(new_quick) /* b = ref to Class */                                                            \
  X(newarray) /* a = BasicType */ X(anewarray) X(anewarray_quick) /* b = ref to array Class */           \
  X(multianewarray) /* a = dimensions, b = pool index */                                                 \
  X(arraylength) X(athrow)                                                                               \
  X(checkcast) X(instanceof_) X(checkcast_quick) X(instanceof_quick) /* b = ref to Class */              \
  X(monitorenter) X(monitorexit)

// clang-format on

enum class Op : std::uint16_t {
#define UVM_OP(name) name,
  UVM_OPS(UVM_OP)
#undef UVM_OP
      kCount
};

// The names in order: the number of an op is its place, and internal code in heaps has those numbers.
constexpr std::uint64_t persisted_layout(const Op* /*type*/) {
  std::uint64_t hash = add_to_layout(kLayoutSeed, "Op");
#define UVM_OP(name) hash = add_to_layout(hash, #name);
  UVM_OPS(UVM_OP)
#undef UVM_OP
  return hash;
}

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

// Call site of invokeinterface with an inline cache of the last receiver class.
struct InterfaceSite {
  Ref<Method> method;  // the resolved interface method
  std::uint32_t unused;
  std::uint64_t cache;  // Class reference << 32 | selected Method reference; 0 empty; replaced whole
};
UVM_PERSISTED(InterfaceSite, method, unused, cache)
static_assert(sizeof(InterfaceSite) == 16);

// Call site linked through java.lang.invoke: calls `adapter` with `appendix`, if any, as the last argument.
struct HandleSite {
  Ref<Method> adapter;
  Ref<Object> appendix;  // 0: none is passed
};
UVM_PERSISTED(HandleSite, adapter, appendix)
static_assert(sizeof(HandleSite) == 8);

// Replaces an instruction by another form of itself, with one 64-bit store. What the new form refers to is
// written before.
void replace_insn(Insn* at, const Insn& insn);

// Bytecode index of an instruction of `method`, and the instruction at a bytecode index that starts one.
int bci_of(const Method* method, const Insn* insn);
Insn* insn_at(const Method* method, int bci);

}  // namespace uvm::rt
