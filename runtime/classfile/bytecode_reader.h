// Reading instructions and their operands from code bytes (JVMS 4.7.3, chapter 6). instruction_length() and
// mark_instructions() are safe on any bytes; the operand readers rely on a complete instruction, which
// mark_instructions() establishes.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "runtime/classfile/opcodes.h"

namespace uvm::rt::classfile {

using CodeBytes = std::span<const std::uint8_t>;

inline unsigned read_u2(CodeBytes code, std::size_t at) { return unsigned{code[at]} << 8 | code[at + 1]; }
inline std::int32_t read_s2(CodeBytes code, std::size_t at) {
  return static_cast<std::int16_t>(read_u2(code, at));
}
inline std::int32_t read_s4(CodeBytes code, std::size_t at) {
  return static_cast<std::int32_t>(read_u2(code, at) << 16 | read_u2(code, at + 2));
}
// The first 4-byte operand of a switch at `bci`, after 0 to 3 bytes of padding.
inline std::size_t switch_operands(std::size_t bci) { return (bci + 4) & ~std::size_t{3}; }

// Whether the bytes of kReservedOpcodes also count as instructions.
enum class Reserved : bool { kNo, kYes };

// Bytes of the instruction at `bci`, operands included; 0 if it is not an instruction of JVMS chapter 6 or
// does not end inside the code. Precondition: bci < code.size().
std::size_t instruction_length(CodeBytes code, std::size_t bci, Reserved reserved = Reserved::kNo);

// Local variable index of a load, store, iinc or ret at `bci`, wide or not, or implied by the opcode;
// `opcode` gets the opcode that follows wide. Precondition: such an instruction.
struct LocalOperand {
  Opcode opcode;  // iload .. aload, istore .. astore, iinc, ret: never the short forms with the index in them
  unsigned index;
};
LocalOperand local_operand(CodeBytes code, std::size_t bci);

// What begins at a byte of code.
enum class CodeMark : std::uint8_t { kNothing, kInstruction, kNew };

// One mark per code byte. At the first byte that does not begin a complete instruction, *bad_bci is set to
// its index and all marks from there on are kNothing; otherwise *bad_bci is code.size().
std::vector<CodeMark> mark_instructions(CodeBytes code, std::size_t* bad_bci,
                                        Reserved reserved = Reserved::kNo);

}  // namespace uvm::rt::classfile
