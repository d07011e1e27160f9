// Instructions one by one: assembled, translated and interpreted, and their results compared with tables. The
// expected results are written out from what JVMS 17 chapter 6 says of the instruction, and never computed by
// an expression like the interpreter's own.
#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "runtime/boot/test_library.h"

namespace uvm::rt {
namespace {

using classfile::Assembler;
using classfile::Opcode;
using Code = classfile::Bytes;

constexpr unsigned kStatic = kAccPublic | kAccStatic;
constexpr std::int32_t kIntMin = -2147483647 - 1;
constexpr std::int32_t kIntMax = 2147483647;
constexpr std::int64_t kLongMin = -9223372036854775807 - 1;
constexpr std::int64_t kLongMax = 9223372036854775807;
constexpr float kFloatNan = std::numeric_limits<float>::quiet_NaN();
constexpr float kFloatInf = std::numeric_limits<float>::infinity();
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kInf = std::numeric_limits<double>::infinity();

// A value with its type: I int, J long, F float, D double.
struct Value {
  char type;
  std::uint64_t bits;
};
Value I(std::int32_t v) { return {'I', static_cast<std::uint32_t>(v)}; }
Value J(std::int64_t v) { return {'J', static_cast<std::uint64_t>(v)}; }
Value F(float v) { return {'F', std::bit_cast<std::uint32_t>(v)}; }
Value D(double v) { return {'D', std::bit_cast<std::uint64_t>(v)}; }

bool is_wide(char type) { return type == 'J' || type == 'D'; }

std::string text(Value v) {
  switch (v.type) {
    case 'I':
      return std::to_string(static_cast<std::int32_t>(v.bits));
    case 'J':
      return std::to_string(static_cast<std::int64_t>(v.bits)) + "L";
    case 'F':
      return std::to_string(std::bit_cast<float>(static_cast<std::uint32_t>(v.bits))) + "f";
    default:
      return std::to_string(std::bit_cast<double>(v.bits));
  }
}

// Any NaN equals any other (JVMS 2.3.2); other values must agree in all bits, including the sign of a zero.
bool same(Value expected, Slot actual) {
  switch (expected.type) {
    case 'F':
      if (std::isnan(std::bit_cast<float>(static_cast<std::uint32_t>(expected.bits))))
        return std::isnan(actual.f);
      [[fallthrough]];
    case 'I':
      return static_cast<std::uint32_t>(actual.raw) == expected.bits;
    case 'D':
      if (std::isnan(std::bit_cast<double>(expected.bits))) return std::isnan(actual.d);
      [[fallthrough]];
    default:
      return actual.raw == expected.bits;
  }
}

// The opcodes of iload, lload, fload, dload are in this order, and so are those of the returns.
unsigned type_index(char type) { return type == 'I' ? 0 : type == 'J' ? 1 : type == 'F' ? 2 : 3; }
Code& load(Code& code, char type, unsigned slot) {
  return code.u1(static_cast<unsigned>(Opcode::k_iload) + type_index(type)).u1(slot);
}
Code& ret(Code& code, char type) {
  return code.u1(static_cast<unsigned>(Opcode::k_ireturn) + type_index(type));
}

Slots slots_of_values(const std::vector<Value>& values) {
  Slots slots;
  for (const Value v : values) {
    Slot slot{};
    slot.raw = v.bits;
    slots.push_back(slot);
    if (is_wide(v.type)) slots.push_back(Slot{});
  }
  return slots;
}

// Instructions on given operands, with one result.
struct Row {
  std::vector<Opcode> ops;
  std::vector<Value> operands;
  Value result;
};

class Instructions : public ::testing::Test {
 protected:
  // Runs, once, a static method in a class of its own.
  Outcome run(std::string_view descriptor, const Code& code, const std::vector<Value>& arguments = {}) {
    Assembler a = assembler();
    return run(a, descriptor, code, arguments);
  }
  // The same in a class that has already been begun.
  Outcome run(Assembler& a, std::string_view descriptor, const Code& code,
              const std::vector<Value>& arguments = {},
              const std::vector<classfile::ExceptionHandler>& handlers = {}) {
    a.add_method(kStatic, "test", descriptor, {a.code(16, 300, code, handlers)});
    Class* c = library_.define(a);
    return library_.call(method_named(c, "test", descriptor), slots_of_values(arguments));
  }
  Assembler assembler(unsigned major = 61) { return Assembler("Test" + std::to_string(++classes_), major); }

  void check(const std::vector<Row>& rows) {
    for (const Row& row : rows) {
      Code code;
      std::string descriptor = "(";
      std::string what;
      unsigned slot = 0;
      for (const Value v : row.operands) {
        load(code, v.type, slot);
        slot += is_wide(v.type) ? 2 : 1;
        descriptor += v.type;
        what += text(v) + " ";
      }
      for (const Opcode op : row.ops) {
        code.op(op);
        what += std::string(classfile::kOpcodeInfo[static_cast<unsigned>(op)].name) + " ";
      }
      ret(code, row.result.type);
      const Outcome outcome = run(descriptor + ")" + row.result.type, code, row.operands);
      EXPECT_EQ(outcome.exception, "") << what;
      EXPECT_TRUE(same(row.result, outcome.result))
          << what << "gives " << text({row.result.type, outcome.result.raw}) << ", not " << text(row.result);
    }
  }

  void expect_int(const Outcome& outcome, std::int32_t expected) {
    EXPECT_EQ(outcome.exception, "");
    EXPECT_EQ(outcome.result.i, expected);
  }
  void expect_exception(const Outcome& outcome, std::string_view exception, std::string_view message = "") {
    EXPECT_EQ(outcome.exception, exception);
    EXPECT_EQ(outcome.message, message);
  }

