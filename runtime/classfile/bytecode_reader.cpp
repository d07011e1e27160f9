#include "runtime/classfile/bytecode_reader.h"

namespace uvm::rt::classfile {
namespace {

// 0: not inside the code, or no such instruction.
std::size_t lookupswitch_length(CodeBytes code, std::size_t bci) {
  const std::size_t at = switch_operands(bci);
  if (at + 8 > code.size()) return 0;
  const std::int64_t keys = read_s4(code, at + 4);
  return keys < 0 ? 0 : at + 8 + static_cast<std::size_t>(keys) * 8 - bci;
}

}  // namespace

std::size_t instruction_length(CodeBytes code, std::size_t bci, Reserved reserved) {
  const std::uint8_t byte = code[bci];
  const std::size_t rest = code.size() - bci;
  if (byte >= kOpcodeCount) {
    if (reserved == Reserved::kNo || byte >= kReservedEnd) return 0;
    const unsigned fixed = kReservedOpcodes[byte - kOpcodeCount].length;
    const std::size_t whole = fixed != 0 ? fixed : lookupswitch_length(code, bci);
    return whole <= rest ? whole : 0;
  }
  std::size_t length = kOpcodeInfo[byte].length;
  switch (static_cast<Opcode>(byte)) {
    case Opcode::k_wide: {
      if (rest < 2) return 0;
      const auto wide = static_cast<Opcode>(code[bci + 1]);
      const bool load = wide >= Opcode::k_iload && wide <= Opcode::k_aload;
      const bool store = wide >= Opcode::k_istore && wide <= Opcode::k_astore;
      if (wide == Opcode::k_iinc) {
        length = 6;
      } else if (load || store || wide == Opcode::k_ret) {
        length = 4;
      } else {
        return 0;
      }
      break;
    }
    case Opcode::k_tableswitch: {
      const std::size_t at = switch_operands(bci);
      if (at + 12 > code.size()) return 0;
      const std::int64_t low = read_s4(code, at + 4);
      const std::int64_t high = read_s4(code, at + 8);
      if (high < low) return 0;
      length = at + 12 + static_cast<std::size_t>(high - low + 1) * 4 - bci;
      break;
    }
    case Opcode::k_lookupswitch:
      length = lookupswitch_length(code, bci);
      break;
    default:
      break;
  }
  return length <= rest ? length : 0;
}

LocalOperand local_operand(CodeBytes code, std::size_t bci) {
  auto opcode = static_cast<Opcode>(code[bci]);
  if (opcode == Opcode::k_wide) return {static_cast<Opcode>(code[bci + 1]), read_u2(code, bci + 2)};
  // iload_0 .. aload_3 and istore_0 .. astore_3: five types, four indexes each.
  const auto short_form = [&](Opcode first, Opcode base) {
    const unsigned n = static_cast<unsigned>(opcode) - static_cast<unsigned>(first);
    return LocalOperand{static_cast<Opcode>(static_cast<unsigned>(base) + n / 4), n % 4};
  };
  if (opcode >= Opcode::k_iload_0 && opcode <= Opcode::k_aload_3) {
    return short_form(Opcode::k_iload_0, Opcode::k_iload);
  }
  if (opcode >= Opcode::k_istore_0 && opcode <= Opcode::k_astore_3) {
    return short_form(Opcode::k_istore_0, Opcode::k_istore);
  }
  return {opcode, code[bci + 1]};
}

std::vector<CodeMark> mark_instructions(CodeBytes code, std::size_t* bad_bci, Reserved reserved) {
  std::vector<CodeMark> marks(code.size(), CodeMark::kNothing);
  std::size_t bci = 0;
  while (bci < code.size()) {
    const std::size_t length = instruction_length(code, bci, reserved);
    if (length == 0) break;
    marks[bci] = static_cast<Opcode>(code[bci]) == Opcode::k_new ? CodeMark::kNew : CodeMark::kInstruction;
    bci += length;
  }
  *bad_bci = bci;
  return marks;
}

}  // namespace uvm::rt::classfile
