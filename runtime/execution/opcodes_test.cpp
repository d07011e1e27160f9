// The table of internal instructions (runtime/metadata/opcodes.h) agrees with the table of bytecodes on each
// of them.
#include <gtest/gtest.h>

#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/boot/test_vm.h"
#include "runtime/classfile/opcodes.h"
#include "runtime/execution/interpreter.h"
#include "runtime/metadata/code.h"

namespace uvm::rt {
namespace {

using Bytecode = classfile::Opcode;

// A static method with these bytes, in a class that has nothing else.
Method* make_method(Vm& vm, const std::vector<std::uint8_t>& bytecode) {
  auto* holder = vm.metadata.make<Class>();
  holder->pool = vm.metadata.make<ConstantPool>();
  auto* bytes = vm.metadata.make<std::uint8_t>(bytecode.size());
  std::memcpy(bytes, bytecode.data(), bytecode.size());
  auto* method = vm.metadata.make<Method>();
  method->holder = holder;
  method->access = kAccStatic;
  method->kind = MethodKind::kUnprepared;
  method->return_type = BasicType::kVoid;
  method->bytecode = bytes;
  method->bytecode_length = static_cast<std::uint16_t>(bytecode.size());
  return method;
}

char kind_of(char letter) { return letter == 'J' || letter == 'D' ? 'w' : letter == 'A' ? 'a' : 'i'; }

TEST(OpTable, AgreesWithTheBytecodes) {
  unsigned compared = 0;
  for (unsigned op = 0; op < classfile::kOpcodeInfo.size(); op++) {
    const classfile::OpcodeInfo& bytecode = classfile::kOpcodeInfo[op];
    const std::string effect(bytecode.effect);
    if (bytecode.length == 0 || effect.empty() || effect == "*" || effect.find('R') != std::string::npos)
      continue;
    if (static_cast<Bytecode>(op) == Bytecode::k_ldc || static_cast<Bytecode>(op) == Bytecode::k_ldc_w)
      continue;
    TestVm vm;
    std::vector<std::uint8_t> code(bytecode.length, 0);
    code[0] = static_cast<std::uint8_t>(op);
    if (bytecode.length == 3) code[2] = 3;  // branches: to the return
    code.push_back(static_cast<std::uint8_t>(Bytecode::k_return));
    Method* method = make_method(*vm, code);
    translate(method);
    const OpInfo& info = info_of(method->code[0].op);
    const std::size_t arrow = effect.find('>');
    const auto matches = [&](const std::string& letters, std::string_view ours) {
      if (ours.find('*') != std::string_view::npos) return true;
      // '1' stands for a slot of either kind; a two-slot value may be two of them.
      std::string expanded;
      for (const char letter : letters) expanded += kind_of(letter);
      if (ours.find('1') == std::string_view::npos) return expanded == ours;
      int slots = 0;
      for (const char kind : expanded) slots += kind == 'w' ? 2 : 1;
      return slots == slots_of_effect(ours);
    };
    EXPECT_TRUE(matches(effect.substr(0, arrow), info.pops)) << bytecode.name << ' ' << info.name;
    EXPECT_TRUE(matches(effect.substr(arrow + 1), info.pushes)) << bytecode.name << ' ' << info.name;
    compared++;
  }
  EXPECT_GT(compared, 120U);
}

TEST(OpTable, InstructionsAreOnlyReplacedByOnesWithTheSameEffect) {
  TestVm vm;
  auto* insn = vm->metadata.make<Insn>();
  *insn = {Op::getfield, 0, 1};
  replace_insn(insn, {Op::getfield_l, 0, 16});
  EXPECT_EQ(insn->op, Op::getfield_l);
  EXPECT_DEATH(replace_insn(insn, {Op::putfield_l, 0, 16}), "another effect");
  EXPECT_DEATH(replace_insn(insn, {Op::getfield_i, 0, 16}), "another effect");
}

TEST(OpTable, FormsOfOneInstructionAgree) {
  for (std::size_t i = 0; i < static_cast<std::size_t>(Op::kCount); i++) {
    const OpInfo& op = kOpInfo[i];
    const std::string name(op.name);
    if (name.ends_with("_back")) {
      EXPECT_TRUE((op.traits & kStops) != 0) << name << " is a loop that nobody can stop";
      const std::string forward = name.substr(0, name.size() - 5) + (name == "goto_back" ? "_" : "");
      bool found = false;
      for (const OpInfo& other : kOpInfo) {
        if (other.name != forward) continue;
        found = true;
        EXPECT_EQ(other.pops, op.pops);
        EXPECT_EQ(other.b, op.b);
      }
      EXPECT_TRUE(found) << forward;
    }
    // References to objects must be told apart from other operands, or roots are missed.
    if (name.starts_with("const_a") || name.starts_with("getstatic_") || name.starts_with("putstatic_")) {
      EXPECT_EQ(op.b, name.ends_with("_far") ? OperandKind::kMetadata : OperandKind::kObject) << name;
    }
  }
}

}  // namespace
}  // namespace uvm::rt
