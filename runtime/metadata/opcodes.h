// The instructions of internal code (code.h), one line each: what its operands are, what it takes from the operand stack
// and puts there, and whether it can throw or stop. Translator, quickener, interpreter, and whoever reads code read this
// table.
//
// X(name, a, b, pops, pushes, traits)
//
//   a, b         OperandKind of the fields of the instruction
//   pops,        what is taken from the operand stack and put there, one letter a value, the topmost last:
//   pushes         i  one slot, no reference       a  one slot, a reference (JVMS 2.6.2)
//                  w  two slots                    1  one slot of either kind: a stack map says which
//                  *  what the operand says: a descriptor, a type, a count
//   traits       OpTrait bits
//
// Names ending in _quick, and the forms of fields with a letter, replace an unresolved instruction in place. A _back form
// is the same branch going backward. The number of an instruction is its place here, and heaps have those numbers: a
// change of the table is a change of the heap's fingerprint (runtime/boot/heap_fingerprint.cpp).
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/persisted.h"

// clang-format off
#define UVM_OPS(X)                                                                                                                  \
  /* Constants. const_l is sign-extended; const_w is in 8 bytes of metadata. */                                                     \
  X(nop,                    kNothing,   kNothing,    "",      "",       kNoTrait)                                                       \
  X(const_i,                kNothing,   kValue,      "",      "i",      kNoTrait)                                                       \
  X(const_a,                kNothing,   kObject,     "",      "a",      kNoTrait)                                                       \
  X(const_l,                kNothing,   kValue,      "",      "w",      kNoTrait)                                                       \
  X(const_w,                kNothing,   kMetadata,   "",      "w",      kNoTrait)                                                       \
  /* ldc of what must be resolved first: becomes one of the above. */                                                               \
  X(ldc,                    kNothing,   kPool,       "",      "*",      kThrows | kCalls)                                           \
  X(ldc2_dynamic,           kNothing,   kPool,       "",      "w",      kThrows | kCalls)                                           \
  /* Local variables. */                                                                                                            \
  X(load,                   kSlot,      kNothing,    "",      "1",      kNoTrait)                                                       \
  X(load2,                  kSlot,      kNothing,    "",      "w",      kNoTrait)                                                       \
  X(store,                  kSlot,      kNothing,    "1",     "",       kNoTrait)                                                       \
  X(store2,                 kSlot,      kNothing,    "w",     "",       kNoTrait)                                                       \
  X(iinc,                   kSlot,      kValue,      "",      "",       kNoTrait)                                                       \
  /* Arrays. */                                                                                                                     \
  X(iaload,                 kNothing,   kNothing,    "ai",    "i",      kThrows)                                                    \
  X(laload,                 kNothing,   kNothing,    "ai",    "w",      kThrows)                                                    \
  X(aaload,                 kNothing,   kNothing,    "ai",    "a",      kThrows)                                                    \
  X(baload,                 kNothing,   kNothing,    "ai",    "i",      kThrows)                                                    \
  X(caload,                 kNothing,   kNothing,    "ai",    "i",      kThrows)                                                    \
  X(saload,                 kNothing,   kNothing,    "ai",    "i",      kThrows)                                                    \
  X(iastore,                kNothing,   kNothing,    "aii",   "",       kThrows)                                                    \
  X(lastore,                kNothing,   kNothing,    "aiw",   "",       kThrows)                                                    \
  X(aastore,                kNothing,   kNothing,    "aia",   "",       kThrows)                                                    \
  X(bastore,                kNothing,   kNothing,    "aii",   "",       kThrows)                                                    \
  X(castore,                kNothing,   kNothing,    "aii",   "",       kThrows)                                                    \
  /* The operand stack, whatever is on it. A two-slot value counts as two. */                                                       \
  X(pop,                    kNothing,   kNothing,    "1",     "",       kNoTrait)                                                       \
  X(pop2,                   kNothing,   kNothing,    "11",    "",       kNoTrait)                                                       \
  X(dup,                    kNothing,   kNothing,    "1",     "11",     kNoTrait)                                                       \
  X(dup_x1,                 kNothing,   kNothing,    "11",    "111",    kNoTrait)                                                       \
  X(dup_x2,                 kNothing,   kNothing,    "111",   "1111",   kNoTrait)                                                       \
  X(dup2,                   kNothing,   kNothing,    "11",    "1111",   kNoTrait)                                                       \
  X(dup2_x1,                kNothing,   kNothing,    "111",   "11111",  kNoTrait)                                                       \
  X(dup2_x2,                kNothing,   kNothing,    "1111",  "111111", kNoTrait)                                                       \
  X(swap,                   kNothing,   kNothing,    "11",    "11",     kNoTrait)                                                       \
  /* Arithmetic, JVMS 2.11.3. */                                                                                                    \
  X(iadd,                   kNothing,   kNothing,    "ii",    "i",      kNoTrait)                                                       \
  X(ladd,                   kNothing,   kNothing,    "ww",    "w",      kNoTrait)                                                       \
  X(fadd,                   kNothing,   kNothing,    "ii",    "i",      kNoTrait)                                                       \
  X(dadd,                   kNothing,   kNothing,    "ww",    "w",      kNoTrait)                                                       \
  X(isub,                   kNothing,   kNothing,    "ii",    "i",      kNoTrait)                                                       \
  X(lsub,                   kNothing,   kNothing,    "ww",    "w",      kNoTrait)                                                       \
  X(fsub,                   kNothing,   kNothing,    "ii",    "i",      kNoTrait)                                                       \
  X(dsub,                   kNothing,   kNothing,    "ww",    "w",      kNoTrait)                                                       \
  X(imul,                   kNothing,   kNothing,    "ii",    "i",      kNoTrait)                                                       \
  X(lmul,                   kNothing,   kNothing,    "ww",    "w",      kNoTrait)                                                       \
  X(fmul,                   kNothing,   kNothing,    "ii",    "i",      kNoTrait)                                                       \
  X(dmul,                   kNothing,   kNothing,    "ww",    "w",      kNoTrait)                                                       \
  X(idiv,                   kNothing,   kNothing,    "ii",    "i",      kThrows)                                                    \
  X(ldiv,                   kNothing,   kNothing,    "ww",    "w",      kThrows)                                                    \
  X(fdiv,                   kNothing,   kNothing,    "ii",    "i",      kNoTrait)                                                       \
  X(ddiv,                   kNothing,   kNothing,    "ww",    "w",      kNoTrait)                                                       \
  X(irem,                   kNothing,   kNothing,    "ii",    "i",      kThrows)                                                    \
  X(lrem,                   kNothing,   kNothing,    "ww",    "w",      kThrows)                                                    \
  X(frem,                   kNothing,   kNothing,    "ii",    "i",      kNoTrait)                                                       \
  X(drem,                   kNothing,   kNothing,    "ww",    "w",      kNoTrait)                                                       \
  X(ineg,                   kNothing,   kNothing,    "i",     "i",      kNoTrait)                                                       \
  X(lneg,                   kNothing,   kNothing,    "w",     "w",      kNoTrait)                                                       \
  X(fneg,                   kNothing,   kNothing,    "i",     "i",      kNoTrait)                                                       \
  X(dneg,                   kNothing,   kNothing,    "w",     "w",      kNoTrait)                                                       \
  X(ishl,                   kNothing,   kNothing,    "ii",    "i",      kNoTrait)                                                       \
  X(lshl,                   kNothing,   kNothing,    "wi",    "w",      kNoTrait)                                                       \
  X(ishr,                   kNothing,   kNothing,    "ii",    "i",      kNoTrait)                                                       \
  X(lshr,                   kNothing,   kNothing,    "wi",    "w",      kNoTrait)                                                       \
  X(iushr,                  kNothing,   kNothing,    "ii",    "i",      kNoTrait)                                                       \
  X(lushr,                  kNothing,   kNothing,    "wi",    "w",      kNoTrait)                                                       \
  X(iand,                   kNothing,   kNothing,    "ii",    "i",      kNoTrait)                                                       \
  X(land,                   kNothing,   kNothing,    "ww",    "w",      kNoTrait)                                                       \
  X(ior,                    kNothing,   kNothing,    "ii",    "i",      kNoTrait)                                                       \
  X(lor,                    kNothing,   kNothing,    "ww",    "w",      kNoTrait)                                                       \
  X(ixor,                   kNothing,   kNothing,    "ii",    "i",      kNoTrait)                                                       \
  X(lxor,                   kNothing,   kNothing,    "ww",    "w",      kNoTrait)                                                       \
  /* Conversions and comparisons. */                                                                                                \
  X(i2l,                    kNothing,   kNothing,    "i",     "w",      kNoTrait)                                                       \
  X(i2f,                    kNothing,   kNothing,    "i",     "i",      kNoTrait)                                                       \
  X(i2d,                    kNothing,   kNothing,    "i",     "w",      kNoTrait)                                                       \
  X(l2i,                    kNothing,   kNothing,    "w",     "i",      kNoTrait)                                                       \
  X(l2f,                    kNothing,   kNothing,    "w",     "i",      kNoTrait)                                                       \
  X(l2d,                    kNothing,   kNothing,    "w",     "w",      kNoTrait)                                                       \
  X(f2i,                    kNothing,   kNothing,    "i",     "i",      kNoTrait)                                                       \
  X(f2l,                    kNothing,   kNothing,    "i",     "w",      kNoTrait)                                                       \
  X(f2d,                    kNothing,   kNothing,    "i",     "w",      kNoTrait)                                                       \
  X(d2i,                    kNothing,   kNothing,    "w",     "i",      kNoTrait)                                                       \
  X(d2l,                    kNothing,   kNothing,    "w",     "w",      kNoTrait)                                                       \
  X(d2f,                    kNothing,   kNothing,    "w",     "i",      kNoTrait)                                                       \
  X(i2b,                    kNothing,   kNothing,    "i",     "i",      kNoTrait)                                                       \
  X(i2c,                    kNothing,   kNothing,    "i",     "i",      kNoTrait)                                                       \
  X(i2s,                    kNothing,   kNothing,    "i",     "i",      kNoTrait)                                                       \
  X(lcmp,                   kNothing,   kNothing,    "ww",    "i",      kNoTrait)                                                       \
  X(fcmpl,                  kNothing,   kNothing,    "ii",    "i",      kNoTrait)                                                       \
  X(fcmpg,                  kNothing,   kNothing,    "ii",    "i",      kNoTrait)                                                       \
  X(dcmpl,                  kNothing,   kNothing,    "ww",    "i",      kNoTrait)                                                       \
  X(dcmpg,                  kNothing,   kNothing,    "ww",    "i",      kNoTrait)                                                       \
  /* Branches, of references too (if_acmpeq, ifnull). The same going backward polls for safepoints. */                              \
  X(ifeq,                   kNothing,   kBranch,     "1",     "",       kNoTrait)                                                       \
  X(ifne,                   kNothing,   kBranch,     "1",     "",       kNoTrait)                                                       \
  X(iflt,                   kNothing,   kBranch,     "1",     "",       kNoTrait)                                                       \
  X(ifge,                   kNothing,   kBranch,     "1",     "",       kNoTrait)                                                       \
  X(ifgt,                   kNothing,   kBranch,     "1",     "",       kNoTrait)                                                       \
  X(ifle,                   kNothing,   kBranch,     "1",     "",       kNoTrait)                                                       \
  X(if_icmpeq,              kNothing,   kBranch,     "11",    "",       kNoTrait)                                                       \
  X(if_icmpne,              kNothing,   kBranch,     "11",    "",       kNoTrait)                                                       \
  X(if_icmplt,              kNothing,   kBranch,     "11",    "",       kNoTrait)                                                       \
  X(if_icmpge,              kNothing,   kBranch,     "11",    "",       kNoTrait)                                                       \
  X(if_icmpgt,              kNothing,   kBranch,     "11",    "",       kNoTrait)                                                       \
  X(if_icmple,              kNothing,   kBranch,     "11",    "",       kNoTrait)                                                       \
  X(ifeq_back,              kNothing,   kBranch,     "1",     "",       kStops)                                                     \
  X(ifne_back,              kNothing,   kBranch,     "1",     "",       kStops)                                                     \
  X(iflt_back,              kNothing,   kBranch,     "1",     "",       kStops)                                                     \
  X(ifge_back,              kNothing,   kBranch,     "1",     "",       kStops)                                                     \
  X(ifgt_back,              kNothing,   kBranch,     "1",     "",       kStops)                                                     \
  X(ifle_back,              kNothing,   kBranch,     "1",     "",       kStops)                                                     \
  X(if_icmpeq_back,         kNothing,   kBranch,     "11",    "",       kStops)                                                     \
  X(if_icmpne_back,         kNothing,   kBranch,     "11",    "",       kStops)                                                     \
  X(if_icmplt_back,         kNothing,   kBranch,     "11",    "",       kStops)                                                     \
  X(if_icmpge_back,         kNothing,   kBranch,     "11",    "",       kStops)                                                     \
  X(if_icmpgt_back,         kNothing,   kBranch,     "11",    "",       kStops)                                                     \
  X(if_icmple_back,         kNothing,   kBranch,     "11",    "",       kStops)                                                     \
  X(goto_,                  kNothing,   kBranch,     "",      "",       kNoTrait)                                                       \
  X(goto_back,              kNothing,   kBranch,     "",      "",       kStops)                                                     \
  X(jsr,                    kNothing,   kBranch,     "",      "i",      kStops)                                                     \
  X(ret,                    kSlot,      kNothing,    "",      "",       kNoTrait)                                                       \
  X(tableswitch,            kNothing,   kMetadata,   "i",     "",       kStops)                                                     \
  X(lookupswitch,           kNothing,   kMetadata,   "i",     "",       kStops)                                                     \
  /* Returns; the _sync forms release the method's lock. return_narrow: boolean, byte, char, short. return_object_init: of */       \
  /* java.lang.Object.<init>, registers finalizers; a return_ follows. */                                                           \
  X(return_,                kType,      kNothing,    "",      "",       kNoTrait)                                                       \
  X(return1,                kType,      kNothing,    "1",     "",       kNoTrait)                                                       \
  X(return2,                kType,      kNothing,    "w",     "",       kNoTrait)                                                       \
  X(return_sync,            kType,      kNothing,    "",      "",       kThrows)                                                    \
  X(return1_sync,           kType,      kNothing,    "1",     "",       kThrows)                                                    \
  X(return2_sync,           kType,      kNothing,    "w",     "",       kThrows)                                                    \
  X(return_narrow,          kType,      kNothing,    "i",     "",       kNoTrait)                                                       \
  X(return_object_init,     kType,      kNothing,    "",      "",       kThrows | kCalls)                                           \
  /* Fields that are not resolved yet; they become one of the quick forms. */                                                       \
  X(getfield,               kNothing,   kPool,       "a",     "*",      kThrows | kCalls)                                           \
  X(putfield,               kNothing,   kPool,       "a*",    "",       kThrows | kCalls)                                           \
  X(getstatic,              kNothing,   kPool,       "",      "*",      kThrows | kCalls)                                           \
  X(putstatic,              kNothing,   kPool,       "*",     "",       kThrows | kCalls)                                           \
  /* Instance fields by the offset in b. z: a boolean, of which the lowest bit is kept; s and c are stored alike; a: references. */ \
  X(getfield_b,             kNothing,   kOffset,     "a",     "i",      kThrows)                                                    \
  X(getfield_c,             kNothing,   kOffset,     "a",     "i",      kThrows)                                                    \
  X(getfield_s,             kNothing,   kOffset,     "a",     "i",      kThrows)                                                    \
  X(getfield_i,             kNothing,   kOffset,     "a",     "i",      kThrows)                                                    \
  X(getfield_a,             kNothing,   kOffset,     "a",     "a",      kThrows)                                                    \
  X(getfield_l,             kNothing,   kOffset,     "a",     "w",      kThrows)                                                    \
  X(putfield_z,             kNothing,   kOffset,     "ai",    "",       kThrows)                                                    \
  X(putfield_b,             kNothing,   kOffset,     "ai",    "",       kThrows)                                                    \
  X(putfield_c,             kNothing,   kOffset,     "ai",    "",       kThrows)                                                    \
  X(putfield_i,             kNothing,   kOffset,     "ai",    "",       kThrows)                                                    \
  X(putfield_a,             kNothing,   kOffset,     "aa",    "",       kThrows)                                                    \
  X(putfield_l,             kNothing,   kOffset,     "aw",    "",       kThrows)                                                    \
  X(putfield_volatile,      kType,      kOffset,     "a*",    "",       kThrows)                                                    \
  X(putfield_volatile_a,    kType,      kOffset,     "aa",    "",       kThrows)                                                    \
  /* Static fields: a is the offset in the mirror b. far: volatile ones, and those beyond the reach of a. */                        \
  X(getstatic_b,            kOffset,    kObject,     "",      "i",      kNoTrait)                                                       \
  X(getstatic_c,            kOffset,    kObject,     "",      "i",      kNoTrait)                                                       \
  X(getstatic_s,            kOffset,    kObject,     "",      "i",      kNoTrait)                                                       \
  X(getstatic_i,            kOffset,    kObject,     "",      "i",      kNoTrait)                                                       \
  X(getstatic_a,            kOffset,    kObject,     "",      "a",      kNoTrait)                                                       \
  X(getstatic_l,            kOffset,    kObject,     "",      "w",      kNoTrait)                                                       \
  X(putstatic_z,            kOffset,    kObject,     "i",     "",       kNoTrait)                                                       \
  X(putstatic_b,            kOffset,    kObject,     "i",     "",       kNoTrait)                                                       \
  X(putstatic_c,            kOffset,    kObject,     "i",     "",       kNoTrait)                                                       \
  X(putstatic_i,            kOffset,    kObject,     "i",     "",       kNoTrait)                                                       \
  X(putstatic_a,            kOffset,    kObject,     "a",     "",       kNoTrait)                                                       \
  X(putstatic_l,            kOffset,    kObject,     "w",     "",       kNoTrait)                                                       \
  X(getstatic_far,          kNothing,   kMetadata,   "",      "*",      kNoTrait)                                                       \
  X(putstatic_far,          kNothing,   kMetadata,   "*",     "",       kNoTrait)                                                       \
  /* Invocations; a: slots of the arguments. b of the quick forms: a Method, a vtable index, an InterfaceSite, a HandleSite */      \
  /* (invokedynamic, too). */                                                                                                       \
  X(invokevirtual,          kArguments, kPool,       "*",     "*",      kThrows | kStops | kCalls)                                  \
  X(invokespecial,          kArguments, kPool,       "*",     "*",      kThrows | kStops | kCalls)                                  \
  X(invokestatic,           kArguments, kPool,       "*",     "*",      kThrows | kStops | kCalls)                                  \
  X(invokeinterface,        kArguments, kPool,       "*",     "*",      kThrows | kStops | kCalls)                                  \
  X(invokedynamic,          kArguments, kPool,       "*",     "*",      kThrows | kStops | kCalls)                                  \
  X(invokestatic_quick,     kArguments, kMetadata,   "*",     "*",      kThrows | kStops | kCalls)                                  \
  X(invokespecial_quick,    kArguments, kMetadata,   "*",     "*",      kThrows | kStops | kCalls)                                  \
  X(invokevirtual_quick,    kArguments, kIndex,      "*",     "*",      kThrows | kStops | kCalls)                                  \
  X(invokeinterface_quick,  kArguments, kMetadata,   "*",     "*",      kThrows | kStops | kCalls)                                  \
  X(invokehandle_quick,     kArguments, kHandleSite, "*",     "*",      kThrows | kStops | kCalls)                                  \
  /* Objects and arrays; b of the quick forms: the Class. multianewarray: a dimensions. */                                          \
  X(new_,                   kNothing,   kPool,       "",      "a",      kThrows | kCalls)                                           \
  X(new_quick,              kNothing,   kMetadata,   "",      "a",      kThrows)                                                    \
  X(newarray,               kType,      kNothing,    "i",     "a",      kThrows)                                                    \
  X(anewarray,              kNothing,   kPool,       "i",     "a",      kThrows | kCalls)                                           \
  X(anewarray_quick,        kNothing,   kMetadata,   "i",     "a",      kThrows)                                                    \
  X(multianewarray,         kCount,     kPool,       "*",     "a",      kThrows | kCalls)                                           \
  X(arraylength,            kNothing,   kNothing,    "a",     "i",      kThrows)                                                    \
  X(athrow,                 kNothing,   kNothing,    "a",     "",       kThrows)                                                    \
  X(checkcast,              kNothing,   kPool,       "a",     "a",      kThrows | kCalls)                                           \
  X(instanceof_,            kNothing,   kPool,       "a",     "i",      kThrows | kCalls)                                           \
  X(checkcast_quick,        kNothing,   kMetadata,   "a",     "a",      kThrows)                                                    \
  X(instanceof_quick,       kNothing,   kMetadata,   "a",     "i",      kNoTrait)                                                       \
  X(monitorenter,           kNothing,   kNothing,    "a",     "",       kThrows | kStops)                                           \
  X(monitorexit,            kNothing,   kNothing,    "a",     "",       kThrows)
