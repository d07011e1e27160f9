#include "runtime/classfile/stack_maps.h"

#include <gtest/gtest.h>

#include <string>

#include "runtime/classfile/test_assembler.h"

namespace uvm::rt::classfile {
namespace {

using O = Opcode;

// "r.|r": local 0 is a reference, local 1 is not; one stack slot, a reference. "-": not reached.
std::string text_of(const std::optional<FrameMap>& map) {
  if (!map) return "-";
  std::string text;
  for (const bool r : map->locals) text += r ? 'r' : '.';
  text += '|';
  for (const bool r : map->stack) text += r ? 'r' : '.';
  return text;
}

class Analysed {
 public:
  Analysed(const Assembler& a, const std::string& name) : bytes_(a.bytes()), file_(parse(bytes_, {})) {
    EXPECT_TRUE(file_) << file_.error().message;
    view_.emplace(*file_);
    for (const MethodView& m : view_->view().methods) {
      if (m.name == name) maps_ = StackMaps::compute(m, *view_->view().pool);
    }
  }
  [[nodiscard]] bool ok() const { return maps_.has_value(); }
  [[nodiscard]] std::string at(std::size_t bci, const StackMaps::ReturnAddressReader& read = {}) const {
    return text_of(maps_->at(bci, read));
  }

 private:
  std::vector<std::byte> bytes_;
  BasicResult<ClassFile, ClassFormatFailure> file_;
  std::optional<ClassFileView> view_;
  std::optional<StackMaps> maps_;
};

Analysed one_method(const std::string& descriptor, unsigned stack, unsigned locals, const Bytes& code,
                    const std::vector<ExceptionHandler>& handlers = {}) {
  Assembler a("Test", 48);
  a.add_method(kAccStatic, "m", descriptor, {a.code(stack, locals, code, handlers)});
  return {a, "m"};
}

TEST(StackMaps, FollowsStackAndLocals) {
  Assembler a;
  const unsigned call = a.method("Other", "f", "(ILjava/lang/String;J)[I");
  Bytes code;
  code.op(O::k_aload_0).op(O::k_iload_1).op(O::k_aload_2).op(O::k_lconst_0);  // 0 .. 3
  code.op(O::k_invokevirtual).u2(call);                                       // 4
  code.op(O::k_dup).op(O::k_astore_1).op(O::k_arraylength).op(O::k_ireturn);  // 7 .. 10
  a.add_method(kAccPublic, "m", "(ILjava/lang/String;)I", {a.code(5, 3, code)});
  const Analysed maps(a, "m");
  ASSERT_TRUE(maps.ok());
  EXPECT_EQ(maps.at(0), "r.r|");
  EXPECT_EQ(maps.at(4), "r.r|r.r..");
  EXPECT_EQ(maps.at(7), "r.r|r");
  EXPECT_EQ(maps.at(8), "r.r|rr");
  EXPECT_EQ(maps.at(9), "rrr|r");
  EXPECT_EQ(maps.at(10), "rrr|.");
  EXPECT_EQ(maps.at(5), "-") << "inside an instruction";
}

TEST(StackMaps, JoinedPathsKeepWhatIsAReferenceOnBoth) {
  Bytes code;
  code.op(O::k_iload_0).op(O::k_ifeq).u2(8);    // 0, 1 -> 9
  code.op(O::k_aconst_null).op(O::k_astore_1);  // 4, 5
  code.op(O::k_goto).u2(5);                     // 6 -> 11
  code.op(O::k_iconst_0).op(O::k_istore_1);     // 9, 10
  code.op(O::k_return).op(O::k_nop);            // 11, 12
  const Analysed maps = one_method("(I)V", 1, 2, code);
  ASSERT_TRUE(maps.ok());
  EXPECT_EQ(maps.at(6), ".r|");
  EXPECT_EQ(maps.at(11), "..|");
  EXPECT_EQ(maps.at(12), "-");
}

TEST(StackMaps, HandlersSeeEveryStateOfTheirRange) {
  Bytes code;
  code.op(O::k_aconst_null).op(O::k_astore_0);  // 0, 1
  code.op(O::k_iconst_0).op(O::k_istore_0);     // 2, 3
  code.op(O::k_return);                         // 4
  code.op(O::k_pop).op(O::k_return);            // 5, 6
  EXPECT_EQ(one_method("()V", 1, 1, code, {{2, 3, 5, 0}}).at(5), "r|r");
  EXPECT_EQ(one_method("()V", 1, 1, code, {{2, 5, 5, 0}}).at(5), ".|r");
}

// The subroutine at 17 is called with a reference in local 1, and then with an int.
TEST(StackMaps, SubroutinesAreToldApartByTheirReturnAddress) {
  Bytes code;
  code.op(O::k_aconst_null).op(O::k_astore_1);         // 0, 1
  code.op(O::k_jsr).u2(15);                            // 2 -> 17
  code.op(O::k_aload_1).op(O::k_pop);                  // 5, 6
  code.op(O::k_iconst_1).op(O::k_istore_1);            // 7, 8
  code.op(O::k_jsr).u2(8);                             // 9 -> 17
  code.op(O::k_iload_1).op(O::k_pop).op(O::k_return);  // 12, 13, 14
  code.op(O::k_nop).op(O::k_return);                   // 15, 16
  code.op(O::k_astore_2).op(O::k_ret).u1(2);           // 17, 18
  const Analysed maps = one_method("()V", 1, 3, code);
  ASSERT_TRUE(maps.ok());
  EXPECT_EQ(maps.at(5), ".r.|");
  EXPECT_EQ(maps.at(12), "...|");
  EXPECT_EQ(maps.at(15), "-");
  const auto returning_to = [](std::size_t bci) {
    return [bci](unsigned local) {
      EXPECT_EQ(local, 2u);
      return bci;
    };
  };
  EXPECT_EQ(maps.at(18, returning_to(5)), ".r.|");
  EXPECT_EQ(maps.at(18, returning_to(12)), "...|");
}

TEST(StackMaps, CodeThatCannotBeRightHasNone) {
  EXPECT_FALSE(one_method("()V", 1, 0, Bytes().op(O::k_pop).op(O::k_return)).ok());
  EXPECT_FALSE(one_method("()V", 0, 0, Bytes().op(O::k_iconst_0).op(O::k_return)).ok());
  EXPECT_FALSE(one_method("()V", 1, 0, Bytes().op(O::k_iconst_0)).ok());
  EXPECT_FALSE(one_method("()V", 1, 0, Bytes().op(O::k_goto).u2(1)).ok());
  EXPECT_FALSE(one_method("()V", 1, 1, Bytes().op(O::k_iconst_0).op(O::k_istore_1).op(O::k_return)).ok());
  EXPECT_FALSE(one_method("()V", 1, 1, Bytes().op(O::k_ret).u1(0)).ok());
}

}  // namespace
}  // namespace uvm::rt::classfile
