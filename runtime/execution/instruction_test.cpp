// Instructions one by one. The results are those of JVMS 17, chapter 6, written out: nothing here computes them.
#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <ostream>
#include <string>
#include <vector>

#include "runtime/execution/test_machine.h"

namespace uvm::rt {
namespace {

using Bytecode = classfile::Opcode;
using Code = std::vector<std::uint8_t>;

constexpr std::int32_t kMinInt = std::numeric_limits<std::int32_t>::min();
constexpr std::int32_t kMaxInt = std::numeric_limits<std::int32_t>::max();
constexpr std::int64_t kMinLong = std::numeric_limits<std::int64_t>::min();
constexpr std::int64_t kMaxLong = std::numeric_limits<std::int64_t>::max();
constexpr float kInfF = std::numeric_limits<float>::infinity();
constexpr double kInfD = std::numeric_limits<double>::infinity();
const float kNanF = std::numeric_limits<float>::quiet_NaN();
const double kNanD = std::numeric_limits<double>::quiet_NaN();

// A value with its type's letter: I, J, F, D, or A for null.
struct Value {
  char type;
  std::uint64_t bits;
};
Value I(std::int32_t v) { return {'I', static_cast<std::uint32_t>(v)}; }
Value J(std::int64_t v) { return {'J', static_cast<std::uint64_t>(v)}; }
Value F(float v) { return {'F', std::bit_cast<std::uint32_t>(v)}; }
Value D(double v) { return {'D', std::bit_cast<std::uint64_t>(v)}; }

bool is_nan(const Value& v) {
  if (v.type == 'F') return std::isnan(std::bit_cast<float>(static_cast<std::uint32_t>(v.bits)));
  return v.type == 'D' && std::isnan(std::bit_cast<double>(v.bits));
}
bool is_wide(char type) { return type == 'J' || type == 'D'; }

std::uint8_t byte(Bytecode op) { return static_cast<std::uint8_t>(op); }
std::uint8_t load_of(char type) {
  return byte(type == 'I'   ? Bytecode::k_iload
              : type == 'J' ? Bytecode::k_lload
              : type == 'F' ? Bytecode::k_fload
              : type == 'D' ? Bytecode::k_dload
                            : Bytecode::k_aload);
}
std::uint8_t return_of(char type) {
  return byte(type == 'I'   ? Bytecode::k_ireturn
              : type == 'J' ? Bytecode::k_lreturn
              : type == 'F' ? Bytecode::k_freturn
              : type == 'D' ? Bytecode::k_dreturn
                            : Bytecode::k_areturn);
}
BasicType basic(char type) {
  return type == 'I'   ? BasicType::kInt
         : type == 'J' ? BasicType::kLong
         : type == 'F' ? BasicType::kFloat
         : type == 'D' ? BasicType::kDouble
                       : BasicType::kObject;
}

struct Case {
  Bytecode op;
  std::vector<Value> operands;
  Value result;
};
void PrintTo(const Case& c, std::ostream* out) {
  *out << classfile::kOpcodeInfo[byte(c.op)].name;
  for (const Value& v : c.operands) *out << ' ' << v.type << std::hex << v.bits;
}

class Instruction : public testing::TestWithParam<Case> {};

// Loads the operands from local variables, executes the instruction, returns what it leaves.
TEST_P(Instruction, Computes) {
  const Case& c = GetParam();
  TestMachine machine;
  Code code;
  std::vector<Slot> arguments;
  for (const Value& v : c.operands) {
    code.insert(code.end(), {load_of(v.type), static_cast<std::uint8_t>(arguments.size())});
    Slot slot{};
    slot.raw = v.bits;
    arguments.push_back(slot);
    if (is_wide(v.type)) arguments.push_back({});
  }
  code.insert(code.end(), {byte(c.op), return_of(c.result.type)});
  const Outcome outcome = machine.run(code, arguments, basic(c.result.type));
  EXPECT_EQ(outcome.thrown, "");
  const std::uint64_t got = is_wide(c.result.type) ? outcome.result.raw : outcome.result.raw & 0xffffffff;
  if (is_nan(c.result)) {
    EXPECT_TRUE(is_nan({c.result.type, got}));
  } else {
    EXPECT_EQ(got, c.result.bits);
  }
}

const Case kCases[] = {
    {Bytecode::k_iadd, {I(kMaxInt), I(1)}, I(kMinInt)},
    {Bytecode::k_isub, {I(kMinInt), I(1)}, I(kMaxInt)},
    {Bytecode::k_imul, {I(0x10000), I(0x10001)}, I(0x10000)},
    {Bytecode::k_idiv, {I(-7), I(2)}, I(-3)},
    {Bytecode::k_idiv, {I(kMinInt), I(-1)}, I(kMinInt)},
    {Bytecode::k_irem, {I(-7), I(2)}, I(-1)},
    {Bytecode::k_irem, {I(7), I(-2)}, I(1)},
    {Bytecode::k_irem, {I(kMinInt), I(-1)}, I(0)},
    {Bytecode::k_ineg, {I(kMinInt)}, I(kMinInt)},
    {Bytecode::k_ishl, {I(1), I(33)}, I(2)},
    {Bytecode::k_ishl, {I(1), I(-1)}, I(kMinInt)},
    {Bytecode::k_ishr, {I(-8), I(1)}, I(-4)},
    {Bytecode::k_ishr, {I(-1), I(31)}, I(-1)},
    {Bytecode::k_iushr, {I(-1), I(28)}, I(15)},
    {Bytecode::k_iushr, {I(-1), I(32)}, I(-1)},
    {Bytecode::k_iand, {I(0x0ff0), I(0x00ff)}, I(0x00f0)},
    {Bytecode::k_ior, {I(0x0ff0), I(0x00ff)}, I(0x0fff)},
    {Bytecode::k_ixor, {I(0x0ff0), I(0x00ff)}, I(0x0f0f)},
    {Bytecode::k_ladd, {J(kMaxLong), J(1)}, J(kMinLong)},
    {Bytecode::k_lsub, {J(kMinLong), J(1)}, J(kMaxLong)},
    {Bytecode::k_lmul, {J(0x100000000), J(0x100000001)}, J(0x100000000)},
    {Bytecode::k_ldiv, {J(-7), J(2)}, J(-3)},
    {Bytecode::k_ldiv, {J(kMinLong), J(-1)}, J(kMinLong)},
    {Bytecode::k_lrem, {J(-7), J(2)}, J(-1)},
    {Bytecode::k_lrem, {J(kMinLong), J(-1)}, J(0)},
    {Bytecode::k_lneg, {J(kMinLong)}, J(kMinLong)},
    {Bytecode::k_lshl, {J(1), I(65)}, J(2)},
    {Bytecode::k_lshr, {J(-8), I(1)}, J(-4)},
    {Bytecode::k_lushr, {J(-1), I(60)}, J(15)},
    {Bytecode::k_lushr, {J(-1), I(64)}, J(-1)},
    {Bytecode::k_land, {J(0x0ff000000000), J(0x00ff00000000)}, J(0x00f000000000)},
    {Bytecode::k_lor, {J(0x0ff000000000), J(0x00ff00000000)}, J(0x0fff00000000)},
    {Bytecode::k_lxor, {J(0x0ff000000000), J(0x00ff00000000)}, J(0x0f0f00000000)},
    {Bytecode::k_lcmp, {J(1), J(2)}, I(-1)},
    {Bytecode::k_lcmp, {J(2), J(2)}, I(0)},
    {Bytecode::k_lcmp, {J(kMaxLong), J(kMinLong)}, I(1)},
    {Bytecode::k_fadd, {F(kInfF), F(-kInfF)}, F(kNanF)},
    {Bytecode::k_fadd, {F(0.1F), F(0.2F)}, F(0.3F)},
    {Bytecode::k_fadd, {F(-0.0F), F(0.0F)}, F(0.0F)},
    {Bytecode::k_fsub, {F(0.0F), F(0.0F)}, F(0.0F)},
    {Bytecode::k_fmul, {F(1e30F), F(1e30F)}, F(kInfF)},
    {Bytecode::k_fmul, {F(0.0F), F(kInfF)}, F(kNanF)},
    {Bytecode::k_fdiv, {F(1.0F), F(-0.0F)}, F(-kInfF)},
    {Bytecode::k_fdiv, {F(0.0F), F(0.0F)}, F(kNanF)},
    {Bytecode::k_frem, {F(5.5F), F(2.0F)}, F(1.5F)},
    {Bytecode::k_frem, {F(-5.5F), F(2.0F)}, F(-1.5F)},
    {Bytecode::k_frem, {F(5.5F), F(kInfF)}, F(5.5F)},
    {Bytecode::k_frem, {F(kInfF), F(2.0F)}, F(kNanF)},
    {Bytecode::k_frem, {F(1.0F), F(0.0F)}, F(kNanF)},
    {Bytecode::k_fneg, {F(0.0F)}, F(-0.0F)},
    {Bytecode::k_fneg, {F(-kInfF)}, F(kInfF)},
    {Bytecode::k_dadd, {D(0.1), D(0.2)}, D(0.30000000000000004)},
    {Bytecode::k_dsub, {D(kInfD), D(kInfD)}, D(kNanD)},
    {Bytecode::k_dmul, {D(1e200), D(1e200)}, D(kInfD)},
    {Bytecode::k_ddiv, {D(-1.0), D(0.0)}, D(-kInfD)},
    {Bytecode::k_drem, {D(-5.5), D(2.0)}, D(-1.5)},
    {Bytecode::k_drem, {D(-0.0), D(2.0)}, D(-0.0)},
    {Bytecode::k_dneg, {D(0.0)}, D(-0.0)},
    {Bytecode::k_fcmpl, {F(kNanF), F(1.0F)}, I(-1)},
    {Bytecode::k_fcmpg, {F(kNanF), F(1.0F)}, I(1)},
    {Bytecode::k_fcmpl, {F(0.0F), F(-0.0F)}, I(0)},
    {Bytecode::k_fcmpg, {F(-kInfF), F(1.0F)}, I(-1)},
    {Bytecode::k_dcmpl, {D(1.0), D(kNanD)}, I(-1)},
    {Bytecode::k_dcmpg, {D(1.0), D(kNanD)}, I(1)},
    {Bytecode::k_dcmpl, {D(2.0), D(1.0)}, I(1)},
    {Bytecode::k_i2l, {I(kMinInt)}, J(-2147483648LL)},
    {Bytecode::k_i2f, {I(16777217)}, F(16777216.0F)},
    {Bytecode::k_i2d, {I(kMinInt)}, D(-2147483648.0)},
    {Bytecode::k_l2i, {J(0x1ffffffffLL)}, I(-1)},
    {Bytecode::k_l2f, {J(kMaxLong)}, F(9223372036854775808.0F)},
    {Bytecode::k_l2d, {J(9007199254740993LL)}, D(9007199254740992.0)},
    {Bytecode::k_f2i, {F(kNanF)}, I(0)},
    {Bytecode::k_f2i, {F(kInfF)}, I(kMaxInt)},
    {Bytecode::k_f2i, {F(-3e9F)}, I(kMinInt)},
    {Bytecode::k_f2i, {F(-1.9F)}, I(-1)},
    {Bytecode::k_f2l, {F(1e19F)}, J(kMaxLong)},
    {Bytecode::k_f2l, {F(kNanF)}, J(0)},
    {Bytecode::k_f2d, {F(0.1F)}, D(0.10000000149011612)},
    {Bytecode::k_d2i, {D(2147483648.0)}, I(kMaxInt)},
    {Bytecode::k_d2i, {D(-2147483649.0)}, I(kMinInt)},
    {Bytecode::k_d2i, {D(kNanD)}, I(0)},
    {Bytecode::k_d2l, {D(9.3e18)}, J(kMaxLong)},
    {Bytecode::k_d2l, {D(-kInfD)}, J(kMinLong)},
    {Bytecode::k_d2f, {D(1e300)}, F(kInfF)},
    {Bytecode::k_d2f, {D(1e-300)}, F(0.0F)},
    {Bytecode::k_i2b, {I(0x180)}, I(-128)},
    {Bytecode::k_i2c, {I(-1)}, I(0xffff)},
    {Bytecode::k_i2s, {I(0x18000)}, I(-32768)},
};
INSTANTIATE_TEST_SUITE_P(Jvms6, Instruction, testing::ValuesIn(kCases));

// --- Exceptions that instructions throw by themselves

struct Failure {
  Bytecode op;
  std::vector<Value> operands;
  char result;
  const char* thrown;
};
TEST(Instructions, ThrowWhatTheyMust) {
  const Value null{'A', 0};
  const Failure failures[] = {
      {Bytecode::k_idiv, {I(1), I(0)}, 'I', "java/lang/ArithmeticException"},
      {Bytecode::k_irem, {I(1), I(0)}, 'I', "java/lang/ArithmeticException"},
      {Bytecode::k_ldiv, {J(1), J(0)}, 'J', "java/lang/ArithmeticException"},
      {Bytecode::k_lrem, {J(1), J(0)}, 'J', "java/lang/ArithmeticException"},
      {Bytecode::k_arraylength, {null}, 'I', "java/lang/NullPointerException"},
      {Bytecode::k_iaload, {null, I(0)}, 'I', "java/lang/NullPointerException"},
      {Bytecode::k_laload, {null, I(0)}, 'J', "java/lang/NullPointerException"},
      {Bytecode::k_aaload, {null, I(0)}, 'A', "java/lang/NullPointerException"},
      {Bytecode::k_athrow, {null}, 'I', "java/lang/NullPointerException"},
      {Bytecode::k_monitorenter, {null}, 'I', "java/lang/NullPointerException"},
      {Bytecode::k_monitorexit, {null}, 'I', "java/lang/NullPointerException"},
  };
  for (const Failure& f : failures) {
    TestMachine machine;
    Code code;
    std::vector<Slot> arguments;
    for (const Value& v : f.operands) {
      code.insert(code.end(), {load_of(v.type), static_cast<std::uint8_t>(arguments.size())});
      Slot slot{};
      slot.raw = v.bits;
      arguments.push_back(slot);
      if (is_wide(v.type)) arguments.push_back({});
    }
    code.insert(code.end(), {byte(f.op), return_of(f.result)});
    EXPECT_EQ(machine.run(code, arguments, basic(f.result)).thrown, f.thrown)
        << classfile::kOpcodeInfo[byte(f.op)].name;
  }
}

// --- Arrays

struct ArrayCase {
  BasicType element;
  Bytecode load, store;
  Value stored, loaded;
};
TEST(Instructions, ArraysKeepWhatTheirElementsHold) {
  const ArrayCase cases[] = {
      {BasicType::kBoolean, Bytecode::k_baload, Bytecode::k_bastore, I(2), I(0)},  // the lowest bit
      {BasicType::kBoolean, Bytecode::k_baload, Bytecode::k_bastore, I(3), I(1)},
      {BasicType::kByte, Bytecode::k_baload, Bytecode::k_bastore, I(0x1ff), I(-1)},
      {BasicType::kChar, Bytecode::k_caload, Bytecode::k_castore, I(-1), I(0xffff)},
      {BasicType::kShort, Bytecode::k_saload, Bytecode::k_sastore, I(0x18000), I(-32768)},
      {BasicType::kInt, Bytecode::k_iaload, Bytecode::k_iastore, I(kMinInt), I(kMinInt)},
      {BasicType::kLong, Bytecode::k_laload, Bytecode::k_lastore, J(kMinLong), J(kMinLong)},
      {BasicType::kFloat, Bytecode::k_faload, Bytecode::k_fastore, F(-0.0F), F(-0.0F)},
      {BasicType::kDouble, Bytecode::k_daload, Bytecode::k_dastore, D(1e300), D(1e300)},
  };
  for (const ArrayCase& c : cases) {
    TestMachine machine;
    Object* array = machine.make_array(c.element, 3);
    const Code code = {byte(Bytecode::k_aload_0),
                       byte(Bytecode::k_iconst_2),
                       load_of(c.stored.type),
                       1,
                       byte(c.store),
                       byte(Bytecode::k_aload_0),
                       byte(Bytecode::k_iconst_2),
                       byte(c.load),
                       return_of(c.loaded.type)};
    Slot value{};
    value.raw = c.stored.bits;
    const Outcome outcome = machine.run(code, {slot_of(array), value, Slot{}}, basic(c.loaded.type));
    EXPECT_EQ(outcome.thrown, "");
    const std::uint64_t got = is_wide(c.loaded.type) ? outcome.result.raw : outcome.result.raw & 0xffffffff;
    EXPECT_EQ(got, c.loaded.bits) << classfile::kOpcodeInfo[byte(c.store)].name;
  }
}

TEST(Instructions, ArraysHaveBounds) {
  for (const std::int32_t index : {-1, 3, kMinInt, kMaxInt}) {
    for (const bool store : {false, true}) {
      TestMachine machine;
      Object* array = machine.make_array(BasicType::kInt, 3);
      Code code = {byte(Bytecode::k_aload_0), byte(Bytecode::k_iload_1)};
      if (store) code.push_back(byte(Bytecode::k_iconst_5));
      code.push_back(byte(store ? Bytecode::k_iastore : Bytecode::k_iaload));
      if (store) code.push_back(byte(Bytecode::k_iconst_0));
      code.push_back(byte(Bytecode::k_ireturn));
      EXPECT_EQ(machine.run(code, {slot_of(array), slot_of(index)}, BasicType::kInt).thrown,
                "java/lang/ArrayIndexOutOfBoundsException");
    }
  }
}

// --- The operand stack. Digits are pushed and popped as ints; what is left, topmost last, is read off as a number.

struct StackCase {
  const char* before;
  Bytecode op;
  const char* after;
};
TEST(Instructions, TheStackIsRearranged) {
  const StackCase cases[] = {
      {"12", Bytecode::k_pop, "1"},          {"123", Bytecode::k_pop2, "1"},
      {"12", Bytecode::k_dup, "122"},        {"12", Bytecode::k_dup_x1, "212"},
      {"123", Bytecode::k_dup_x2, "3123"},   {"12", Bytecode::k_dup2, "1212"},
      {"123", Bytecode::k_dup2_x1, "23123"}, {"1234", Bytecode::k_dup2_x2, "341234"},
      {"12", Bytecode::k_swap, "21"},
  };
  for (const StackCase& c : cases) {
    TestMachine machine;
    Code code;
    for (const char* digit = c.before; *digit != 0; digit++)
      code.push_back(static_cast<std::uint8_t>(byte(Bytecode::k_iconst_0) + (*digit - '0')));
    code.push_back(byte(c.op));
    // Digit by digit into local 0, then the number: sum of digits times powers of ten.
    const std::string after = c.after;
    std::int32_t power = 1;
    code.insert(code.end(), {byte(Bytecode::k_iconst_0), byte(Bytecode::k_istore_0)});
    for (std::size_t i = 0; i < after.size(); i++, power *= 10) {
      const bool two_bytes = power > 127;
      if (power > 10000) {  // sipush reaches 32767
        code.insert(code.end(), {byte(Bytecode::k_sipush), 0x27, 0x10, byte(Bytecode::k_bipush),
                                 static_cast<std::uint8_t>(power / 10000), byte(Bytecode::k_imul)});
      } else if (two_bytes) {
        code.insert(code.end(), {byte(Bytecode::k_sipush), static_cast<std::uint8_t>(power >> 8),
                                 static_cast<std::uint8_t>(power)});
      } else {
        code.insert(code.end(), {byte(Bytecode::k_bipush), static_cast<std::uint8_t>(power)});
      }
      code.insert(code.end(), {byte(Bytecode::k_imul), byte(Bytecode::k_iload_0), byte(Bytecode::k_iadd),
                               byte(Bytecode::k_istore_0)});
    }
    code.insert(code.end(), {byte(Bytecode::k_iload_0), byte(Bytecode::k_ireturn)});
    const Outcome outcome = machine.run(code, {}, BasicType::kInt);
    EXPECT_EQ(std::to_string(outcome.result.i), after) << classfile::kOpcodeInfo[byte(c.op)].name;
  }
}

// --- Branches and switches

struct BranchCase {
  Bytecode op;
  std::vector<std::int32_t> operands;
  bool taken;
};
TEST(Instructions, BranchesAreTakenWhenTheyMust) {
  const BranchCase cases[] = {
      {Bytecode::k_ifeq, {0}, true},          {Bytecode::k_ifeq, {1}, false},
      {Bytecode::k_ifne, {0}, false},         {Bytecode::k_ifne, {-1}, true},
      {Bytecode::k_iflt, {-1}, true},         {Bytecode::k_iflt, {0}, false},
      {Bytecode::k_ifge, {0}, true},          {Bytecode::k_ifge, {kMinInt}, false},
      {Bytecode::k_ifgt, {1}, true},          {Bytecode::k_ifgt, {0}, false},
      {Bytecode::k_ifle, {0}, true},          {Bytecode::k_ifle, {kMaxInt}, false},
      {Bytecode::k_if_icmpeq, {5, 5}, true},  {Bytecode::k_if_icmpeq, {5, 6}, false},
      {Bytecode::k_if_icmpne, {5, 6}, true},  {Bytecode::k_if_icmpne, {5, 5}, false},
      {Bytecode::k_if_icmplt, {-1, 0}, true}, {Bytecode::k_if_icmplt, {kMaxInt, kMinInt}, false},
      {Bytecode::k_if_icmpge, {0, 0}, true},  {Bytecode::k_if_icmpge, {kMinInt, kMaxInt}, false},
      {Bytecode::k_if_icmpgt, {1, 0}, true},  {Bytecode::k_if_icmpgt, {0, 0}, false},
      {Bytecode::k_if_icmple, {0, 0}, true},  {Bytecode::k_if_icmple, {1, 0}, false},
  };
  for (const BranchCase& c : cases) {
    for (const bool backward : {false, true}) {
      TestMachine machine;
      std::vector<Slot> arguments;
      Code loads;
      for (const std::int32_t v : c.operands) {
        loads.insert(loads.end(), {byte(Bytecode::k_iload), static_cast<std::uint8_t>(arguments.size())});
        arguments.push_back(slot_of(v));
      }
      const Code seven = {byte(Bytecode::k_bipush), 7, byte(Bytecode::k_ireturn)};
      const Code eight = {byte(Bytecode::k_bipush), 8, byte(Bytecode::k_ireturn)};
      Code code;
      if (!backward) {  // loads, branch to 7; 8; 7
        code = loads;
        code.insert(code.end(), {byte(c.op), 0, 6});
        code.insert(code.end(), eight.begin(), eight.end());
        code.insert(code.end(), seven.begin(), seven.end());
      } else {  // goto loads; 7; loads, branch to 7; 8
        code = {byte(Bytecode::k_goto), 0, 6};
        code.insert(code.end(), seven.begin(), seven.end());
        code.insert(code.end(), loads.begin(), loads.end());
        const int back = -static_cast<int>(loads.size()) - 3;
        code.insert(code.end(),
                    {byte(c.op), static_cast<std::uint8_t>(back >> 8), static_cast<std::uint8_t>(back)});
        code.insert(code.end(), eight.begin(), eight.end());
      }
      EXPECT_EQ(machine.run(code, arguments, BasicType::kInt).result.i, c.taken ? 7 : 8)
          << classfile::kOpcodeInfo[byte(c.op)].name << (backward ? " backward" : "");
    }
  }
}

void put4(Code& code, std::int32_t v) {
  for (int shift = 24; shift >= 0; shift -= 8) code.push_back(static_cast<std::uint8_t>(v >> shift));
}

TEST(Instructions, SwitchesFindTheirTargets) {
  for (const bool table : {true, false}) {
    // iload_0, switch at 1 with operands at 4; cases 10, 11 and 13 of the table, or kMinInt, 11 and kMaxInt.
    Code code = {byte(Bytecode::k_iload_0), byte(table ? Bytecode::k_tableswitch : Bytecode::k_lookupswitch),
                 0, 0};
    const std::int32_t operands = table ? 12 + 4 * 4 : 8 + 3 * 8;
    const std::int32_t first =
        4 + operands;  // where `bipush 1, ireturn` is; the others follow, the last the default
    const auto to = [first](int n) { return first + 3 * n - 1; };
    put4(code, to(3));
    if (table) {
      put4(code, 10);
      put4(code, 13);
      for (const int n : {0, 1, 3, 2}) put4(code, to(n));
    } else {
      put4(code, 3);
      put4(code, kMinInt);
      put4(code, to(0));
      put4(code, 11);
      put4(code, to(1));
      put4(code, kMaxInt);
      put4(code, to(2));
    }
    for (std::uint8_t n = 1; n <= 4; n++)
      code.insert(code.end(), {byte(Bytecode::k_bipush), n, byte(Bytecode::k_ireturn)});
    const std::vector<std::pair<std::int32_t, int>> expected =
        table
            ? std::vector<std::pair<std::int32_t, int>>{{9, 4},  {10, 1}, {11, 2},      {12, 4},
                                                        {13, 3}, {14, 4}, {kMinInt, 4}, {kMaxInt, 4}}
            : std::vector<std::pair<std::int32_t, int>>{{kMinInt, 1}, {11, 2}, {kMaxInt, 3}, {0, 4}, {12, 4}};
    TestMachine machine;
    Method* method = machine.make_method(code, 1, BasicType::kInt);
    for (const auto& [key, result] : expected)
      EXPECT_EQ(machine.run(method, {slot_of(key)}).result.i, result)
          << key << (table ? " table" : " lookup");
  }
}

// --- Constants, increments, narrow results

TEST(Instructions, Constants) {
  struct Constant {
    Code code;
    Value value;
  };
  const Constant constants[] = {
      {{byte(Bytecode::k_iconst_m1)}, I(-1)},
      {{byte(Bytecode::k_iconst_5)}, I(5)},
      {{byte(Bytecode::k_lconst_1)}, J(1)},
      {{byte(Bytecode::k_fconst_2)}, F(2.0F)},
      {{byte(Bytecode::k_dconst_1)}, D(1.0)},
      {{byte(Bytecode::k_dconst_0)}, D(0.0)},
      {{byte(Bytecode::k_bipush), 0x80}, I(-128)},
      {{byte(Bytecode::k_sipush), 0x80, 0}, I(-32768)},
      {{byte(Bytecode::k_aconst_null)}, {'A', 0}},
      // iinc 0 by -1, wide iinc 0 by -300
      {{byte(Bytecode::k_iconst_0), byte(Bytecode::k_istore_0), byte(Bytecode::k_iinc), 0, 0xff,
        byte(Bytecode::k_wide), byte(Bytecode::k_iinc), 0, 0, 0xfe, 0xd4, byte(Bytecode::k_iload_0)},
       I(-301)},
  };
  for (const Constant& c : constants) {
    TestMachine machine;
    Code code = c.code;
    code.push_back(return_of(c.value.type));
    const Outcome outcome = machine.run(code, {}, basic(c.value.type));
    EXPECT_EQ(is_wide(c.value.type) ? outcome.result.raw : outcome.result.raw & 0xffffffff, c.value.bits);
  }
}

TEST(Instructions, ResultsAreAsNarrowAsTheMethods) {
  const std::pair<BasicType, std::int32_t> results[] = {{BasicType::kBoolean, 0},
                                                        {BasicType::kByte, 0x7e - 0x80},
                                                        {BasicType::kChar, 0xff7e},
                                                        {BasicType::kShort, -130},
                                                        {BasicType::kInt, 0x1ff7e}};
  for (const auto& [type, result] : results) {
    TestMachine machine;
    const Outcome outcome = machine.run({byte(Bytecode::k_iload_0), byte(Bytecode::k_ireturn)},
                                        {slot_of(type == BasicType::kByte ? 0x1fefe : 0x1ff7e)}, type);
    EXPECT_EQ(outcome.result.i, result);
  }
}

// --- The table of internal instructions says of each what the table of bytecodes says.

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
    TestMachine machine;
    Code code(bytecode.length, 0);
    code[0] = static_cast<std::uint8_t>(op);
    if (bytecode.length == 3) code[2] = 3;  // branches: to the return
    code.push_back(byte(Bytecode::k_return));
    Method* method = machine.make_method(code, 4, BasicType::kVoid);
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
    // What refers to an object is told apart, or roots are missed.
    if (name.starts_with("const_a") || name.starts_with("getstatic_") || name.starts_with("putstatic_")) {
      EXPECT_EQ(op.b, name.ends_with("_far") ? OperandKind::kMetadata : OperandKind::kObject) << name;
    }
  }
}

}  // namespace
}  // namespace uvm::rt