// clang-format on

namespace uvm::rt {

enum class OperandKind : std::uint8_t {
  kNothing,
  kSlot,        // index of a local variable
  kValue,       // a constant
  kPool,        // index in the constant pool
  kOffset,      // bytes in an object
  kIndex,       // in a vtable
  kType,        // BasicType
  kCount,       // of dimensions
  kArguments,   // slots of arguments
  kBranch,      // where to go, relative, in instructions
  kMetadata,    // a reference to a record in the metadata segment without references to objects
  kHandleSite,  // a reference to a HandleSite, which refers to an object
  kObject,      // a reference to an object
};

enum OpTrait : std::uint8_t {
  kNoTrait = 0,
  kThrows = 1,  // it, not what it calls, can throw
  kStops = 2,   // it polls for safepoints, or waits
  kCalls = 4,   // Java can run in its middle: it pushes frames, or resolves
};

struct OpInfo {
  std::string_view name;
  OperandKind a, b;
  std::string_view pops, pushes;
  unsigned traits;
};

inline constexpr OpInfo kOpInfo[] = {
#define UVM_OP(name, a, b, pops, pushes, traits) \
  {#name, OperandKind::a, OperandKind::b, pops, pushes, traits},
    UVM_OPS(UVM_OP)
#undef UVM_OP
};

enum class Op : std::uint16_t {
#define UVM_OP(name, ...) name,
  UVM_OPS(UVM_OP)
#undef UVM_OP
      kCount
};

constexpr const OpInfo& info_of(Op op) { return kOpInfo[static_cast<std::size_t>(op)]; }

// Slots of such values; -1 when the operand says it.
constexpr int slots_of_effect(std::string_view values) {
  int slots = 0;
  for (const char value : values) {
    if (value == '*') return -1;
    slots += value == 'w' ? 2 : 1;
  }
  return slots;
}

// Slots that an instruction takes from the operand stack and puts there, and by how many the stack grows. Only
// for instructions whose operands do not say it.
template <Op op>
inline constexpr int kPopped = [] {
  static_assert(slots_of_effect(info_of(op).pops) >= 0);
  return slots_of_effect(info_of(op).pops);
}();
template <Op op>
inline constexpr int kPushed = [] {
  static_assert(slots_of_effect(info_of(op).pushes) >= 0);
  return slots_of_effect(info_of(op).pushes);
}();
template <Op op>
inline constexpr int kStackChange = kPushed<op> - kPopped<op>;

// The form of a branch that goes backward and polls; Op::kCount if there is none.
constexpr Op backward_of(Op branch) {
  std::string_view name = info_of(branch).name;
  if (name.ends_with('_')) name.remove_suffix(1);
  for (std::size_t i = 0; i < static_cast<std::size_t>(Op::kCount); i++) {
    const std::string_view other = kOpInfo[i].name;
    if (other.size() == name.size() + 5 && other.starts_with(name) && other.ends_with("_back"))
      return static_cast<Op>(i);
  }
  return Op::kCount;
}

// Whether one instruction can stand in for another in place: the operand stack must look alike before and
// after each.
constexpr bool interchangeable(Op one, Op other) {
  const auto agree = [](std::string_view a, std::string_view b) {
    return slots_of_effect(a) < 0 || slots_of_effect(b) < 0 || slots_of_effect(a) == slots_of_effect(b);
  };
  return agree(info_of(one).pops, info_of(other).pops) && agree(info_of(one).pushes, info_of(other).pushes);
}

constexpr std::uint64_t persisted_layout(const Op* /*type*/) {
  std::uint64_t hash = add_to_layout(kLayoutSeed, "Op");
  for (const OpInfo& op : kOpInfo) {
    hash = add_to_layout(hash, op.name);
    hash = add_to_layout(hash, static_cast<std::uint64_t>(op.a) << 8 | static_cast<std::uint64_t>(op.b));
  }
  return hash;
}

}  // namespace uvm::rt
