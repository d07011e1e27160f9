// The bytecodes of JVMS 17 chapter 6, as one table. The interpreter, the verifier and the stack-map
// analysis expand UVM_OPCODES and so agree on numbers, lengths and names. Breakpoint, impdep1 and impdep2 are
// not in it: a class file must not contain them (JVMS 4.9.1).
//
// X(name, value, length, effect)
//   length  bytes of the instruction with its operands; 0 when it varies (tableswitch, lookupswitch, wide).
//   effect  what it takes from and puts on the operand stack, "popped>pushed", bottom of the stack first, in
//           letters: I int (and the types kept as int), J long, F float, D double, A reference, R return
//           address; "*" when it depends on operands, on the constant pool or on what is on the stack.
#pragma once

#include <array>
#include <cstdint>
#include <iterator>
#include <string_view>

namespace uvm::rt::classfile {

// clang-format off
#define UVM_OPCODES(X) \
  X(nop, 0x00, 1, ">")              \
  X(aconst_null, 0x01, 1, ">A")     \
  X(iconst_m1, 0x02, 1, ">I")       \
  X(iconst_0, 0x03, 1, ">I")        \
  X(iconst_1, 0x04, 1, ">I")        \
  X(iconst_2, 0x05, 1, ">I")        \
  X(iconst_3, 0x06, 1, ">I")        \
  X(iconst_4, 0x07, 1, ">I")        \
  X(iconst_5, 0x08, 1, ">I")        \
  X(lconst_0, 0x09, 1, ">J")        \
  X(lconst_1, 0x0a, 1, ">J")        \
  X(fconst_0, 0x0b, 1, ">F")        \
  X(fconst_1, 0x0c, 1, ">F")        \
  X(fconst_2, 0x0d, 1, ">F")        \
  X(dconst_0, 0x0e, 1, ">D")        \
  X(dconst_1, 0x0f, 1, ">D")        \
  X(bipush, 0x10, 2, ">I")          \
  X(sipush, 0x11, 3, ">I")          \
  X(ldc, 0x12, 2, "*")              \
  X(ldc_w, 0x13, 3, "*")            \
  X(ldc2_w, 0x14, 3, "*")           \
  X(iload, 0x15, 2, ">I")           \
  X(lload, 0x16, 2, ">J")           \
  X(fload, 0x17, 2, ">F")           \
  X(dload, 0x18, 2, ">D")           \
  X(aload, 0x19, 2, ">A")           \
  X(iload_0, 0x1a, 1, ">I")         \
  X(iload_1, 0x1b, 1, ">I")         \
  X(iload_2, 0x1c, 1, ">I")         \
  X(iload_3, 0x1d, 1, ">I")         \
  X(lload_0, 0x1e, 1, ">J")         \
  X(lload_1, 0x1f, 1, ">J")         \
  X(lload_2, 0x20, 1, ">J")         \
  X(lload_3, 0x21, 1, ">J")         \
  X(fload_0, 0x22, 1, ">F")         \
  X(fload_1, 0x23, 1, ">F")         \
  X(fload_2, 0x24, 1, ">F")         \
  X(fload_3, 0x25, 1, ">F")         \
  X(dload_0, 0x26, 1, ">D")         \
  X(dload_1, 0x27, 1, ">D")         \
  X(dload_2, 0x28, 1, ">D")         \
  X(dload_3, 0x29, 1, ">D")         \
  X(aload_0, 0x2a, 1, ">A")         \
  X(aload_1, 0x2b, 1, ">A")         \
  X(aload_2, 0x2c, 1, ">A")         \
  X(aload_3, 0x2d, 1, ">A")         \
  X(iaload, 0x2e, 1, "AI>I")        \
  X(laload, 0x2f, 1, "AI>J")        \
  X(faload, 0x30, 1, "AI>F")        \
  X(daload, 0x31, 1, "AI>D")        \
  X(aaload, 0x32, 1, "AI>A")        \
  X(baload, 0x33, 1, "AI>I")        \
  X(caload, 0x34, 1, "AI>I")        \
  X(saload, 0x35, 1, "AI>I")        \
  X(istore, 0x36, 2, "I>")          \
  X(lstore, 0x37, 2, "J>")          \
  X(fstore, 0x38, 2, "F>")          \
  X(dstore, 0x39, 2, "D>")          \
  X(astore, 0x3a, 2, "*")           \
  X(istore_0, 0x3b, 1, "I>")        \
  X(istore_1, 0x3c, 1, "I>")        \
  X(istore_2, 0x3d, 1, "I>")        \
  X(istore_3, 0x3e, 1, "I>")        \
  X(lstore_0, 0x3f, 1, "J>")        \
  X(lstore_1, 0x40, 1, "J>")        \
  X(lstore_2, 0x41, 1, "J>")        \
  X(lstore_3, 0x42, 1, "J>")        \
  X(fstore_0, 0x43, 1, "F>")        \
  X(fstore_1, 0x44, 1, "F>")        \
  X(fstore_2, 0x45, 1, "F>")        \
  X(fstore_3, 0x46, 1, "F>")        \
  X(dstore_0, 0x47, 1, "D>")        \
  X(dstore_1, 0x48, 1, "D>")        \
  X(dstore_2, 0x49, 1, "D>")        \
  X(dstore_3, 0x4a, 1, "D>")        \
  X(astore_0, 0x4b, 1, "*")         \
  X(astore_1, 0x4c, 1, "*")         \
  X(astore_2, 0x4d, 1, "*")         \
  X(astore_3, 0x4e, 1, "*")         \
  X(iastore, 0x4f, 1, "AII>")       \
  X(lastore, 0x50, 1, "AIJ>")       \
  X(fastore, 0x51, 1, "AIF>")       \
  X(dastore, 0x52, 1, "AID>")       \
  X(aastore, 0x53, 1, "AIA>")       \
  X(bastore, 0x54, 1, "AII>")       \
  X(castore, 0x55, 1, "AII>")       \
  X(sastore, 0x56, 1, "AII>")       \
  X(pop, 0x57, 1, "*")              \
  X(pop2, 0x58, 1, "*")             \
  X(dup, 0x59, 1, "*")              \
  X(dup_x1, 0x5a, 1, "*")           \
  X(dup_x2, 0x5b, 1, "*")           \
  X(dup2, 0x5c, 1, "*")             \
  X(dup2_x1, 0x5d, 1, "*")          \
  X(dup2_x2, 0x5e, 1, "*")          \
  X(swap, 0x5f, 1, "*")             \
  X(iadd, 0x60, 1, "II>I")          \
  X(ladd, 0x61, 1, "JJ>J")          \
  X(fadd, 0x62, 1, "FF>F")          \
  X(dadd, 0x63, 1, "DD>D")          \
  X(isub, 0x64, 1, "II>I")          \
  X(lsub, 0x65, 1, "JJ>J")          \
  X(fsub, 0x66, 1, "FF>F")          \
  X(dsub, 0x67, 1, "DD>D")          \
  X(imul, 0x68, 1, "II>I")          \
  X(lmul, 0x69, 1, "JJ>J")          \
  X(fmul, 0x6a, 1, "FF>F")          \
  X(dmul, 0x6b, 1, "DD>D")          \
  X(idiv, 0x6c, 1, "II>I")          \
  X(ldiv, 0x6d, 1, "JJ>J")          \
  X(fdiv, 0x6e, 1, "FF>F")          \
  X(ddiv, 0x6f, 1, "DD>D")          \
  X(irem, 0x70, 1, "II>I")          \
  X(lrem, 0x71, 1, "JJ>J")          \
  X(frem, 0x72, 1, "FF>F")          \
  X(drem, 0x73, 1, "DD>D")          \
  X(ineg, 0x74, 1, "I>I")           \
  X(lneg, 0x75, 1, "J>J")           \
  X(fneg, 0x76, 1, "F>F")           \
  X(dneg, 0x77, 1, "D>D")           \
  X(ishl, 0x78, 1, "II>I")          \
  X(lshl, 0x79, 1, "JI>J")          \
  X(ishr, 0x7a, 1, "II>I")          \
  X(lshr, 0x7b, 1, "JI>J")          \
  X(iushr, 0x7c, 1, "II>I")         \
  X(lushr, 0x7d, 1, "JI>J")         \
  X(iand, 0x7e, 1, "II>I")          \
  X(land, 0x7f, 1, "JJ>J")          \
  X(ior, 0x80, 1, "II>I")           \
  X(lor, 0x81, 1, "JJ>J")           \
  X(ixor, 0x82, 1, "II>I")          \
  X(lxor, 0x83, 1, "JJ>J")          \
  X(iinc, 0x84, 3, ">")             \
  X(i2l, 0x85, 1, "I>J")            \
  X(i2f, 0x86, 1, "I>F")            \
  X(i2d, 0x87, 1, "I>D")            \
  X(l2i, 0x88, 1, "J>I")            \
  X(l2f, 0x89, 1, "J>F")            \
  X(l2d, 0x8a, 1, "J>D")            \
  X(f2i, 0x8b, 1, "F>I")            \
  X(f2l, 0x8c, 1, "F>J")            \
  X(f2d, 0x8d, 1, "F>D")            \
  X(d2i, 0x8e, 1, "D>I")            \
  X(d2l, 0x8f, 1, "D>J")            \
  X(d2f, 0x90, 1, "D>F")            \
  X(i2b, 0x91, 1, "I>I")            \
  X(i2c, 0x92, 1, "I>I")            \
  X(i2s, 0x93, 1, "I>I")            \
  X(lcmp, 0x94, 1, "JJ>I")          \
  X(fcmpl, 0x95, 1, "FF>I")         \
  X(fcmpg, 0x96, 1, "FF>I")         \
  X(dcmpl, 0x97, 1, "DD>I")         \
  X(dcmpg, 0x98, 1, "DD>I")         \
  X(ifeq, 0x99, 3, "I>")            \
  X(ifne, 0x9a, 3, "I>")            \
  X(iflt, 0x9b, 3, "I>")            \
  X(ifge, 0x9c, 3, "I>")            \
  X(ifgt, 0x9d, 3, "I>")            \
  X(ifle, 0x9e, 3, "I>")            \
  X(if_icmpeq, 0x9f, 3, "II>")      \
  X(if_icmpne, 0xa0, 3, "II>")      \
  X(if_icmplt, 0xa1, 3, "II>")      \
  X(if_icmpge, 0xa2, 3, "II>")      \
  X(if_icmpgt, 0xa3, 3, "II>")      \
  X(if_icmple, 0xa4, 3, "II>")      \
  X(if_acmpeq, 0xa5, 3, "AA>")      \
  X(if_acmpne, 0xa6, 3, "AA>")      \
  X(goto, 0xa7, 3, ">")             \
  X(jsr, 0xa8, 3, ">R")             \
  X(ret, 0xa9, 2, ">")              \
  X(tableswitch, 0xaa, 0, "I>")     \
  X(lookupswitch, 0xab, 0, "I>")    \
  X(ireturn, 0xac, 1, "I>")         \
  X(lreturn, 0xad, 1, "J>")         \
  X(freturn, 0xae, 1, "F>")         \
  X(dreturn, 0xaf, 1, "D>")         \
  X(areturn, 0xb0, 1, "A>")         \
  X(return, 0xb1, 1, ">")           \
  X(getstatic, 0xb2, 3, "*")        \
  X(putstatic, 0xb3, 3, "*")        \
  X(getfield, 0xb4, 3, "*")         \
  X(putfield, 0xb5, 3, "*")         \
  X(invokevirtual, 0xb6, 3, "*")    \
  X(invokespecial, 0xb7, 3, "*")    \
  X(invokestatic, 0xb8, 3, "*")     \
  X(invokeinterface, 0xb9, 5, "*")  \
  X(invokedynamic, 0xba, 5, "*")    \
  X(new, 0xbb, 3, ">A")             \
  X(newarray, 0xbc, 2, "I>A")       \
  X(anewarray, 0xbd, 3, "I>A")      \
  X(arraylength, 0xbe, 1, "A>I")    \
  X(athrow, 0xbf, 1, "A>")          \
  X(checkcast, 0xc0, 3, "A>A")      \
  X(instanceof, 0xc1, 3, "A>I")     \
  X(monitorenter, 0xc2, 1, "A>")    \
  X(monitorexit, 0xc3, 1, "A>")     \
  X(wide, 0xc4, 0, "*")             \
  X(multianewarray, 0xc5, 4, "*")   \
  X(ifnull, 0xc6, 3, "A>")          \
  X(ifnonnull, 0xc7, 3, "A>")       \
  X(goto_w, 0xc8, 5, ">")           \
  X(jsr_w, 0xc9, 5, ">R")
// clang-format on

// Names carry a k and stay in the spelling of the specification: Opcode::k_iload_0.
enum class Opcode : std::uint8_t {
#define UVM_OPCODE_ENUM(name, value, length, effect) k_##name = value,
  UVM_OPCODES(UVM_OPCODE_ENUM)
#undef UVM_OPCODE_ENUM
};

inline constexpr unsigned kOpcodeCount = 0xca;  // values from here to 0xff are not instructions

struct OpcodeInfo {
  std::string_view name;
  std::uint8_t length;  // 0: varies
  std::string_view effect;
};

inline constexpr std::array<OpcodeInfo, kOpcodeCount> kOpcodeInfo = {{
#define UVM_OPCODE_INFO(name, value, length, effect) OpcodeInfo{#name, length, effect},
    UVM_OPCODES(UVM_OPCODE_INFO)
#undef UVM_OPCODE_INFO
}};

static_assert(kOpcodeInfo[0xb6].name == "invokevirtual" && kOpcodeInfo[0xc9].name == "jsr_w");

// Bytes that HotSpot uses internally for instructions of its own. No class file may have them, but HotSpot's
// verification by type checking takes them for instructions, of these lengths, until it gets to one, and its
// messages name them.
struct ReservedOpcode {
  std::string_view name;
  std::uint8_t length;  // 0: that of a lookupswitch
};

inline constexpr ReservedOpcode kReservedOpcodes[] = {
    // from kOpcodeCount on
    {"breakpoint", 1},
    {"fast_agetfield", 3},
    {"fast_bgetfield", 3},
    {"fast_cgetfield", 3},
    {"fast_dgetfield", 3},
    {"fast_fgetfield", 3},
    {"fast_igetfield", 3},
    {"fast_lgetfield", 3},
    {"fast_sgetfield", 3},
    {"fast_aputfield", 3},
    {"fast_bputfield", 3},
    {"fast_zputfield", 3},
    {"fast_cputfield", 3},
    {"fast_dputfield", 3},
    {"fast_fputfield", 3},
    {"fast_iputfield", 3},
    {"fast_lputfield", 3},
    {"fast_sputfield", 3},
    {"fast_aload_0", 1},
    {"fast_iaccess_0", 4},
    {"fast_aaccess_0", 4},
    {"fast_faccess_0", 4},
    {"fast_iload", 2},
    {"fast_iload2", 4},
    {"fast_icaload", 3},
    {"fast_invokevfinal", 3},
    {"fast_linearswitch", 0},
    {"fast_binaryswitch", 0},
    {"fast_aldc", 2},
    {"fast_aldc_w", 3},
    {"return_register_finalizer", 1},
    {"invokehandle", 3},
    {"nofast_getfield", 3},
    {"nofast_putfield", 3},
    {"nofast_aload_0", 1},
    {"nofast_iload", 2},
    {"_shouldnotreachhere", 1},
};
inline constexpr unsigned kReservedEnd = kOpcodeCount + std::size(kReservedOpcodes);
static_assert(kReservedEnd == 0xef);

// Name for messages; "<illegal>" for a byte that is no instruction.
constexpr std::string_view opcode_name(std::uint8_t byte) {
  if (byte < kOpcodeCount) return kOpcodeInfo[byte].name;
  return byte < kReservedEnd ? kReservedOpcodes[byte - kOpcodeCount].name : std::string_view("<illegal>");
}

}  // namespace uvm::rt::classfile
