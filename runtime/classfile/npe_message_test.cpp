#include "runtime/classfile/npe_message.h"

#include <gtest/gtest.h>

#include <string>

#include "runtime/classfile/test_assembler.h"

namespace uvm::rt::classfile {
namespace {

using O = Opcode;

std::string message(const Assembler& a, std::size_t bci) {
  const auto bytes = a.bytes();
  const auto file = parse(bytes, {});
  if (!file) return file.error().message;
  const ClassFileView view(*file);
  return npe_message(view.view().methods[0], *view.view().pool, bci).value_or("none");
}

// The expected texts are those of JDK 17 for the same expressions.
TEST(NpeMessage, CallsOnLocalsAndParameters) {
  const auto call = [](bool is_static, unsigned local, bool names) {
    Assembler a;
    const unsigned length = a.method("java/lang/String", "length", "()I");
    const Bytes code = Bytes().op(O::k_aload).u1(local).op(O::k_invokevirtual).u2(length).op(O::k_ireturn);
    std::vector<Bytes> attributes;
    if (names) {
      attributes.push_back(a.attribute(
          "LocalVariableTable",
          Bytes().u2(1).u2(0).u2(6).u2(a.utf8("text")).u2(a.utf8("Ljava/lang/String;")).u2(local)));
    }
    a.add_method(is_static ? kAccStatic : 0, "m", "(JLjava/lang/String;)I",
                 {a.code(1, 6, code, {}, attributes)});
    return message(a, 2);
  };
  const auto text = [](const std::string& what) {
    return "Cannot invoke \"String.length()\" because \"" + what + "\" is null";
  };
  EXPECT_EQ(call(true, 2, false), text("<parameter2>"));
  EXPECT_EQ(call(false, 3, false), text("<parameter2>"));
  EXPECT_EQ(call(false, 0, false), text("this"));
  EXPECT_EQ(call(true, 5, false), text("<local5>"));
  EXPECT_EQ(call(true, 2, true), text("text"));
}

TEST(NpeMessage, AParameterThatWasAssignedIsALocal) {
  Assembler a;
  const unsigned length = a.method("java/lang/String", "length", "()I");
  Bytes code;
  code.op(O::k_aconst_null)
      .op(O::k_astore_0)
      .op(O::k_aload_0)
      .op(O::k_invokevirtual)
      .u2(length)
      .op(O::k_ireturn);
  a.add_method(kAccStatic, "m", "(Ljava/lang/String;)I", {a.code(1, 1, code)});
  EXPECT_EQ(message(a, 3), "Cannot invoke \"String.length()\" because \"<local0>\" is null");
}

TEST(NpeMessage, FieldsArraysAndReturnValues) {
  Assembler a;
  const unsigned next = a.field("Node", "next", "LNode;");
  const unsigned value = a.field("Node", "value", "J");
  const unsigned root = a.field("foo/Tree", "root", "[LNode;");
  const unsigned find =
      a.method("foo/Tree", "find", "(Ljava/lang/String;[[ILjava/lang/StringBuilder;)LNode;");
  Bytes code;
  code.op(O::k_aload_0).op(O::k_getfield).u2(next);                     // 0, 1
  code.op(O::k_getfield).u2(next).op(O::k_lconst_0);                    // 4, 7
  code.op(O::k_putfield).u2(value);                                     // 8
  code.op(O::k_getstatic).u2(root).op(O::k_iload_1).op(O::k_aaload);    // 11, 14, 15
  code.op(O::k_getfield).u2(next).op(O::k_pop);                         // 16, 19
  code.op(O::k_aconst_null).op(O::k_aconst_null).op(O::k_aconst_null);  // 20, 21, 22
  code.op(O::k_invokestatic).u2(find);                                  // 23
  code.op(O::k_monitorenter);                                           // 26
  code.op(O::k_aconst_null).op(O::k_athrow);                            // 27, 28
  a.add_method(kAccStatic, "m", "(LNode;I)V", {a.code(4, 2, code)});
  EXPECT_EQ(message(a, 1), "Cannot read field \"next\" because \"<parameter1>\" is null");
  EXPECT_EQ(message(a, 4), "Cannot read field \"next\" because \"<parameter1>.next\" is null");
  EXPECT_EQ(message(a, 8), "Cannot assign field \"value\" because \"<parameter1>.next.next\" is null");
  EXPECT_EQ(message(a, 15), "Cannot load from object array because \"foo.Tree.root\" is null");
  EXPECT_EQ(message(a, 16), "Cannot read field \"next\" because \"foo.Tree.root[<parameter2>]\" is null");
  EXPECT_EQ(message(a, 26),
            "Cannot enter synchronized block because the return value of \"foo.Tree.find(String, int[][], "
            "StringBuilder)\" is null");
  EXPECT_EQ(message(a, 28), "Cannot throw exception because \"null\" is null");
  EXPECT_EQ(message(a, 0), "none");
  EXPECT_EQ(message(a, 2), "none") << "not an instruction";
  EXPECT_EQ(message(a, 1000), "none");
}

TEST(NpeMessage, AChoiceHasNoName) {
  Assembler a;
  Bytes code;
  code.op(O::k_iload_0).op(O::k_ifeq).u2(7);   // 0, 1 -> 8
  code.op(O::k_aload_1).op(O::k_goto).u2(4);   // 4, 5 -> 9
  code.op(O::k_aload_2).op(O::k_arraylength);  // 8, 9
  code.op(O::k_ireturn);
  a.add_method(kAccStatic, "m", "(I[I[I)I", {a.code(1, 3, code)});
  EXPECT_EQ(message(a, 9), "Cannot read the array length");
}

TEST(NpeMessage, ExceptionsMadeByHandHaveNone) {
  Assembler a;
  const std::string npe = "java/lang/NullPointerException";
  const unsigned init = a.method(npe, "<init>", "()V");
  Bytes code;
  code.op(O::k_new).u2(a.class_(npe)).op(O::k_dup).op(O::k_invokespecial).u2(init).op(O::k_athrow);
  a.add_method(kAccStatic, "m", "()V", {a.code(2, 0, code)});
  EXPECT_EQ(message(a, 4), "none");
}

}  // namespace
}  // namespace uvm::rt::classfile
