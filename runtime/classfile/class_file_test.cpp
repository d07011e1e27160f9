#include "runtime/classfile/class_file.h"

#include <gtest/gtest.h>

#include <functional>
#include <string>

#include "runtime/classfile/test_assembler.h"

namespace uvm::rt::classfile {
namespace {

constexpr const char* kFormatError = "java/lang/ClassFormatError";

std::string error_of(const std::vector<std::byte>& bytes, const ParseOptions& options = {}) {
  const auto result = parse(bytes, options);
  if (result) return "none";
  return std::string(result.error().exception_class) + ": " + result.error().message;
}
std::string error_of(const Assembler& a, const ParseOptions& options = {}) {
  return error_of(a.bytes(), options);
}
std::string format_error(const std::string& message) { return std::string(kFormatError) + ": " + message; }

const Bytes kReturn = Bytes().op(Opcode::k_return);

TEST(ClassFile, ReadsEachPart) {
  Assembler a("foo/Test", 61, "foo/Base");
  a.interfaces = {a.class_("java/lang/Runnable"), a.class_("foo/I")};
  a.attributes.push_back(a.attribute("SourceFile", Bytes().u2(a.utf8("Test.java"))));
  a.attributes.push_back(a.attribute("NestHost", Bytes().u2(a.class_("foo/Host"))));
  a.attributes.push_back(a.attribute("Something", Bytes().u4(0x12345678)));
  a.add_field(kAccStatic | kAccFinal, "L", "J",
              {a.attribute("ConstantValue", Bytes().u2(a.long_(0x123456789abcdef0)))});
  const Bytes lines = a.attribute("LineNumberTable", Bytes().u2(1).u2(0).u2(77));
  const Bytes locals =
      a.attribute("LocalVariableTable", Bytes().u2(1).u2(0).u2(1).u2(a.utf8("x")).u2(a.utf8("D")).u2(1));
  a.add_method(kAccPublic, "run", "(D)V",
               {a.code(0, 3, kReturn, {{0, 1, 0, 0}}, {lines, locals}),
                a.attribute("Exceptions", Bytes().u2(1).u2(a.class_("java/io/IOException"))),
                a.attribute("MethodParameters", Bytes().u1(1).u2(a.utf8("x")).u2(kAccFinal))});
  const auto bytes = a.bytes();
  const auto result = parse(bytes, {});
  ASSERT_TRUE(result) << result.error().message;
  EXPECT_EQ(result->name, "foo/Test");
  EXPECT_EQ(result->super_name, "foo/Base");
  ASSERT_EQ(result->interfaces.size(), 2u);
  EXPECT_EQ(result->pool.class_name(result->interfaces[1]), "foo/I");
  EXPECT_EQ(result->pool.utf8(result->source_file_index), "Test.java");
  EXPECT_EQ(result->pool.class_name(result->nest_host), "foo/Host");
  ASSERT_EQ(result->fields.size(), 1u);
  EXPECT_EQ(result->pool.bits(result->fields[0].constant_value_index), 0x123456789abcdef0u);
  ASSERT_EQ(result->methods.size(), 1u);
  const Method& run = result->methods[0];
  EXPECT_EQ(run.argument_slots, 3);
  ASSERT_TRUE(run.code);
  EXPECT_EQ(run.code->handlers.size(), 1u);
  ASSERT_EQ(run.code->lines.size(), 1u);
  EXPECT_EQ(run.code->lines[0].line, 77);
  ASSERT_EQ(run.code->locals.size(), 1u);
  EXPECT_EQ(result->pool.utf8(run.code->locals[0].name_index), "x");
  EXPECT_EQ(run.exceptions.size(), 1u);
  ASSERT_TRUE(run.has_parameters);
  EXPECT_EQ(run.parameters[0].access_flags, kAccFinal);
}

TEST(ClassFile, MagicAndVersion) {
  auto bytes = Assembler().bytes();
  bytes[0] = std::byte{'P'};
  bytes[1] = std::byte{'K'};
  bytes[2] = std::byte{3};
  bytes[3] = std::byte{4};
  EXPECT_EQ(error_of(bytes, {.expected_name = "Foo"}),
            format_error("Incompatible magic value 1347093252 in class file Foo"));
  EXPECT_EQ(error_of(bytes), format_error("Incompatible magic value 1347093252 in class file <Unknown>"));
  const std::string unsupported = "java/lang/UnsupportedClassVersionError: ";
  EXPECT_EQ(
      error_of(Assembler("A", 65), {.expected_name = "A"}),
      unsupported +
          "A has been compiled by a more recent version of the Java Runtime (class file version 65.0), this "
          "version of the Java Runtime only recognizes class file versions up to 61.0");
  EXPECT_EQ(error_of(Assembler("A", 44), {.expected_name = "A"}),
            unsupported + "A (class file version 44.0) was compiled with an invalid major version");
  Assembler minor("A");
  minor.minor = 3;
  EXPECT_EQ(error_of(minor, {.expected_name = "A"}),
            unsupported + "A (class file version 61.3) was compiled with an invalid non-zero minor version");
  minor.minor = kMinorPreview;
  EXPECT_EQ(error_of(minor, {.expected_name = "A"}),
            unsupported +
                "Preview features are not enabled for A (class file version 61.65535). Try running with "
                "'--enable-preview'");
  EXPECT_EQ(error_of(minor, {.expected_name = "A", .enable_preview = true}), "none");
  Assembler old("A", 46);
  old.minor = 7;
  EXPECT_EQ(error_of(old), "none");
}

TEST(ClassFile, Names) {
  EXPECT_EQ(error_of(Assembler("Bar"), {.expected_name = "Foo"}),
            "java/lang/NoClassDefFoundError: Foo (wrong name: Bar)");
  EXPECT_EQ(error_of(Assembler("Foo"), {.expected_name = "Foo"}), "none");
  EXPECT_EQ(error_of(Assembler("a.b")), format_error("Illegal class name \"a.b\" in class file <Unknown>"));
  Assembler module("module-info", 61, "");
  module.flags = kAccModule;
  EXPECT_EQ(error_of(module, {.expected_name = "M"}),
            "java/lang/NoClassDefFoundError: M is not a class because access_flag ACC_MODULE is set");
}

TEST(ClassFile, HiddenClassesAreRenamed) {
  const auto bytes = Assembler("foo/Bar").bytes();
  const auto result = parse(bytes, {.expected_name = "foo/Bar", .replacement_name = "foo/Bar+0x1"});
  ASSERT_TRUE(result);
  EXPECT_EQ(result->name, "foo/Bar+0x1");
  EXPECT_EQ(result->pool.class_name(result->this_class), "foo/Bar+0x1");
}

TEST(ClassFile, TruncatedAnywhere) {
  Assembler a;
  a.add_field(0, "f", "I");
  a.add_method(0, "m", "()V", {a.code(1, 1, kReturn)});
  a.attributes.push_back(a.attribute("SourceFile", Bytes().u2(a.utf8("X"))));
  auto bytes = a.bytes();
  ASSERT_EQ(error_of(bytes), "none");
  bytes.push_back(std::byte{0});
  EXPECT_EQ(error_of(bytes), format_error("Extra bytes at the end of class file Test"));
  bytes.pop_back();
  while (!bytes.empty()) {
    bytes.pop_back();
    EXPECT_EQ(error_of(bytes), format_error("Truncated class file")) << bytes.size();
  }
}

struct Wrong {
  const char* message;
  std::function<void(Assembler&)> make;
};

TEST(ClassFile, RefusesWithHotSpotsMessages) {
  const Wrong cases[] = {
      {"Duplicate method name \"m\" with signature \"()V\" in class file Test",
       [](Assembler& a) {
         for (int i = 0; i < 2; ++i) a.add_method(kAccAbstract, "m", "()V");
       }},
      {"Duplicate field name \"f\" with signature \"I\" in class file Test",
       [](Assembler& a) {
         for (int i = 0; i < 2; ++i) a.add_field(0, "f", "I");
       }},
      {"Duplicate interface name \"I\" in class file Test",
       [](Assembler& a) {
         a.interfaces = {a.class_("I"), a.class_("I")};
       }},
      {"Bad interface name in class file Test", [](Assembler& a) { a.interfaces = {a.class_("[I")}; }},
      {"Interface name has bad constant pool index 999 in class file Test",
       [](Assembler& a) { a.interfaces = {999}; }},
      {"Invalid superclass index 0 in class file Test", [](Assembler& a) { a.super_class = 0; }},
      {"Bad superclass name in class file Test", [](Assembler& a) { a.super_class = a.class_("[I"); }},
      {"Invalid this class index 999 in constant pool in class file <Unknown>",
       [](Assembler& a) { a.this_class = 999; }},
      {"Bad class name in class file <Unknown>", [](Assembler& a) { a.this_class = a.class_("[I"); }},
      {"Illegal class modifiers in class <Unknown>: 0x410",
       [](Assembler& a) { a.flags = kAccFinal | kAccAbstract; }},
      {"Interfaces must have java.lang.Object as superclass in class file Test",
       [](Assembler& a) {
         a.flags = kAccInterface | kAccAbstract;
         a.super_class = a.class_("B");
       }},
      {"Illegal field modifiers in class Test: 0x3", [](Assembler& a) { a.add_field(3, "f", "I"); }},
      {"Illegal field modifiers in class Test: 0x50", [](Assembler& a) { a.add_field(0x50, "f", "I"); }},
      {"Illegal field name \"a;b\" in class Test", [](Assembler& a) { a.add_field(0, "a;b", "I"); }},
      {"Field \"f\" in class Test has illegal signature \"V\"",
       [](Assembler& a) { a.add_field(0, "f", "V"); }},
      {"Class name is empty or contains illegal character in descriptor in class file Test",
       [](Assembler& a) { a.add_field(0, "f", "L;"); }},
      {"Method m in class Test has illegal modifiers: 0x410",
       [](Assembler& a) { a.add_method(kAccAbstract | kAccFinal, "m", "()V"); }},
      {"Illegal method name \"<m>\" in class Test",
       [](Assembler& a) { a.add_method(kAccAbstract, "<m>", "()V"); }},
      {"Method \"m\" in class Test has illegal signature \"(V)V\"",
       [](Assembler& a) { a.add_method(kAccAbstract, "m", "(V)V"); }},
      {"Method \"<init>\" in class Test has illegal signature \"()I\"",
       [](Assembler& a) { a.add_method(0, "<init>", "()I", {a.code(1, 1, kReturn)}); }},
      {"Method <clinit> is not static in class file Test",
       [](Assembler& a) { a.add_method(0, "<clinit>", "()V", {a.code(1, 1, kReturn)}); }},
      {"Interface cannot have a method named <init>, class file Test",
       [](Assembler& a) {
         a.flags = kAccInterface | kAccAbstract;
         a.add_method(kAccPublic, "<init>", "()V", {a.code(1, 1, kReturn)});
       }},
      {"Too many arguments in method signature in class file Test",
       [](Assembler& a) { a.add_method(kAccAbstract, "m", "(" + std::string(128, 'J') + ")V"); }},
      {"Arguments can't fit into locals in class file Test",
       [](Assembler& a) { a.add_method(0, "m", "(J)V", {a.code(1, 2, kReturn)}); }},
      {"Invalid method Code length 0 in class file Test",
       [](Assembler& a) { a.add_method(0, "m", "()V", {a.code(1, 1, Bytes())}); }},
      {"Absent Code attribute in method that is not native or abstract in class file Test",
       [](Assembler& a) { a.add_method(0, "m", "()V"); }},
      {"Code attribute in native or abstract methods in class file Test",
       [](Assembler& a) { a.add_method(kAccNative, "m", "()V", {a.code(1, 1, kReturn)}); }},
      {"Multiple Code attributes in class file Test",
       [](Assembler& a) {
         a.add_method(0, "m", "()V", {a.code(1, 1, kReturn), a.code(1, 1, kReturn)});
       }},
      {"Illegal exception table range in class file Test",
       [](Assembler& a) {
         a.add_method(0, "m", "()V", {a.code(1, 1, kReturn, {{1, 1, 0, 0}})});
       }},
      {"Illegal exception table handler in class file Test",
       [](Assembler& a) {
         a.add_method(0, "m", "()V", {a.code(1, 1, kReturn, {{0, 1, 1, 0}})});
       }},
      {"Catch type in exception table has bad constant type in class file Test",
       [](Assembler& a) {
         a.add_method(0, "m", "()V", {a.code(1, 1, kReturn, {{0, 1, 0, 1}})});
       }},
      {"Invalid pc in LineNumberTable in class file Test",
       [](Assembler& a) {
         a.add_method(
             0, "m", "()V",
             {a.code(1, 1, kReturn, {}, {a.attribute("LineNumberTable", Bytes().u2(1).u2(1).u2(1))})});
       }},
      {"Inconsistent constant value type in class file Test",
       [](Assembler& a) {
         a.add_field(kAccStatic, "f", "J", {a.attribute("ConstantValue", Bytes().u2(a.integer(3)))});
       }},
      {"Bad string initial value in class file Test",
       [](Assembler& a) {
         a.add_field(kAccStatic, "f", "LA;", {a.attribute("ConstantValue", Bytes().u2(a.string("s")))});
       }},
      {"Invalid constant pool index 999 in class file <Unknown>", [](Assembler& a) { a.one(7, 999); }},
      {"Unknown constant tag 2 in class file <Unknown>", [](Assembler& a) { a.one(2, 1); }},
      {"Illegal UTF8 string in constant pool in class file <Unknown>", [](Assembler& a) { a.utf8("\xff"); }},
      {"Bad method handle kind at constant pool index 7 in class file <Unknown>",
       [](Assembler& a) {
         // Pool indexes 1 to 4 are the class and its superclass, 5 and 6 the entry that the handle names.
         a.class_("B");
         a.raw(Bytes().u1(15).u1(12).u2(6));
       }},
      {"Missing BootstrapMethods attribute in class file Test",
       [](Assembler& a) { a.two(18, 0, a.name_and_type("m", "()V")); }},
      {"Multiple SourceFile attributes in class file Test",
       [](Assembler& a) {
         for (int i = 0; i < 2; ++i)
           a.attributes.push_back(a.attribute("SourceFile", Bytes().u2(a.utf8("X"))));
       }},
      {"Wrong InnerClasses attribute length in class file Test",
       [](Assembler& a) { a.attributes.push_back(a.attribute("InnerClasses", Bytes().u2(0).u2(0))); }},
      {"PermittedSubclasses attribute in final class file Test",
       [](Assembler& a) {
         a.flags |= kAccFinal;
         a.attributes.push_back(a.attribute("PermittedSubclasses", Bytes().u2(0)));
       }},
  };
  for (const Wrong& wrong : cases) {
    Assembler a;
    wrong.make(a);
    EXPECT_EQ(error_of(a), format_error(wrong.message));
  }
}

TEST(ClassFile, TrustedClassesMayHaveOddNamesButNoBadReferences) {
  Assembler names;
  names.add_field(0, "a;b", "I");
  names.add_field(0, "a;b", "I");
  EXPECT_EQ(error_of(names, {.trusted = true}), "none");
  Assembler descriptor;
  descriptor.add_field(0, "f", "Q");
  EXPECT_NE(error_of(descriptor, {.trusted = true}), "none");
}

TEST(ClassFile, CountsFarBeyondTheFileAllocateNothing) {
  Assembler a;
  a.attributes.push_back(a.attribute("BootstrapMethods", Bytes().u2(65535)));
  EXPECT_NE(error_of(a), "none");
  auto bytes = Assembler().bytes();
  // The file ends with the counts of interfaces, fields, methods and attributes: claim 65535 fields.
  bytes[bytes.size() - 6] = bytes[bytes.size() - 5] = std::byte{0xff};
  EXPECT_EQ(error_of(bytes), format_error("Truncated class file"));
}

}  // namespace
}  // namespace uvm::rt::classfile
