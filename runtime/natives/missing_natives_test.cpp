#include "runtime/natives/missing_natives.h"

#include <gtest/gtest.h>

#include <set>

#include "runtime/jimage/java_home.h"
#include "runtime/jimage/test_image.h"

namespace uvm::rt {
namespace {

NativeName native(std::string class_name, std::string_view name) {
  return {"m", std::move(class_name), name, "()V"};
}

TEST(MissingNatives, AnAbsenceCoversAClassAFolderOrMethods) {
  const KnownAbsence one{"p/C", "", ""};
  EXPECT_TRUE(one.covers(native("p/C", "m")));
  EXPECT_FALSE(one.covers(native("p/CC", "m")));
  const KnownAbsence folder{"p/*", "", ""};
  EXPECT_TRUE(folder.covers(native("p/q/C", "m")));
  EXPECT_FALSE(folder.covers(native("q/C", "m")));
  const KnownAbsence methods{"p/C", "first second", ""};
  EXPECT_TRUE(methods.covers(native("p/C", "first")));
  EXPECT_TRUE(methods.covers(native("p/C", "second")));
  EXPECT_FALSE(methods.covers(native("p/C", "sec")));
  EXPECT_FALSE(methods.covers(native("p/C", "secondary")));
}

TEST(MissingNatives, MethodsAreNamedAsInJava) { EXPECT_EQ(native("p/C$D", "m").text(), "p.C$D.m()V"); }

// A class p.C with `native void gone()`, `native void registerNatives()` and `void plain()`, and a field.
std::string small_class() {
  std::string bytes;
  const auto u2 = [&](unsigned value) {
    bytes += static_cast<char>(value >> 8);
    bytes += static_cast<char>(value);
  };
  const auto utf8 = [&](const std::string& text) {
    bytes += '\1';
    u2(static_cast<unsigned>(text.size()));
    bytes += text;
  };
  bytes = std::string("\xca\xfe\xba\xbe\0\0\0\x3d", 8);
  u2(9);
  utf8("p/C");                                                          // 1
  bytes += std::string("\7\0\1", 3);                                    // 2: class
  bytes += std::string("\5\0\0\0\0\0\0\0\1", 9);                        // 3 and 4: long
  utf8("gone");                                                         // 5
  utf8("()V");                                                          // 6
  utf8("registerNatives");                                              // 7
  utf8("plain");                                                        // 8
  for (const unsigned value : {0x21, 2, 0, 0}) u2(value);               // flags, this, super, interfaces
  for (const unsigned value : {1, 0x109, 8, 6, 1, 8, 0, 3}) u2(value);  // a field with an attribute ...
  bytes += "abc";                                                       // ... of three bytes
  u2(3);
  for (const unsigned value : {0x109, 5, 6, 0}) u2(value);
  for (const unsigned value : {0x109, 7, 6, 0}) u2(value);
  for (const unsigned value : {0x1, 8, 6, 0}) u2(value);
  u2(0);
  return bytes;
}

TEST(MissingNatives, UnknownAbsencesAreNamed) {
  jimage::ImageWriter writer;
  const auto bytes = writer.write({{"m", "p", "C", "class", small_class()}});
  const auto image = jimage::JImage::view(bytes, "small");
  ASSERT_TRUE(image) << image.error().message;
  const auto missing = find_missing_natives(*image, {});
  ASSERT_TRUE(missing) << missing.error().message;
  EXPECT_EQ(missing->unknown, std::vector<std::string>{"p.C.gone()V"});
  EXPECT_TRUE(missing->known.empty());
  const auto elsewhere = find_missing_natives(*image, "other");
  ASSERT_TRUE(elsewhere);
  EXPECT_TRUE(elsewhere->unknown.empty());
}

TEST(MissingNatives, TruncatedClassesAreSkipped) {
  const std::string whole = small_class();
  for (std::size_t length = 0; length < whole.size(); ++length) {
    jimage::ImageWriter writer;
    const auto bytes = writer.write({{"m", "p", "C", "class", whole.substr(0, length)}});
    const auto image = jimage::JImage::view(bytes, "small");
    ASSERT_TRUE(image) << image.error().message;
    const auto missing = find_missing_natives(*image, {});
    ASSERT_TRUE(missing) << missing.error().message;
    EXPECT_LE(missing->unknown.size(), 1U);
  }
}

TEST(MissingNatives, NativesOfTheClassLibraryAreFound) {
  const auto home = jimage::find_java_home();
  ASSERT_TRUE(home) << home.error().message;
  const auto image = jimage::JImage::open(home->modules);
  ASSERT_TRUE(image) << image.error().message;
  std::set<std::string> found;
  ASSERT_TRUE(for_each_native(*image, "java.base", [&](const NativeName& n) { found.insert(n.text()); }));
  EXPECT_TRUE(found.contains("java.lang.Object.hashCode()I"));
  EXPECT_TRUE(found.contains("java.lang.System.arraycopy(Ljava/lang/Object;ILjava/lang/Object;II)V"));
  EXPECT_FALSE(found.contains("java.lang.Object.toString()Ljava/lang/String;"));
  EXPECT_GT(found.size(), 600u);
}

}  // namespace
}  // namespace uvm::rt
