#include "runtime/classfile/descriptor.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "runtime/classfile/modified_utf8.h"

namespace uvm::rt::classfile {
namespace {

TEST(Descriptor, AcceptsAndRefuses) {
  for (const char* good : {"I", "J", "[D", "Ljava/lang/String;", "[[[LA;", "Z"}) {
    EXPECT_TRUE(is_field_descriptor(good)) << good;
  }
  for (const char* bad :
       {"", "V", "[V", "[", "L", "L;", "LA", "A", "II", "La.b;", "L/a;", "La//b;", "La/;", "L[a;"}) {
    EXPECT_FALSE(is_field_descriptor(bad)) << bad;
  }
  for (const char* good : {"()V", "(IJ[Ljava/lang/Object;D)[[I", "(LA;LB;)LC;"}) {
    EXPECT_TRUE(is_method_descriptor(good)) << good;
  }
  for (const char* bad : {"", "(", ")", "()", "V", "(V)V", "(I", "()VV", "(I)", "()[V", "((I)V"}) {
    EXPECT_FALSE(is_method_descriptor(bad)) << bad;
  }
}

TEST(Descriptor, LimitsDimensions) {
  EXPECT_TRUE(is_field_descriptor(std::string(255, '[') + "I"));
  DescriptorError error = DescriptorError::kNone;
  EXPECT_EQ(skip_field_descriptor(std::string(256, '[') + "I", false, error), 0u);
  EXPECT_EQ(error, DescriptorError::kTooManyDimensions);
}

TEST(Descriptor, WalksParameters) {
  const std::string_view descriptor = "(I[JLjava/lang/String;D[[LA;)Lfoo/Bar;";
  std::vector<std::string> types;
  for (ParameterTypes p(descriptor); !p.done(); p.next()) types.emplace_back(p.type());
  EXPECT_EQ(types, (std::vector<std::string>{"I", "[J", "Ljava/lang/String;", "D", "[[LA;"}));
  EXPECT_EQ(return_type(descriptor), "Lfoo/Bar;");
  EXPECT_EQ(class_name_of(return_type(descriptor)), "foo/Bar");
  EXPECT_EQ(argument_slots(descriptor), 6u);
  EXPECT_EQ(check_method_descriptor(descriptor).argument_slots, 6u);
  EXPECT_EQ(argument_slots("()V"), 0u);
}

TEST(Names, ThatClassForNameAccepts) {
  for (const char* name :
       {"a", "a/b", "a/", "L", "I", "int", "[I", "[[J", "[La;", "[[La/b;", "a b", "<init>"})
    EXPECT_TRUE(is_nameable(name)) << name;
  for (const char* name :
       {"",   "/",   "/a",  "a//b", "a.b",   "a;",    "a[",      "[",     "[[",        "[]",         "[V",
        "[Q", "[II", "[L;", "[LI",  "[L[I;", "[L/a;", "[La//b;", "[La;b", "a\xc0\x80", "a\xc0\x80/b"})
    EXPECT_FALSE(is_nameable(name)) << name;
  EXPECT_TRUE(is_nameable(std::string(255, '[') + "I"));
  EXPECT_FALSE(is_nameable(std::string(256, '[') + "I"));
}

TEST(Messages, AreCutAtAWholeCharacter) {
  EXPECT_EQ(cut_message("short"), "short");
  EXPECT_EQ(cut_message(std::string(2000, 'a')).size(), 1023U);
  EXPECT_EQ(cut_message(std::string(1022, 'a') + "\xc3\xa9z"), std::string(1022, 'a'));
}

TEST(ModifiedUtf8, FollowsTheSpecification) {
  const auto is = [](std::string_view s) { return is_modified_utf8(s, false); };
  EXPECT_TRUE(is(""));
  EXPECT_TRUE(is("a longer text of plain ASCII characters"));
  EXPECT_TRUE(is("\xc3\xa4\xe2\x82\xac"));
  EXPECT_TRUE(is("\xc0\x80"));                  // U+0000
  EXPECT_TRUE(is("\xed\xa0\xbd\xed\xb8\x80"));  // a surrogate pair
  EXPECT_FALSE(is(std::string_view("a\0b", 3)));
  EXPECT_FALSE(is(std::string_view("12345678\0bcdefgh", 16)));
  EXPECT_FALSE(is("1234567\xf0\x9f\x98\x80"));  // four bytes are UTF-8, but not modified UTF-8
  EXPECT_FALSE(is("\x80"));
  EXPECT_FALSE(is("abcdefg\xc3"));
  EXPECT_FALSE(is("\xe2\x82"));
  EXPECT_FALSE(is("\xc1\x81"));  // longer than need be
  EXPECT_FALSE(is("\xe0\x81\x81"));
  EXPECT_TRUE(is_modified_utf8("\xc1\x81", true));  // which old class files may have
}

}  // namespace
}  // namespace uvm::rt::classfile
