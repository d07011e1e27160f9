#include "tools/java_options.h"

#include <gtest/gtest.h>
#include <stdlib.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

namespace uvm::tools {
namespace {

using Words = std::vector<std::string>;
using Pairs = std::vector<std::pair<std::string, std::string>>;

constexpr std::string_view kCommands[] = {"list", "resume"};

BasicResult<JavaOptions, std::string> take(const Words& words, const char* environment = nullptr) {
  return take_java_options(words, kCommands, environment);
}

TEST(JavaOptions, LeavesUvmsOwnAndTheProgramsAlone) {
  const Words words = {"--store", "-cp", "--memory=64M", "-Da=b", "app.bc",
                       "-cp",     "@x",  "--add-opens",  "-ea"};
  auto options = take(words);
  ASSERT_TRUE(options) << options.error();
  EXPECT_EQ(options->words, words);
  EXPECT_TRUE(options->module_properties.empty() && options->assertions.empty() && options->remarks.empty());
}

TEST(JavaOptions, ModulesBecomeProperties) {
  auto options = take({"--add-opens=java.base/java.lang=ALL-UNNAMED", "--add-opens", "a/b=c", "--add-exports",
                       "d/e=f", "--add-reads=g=h", "app.bc"});
  ASSERT_TRUE(options) << options.error();
  EXPECT_EQ(options->module_properties, (Pairs{{"jdk.module.addopens.0", "java.base/java.lang=ALL-UNNAMED"},
                                               {"jdk.module.addopens.1", "a/b=c"},
                                               {"jdk.module.addexports.0", "d/e=f"},
                                               {"jdk.module.addreads.0", "g=h"}}));
  EXPECT_FALSE(options->modules_at_boot);
  options = take({"--add-modules", "java.se", "--limit-modules=java.base", "app.bc"});
  ASSERT_TRUE(options) << options.error();
  EXPECT_TRUE(options->modules_at_boot);
  EXPECT_EQ(options->words, Words{"app.bc"});
  EXPECT_EQ(take({"--add-opens"}).error(), "--add-opens needs a value");
}

TEST(JavaOptions, Assertions) {
  auto options = take({"-ea", "-da:p.C", "-enableassertions:p/q...", "-esa", "-dsa", "app.bc"});
  ASSERT_TRUE(options) << options.error();
  EXPECT_EQ(options->assertions, (Words{"+", "-p.C", "+p.q...", "+!", "-!"}));
}

TEST(JavaOptions, HeapSizes) {
  EXPECT_EQ(take({"-Xmx512m", "app.bc"})->words, (Words{"--heap", "536870912", "app.bc"}));
  EXPECT_EQ(take({"-Xmx2m", "app.bc"})->words, (Words{"--heap", "16777216", "app.bc"}));
  EXPECT_EQ(take({"-Xmxlarge", "app.bc"}).error(), "Invalid maximum heap size: -Xmxlarge");
}

TEST(JavaOptions, RefusesWithWhatToUseInstead) {
  for (const char* word : {"-cp", "-classpath", "--class-path=x", "-jar", "-javaagent:x.jar", "-p",
                           "--module", "--patch-module=a=b", "-XX:OnError=x", "-XX:+ExitOnOutOfMemoryError",
                           "-Xbootclasspath/a:x", "-agentlib:jdwp=x"}) {
    EXPECT_FALSE(take({word, "app.bc"})) << word;
  }
  EXPECT_EQ(take({"-javaagent:x.jar", "app.bc"}).error(), "-javaagent: agents are not supported");
}

TEST(JavaOptions, WhatTunesHotSpotHasNoEffect) {
  auto options = take({"-server", "-Xms1g", "-Xss1m", "-XX:+UseG1GC", "-Xint", "-Xlog:gc", "app.bc"});
  ASSERT_TRUE(options) << options.error();
  EXPECT_EQ(options->words, Words{"app.bc"});
  EXPECT_EQ(take({"-Xunknown", "app.bc"})->words, (Words{"-Xunknown", "app.bc"}));  // uvm's parser refuses it
}

TEST(JavaOptions, ReservedPropertiesAreIgnoredAndSaidOnce) {
  auto options = take({"-Djdk.module.addopens.0=x", "-Djdk.module.path=y", "-Djdk.module.other=z", "app.bc"});
  ASSERT_TRUE(options) << options.error();
  EXPECT_EQ(options->words, (Words{"-Djdk.module.other=z", "app.bc"}));
  EXPECT_EQ(options->remarks.size(), 1U);
}

TEST(JavaOptions, ArgumentFiles) {
  std::string path = (std::filesystem::temp_directory_path() / "java_options_XXXXXX").string();
  const int fd = ::mkstemp(path.data());
  ASSERT_GE(fd, 0);
  ::close(fd);
  std::ofstream(path) << "-Da=b # a comment\n\"-Dc=d e\\tf\" '-Dg=\\\n   h'\n@other -ea\n";
  auto options = take({"-Dx=y", "@" + path, "app.bc", "@" + path});
  std::filesystem::remove(path);
  ASSERT_TRUE(options) << options.error();
  EXPECT_EQ(options->words,
            (Words{"-Dx=y", "-Da=b", "-Dc=d e\tf", "-Dg=h", "@other", "-ea", "app.bc", "@" + path}));
  EXPECT_FALSE(take({"@/no/such/file", "app.bc"}));
  EXPECT_EQ(take({"@@app.bc"})->words, Words{"@app.bc"});
}

TEST(JavaOptions, TheEnvironmentComesFirst) {
  auto options = take({"-Da=1", "app.bc"}, "-Da=2 '-Dq=r s' -ea");
  ASSERT_TRUE(options) << options.error();
  EXPECT_EQ(options->words, (Words{"-Da=2", "-Dq=r s", "-Da=1", "app.bc"}));
  EXPECT_EQ(options->assertions, Words{"+"});
  EXPECT_EQ(options->remarks.size(), 1U);
  EXPECT_EQ(take({"list"}, "-ea")->assertions.size(), 0U);
  EXPECT_FALSE(take({"app.bc"}, "Main"));
}

}  // namespace
}  // namespace uvm::tools
