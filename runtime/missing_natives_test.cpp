#include "runtime/missing_natives.h"

#include <gtest/gtest.h>

#include <set>

#include "runtime/jimage/java_home.h"

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

TEST(MissingNatives, TheTextIsAsJavaNamesIt) { EXPECT_EQ(native("p/C$D", "m").text(), "p.C$D.m()V"); }

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
