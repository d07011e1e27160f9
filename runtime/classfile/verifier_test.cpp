#include "runtime/classfile/verifier.h"

#include <gtest/gtest.h>

#include <string>

#include "runtime/classfile/test_assembler.h"
#include "runtime/classfile/test_world.h"

namespace uvm::rt::classfile {
namespace {

using O = Opcode;

// Verifies with the classes that the world knows; returns the message of the failure, or "ok".
std::string message_of(const Assembler& a, const World& world = {}) {
  const auto bytes = a.bytes();
  const auto file = parse(bytes, {});
  if (!file) return "does not parse: " + file.error().message;
  const ClassFileView view(*file);
  WorldOracle oracle(world, *file);
  VerifyProgress progress;
  const VerifyOutcome outcome = verify(view.view(), oracle, progress);
  if (const auto* failure = std::get_if<VerifyFailure>(&outcome)) return failure->message;
  return std::holds_alternative<Verified>(outcome) ? "ok" : "need class";
}
std::string first_line(const std::string& text) { return text.substr(0, text.find('\n')); }

// A class with one static method "m".
Assembler one_method(const std::string& descriptor, unsigned stack, unsigned locals, const Bytes& code,
                     unsigned major = 61) {
  Assembler a("Test", major);
  a.add_method(kAccStatic, "m", descriptor, {a.code(stack, locals, code)});
  return a;
}

TEST(Verifier, ReportsWhatJavaReports) {
  EXPECT_EQ(message_of(one_method("(Ljava/lang/String;)I", 1, 1, Bytes().op(O::k_aload_0).op(O::k_ireturn))),
            "Bad type on operand stack\n"
            "Exception Details:\n"
            "  Location:\n"
            "    Test.m(Ljava/lang/String;)I @1: ireturn\n"
            "  Reason:\n"
            "    Type 'java/lang/String' (current frame, stack[0]) is not assignable to integer\n"
            "  Current Frame:\n"
            "    bci: @1\n"
            "    flags: { }\n"
            "    locals: { 'java/lang/String' }\n"
            "    stack: { 'java/lang/String' }\n"
            "  Bytecode:\n"
            "    0000000: 2aac                                   \n");
}

TEST(Verifier, ShowsFramesHandlersAndTheStackMap) {
  Assembler a;
  const Bytes map = a.attribute("StackMapTable", Bytes().u2(2).u1(252).u2(4).u1(2).u1(0));
  Bytes code;
  code.op(O::k_iload_0).op(O::k_ifeq).u2(4).op(O::k_return).op(O::k_nop).op(O::k_return);
  a.add_method(kAccStatic, "m", "(I)V", {a.code(1, 2, code, {{0, 1, 4, 0}}, {map})});
  EXPECT_EQ(message_of(a),
            "Stack map does not match the one at exception handler 4\n"
            "Exception Details:\n"
            "  Location:\n"
            "    Test.m(I)V @0: iload_0\n"
            "  Reason:\n"
            "    Current frame's stack size doesn't match stackmap.\n"
            "  Current Frame:\n"
            "    bci: @0\n"
            "    flags: { }\n"
            "    locals: { integer }\n"
            "    stack: { 'java/lang/Throwable' }\n"
            "  Stackmap Frame:\n"
            "    bci: @4\n"
            "    flags: { }\n"
            "    locals: { integer, float }\n"
            "    stack: { }\n"
            "  Bytecode:\n"
            "    0000000: 1a99 0004 b100 b1                      \n"
            "  Exception Handler Table:\n"
            "    bci [0, 1] => handler: 4\n"
            "  Stackmap Table:\n"
            "    append_frame(@4,Float)\n"
            "    same_frame(@5)\n");
}

TEST(Verifier, FirstLines) {
  const auto code = [](std::initializer_list<O> opcodes) {
    Bytes b;
    for (const O o : opcodes) b.op(o);
    return b;
  };
  const auto line = [&](const std::string& descriptor, unsigned stack, unsigned locals, const Bytes& bytes) {
    return first_line(message_of(one_method(descriptor, stack, locals, bytes)));
  };
  EXPECT_EQ(line("()V", 0, 0, code({O::k_return})), "ok");
  EXPECT_EQ(line("()V", 0, 0, code({O::k_nop})), "Control flow falls through code end");
  EXPECT_EQ(line("()V", 0, 0, code({O::k_iconst_0, O::k_return})), "Operand stack overflow");
  EXPECT_EQ(line("()V", 1, 0, code({O::k_lconst_0, O::k_return})), "Operand stack overflow");
  EXPECT_EQ(line("()V", 1, 0, code({O::k_pop, O::k_return})), "Operand stack underflow");
  EXPECT_EQ(line("()V", 2, 0, code({O::k_lconst_0, O::k_pop, O::k_pop, O::k_return})),
            "Bad type on operand stack");
  EXPECT_EQ(line("()V", 1, 1, code({O::k_iload_0, O::k_return})), "Bad local variable type");
  EXPECT_EQ(line("()V", 1, 1, code({O::k_iconst_0, O::k_istore_1, O::k_return})),
            "Local variable table overflow");
  EXPECT_EQ(line("()I", 1, 0, code({O::k_return})), "Method expects a return value");
  EXPECT_EQ(line("()V", 1, 0, code({O::k_iconst_0, O::k_ireturn})), "Method does not expect a return value");
  EXPECT_EQ(line("()J", 1, 0, code({O::k_iconst_0, O::k_ireturn})), "Bad return type");
  EXPECT_EQ(line("()V", 1, 0, Bytes().u1(0xff)), "Bad instruction");
  EXPECT_EQ(line("()V", 1, 0, code({O::k_goto})), "Bad instruction");
  // HotSpot's own instructions, which are instructions to its verifier until it gets to one, if they are
  // complete.
  EXPECT_EQ(line("()V", 1, 0, Bytes().u1(0xca)), "Bad instruction: ca");
  EXPECT_EQ(line("()V", 1, 0, Bytes().u1(0xcb).u2(0)), "Bad instruction: cb");
  EXPECT_EQ(line("()V", 1, 0, Bytes().u1(0xcb).u1(0)), "Bad instruction");
  EXPECT_EQ(line("()V", 1, 0, Bytes().u1(0xe4).u1(0).u2(0).u4(0).u4(0)), "Bad instruction: e4");
  EXPECT_EQ(line("()V", 1, 0, Bytes().u1(0xe4).u1(0).u2(0).u4(0).u4(1)), "Bad instruction");
  EXPECT_EQ(line("()V", 1, 0, Bytes().u1(0xee)), "Bad instruction: ee");
  EXPECT_EQ(line("()V", 1, 0, Bytes().u1(0xef)), "Bad instruction");
  EXPECT_EQ(line("()V", 1, 0, Bytes().op(O::k_ldc).u1(99).op(O::k_return)),
            "Illegal constant pool index 99 in class Test");
  EXPECT_EQ(line("()V", 1, 0, Bytes().op(O::k_iconst_1).op(O::k_newarray).u1(3).op(O::k_return)),
            "Illegal newarray instruction");
  EXPECT_EQ(line("()V", 1, 0, Bytes().op(O::k_jsr).u2(3).op(O::k_return)), "Bad instruction: a8");
  EXPECT_EQ(line("([J)I", 2, 1, code({O::k_aload_0, O::k_iconst_0, O::k_iaload, O::k_ireturn})),
            "Bad type on operand stack in iaload");
  EXPECT_EQ(line("(LA;)LB;", 1, 1, code({O::k_aload_0, O::k_areturn})), "Bad return type");
  EXPECT_EQ(line("(LA;)Ljava/lang/Object;", 1, 1, code({O::k_aload_0, O::k_areturn})), "ok");
  EXPECT_EQ(line("([LA;)[Ljava/lang/Object;", 1, 1, code({O::k_aload_0, O::k_areturn})), "ok");
  EXPECT_EQ(line("([[I)[Ljava/io/Serializable;", 1, 1, code({O::k_aload_0, O::k_areturn})), "ok");
  EXPECT_EQ(line("([[I)[[J", 1, 1, code({O::k_aload_0, O::k_areturn})), "Bad return type");
}

TEST(Verifier, Constructors) {
  const auto constructor = [](bool calls_super, bool in_try) {
    Assembler a;
    const unsigned init = a.method("java/lang/Object", "<init>", "()V");
    Bytes code;
    if (calls_super) code.op(O::k_aload_0).op(O::k_invokespecial).u2(init);
    code.op(O::k_return);
    std::vector<ExceptionHandler> handlers;
    std::vector<Bytes> map;
    if (in_try) {
      handlers.push_back({0, 4, 5, 0});
      code.op(O::k_pop).op(O::k_return);
      // Full frame at 5: uninitializedThis, and the exception.
      map.push_back(a.attribute("StackMapTable", Bytes().u2(1).u1(255).u2(5).u2(1).u1(6).u2(1).u1(7).u2(
                                                     a.class_("java/lang/Throwable"))));
    }
    a.add_method(kAccPublic, "<init>", "()V", {a.code(1, 1, code, handlers, map)});
    return first_line(message_of(a));
  };
  EXPECT_EQ(constructor(true, false), "ok");
  EXPECT_EQ(constructor(false, false), "Constructor must call super() or this() before return");
  EXPECT_EQ(constructor(true, true), "Bad <init> method call from after the start of a try block");
}

TEST(Verifier, InvokespecialOfAStranger) {
  Assembler a;
  const unsigned target = a.method("Other", "m", "()V");
  Bytes code = Bytes().op(O::k_aload_0).op(O::k_invokespecial).u2(target).op(O::k_return);
  a.add_method(kAccPublic, "m", "()V", {a.code(1, 1, code)});
  EXPECT_EQ(first_line(message_of(a)),
            "Bad invokespecial instruction: current class isn't assignable to reference class.");
}

TEST(Verifier, ProtectedMembersNeedAnInstanceOfTheCurrentClass) {
  Assembler base("p/Base");
  base.add_field(kAccProtected, "f", "I");
  const auto base_bytes = base.bytes();
  const auto base_file = parse(base_bytes, {});
  ASSERT_TRUE(base_file);
  World world;
  world.add(*base_file);
  const auto read_through = [&](const std::string& holder, const std::string& super) {
    Assembler a("q/Sub", 61, super);
    const unsigned field = a.field("p/Base", "f", "I");
    const Bytes code = Bytes().op(O::k_aload_0).op(O::k_getfield).u2(field).op(O::k_ireturn);
    a.add_method(kAccStatic, "m", "(L" + holder + ";)I", {a.code(1, 1, code)});
    return first_line(message_of(a, world));
  };
  EXPECT_EQ(read_through("q/Sub", "p/Base"), "ok");
  EXPECT_EQ(read_through("p/Base", "p/Base"), "Bad access to protected data in getfield");
  // Not a superclass: access control at resolution decides, not verification.
  EXPECT_EQ(read_through("p/Base", "java/lang/Object"), "ok");
}

TEST(Verifier, AsksForClassesAndContinues) {
  Assembler a;
  const Bytes code = Bytes().op(O::k_aload_0).op(O::k_areturn);
  a.add_method(kAccStatic, "first", "()V", {a.code(0, 0, Bytes().op(O::k_return))});
  a.add_method(kAccStatic, "second", "(LA;)LB;", {a.code(1, 1, code)});
  const auto bytes = a.bytes();
  const auto file = parse(bytes, {});
  ASSERT_TRUE(file);
  const auto b_bytes = Assembler("B").bytes();
  const auto b = parse(b_bytes, {});
  const auto a_bytes = Assembler("A", 61, "B").bytes();
  const auto sub = parse(a_bytes, {});
  World world;
  world.add(*b);
  world.add(*sub);
  const ClassFileView view(*file);
  WorldOracle oracle(world, *file, true);
  VerifyProgress progress;
  auto outcome = verify(view.view(), oracle, progress);
  ASSERT_TRUE(std::holds_alternative<NeedClass>(outcome));
  EXPECT_EQ(std::get<NeedClass>(outcome).name, "B");
  EXPECT_EQ(progress.next_method, 1u);
  oracle.load("B");
  outcome = verify(view.view(), oracle, progress);
  ASSERT_TRUE(std::holds_alternative<NeedClass>(outcome));
  EXPECT_EQ(std::get<NeedClass>(outcome).name, "A");
  oracle.load("A");
  EXPECT_TRUE(std::holds_alternative<Verified>(verify(view.view(), oracle, progress)));
}

// ---- type inference, class files before version 50

TEST(TypeInference, Messages) {
  const auto line = [](const std::string& descriptor, unsigned stack, unsigned locals, const Bytes& bytes) {
    return message_of(one_method(descriptor, stack, locals, bytes, 48));
  };
  const std::string who = "(class: Test, method: m signature: ()V) ";
  EXPECT_EQ(line("()V", 1, 0, Bytes().op(O::k_nop)), who + "Falling off the end of the code");
  EXPECT_EQ(line("()V", 1, 0, Bytes().op(O::k_pop).op(O::k_return)),
            who + "Unable to pop operand off an empty stack");
  EXPECT_EQ(line("()V", 0, 0, Bytes().op(O::k_iconst_0).op(O::k_return)), who + "Stack size too large");
  EXPECT_EQ(line("()V", 1, 1, Bytes().op(O::k_iload_0).op(O::k_return)),
            who + "Accessing value from uninitialized register 0");
  EXPECT_EQ(line("()V", 1, 0, Bytes().op(O::k_goto).u2(100)), who + "Illegal target of jump or branch");
  EXPECT_EQ(line("()V", 1, 0, Bytes().op(O::k_aconst_null).op(O::k_ireturn)),
            who + "Expecting to find integer on stack");
}

TEST(TypeInference, JoinsPaths) {
  // Local 1 is a String on one path and an int on the other: allowed if it is not read, an error if it is.
  const auto joined = [](bool read) {
    Assembler a("Test", 48);
    Bytes code;
    code.op(O::k_iload_0).op(O::k_ifeq).u2(9);     // 0, 1 -> 10
    code.op(O::k_ldc).u1(a.string("s"));           // 4
    code.op(O::k_astore_1).op(O::k_goto).u2(5);    // 6, 7 -> 12
    code.op(O::k_iconst_1).op(O::k_istore_1);      // 10, 11
    if (read) code.op(O::k_aload_1).op(O::k_pop);  // 12
    code.op(O::k_return);
    a.add_method(kAccStatic, "m", "(I)V", {a.code(1, 2, code)});
    return message_of(a);
  };
  EXPECT_EQ(joined(false), "ok");
  EXPECT_EQ(joined(true), "(class: Test, method: m signature: (I)V) Register 1 contains wrong type");
}

// jsr 8; the subroutine stores the return address in 2, leaves local 1 alone, and returns.
Bytes subroutine_code(O before, O after) {
  Bytes code;
  code.op(before).op(before == O::k_aconst_null ? O::k_astore_1 : O::k_istore_1);  // 0, 1
  code.op(O::k_jsr).u2(6);                                                         // 2 -> 8
  code.op(after).op(O::k_pop).op(O::k_return);                                     // 5, 6, 7
  code.op(O::k_astore_2).op(O::k_ret).u1(2);                                       // 8, 9
  return code;
}

TEST(TypeInference, SubroutinesKeepWhatTheyDoNotTouch) {
  const auto run = [](O before, O after) {
    return message_of(one_method("()V", 1, 3, subroutine_code(before, after), 48));
  };
  EXPECT_EQ(run(O::k_aconst_null, O::k_aload_1), "ok");
  EXPECT_EQ(run(O::k_iconst_0, O::k_iload_1), "ok");
  EXPECT_EQ(run(O::k_iconst_0, O::k_aload_1),
            "(class: Test, method: m signature: ()V) Register 1 contains wrong type");
}

TEST(TypeInference, SubroutineCalledFromTwoPlacesWithDifferentLocals) {
  Bytes code;
  code.op(O::k_aconst_null).op(O::k_astore_1);         // 0, 1
  code.op(O::k_jsr).u2(15);                            // 2 -> 17
  code.op(O::k_aload_1).op(O::k_pop);                  // 5, 6
  code.op(O::k_iconst_1).op(O::k_istore_1);            // 7, 8
  code.op(O::k_jsr).u2(8);                             // 9 -> 17
  code.op(O::k_iload_1).op(O::k_pop).op(O::k_return);  // 12, 13, 14
  code.op(O::k_nop).op(O::k_return);                   // 15, 16 not reached
  code.op(O::k_astore_2).op(O::k_ret).u1(2);           // 17, 18
  EXPECT_EQ(message_of(one_method("()V", 1, 3, code, 48)), "ok");
}

TEST(TypeInference, RecursiveSubroutine) {
  Bytes code;
  code.op(O::k_jsr).u2(3);              // 0 -> 3
  code.op(O::k_astore_0).op(O::k_jsr);  // 3, 4 -> 3
  code.u2(0xffff).op(O::k_return);
  EXPECT_EQ(message_of(one_method("()V", 2, 1, code, 48)),
            "(class: Test, method: m signature: ()V) Recursive call to jsr entry");
}

TEST(TypeInference, CommonSuperclass) {
  const auto base_bytes = Assembler("Base").bytes();
  const auto x_bytes = Assembler("X", 48, "Base").bytes();
  const auto y_bytes = Assembler("Y", 48, "Base").bytes();
  const auto base = parse(base_bytes, {});
  const auto x = parse(x_bytes, {});
  const auto y = parse(y_bytes, {});
  World world;
  for (const auto* file : {&base, &x, &y}) world.add(**file);
  const auto choose = [&](const std::string& result) {
    Bytes code;
    code.op(O::k_iload_0).op(O::k_ifeq).u2(7);  // 0, 1 -> 8
    code.op(O::k_aload_1).op(O::k_goto).u2(4);  // 4, 5 -> 9
    code.op(O::k_aload_2).op(O::k_areturn);     // 8, 9
    return message_of(one_method("(IL"
                                 "X;LY;)L" +
                                     result + ";",
                                 1, 3, code, 48),
                      world);
  };
  EXPECT_EQ(choose("Base"), "ok");
  EXPECT_EQ(choose("java/lang/Object"), "ok");
  EXPECT_EQ(choose("X"), "(class: Test, method: m signature: (ILX;LY;)LX;) Wrong return type in function");
}

TEST(TypeInference, IsTheSecondAttemptForVersion50) {
  // No stack map: fails by type checking, passes by inference.
  Bytes code;
  code.op(O::k_iload_0).op(O::k_ifeq).u2(3).op(O::k_return);
  EXPECT_EQ(message_of(one_method("(I)V", 1, 1, code, 50)), "ok");
  EXPECT_EQ(first_line(message_of(one_method("(I)V", 1, 1, code, 51))),
            "Expecting a stackmap frame at branch target 4");
}

}  // namespace
}  // namespace uvm::rt::classfile
