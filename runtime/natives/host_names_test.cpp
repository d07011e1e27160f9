// Path names and locale names as the class library expects them.
#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <string>

#include "runtime/natives/host_locale.h"
#include "runtime/outside/path_names.h"

namespace uvm::rt {
namespace {

TEST(CollapsePath, RemovesDotsByName) {
  EXPECT_EQ(collapse_path("/a/./b/../c"), "/a/c");
  EXPECT_EQ(collapse_path("/../.."), "/");
  EXPECT_EQ(collapse_path("/a//b/"), "/a/b");
  EXPECT_EQ(collapse_path("/..a/.b/..."), "/..a/.b/...");
  EXPECT_EQ(collapse_path("relative/../x"), "relative/../x");
}

TEST(CanonicalPath, ResolvesLinksAsFarAsThePathExists) {
  char name[] = "/tmp/host_names_test_XXXXXX";
  ASSERT_NE(::mkdtemp(name), nullptr);
  const std::string folder = name;
  ASSERT_EQ(::mkdir((folder + "/real").c_str(), 0777), 0);
  ASSERT_EQ(::symlink("real", (folder + "/link").c_str()), 0);
  std::string result;
  EXPECT_EQ(canonical_path(folder + "/link", &result), 0);
  EXPECT_EQ(result, folder + "/real");
  EXPECT_EQ(canonical_path(folder + "/link/no/../such", &result), 0);
  EXPECT_EQ(result, folder + "/real/such");
  EXPECT_EQ(canonical_path("/no such/../folder", &result), 0);
  EXPECT_EQ(result, "/folder");
  ::unlink((folder + "/link").c_str());
  ::rmdir((folder + "/real").c_str());
  ::rmdir(folder.c_str());
}

TEST(ParseLocale, SplitsNames) {
  const LocaleParts german = parse_locale("de_DE.UTF-8@euro");
  EXPECT_EQ(german.language, "de");
  EXPECT_EQ(german.country, "DE");
  EXPECT_EQ(german.script, "");
  EXPECT_EQ(german.variant, "");
  const LocaleParts serbian = parse_locale("sr_RS@latin");
  EXPECT_EQ(serbian.script, "Latn");
  EXPECT_EQ(serbian.country, "RS");
  const LocaleParts none = parse_locale("C");
  EXPECT_EQ(none.language, "en");
  EXPECT_EQ(none.country, "US");
  const LocaleParts utf8 = parse_locale("C.UTF-8");
  EXPECT_EQ(utf8.language, "en");
  EXPECT_EQ(utf8.country, "");
}

}  // namespace
}  // namespace uvm::rt