  TestVm vm_;
  TestThread thread_{*vm_};
  TestLibrary library_{*vm_, *thread_};
  unsigned classes_ = 0;
};

TEST_F(Instructions, IntArithmetic) {
  check({
      {{Opcode::k_iadd}, {I(2), I(3)}, I(5)},
      {{Opcode::k_iadd}, {I(kIntMax), I(1)}, I(kIntMin)},
      {{Opcode::k_iadd}, {I(kIntMin), I(-1)}, I(kIntMax)},
      {{Opcode::k_isub}, {I(2), I(3)}, I(-1)},
      {{Opcode::k_isub}, {I(kIntMin), I(1)}, I(kIntMax)},
      {{Opcode::k_isub}, {I(0), I(kIntMin)}, I(kIntMin)},
      {{Opcode::k_imul}, {I(-7), I(6)}, I(-42)},
      {{Opcode::k_imul}, {I(65536), I(65536)}, I(0)},
      {{Opcode::k_imul}, {I(kIntMin), I(-1)}, I(kIntMin)},
      {{Opcode::k_imul}, {I(kIntMax), I(kIntMax)}, I(1)},
      {{Opcode::k_idiv}, {I(7), I(2)}, I(3)},
      {{Opcode::k_idiv}, {I(-7), I(2)}, I(-3)},
      {{Opcode::k_idiv}, {I(7), I(-2)}, I(-3)},
      {{Opcode::k_idiv}, {I(kIntMin), I(-1)}, I(kIntMin)},
      {{Opcode::k_idiv}, {I(kIntMin), I(1)}, I(kIntMin)},
      {{Opcode::k_irem}, {I(7), I(3)}, I(1)},
      {{Opcode::k_irem}, {I(-7), I(3)}, I(-1)},
      {{Opcode::k_irem}, {I(7), I(-3)}, I(1)},
      {{Opcode::k_irem}, {I(kIntMin), I(-1)}, I(0)},
      {{Opcode::k_ineg}, {I(5)}, I(-5)},
      {{Opcode::k_ineg}, {I(kIntMin)}, I(kIntMin)},
      {{Opcode::k_iand}, {I(0x0ff0), I(0x3c3c)}, I(0x0c30)},
      {{Opcode::k_ior}, {I(0x0ff0), I(0x3c3c)}, I(0x3ffc)},
      {{Opcode::k_ixor}, {I(0x0ff0), I(0x3c3c)}, I(0x33cc)},
      {{Opcode::k_ixor}, {I(-1), I(0)}, I(-1)},
  });
}

TEST_F(Instructions, LongArithmetic) {
  check({
      {{Opcode::k_ladd}, {J(4294967295), J(1)}, J(4294967296)},
      {{Opcode::k_ladd}, {J(kLongMax), J(1)}, J(kLongMin)},
      {{Opcode::k_lsub}, {J(4294967296), J(1)}, J(4294967295)},
      {{Opcode::k_lsub}, {J(kLongMin), J(1)}, J(kLongMax)},
      {{Opcode::k_lmul}, {J(4294967296), J(4294967296)}, J(0)},
      {{Opcode::k_lmul}, {J(3000000000), J(-3)}, J(-9000000000)},
      {{Opcode::k_lmul}, {J(kLongMin), J(-1)}, J(kLongMin)},
      {{Opcode::k_ldiv}, {J(-7), J(2)}, J(-3)},
      {{Opcode::k_ldiv}, {J(kLongMin), J(-1)}, J(kLongMin)},
      {{Opcode::k_ldiv}, {J(kLongMin), J(2)}, J(-4611686018427387904)},
      {{Opcode::k_lrem}, {J(-7), J(3)}, J(-1)},
      {{Opcode::k_lrem}, {J(kLongMin), J(-1)}, J(0)},
      {{Opcode::k_lneg}, {J(kLongMin)}, J(kLongMin)},
      {{Opcode::k_lneg}, {J(4294967296)}, J(-4294967296)},
      {{Opcode::k_land}, {J(0x0ff000000ff0), J(0x3c3c00003c3c)}, J(0x0c3000000c30)},
      {{Opcode::k_lor}, {J(0x0ff000000ff0), J(0x3c3c00003c3c)}, J(0x3ffc00003ffc)},
      {{Opcode::k_lxor}, {J(0x0ff000000ff0), J(0x3c3c00003c3c)}, J(0x33cc000033cc)},
  });
}

// Only the low bits of the shift distance count: five for int, six for long.
TEST_F(Instructions, Shifts) {
  check({
      {{Opcode::k_ishl}, {I(1), I(31)}, I(kIntMin)},     {{Opcode::k_ishl}, {I(5), I(32)}, I(5)},
      {{Opcode::k_ishl}, {I(5), I(33)}, I(10)},          {{Opcode::k_ishl}, {I(1), I(-1)}, I(kIntMin)},
      {{Opcode::k_ishr}, {I(-8), I(1)}, I(-4)},          {{Opcode::k_ishr}, {I(-1), I(31)}, I(-1)},
      {{Opcode::k_ishr}, {I(kIntMin), I(63)}, I(-1)},    {{Opcode::k_ishr}, {I(kIntMax), I(-1)}, I(0)},
      {{Opcode::k_iushr}, {I(-8), I(1)}, I(2147483644)}, {{Opcode::k_iushr}, {I(-1), I(31)}, I(1)},
      {{Opcode::k_iushr}, {I(-1), I(32)}, I(-1)},        {{Opcode::k_lshl}, {J(1), I(63)}, J(kLongMin)},
      {{Opcode::k_lshl}, {J(5), I(64)}, J(5)},           {{Opcode::k_lshl}, {J(1), I(32)}, J(4294967296)},
      {{Opcode::k_lshl}, {J(1), I(-1)}, J(kLongMin)},    {{Opcode::k_lshr}, {J(-8), I(1)}, J(-4)},
      {{Opcode::k_lshr}, {J(kLongMin), I(127)}, J(-1)},  {{Opcode::k_lushr}, {J(-1), I(63)}, J(1)},
      {{Opcode::k_lushr}, {J(-1), I(64)}, J(-1)},        {{Opcode::k_lushr}, {J(-1), I(32)}, J(4294967295)},
  });
}

TEST_F(Instructions, FloatArithmetic) {
  check({
      {{Opcode::k_fadd}, {F(1.5F), F(2.25F)}, F(3.75F)},
      {{Opcode::k_fadd}, {F(kFloatInf), F(-kFloatInf)}, F(kFloatNan)},
      {{Opcode::k_fadd}, {F(-0.0F), F(-0.0F)}, F(-0.0F)},
      {{Opcode::k_fadd}, {F(-0.0F), F(0.0F)}, F(0.0F)},
      {{Opcode::k_fadd}, {F(0x1.fffffep127F), F(0x1.fffffep127F)}, F(kFloatInf)},
      {{Opcode::k_fadd}, {F(16777216.0F), F(1.0F)}, F(16777216.0F)},  // a tie, to even
      {{Opcode::k_fsub}, {F(kFloatInf), F(kFloatInf)}, F(kFloatNan)},
      {{Opcode::k_fsub}, {F(0.0F), F(0.0F)}, F(0.0F)},
      {{Opcode::k_fmul}, {F(kFloatInf), F(0.0F)}, F(kFloatNan)},
      {{Opcode::k_fmul}, {F(-1.0F), F(0.0F)}, F(-0.0F)},
      {{Opcode::k_fmul}, {F(0x1p-149F), F(0.5F)}, F(0.0F)},
      {{Opcode::k_fdiv}, {F(1.0F), F(0.0F)}, F(kFloatInf)},
      {{Opcode::k_fdiv}, {F(1.0F), F(-0.0F)}, F(-kFloatInf)},
      {{Opcode::k_fdiv}, {F(0.0F), F(0.0F)}, F(kFloatNan)},
      {{Opcode::k_fdiv}, {F(1.0F), F(kFloatInf)}, F(0.0F)},
      {{Opcode::k_fdiv}, {F(0x1p-126F), F(2.0F)}, F(0x1p-127F)},  // gradual underflow
      {{Opcode::k_frem}, {F(5.5F), F(2.0F)}, F(1.5F)},
      {{Opcode::k_frem}, {F(-5.5F), F(2.0F)}, F(-1.5F)},
      {{Opcode::k_frem}, {F(5.5F), F(-2.0F)}, F(1.5F)},
      {{Opcode::k_frem}, {F(-4.0F), F(2.0F)}, F(-0.0F)},
      {{Opcode::k_frem}, {F(1.0F), F(0.0F)}, F(kFloatNan)},
      {{Opcode::k_frem}, {F(kFloatInf), F(2.0F)}, F(kFloatNan)},
      {{Opcode::k_frem}, {F(2.5F), F(kFloatInf)}, F(2.5F)},
      {{Opcode::k_fneg}, {F(0.0F)}, F(-0.0F)},
      {{Opcode::k_fneg}, {F(-kFloatInf)}, F(kFloatInf)},
      {{Opcode::k_fneg}, {F(kFloatNan)}, F(kFloatNan)},
  });
}

TEST_F(Instructions, DoubleArithmetic) {
  check({
      {{Opcode::k_dadd}, {D(1.5), D(2.25)}, D(3.75)},
      {{Opcode::k_dadd}, {D(0.1), D(0.2)}, D(0x1.3333333333334p-2)},
      {{Opcode::k_dadd}, {D(kInf), D(-kInf)}, D(kNan)},
      {{Opcode::k_dsub}, {D(1.0), D(kInf)}, D(-kInf)},
      {{Opcode::k_dsub}, {D(-0.0), D(0.0)}, D(-0.0)},
      {{Opcode::k_dmul}, {D(0x1.fffffffffffffp1023), D(2.0)}, D(kInf)},
      {{Opcode::k_dmul}, {D(0x1p-1074), D(0.5)}, D(0.0)},
      {{Opcode::k_dmul}, {D(kNan), D(0.0)}, D(kNan)},
      {{Opcode::k_ddiv}, {D(-1.0), D(0.0)}, D(-kInf)},
      {{Opcode::k_ddiv}, {D(1.0), D(3.0)}, D(0x1.5555555555555p-2)},
      {{Opcode::k_ddiv}, {D(kInf), D(kInf)}, D(kNan)},
      {{Opcode::k_drem}, {D(-5.5), D(2.0)}, D(-1.5)},
      {{Opcode::k_drem}, {D(0x1p1023), D(3.0)}, D(2.0)},  // 2^odd is 2 modulo 3
      {{Opcode::k_drem}, {D(-0.0), D(1.0)}, D(-0.0)},
      {{Opcode::k_drem}, {D(1.0), D(-0.0)}, D(kNan)},
      {{Opcode::k_dneg}, {D(-0.0)}, D(0.0)},
      {{Opcode::k_dneg}, {D(kNan)}, D(kNan)},
      {{Opcode::k_dmul, Opcode::k_dadd},
       {D(-1.0), D(0x1.0000000000001p0), D(0x1.0000000000001p0)},
       D(0x1p-51)},  // rounded after each operation: a fused one would keep 2^-104
  });
}

TEST_F(Instructions, Conversions) {
  check({
      {{Opcode::k_i2l}, {I(-1)}, J(-1)},
      {{Opcode::k_i2l}, {I(kIntMin)}, J(-2147483648)},
      {{Opcode::k_i2f}, {I(16777217)}, F(16777216.0F)},
      {{Opcode::k_i2f}, {I(kIntMax)}, F(2147483648.0F)},
      {{Opcode::k_i2d}, {I(kIntMin)}, D(-2147483648.0)},
      {{Opcode::k_l2i}, {J(4294967297)}, I(1)},
      {{Opcode::k_l2i}, {J(2147483648)}, I(kIntMin)},
      {{Opcode::k_l2i}, {J(kLongMin)}, I(0)},
      {{Opcode::k_l2f}, {J(kLongMax)}, F(0x1p63F)},
      {{Opcode::k_l2f}, {J(16777219)}, F(16777220.0F)},
      {{Opcode::k_l2d}, {J(9007199254740993)}, D(9007199254740992.0)},
      {{Opcode::k_l2d}, {J(kLongMin)}, D(-0x1p63)},
      {{Opcode::k_f2i}, {F(-1.9F)}, I(-1)},
      {{Opcode::k_f2i}, {F(kFloatNan)}, I(0)},
      {{Opcode::k_f2i}, {F(kFloatInf)}, I(kIntMax)},
      {{Opcode::k_f2i}, {F(-kFloatInf)}, I(kIntMin)},
      {{Opcode::k_f2i}, {F(2147483648.0F)}, I(kIntMax)},
      {{Opcode::k_f2i}, {F(2147483520.0F)}, I(2147483520)},
      {{Opcode::k_f2i}, {F(-2147483648.0F)}, I(kIntMin)},
      {{Opcode::k_f2l}, {F(kFloatNan)}, J(0)},
      {{Opcode::k_f2l}, {F(0x1p63F)}, J(kLongMax)},
      {{Opcode::k_f2l}, {F(-0x1p64F)}, J(kLongMin)},
      {{Opcode::k_f2l}, {F(0x1p40F)}, J(1099511627776)},
      {{Opcode::k_f2d}, {F(0x1p-149F)}, D(0x1p-149)},
      {{Opcode::k_f2d}, {F(kFloatNan)}, D(kNan)},
      {{Opcode::k_f2d}, {F(-0.0F)}, D(-0.0)},
      {{Opcode::k_d2i}, {D(2147483647.9)}, I(kIntMax)},
      {{Opcode::k_d2i}, {D(-2147483648.9)}, I(kIntMin)},
      {{Opcode::k_d2i}, {D(kNan)}, I(0)},
      {{Opcode::k_d2i}, {D(1e300)}, I(kIntMax)},
      {{Opcode::k_d2i}, {D(-0.9)}, I(0)},
      {{Opcode::k_d2l}, {D(kNan)}, J(0)},
      {{Opcode::k_d2l}, {D(kInf)}, J(kLongMax)},
      {{Opcode::k_d2l}, {D(-kInf)}, J(kLongMin)},
      {{Opcode::k_d2l}, {D(0x1p63)}, J(kLongMax)},
      {{Opcode::k_d2l}, {D(0x1.fffffffffffffp62)}, J(9223372036854774784)},
      {{Opcode::k_d2f}, {D(1e300)}, F(kFloatInf)},
      {{Opcode::k_d2f}, {D(-1e-300)}, F(-0.0F)},
      {{Opcode::k_d2f}, {D(kNan)}, F(kFloatNan)},
      {{Opcode::k_d2f}, {D(0x1.000001p0)}, F(1.0F)},  // a tie, to even
      {{Opcode::k_i2b}, {I(127)}, I(127)},
      {{Opcode::k_i2b}, {I(128)}, I(-128)},
      {{Opcode::k_i2b}, {I(255)}, I(-1)},
      {{Opcode::k_i2b}, {I(256)}, I(0)},
      {{Opcode::k_i2c}, {I(-1)}, I(65535)},
      {{Opcode::k_i2c}, {I(65536)}, I(0)},
      {{Opcode::k_i2s}, {I(32768)}, I(-32768)},
      {{Opcode::k_i2s}, {I(-32769)}, I(32767)},
      {{Opcode::k_i2s}, {I(65535)}, I(-1)},
  });
}

TEST_F(Instructions, Comparisons) {
  check({
      {{Opcode::k_lcmp}, {J(1), J(2)}, I(-1)},
      {{Opcode::k_lcmp}, {J(kLongMax), J(kLongMin)}, I(1)},
      {{Opcode::k_lcmp}, {J(4294967296), J(0)}, I(1)},
      {{Opcode::k_lcmp}, {J(-5), J(-5)}, I(0)},
      {{Opcode::k_fcmpl}, {F(kFloatNan), F(0.0F)}, I(-1)},
      {{Opcode::k_fcmpg}, {F(kFloatNan), F(0.0F)}, I(1)},
      {{Opcode::k_fcmpl}, {F(0.0F), F(kFloatNan)}, I(-1)},
      {{Opcode::k_fcmpg}, {F(0.0F), F(kFloatNan)}, I(1)},
      {{Opcode::k_fcmpl}, {F(0.0F), F(-0.0F)}, I(0)},
      {{Opcode::k_fcmpg}, {F(-kFloatInf), F(kFloatInf)}, I(-1)},
      {{Opcode::k_fcmpl}, {F(2.0F), F(1.0F)}, I(1)},
      {{Opcode::k_dcmpl}, {D(kNan), D(kNan)}, I(-1)},
      {{Opcode::k_dcmpg}, {D(kNan), D(kNan)}, I(1)},
      {{Opcode::k_dcmpl}, {D(-0.0), D(0.0)}, I(0)},
      {{Opcode::k_dcmpg}, {D(0x1p-1074), D(0.0)}, I(1)},
      {{Opcode::k_dcmpl}, {D(-kInf), D(kInf)}, I(-1)},
      {{Opcode::k_dcmpg}, {D(1.0), D(1.0)}, I(0)},
  });
}

TEST_F(Instructions, DivisionByZeroThrows) {
  for (const Opcode op : {Opcode::k_idiv, Opcode::k_irem}) {
    Code code;
    load(code, 'I', 0).op(Opcode::k_iconst_0).op(op).op(Opcode::k_ireturn);
    expect_exception(run("(I)I", code, {I(kIntMin)}), "java/lang/ArithmeticException", "/ by zero");
  }
  for (const Opcode op : {Opcode::k_ldiv, Opcode::k_lrem}) {
    Code code;
    load(code, 'J', 0).op(Opcode::k_lconst_0).op(op).op(Opcode::k_lreturn);
    expect_exception(run("(J)J", code, {J(7)}), "java/lang/ArithmeticException", "/ by zero");
  }
}

TEST_F(Instructions, Constants) {
  for (int v = -1; v <= 5; ++v) {
    Code code;
    code.u1(static_cast<unsigned>(static_cast<int>(Opcode::k_iconst_0) + v)).op(Opcode::k_ireturn);
    expect_int(run("()I", code), v);
  }
  const auto constant = [&](Opcode op, Value expected) {
    Code code;
    ret(code.op(op), expected.type);
    const Outcome outcome = run(std::string("()") + expected.type, code);
    EXPECT_TRUE(same(expected, outcome.result)) << text(expected);
  };
  constant(Opcode::k_lconst_0, J(0));
  constant(Opcode::k_lconst_1, J(1));
  constant(Opcode::k_fconst_0, F(0.0F));
  constant(Opcode::k_fconst_1, F(1.0F));
  constant(Opcode::k_fconst_2, F(2.0F));
  constant(Opcode::k_dconst_0, D(0.0));
  constant(Opcode::k_dconst_1, D(1.0));
  expect_int(run("()I", Code().op(Opcode::k_bipush).u1(0x80).op(Opcode::k_ireturn)), -128);
  expect_int(run("()I", Code().op(Opcode::k_sipush).u2(0x8000).op(Opcode::k_ireturn)), -32768);
  {
    Assembler a = assembler();
    const unsigned index = a.integer(0x80000000U);
    expect_int(run(a, "()I", Code().op(Opcode::k_ldc).u1(index).op(Opcode::k_ireturn)), kIntMin);
  }
  {
    Assembler a = assembler();
    const unsigned index = a.raw(Code().u1(4).u4(0x40490fdbU));
    const Outcome outcome = run(a, "()F", Code().op(Opcode::k_ldc_w).u2(index).op(Opcode::k_freturn));
    EXPECT_TRUE(same(F(3.1415927F), outcome.result));
  }
  {
    Assembler a = assembler();
    const unsigned index = a.long_(0x8000000000000000U);
    const Outcome outcome = run(a, "()J", Code().op(Opcode::k_ldc2_w).u2(index).op(Opcode::k_lreturn));
    EXPECT_EQ(outcome.result.l, kLongMin);
  }
}

// Pushes 1, 2, ... `depth`, executes `ops`, and returns the stack from its bottom as decimal digits.
struct StackRow {
  Opcode op;
  unsigned depth, depth_after;
  std::int32_t digits;
};

TEST_F(Instructions, StackOperations) {
  constexpr StackRow kRows[] = {
      {Opcode::k_pop, 2, 1, 1},          {Opcode::k_pop2, 3, 1, 1},          {Opcode::k_dup, 2, 3, 122},
      {Opcode::k_dup_x1, 3, 4, 1323},    {Opcode::k_dup_x2, 4, 5, 14234},    {Opcode::k_dup2, 3, 5, 12323},
      {Opcode::k_dup2_x1, 4, 6, 134234}, {Opcode::k_dup2_x2, 5, 7, 1452345}, {Opcode::k_swap, 3, 3, 132},
      {Opcode::k_nop, 2, 2, 12},
  };
  for (const StackRow& row : kRows) {
    Code code;
    for (unsigned v = 1; v <= row.depth; ++v) code.op(Opcode::k_bipush).u1(v);
    code.op(row.op);
    for (unsigned slot = row.depth_after; slot > 0; --slot) code.op(Opcode::k_istore).u1(slot);
    code.op(Opcode::k_iconst_0);
    for (unsigned slot = 1; slot <= row.depth_after; ++slot)
      code.op(Opcode::k_bipush).u1(10).op(Opcode::k_imul).op(Opcode::k_iload).u1(slot).op(Opcode::k_iadd);
    code.op(Opcode::k_ireturn);
    SCOPED_TRACE(classfile::kOpcodeInfo[static_cast<unsigned>(row.op)].name);
    expect_int(run("()I", code), row.digits);
  }
}

// The same on values of two slots (forms 2 to 4 in JVMS 6.5).
TEST_F(Instructions, StackOperationsOnWideValues) {
  check({
      {{Opcode::k_dup2, Opcode::k_ladd}, {J(5000000000)}, J(10000000000)},
      {{Opcode::k_pop2}, {J(5000000000), J(1)}, J(5000000000)},
      {{Opcode::k_dup2_x1, Opcode::k_l2i, Opcode::k_iadd, Opcode::k_i2l, Opcode::k_ladd},
       {I(3), J(4)},
       J(11)},
      {{Opcode::k_dup2_x2, Opcode::k_lsub, Opcode::k_lsub}, {J(10), J(3)}, J(-4)},
      {{Opcode::k_dup_x2, Opcode::k_i2l, Opcode::k_ladd, Opcode::k_l2i, Opcode::k_isub},
       {J(10), I(3)},
       I(-10)},
      {{Opcode::k_dup2_x2, Opcode::k_iadd, Opcode::k_i2d, Opcode::k_dmul, Opcode::k_d2i, Opcode::k_iadd,
        Opcode::k_iadd},
       {D(2.0), I(3), I(4)},
       I(21)},
  });
}

TEST_F(Instructions, Locals) {
  for (unsigned slot = 0; slot < 4; ++slot) {
    SCOPED_TRACE(slot);
    Code code;
    code.op(Opcode::k_bipush).u1(42).u1(static_cast<unsigned>(Opcode::k_istore_0) + slot);
    code.u1(static_cast<unsigned>(Opcode::k_iload_0) + slot).op(Opcode::k_ireturn);
    expect_int(run("()I", code), 42);
    Code wide_value;
    load(wide_value, 'D', 0).u1(static_cast<unsigned>(Opcode::k_dstore_0) + slot);
    wide_value.u1(static_cast<unsigned>(Opcode::k_dload_0) + slot).op(Opcode::k_dreturn);
    EXPECT_EQ(run("(D)D", wide_value, {D(1.25)}).result.d, 1.25);
  }
  // Slots from 256 on, and amounts that do not fit in a byte, need wide.
  Code code;
  code.op(Opcode::k_sipush).u2(1000).op(Opcode::k_wide).op(Opcode::k_istore).u2(299);
  code.op(Opcode::k_wide).op(Opcode::k_iinc).u2(299).u2(static_cast<unsigned>(-2000) & 0xffff);
  code.op(Opcode::k_wide).op(Opcode::k_iload).u2(299).op(Opcode::k_ireturn);
  expect_int(run("()I", code), -1000);
  Code increment;
  increment.op(Opcode::k_iinc).u1(0).u1(0x80).op(Opcode::k_iinc).u1(0).u1(127).op(Opcode::k_iload_0);
  increment.op(Opcode::k_ireturn);
  expect_int(run("(I)I", increment, {I(7)}), 6);
  expect_int(run("(I)I", increment, {I(kIntMin)}), kIntMax);
}

// Whether each conditional branch is taken, forward and backward.
TEST_F(Instructions, Branches) {
  struct Branch {
    Opcode op;
    std::vector<Value> operands;
    bool taken;
  };
  const Branch branches[] = {
      {Opcode::k_ifeq, {I(0)}, true},
      {Opcode::k_ifeq, {I(1)}, false},
      {Opcode::k_ifne, {I(0)}, false},
      {Opcode::k_ifne, {I(kIntMin)}, true},
      {Opcode::k_iflt, {I(-1)}, true},
      {Opcode::k_iflt, {I(0)}, false},
      {Opcode::k_ifge, {I(0)}, true},
      {Opcode::k_ifge, {I(kIntMin)}, false},
      {Opcode::k_ifgt, {I(0)}, false},
      {Opcode::k_ifgt, {I(kIntMax)}, true},
      {Opcode::k_ifle, {I(0)}, true},
      {Opcode::k_ifle, {I(1)}, false},
      {Opcode::k_if_icmpeq, {I(3), I(3)}, true},
      {Opcode::k_if_icmpeq, {I(3), I(4)}, false},
      {Opcode::k_if_icmpne, {I(3), I(3)}, false},
      {Opcode::k_if_icmpne, {I(3), I(4)}, true},
      {Opcode::k_if_icmplt, {I(kIntMin), I(kIntMax)}, true},
      {Opcode::k_if_icmplt, {I(3), I(3)}, false},
      {Opcode::k_if_icmpge, {I(3), I(3)}, true},
      {Opcode::k_if_icmpge, {I(kIntMin), I(kIntMax)}, false},
      {Opcode::k_if_icmpgt, {I(kIntMax), I(kIntMin)}, true},
      {Opcode::k_if_icmpgt, {I(3), I(3)}, false},
      {Opcode::k_if_icmple, {I(3), I(3)}, true},
      {Opcode::k_if_icmple, {I(kIntMax), I(kIntMin)}, false},
      {Opcode::k_goto, {}, true},
      {Opcode::k_goto_w, {}, true},
  };
  for (const Branch& b : branches) {
    const std::string descriptor = "(" + std::string(b.operands.size(), 'I') + ")I";
    const unsigned length = b.op == Opcode::k_goto_w ? 5 : 3;
    const auto branch = [&](Code& code, int offset) {
      code.op(b.op);
      if (length == 5)
        code.u4(static_cast<std::uint32_t>(offset));
      else
        code.u2(static_cast<unsigned>(offset) & 0xffff);
    };
    SCOPED_TRACE(std::string(classfile::kOpcodeInfo[static_cast<unsigned>(b.op)].name) +
                 (b.taken ? " taken" : " not taken"));
    Code forward;
    for (unsigned i = 0; i < b.operands.size(); ++i) load(forward, 'I', i);
    branch(forward, static_cast<int>(length) + 2);
    forward.op(Opcode::k_iconst_0).op(Opcode::k_ireturn).op(Opcode::k_iconst_1).op(Opcode::k_ireturn);
    expect_int(run(descriptor, forward, b.operands), b.taken ? 1 : 0);

    Code backward;
    backward.op(Opcode::k_goto).u2(5).op(Opcode::k_iconst_1).op(Opcode::k_ireturn);
    for (unsigned i = 0; i < b.operands.size(); ++i) load(backward, 'I', i);
    branch(backward, 3 - static_cast<int>(backward.size()));
    backward.op(Opcode::k_iconst_0).op(Opcode::k_ireturn);
    expect_int(run(descriptor, backward, b.operands), b.taken ? 1 : 0);
  }
}

TEST_F(Instructions, BranchesOnReferences) {
  // The second reference: 0 the first again, 1 null, 2 another array.
  const auto compared = [&](Opcode op, int other) {
    Code code;
    code.op(Opcode::k_iconst_1).op(Opcode::k_newarray).u1(10).op(Opcode::k_dup);
    if (other != 0) code.op(Opcode::k_pop);
    if (other == 1) code.op(Opcode::k_aconst_null);
    if (other == 2) code.op(Opcode::k_iconst_1).op(Opcode::k_newarray).u1(10);
    code.op(op).u2(5).op(Opcode::k_iconst_0).op(Opcode::k_ireturn);
    code.op(Opcode::k_iconst_1).op(Opcode::k_ireturn);
    return run("()I", code).result.i;
  };
  EXPECT_EQ(compared(Opcode::k_if_acmpeq, 0), 1);
  EXPECT_EQ(compared(Opcode::k_if_acmpeq, 1), 0);
  EXPECT_EQ(compared(Opcode::k_if_acmpeq, 2), 0);
  EXPECT_EQ(compared(Opcode::k_if_acmpne, 0), 0);
  EXPECT_EQ(compared(Opcode::k_if_acmpne, 2), 1);
  EXPECT_EQ(compared(Opcode::k_ifnull, 1), 1);
  EXPECT_EQ(compared(Opcode::k_ifnull, 2), 0);
  EXPECT_EQ(compared(Opcode::k_ifnonnull, 1), 0);
  EXPECT_EQ(compared(Opcode::k_ifnonnull, 2), 1);
}

TEST_F(Instructions, Switches) {
  // The targets follow the tables, at `from`: each returns its number; the default, the last one, returns -1.
  const auto arms = [](Code& code, unsigned from, unsigned count) {
    while (code.size() < from) code.op(Opcode::k_nop);
    for (unsigned k = 0; k < count; ++k) {
      code.u1(static_cast<unsigned>(Opcode::k_iconst_0) + k).op(Opcode::k_ireturn);
    }
    code.op(Opcode::k_iconst_m1).op(Opcode::k_ireturn);
  };
  const auto table = [&](std::int32_t low, std::int32_t key) {
    Code code;
    code.op(Opcode::k_iload_0).op(Opcode::k_tableswitch).u1(0).u1(0);
    code.u4(40 + 6 - 1).u4(static_cast<std::uint32_t>(low)).u4(static_cast<std::uint32_t>(low) + 2);
    for (unsigned k = 0; k < 3; ++k) code.u4(40 + 2 * k - 1);
    arms(code, 40, 3);
    return run("(I)I", code, {I(key)}).result.i;
  };
  EXPECT_EQ(table(-1, -2), -1);
  EXPECT_EQ(table(-1, -1), 0);
  EXPECT_EQ(table(-1, 0), 1);
  EXPECT_EQ(table(-1, 1), 2);
  EXPECT_EQ(table(-1, 2), -1);
  EXPECT_EQ(table(kIntMin, kIntMin), 0);
  EXPECT_EQ(table(kIntMin, kIntMax), -1);
  EXPECT_EQ(table(kIntMax - 2, kIntMax), 2);
  EXPECT_EQ(table(kIntMax - 2, kIntMin), -1);

  const auto lookup = [&](std::int32_t key) {
    Code code;
    code.op(Opcode::k_iload_0).op(Opcode::k_lookupswitch).u1(0).u1(0).u4(60 + 10 - 1).u4(5);
    unsigned k = 0;
    for (const std::int32_t match : {kIntMin, -7, 0, 1000000, kIntMax})
      code.u4(static_cast<std::uint32_t>(match)).u4(60 + 2 * k++ - 1);
    arms(code, 60, 5);
    return run("(I)I", code, {I(key)}).result.i;
  };
  EXPECT_EQ(lookup(kIntMin), 0);
  EXPECT_EQ(lookup(-7), 1);
  EXPECT_EQ(lookup(0), 2);
  EXPECT_EQ(lookup(1000000), 3);
  EXPECT_EQ(lookup(kIntMax), 4);
  EXPECT_EQ(lookup(-6), -1);
  EXPECT_EQ(lookup(kIntMax - 1), -1);
}

TEST_F(Instructions, Subroutines) {
  // jsr and ret, which class files of version 50 may still have.
  Assembler a = assembler(49);
  Code code;
  code.op(Opcode::k_iconst_1).op(Opcode::k_istore_0);
  code.op(Opcode::k_jsr).u2(8).op(Opcode::k_jsr).u2(5).op(Opcode::k_iload_0).op(Opcode::k_ireturn);
  code.op(Opcode::k_astore_1).op(Opcode::k_iload_0).op(Opcode::k_bipush).u1(5).op(Opcode::k_imul);
  code.op(Opcode::k_istore_0).op(Opcode::k_ret).u1(1);
  expect_int(run(a, "()I", code), 25);
}

// What is stored into an element, and loaded again (JVMS 2.11.1: elements narrower than int).
TEST_F(Instructions, ArrayElements) {
  struct Element {
    unsigned type;
    Opcode store, load;
    Value stored, loaded;
  };
  const Element elements[] = {
      {4, Opcode::k_bastore, Opcode::k_baload, I(1), I(1)},
      {4, Opcode::k_bastore, Opcode::k_baload, I(2), I(0)},
      {4, Opcode::k_bastore, Opcode::k_baload, I(-1), I(1)},
      {8, Opcode::k_bastore, Opcode::k_baload, I(255), I(-1)},
      {8, Opcode::k_bastore, Opcode::k_baload, I(-129), I(127)},
      {5, Opcode::k_castore, Opcode::k_caload, I(-1), I(65535)},
      {5, Opcode::k_castore, Opcode::k_caload, I(65537), I(1)},
      {9, Opcode::k_sastore, Opcode::k_saload, I(65535), I(-1)},
      {9, Opcode::k_sastore, Opcode::k_saload, I(32768), I(-32768)},
      {10, Opcode::k_iastore, Opcode::k_iaload, I(kIntMin), I(kIntMin)},
      {11, Opcode::k_lastore, Opcode::k_laload, J(kLongMin), J(kLongMin)},
      {6, Opcode::k_fastore, Opcode::k_faload, F(-0.0F), F(-0.0F)},
      {7, Opcode::k_dastore, Opcode::k_daload, D(-kInf), D(-kInf)},
  };
  for (const Element& e : elements) {
    Code code;
    code.op(Opcode::k_iconst_3).op(Opcode::k_newarray).u1(e.type).op(Opcode::k_dup).op(Opcode::k_iconst_1);
    load(code, e.stored.type, 0).op(e.store).op(Opcode::k_iconst_1).op(e.load);
    ret(code, e.loaded.type);
    const std::string descriptor = std::string("(") + e.stored.type + ")" + e.loaded.type;
    const Outcome outcome = run(descriptor, code, {e.stored});
    EXPECT_EQ(outcome.exception, "");
    EXPECT_TRUE(same(e.loaded, outcome.result)) << "type " << e.type << " of " << text(e.stored);
    // The neighbours are unchanged.
    for (const unsigned index : {0U, 2U}) {
      Code neighbour;
      neighbour.op(Opcode::k_iconst_3).op(Opcode::k_newarray).u1(e.type).op(Opcode::k_dup);
      load(neighbour.op(Opcode::k_iconst_1), e.stored.type, 0).op(e.store);
      neighbour.u1(static_cast<unsigned>(Opcode::k_iconst_0) + index).op(e.load);
      ret(neighbour, e.loaded.type);
      EXPECT_TRUE(same({e.loaded.type, 0}, run(descriptor, neighbour, {e.stored}).result));
    }
  }
}

TEST_F(Instructions, ArrayErrors) {
  constexpr std::string_view kIndex = "java/lang/ArrayIndexOutOfBoundsException";
  const auto element = [&](std::int32_t index) {
    Code code;
    code.op(Opcode::k_iconst_2).op(Opcode::k_newarray).u1(10);
    load(code, 'I', 0).op(Opcode::k_iaload).op(Opcode::k_ireturn);
    return run("(I)I", code, {I(index)});
  };
  expect_int(element(1), 0);
  expect_exception(element(2), kIndex, "Index 2 out of bounds for length 2");
  expect_exception(element(-1), kIndex, "Index -1 out of bounds for length 2");
  expect_exception(element(kIntMin), kIndex, "Index -2147483648 out of bounds for length 2");
  for (const auto& [type, store, value] :
       {std::tuple{4U, Opcode::k_bastore, 'I'}, std::tuple{5U, Opcode::k_castore, 'I'},
        std::tuple{9U, Opcode::k_sastore, 'I'}, std::tuple{10U, Opcode::k_iastore, 'I'},
        std::tuple{11U, Opcode::k_lastore, 'J'}, std::tuple{6U, Opcode::k_fastore, 'F'},
        std::tuple{7U, Opcode::k_dastore, 'D'}}) {
    const std::string descriptor = std::string("(") + value + ")V";
    Code code;
    load(code.op(Opcode::k_iconst_2).op(Opcode::k_newarray).u1(type).op(Opcode::k_iconst_2), value, 0);
    code.op(store).op(Opcode::k_return);
    expect_exception(run(descriptor, code, {{value, 0}}), kIndex, "Index 2 out of bounds for length 2");
    Code null;
    load(null.op(Opcode::k_aconst_null).op(Opcode::k_iconst_0), value, 0).op(store).op(Opcode::k_return);
    expect_exception(run(descriptor, null, {{value, 0}}), "java/lang/NullPointerException");
  }
  for (const Opcode op : {Opcode::k_iaload, Opcode::k_laload, Opcode::k_aaload, Opcode::k_baload,
                          Opcode::k_caload, Opcode::k_saload}) {
    Code code;
    code.op(Opcode::k_aconst_null).op(Opcode::k_iconst_0).op(op).op(Opcode::k_return);
    expect_exception(run("()V", code), "java/lang/NullPointerException");
  }
  Code length;
  length.op(Opcode::k_aconst_null).op(Opcode::k_arraylength).op(Opcode::k_ireturn);
  expect_exception(run("()I", length), "java/lang/NullPointerException");
  Code negative;
  negative.op(Opcode::k_iconst_m1).op(Opcode::k_newarray).u1(10).op(Opcode::k_arraylength);
  negative.op(Opcode::k_ireturn);
  expect_exception(run("()I", negative), "java/lang/NegativeArraySizeException", "-1");
}

TEST_F(Instructions, ArraysOfReferences) {
  // aastore checks the element against the class of the array (JVMS 6.5 aastore).
  const auto store = [&](std::string_view component, std::string_view value) {
    Assembler a = assembler();
    Code code;
    code.op(Opcode::k_iconst_1).op(Opcode::k_anewarray).u2(a.class_(component)).op(Opcode::k_dup);
    code.op(Opcode::k_iconst_0);
    if (value.empty())
      code.op(Opcode::k_aconst_null);
    else
      code.op(Opcode::k_new).u2(a.class_(value));
    code.op(Opcode::k_aastore).op(Opcode::k_iconst_0).op(Opcode::k_aaload);
    code.op(Opcode::k_ifnull).u2(5).op(Opcode::k_iconst_1).op(Opcode::k_ireturn);
    code.op(Opcode::k_iconst_0).op(Opcode::k_ireturn);
    return run(a, "()I", code);
  };
  expect_int(store("java/lang/Throwable", "java/lang/Error"), 1);
  expect_int(store("java/lang/Throwable", "java/lang/Throwable"), 1);
  expect_int(store("java/lang/Error", ""), 0);
  expect_exception(store("java/lang/Error", "java/lang/Exception"), "java/lang/ArrayStoreException",
                   "java.lang.Exception");
  expect_exception(store("java/lang/Error", "java/lang/Throwable"), "java/lang/ArrayStoreException",
                   "java.lang.Throwable");

  Assembler a = assembler();
  Code code;  // new int[2][3][], and its element [1]
  code.op(Opcode::k_iconst_2).op(Opcode::k_iconst_3).op(Opcode::k_multianewarray);
  code.u2(a.class_("[[[I")).u1(2).op(Opcode::k_dup).op(Opcode::k_arraylength).op(Opcode::k_swap);
  code.op(Opcode::k_iconst_1).op(Opcode::k_aaload).op(Opcode::k_dup).op(Opcode::k_arraylength);
  code.op(Opcode::k_swap).op(Opcode::k_iconst_2).op(Opcode::k_aaload).op(Opcode::k_ifnull).u2(5);
  code.op(Opcode::k_iconst_m1).op(Opcode::k_ireturn);
  code.op(Opcode::k_bipush).u1(10).op(Opcode::k_imul).op(Opcode::k_iadd).op(Opcode::k_ireturn);
  expect_int(run(a, "()I", code), 32);
}

TEST_F(Instructions, CastsAndInstanceof) {
  // `value` empty: null.
  const auto cast = [&](Opcode op, std::string_view value, std::string_view wanted) {
    Assembler a = assembler();
    Code code;
    if (value.empty())
      code.op(Opcode::k_aconst_null);
    else if (value == "[I")
      code.op(Opcode::k_iconst_0).op(Opcode::k_newarray).u1(10);
    else
      code.op(Opcode::k_new).u2(a.class_(value));
    code.op(op).u2(a.class_(wanted));
    if (op == Opcode::k_checkcast) code.op(Opcode::k_pop).op(Opcode::k_iconst_2);
    code.op(Opcode::k_ireturn);
    return run(a, "()I", code);
  };
  constexpr Opcode kInstanceof = Opcode::k_instanceof;
  expect_int(cast(kInstanceof, "java/lang/Error", "java/lang/Throwable"), 1);
  expect_int(cast(kInstanceof, "java/lang/Throwable", "java/lang/Error"), 0);
  expect_int(cast(kInstanceof, "", "java/lang/Object"), 0);
  expect_int(cast(kInstanceof, "[I", "java/lang/Object"), 1);
  expect_int(cast(kInstanceof, "[I", "java/lang/Cloneable"), 1);
  expect_int(cast(kInstanceof, "[I", "[I"), 1);
  expect_int(cast(kInstanceof, "[I", "[J"), 0);
  expect_int(cast(kInstanceof, "[I", "[Ljava/lang/Object;"), 0);
  expect_int(cast(Opcode::k_checkcast, "java/lang/Error", "java/lang/Throwable"), 2);
  expect_int(cast(Opcode::k_checkcast, "", "java/lang/Error"), 2);
  EXPECT_EQ(cast(Opcode::k_checkcast, "java/lang/Throwable", "java/lang/Error").exception,
            "java/lang/ClassCastException");
}

// A value put into a field and read back, static and not, volatile and not.
TEST_F(Instructions, Fields) {
  struct Stored {
    std::string_view type;
    Value put, got;
  };
  const Stored rows[] = {
      {"Z", I(1), I(1)},
      {"Z", I(2), I(0)},
      {"B", I(255), I(-1)},
      {"C", I(-1), I(65535)},
      {"S", I(32768), I(-32768)},
      {"I", I(kIntMin), I(kIntMin)},
      {"J", J(kLongMin), J(kLongMin)},
      {"F", F(-0.0F), F(-0.0F)},
      {"D", D(kInf), D(kInf)},
  };
  for (const Stored& row : rows) {
    for (const unsigned more :
         {unsigned{kAccStatic}, unsigned{kAccStatic | kAccVolatile}, 0U, unsigned{kAccVolatile}}) {
      SCOPED_TRACE(std::string(row.type) + " " + std::to_string(more) + " " + text(row.put));
      const bool is_static = (more & kAccStatic) != 0;
      Assembler a = assembler();
      const std::string name = "Test" + std::to_string(classes_);
      // Neighbours that must stay 0.
      a.add_field(kAccPublic | (more & kAccStatic), "before", row.type);
      a.add_field(kAccPublic | more, "field", row.type);
      a.add_field(kAccPublic | (more & kAccStatic), "after", row.type);
      const Opcode put = is_static ? Opcode::k_putstatic : Opcode::k_putfield;
      const Opcode get = is_static ? Opcode::k_getstatic : Opcode::k_getfield;
      const auto access = [&](Code& code, Opcode op, std::string_view field) {
        code.op(op).u2(a.field(name, field, row.type));
      };
      const auto test = [&](std::string_view method, std::string_view field) {
        Code code;
        if (!is_static)
          code.op(Opcode::k_new).u2(a.class_(name)).op(Opcode::k_astore).u1(9).op(Opcode::k_aload).u1(9);
        load(code, row.put.type, 0);
        access(code, put, "field");
        if (!is_static) code.op(Opcode::k_aload).u1(9);
        access(code, get, field);
        ret(code, row.got.type);
        a.add_method(kStatic, method, "(" + std::string(1, row.put.type) + ")" + row.got.type,
                     {a.code(8, 10, code)});
      };
      test("field", "field");
      test("before", "before");
      test("after", "after");
      Class* c = library_.define(a);
      const Slots arguments = slots_of_values({row.put});
      const std::string descriptor = "(" + std::string(1, row.put.type) + ")" + row.got.type;
      for (int again = 0; again < 2; ++again) {  // resolved, then quick
        const Outcome outcome = library_.call(method_named(c, "field", descriptor), arguments);
        EXPECT_EQ(outcome.exception, "");
        EXPECT_TRUE(same(row.got, outcome.result)) << text({row.got.type, outcome.result.raw});
        for (const char* neighbour : {"before", "after"}) {
          EXPECT_TRUE(same({row.got.type, 0},
                           library_.call(method_named(c, neighbour, descriptor), arguments).result));
        }
      }
    }
  }
}

// A result of a narrow type is reduced to what the type holds (JVMS 6.5 ireturn).
TEST_F(Instructions, NarrowResults) {
  const auto returned = [&](char type, std::int32_t value, unsigned flags = 0) {
    Assembler a = assembler();
    const std::string descriptor = std::string("(I)") + type;
    a.add_method(kStatic | flags, "callee", descriptor,
                 {a.code(1, 1, Code().op(Opcode::k_iload_0).op(Opcode::k_ireturn))});
    const unsigned callee = a.method("Test" + std::to_string(classes_), "callee", descriptor);
    Code code;
    code.op(Opcode::k_iload_0).op(Opcode::k_invokestatic).u2(callee).op(Opcode::k_ireturn);
    return run(a, "(I)I", code, {I(value)}).result.i;
  };
  for (const unsigned flags : {0U, unsigned{kAccSynchronized}}) {
    EXPECT_EQ(returned('Z', 2, flags), 0);
    EXPECT_EQ(returned('Z', 3, flags), 1);
    EXPECT_EQ(returned('B', 128, flags), -128);
    EXPECT_EQ(returned('C', -1, flags), 65535);
    EXPECT_EQ(returned('S', 32768, flags), -32768);
    EXPECT_EQ(returned('I', kIntMin, flags), kIntMin);
  }
}

TEST_F(Instructions, ExceptionHandlers) {
  // Throws an Error at bci 4, inside [0, 5). Each handler returns its number.
  const auto caught = [&](const std::vector<std::pair<unsigned, std::string_view>>& handlers) {
    Assembler a = assembler();
    Code code;
    code.op(Opcode::k_new).u2(a.class_("java/lang/Error")).op(Opcode::k_nop).op(Opcode::k_athrow);
    std::vector<classfile::ExceptionHandler> table;
    unsigned number = 0;
    for (const auto& [end, type] : handlers) {
      const unsigned caught_type = type.empty() ? 0 : a.class_(type);
      table.push_back({0, static_cast<std::uint16_t>(end), static_cast<std::uint16_t>(code.size()),
                       static_cast<std::uint16_t>(caught_type)});
      code.op(Opcode::k_pop).u1(static_cast<unsigned>(Opcode::k_iconst_0) + number++).op(Opcode::k_ireturn);
    }
    return run(a, "()I", code, {}, table);
  };
  expect_int(caught({{5, "java/lang/Error"}}), 0);
  expect_int(caught({{5, "java/lang/Exception"}, {5, "java/lang/Throwable"}, {5, ""}}), 1);
  expect_int(caught({{5, "java/lang/Exception"}, {5, ""}}), 1);
  expect_int(caught({{4, ""}, {5, ""}}), 1);  // the end is exclusive
  EXPECT_EQ(caught({{5, "java/lang/Exception"}}).exception, "java/lang/Error");
  EXPECT_EQ(caught({{4, ""}}).exception, "java/lang/Error");
  expect_exception(run("()V", Code().op(Opcode::k_aconst_null).op(Opcode::k_athrow)),
                   "java/lang/NullPointerException");
}

TEST_F(Instructions, EndlessRecursionOverflowsTheStackAndLeavesItUsable) {
  Assembler a = assembler();
  const std::string name = "Test" + std::to_string(classes_);
  Code code;
  code.op(Opcode::k_invokestatic).u2(a.method(name, "test", "()V")).op(Opcode::k_return);
  EXPECT_EQ(run(a, "()V", code).exception, "java/lang/StackOverflowError");
  expect_int(run("()I", Code().op(Opcode::k_iconst_3).op(Opcode::k_ireturn)), 3);
}

TEST_F(Instructions, Monitors) {
  const auto code_of = [](const std::vector<Opcode>& ops) {
    Code code;
    code.op(Opcode::k_iconst_0).op(Opcode::k_newarray).u1(10).op(Opcode::k_astore_0);
    for (const Opcode op : ops) code.op(Opcode::k_aload_0).op(op);
    return code.op(Opcode::k_iconst_1).op(Opcode::k_ireturn);
  };
  constexpr Opcode kEnter = Opcode::k_monitorenter;
  constexpr Opcode kExit = Opcode::k_monitorexit;
  expect_int(run("()I", code_of({kEnter, kEnter, kExit, kExit})), 1);
  EXPECT_EQ(run("()I", code_of({kExit})).exception, "java/lang/IllegalMonitorStateException");
  EXPECT_EQ(run("()I", code_of({kEnter, kExit, kExit})).exception, "java/lang/IllegalMonitorStateException");
  expect_exception(run("()V", Code().op(Opcode::k_aconst_null).op(kEnter).op(Opcode::k_return)),
                   "java/lang/NullPointerException");
  EXPECT_EQ(thread_->java->owned_monitors, 0U);
}

}  // namespace
}  // namespace uvm::rt
