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

TEST(JavaOptions, LeavesOptionsOfUvmAndTheProgramAlone) {
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
  EXPECT_TRUE(take({"-ea:", "app.bc"})->assertions.empty());
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

TEST(JavaOptions, OptionsThatTuneHotSpotHaveNoEffect) {
  auto options = take({"-server", "-Xms1g", "-Xss1m", "-XX:+UseG1GC", "-Xint", "-Xlog:gc", "app.bc"});
  ASSERT_TRUE(options) << options.error();
  EXPECT_EQ(options->words, Words{"app.bc"});
  EXPECT_EQ(take({"-Xunknown", "app.bc"})->words, (Words{"-Xunknown", "app.bc"}));  // uvm's parser refuses it
}

// Each option of `java -help` and `java -X` of 17, and older names that it still accepts. Anything else is
// left to uvm's parser, which refuses it.
TEST(JavaOptions, EveryOptionThatJavaListsIsKnown) {
  enum class Fate { kWithoutEffect, kRefused, kLeft };
  struct Case {
    const char* word;
    Fate fate;
    Words left = {};  // besides the bundle
  };
  using enum Fate;
  const Case kCases[] = {
      {"-cp", kRefused},
      {"-classpath", kRefused},
      {"--class-path", kRefused},
      {"-p", kRefused},
      {"--module-path", kRefused},
      {"--upgrade-module-path", kRefused},
      {"-m", kRefused},
      {"--module", kRefused},
      {"-jar", kRefused},
      {"--add-modules=java.se", kWithoutEffect},  // accepted; its effect is tested above
      {"--enable-native-access=ALL-UNNAMED", kWithoutEffect},
      {"--add-reads=a=b", kWithoutEffect},
      {"--add-exports=a/b=c", kWithoutEffect},
      {"--add-opens=a/b=c", kWithoutEffect},
      {"--limit-modules=java.base", kWithoutEffect},
      {"--patch-module=a=b", kRefused},
      {"--source", kRefused},
      {"--list-modules", kRefused},
      {"-d", kRefused},
      {"--describe-module", kRefused},
      {"--dry-run", kRefused},
      {"--validate-modules", kRefused},
      {"--show-module-resolution", kRefused},
      {"-Da=b", kLeft, {"-Da=b"}},
      {"-D", kWithoutEffect},
      {"-D=b", kWithoutEffect},
      {"-verbose", kWithoutEffect},
      {"-verbose:class", kWithoutEffect},
      {"-verbose:gc", kWithoutEffect},
      {"-version", kLeft, {"--version"}},
      {"--version", kLeft, {"--version"}},
      {"-fullversion", kLeft, {"--version"}},
      {"--full-version", kLeft, {"--version"}},
      {"-Xinternalversion", kLeft, {"--version"}},
      {"-showversion", kWithoutEffect},
      {"--show-version", kWithoutEffect},
      {"-?", kLeft, {"--help"}},
      {"-h", kLeft, {"-h"}},
      {"-help", kLeft, {"--help"}},
      {"--help", kLeft, {"--help"}},
      {"-X", kLeft, {"--help"}},
      {"--help-extra", kLeft, {"--help"}},
      {"-ea", kWithoutEffect},
      {"-enableassertions:p...", kWithoutEffect},
      {"-da:p.C", kWithoutEffect},
      {"-disableassertions", kWithoutEffect},
      {"-esa", kWithoutEffect},
      {"-enablesystemassertions", kWithoutEffect},
      {"-dsa", kWithoutEffect},
      {"-disablesystemassertions", kWithoutEffect},
      {"-esa:p", kLeft, {"-esa:p"}},
      {"-agentlib:x", kRefused},
      {"-agentpath:x", kRefused},
      {"-javaagent:x", kRefused},
      {"-splash:x", kWithoutEffect},
      {"-splash", kLeft, {"-splash"}},
      {"--disable-@files", kWithoutEffect},
      {"-disable-@files", kWithoutEffect},
      {"--enable-preview", kRefused},
      {"-zero", kRefused},
      {"-dcevm", kRefused},
      {"-server", kWithoutEffect},
      {"-client", kWithoutEffect},
      {"-d64", kLeft, {"-d64"}},
      {"-Xbatch", kWithoutEffect},
      {"-Xbootclasspath/a:x", kRefused},
      {"-Xbootclasspath:x", kRefused},
      {"-Xcheck:jni", kWithoutEffect},
      {"-Xcheck:x", kLeft, {"-Xcheck:x"}},
      {"-Xcomp", kWithoutEffect},
      {"-Xdebug", kWithoutEffect},
      {"-Xdiag", kWithoutEffect},
      {"-Xdiagx", kLeft, {"-Xdiagx"}},
      {"-Xfuture", kWithoutEffect},
      {"-Xint", kWithoutEffect},
      {"-Xint8", kLeft, {"-Xint8"}},
      {"-Xlog", kWithoutEffect},
      {"-Xlog:gc", kWithoutEffect},
      {"-Xloggc:x", kWithoutEffect},
      {"-Xmixed", kWithoutEffect},
      {"-Xmn1m", kWithoutEffect},
      {"-Xmn", kRefused},
      {"-Xmnx", kRefused},
      {"-Xms1g", kWithoutEffect},
      {"-Xms0", kWithoutEffect},
      {"-Xms", kRefused},
      {"-Xms1x", kRefused},
      {"-ms1g", kWithoutEffect},
      {"-Xmx1G", kLeft, {"--heap", "1073741824"}},
      {"-mx1g", kLeft, {"--heap", "1073741824"}},
      {"-Xmx", kRefused},
      {"-Xmx0", kRefused},
      {"-Xss1m", kWithoutEffect},
      {"-ss1m", kWithoutEffect},
      {"-Xss", kRefused},
      {"-Xssfoo", kRefused},
      {"-Xnoclassgc", kWithoutEffect},
      {"-noclassgc", kWithoutEffect},
      {"-Xrs", kWithoutEffect},
      {"-Xrsx", kLeft, {"-Xrsx"}},
      {"-Xshare:auto", kWithoutEffect},
      {"-Xshare:off", kWithoutEffect},
      {"-Xshare:on", kWithoutEffect},
      {"-Xshare:dump", kRefused},
      {"-Xshare:x", kLeft, {"-Xshare:x"}},
      {"-XshowSettings", kWithoutEffect},
      {"-XshowSettings:vm", kWithoutEffect},
      {"-Xverify", kWithoutEffect},
      {"-Xverify:none", kWithoutEffect},
      {"-Xverify:x", kLeft, {"-Xverify:x"}},
      {"-noverify", kWithoutEffect},
      {"-verify", kWithoutEffect},
      {"-XX:+UseG1GC", kWithoutEffect},
      {"-XX:MaxHeapSize=x", kRefused},
  };
  for (const Case& c : kCases) {
    auto options = take({c.word, "app.bc"});
    EXPECT_EQ(!options, c.fate == kRefused) << c.word;
    if (!options) {
      EXPECT_NE(options.error().find(std::string(c.word).substr(0, 4)), std::string::npos) << options.error();
      continue;
    }
    Words words = c.left;
    words.emplace_back("app.bc");
    EXPECT_EQ(options->words, words) << c.word;
  }
  EXPECT_EQ(take({"-Xssfoo", "app.bc"}).error(), "Invalid thread stack size: -Xssfoo");
  EXPECT_EQ(take({"-showversion", "app.bc"})->remarks.size(), 1U);
  EXPECT_EQ(take({"--disable-@files", "@app.bc"})->words, Words{"@app.bc"});
}

TEST(JavaOptions, ReservedPropertiesAreIgnoredAndReportedOnce) {
  auto options = take({"-Djdk.module.addopens.0=x", "-Djdk.module.path=y", "-Djdk.module.other=z", "app.bc"});
  ASSERT_TRUE(options) << options.error();
  EXPECT_EQ(options->words, (Words{"-Djdk.module.other=z", "app.bc"}));
  EXPECT_EQ(options->remarks.size(), 1U);
}

// A name for a file that does not exist yet.
std::string file_name() {
  std::string path = (std::filesystem::temp_directory_path() / "java_options_XXXXXX").string();
  const int fd = ::mkstemp(path.data());
  EXPECT_GE(fd, 0);
  ::close(fd);
  return path;
}

TEST(JavaOptions, ArgumentFiles) {
  const std::string path = file_name();
  std::ofstream(path) << "-Da=b # a comment\n\"-Dc=d e\\tf\" '-Dg=\\\n   h'\n@other -ea\n";
  auto options = take({"-Dx=y", "@" + path, "app.bc", "@" + path});
  std::filesystem::remove(path);
  ASSERT_TRUE(options) << options.error();
  EXPECT_EQ(options->words,
            (Words{"-Dx=y", "-Da=b", "-Dc=d e\tf", "-Dg=h", "@other", "-ea", "app.bc", "@" + path}));
  EXPECT_FALSE(take({"@/no/such/file", "app.bc"}));
  EXPECT_EQ(take({"@@app.bc"})->words, Words{"@app.bc"});
}

// What java 17 makes of each of these.
TEST(JavaOptions, ArgumentFilesAreSplitAsJavaDoes) {
  const std::pair<const char*, Words> kFiles[] = {
      {"a b\tc\nd\re\ff\vg", {"a", "b", "c", "d", "e", "f\vg"}},
      {"\"a b\" 'c \"d' \"\" e", {"a b", "c \"d", "", "e"}},
      {"a\"b c\"d \"x\"'y'z", {"ab cd", "xyz"}},
      {"a\\b c\\ d", {"a\\b", "c\\", "d"}},  // no escapes outside of quotes
      {"\"a\\tb\\nc\\qd\\\\e\\\"f\"", {"a\tb\ncqd\\e\"f"}},
      {"\"a\\\n\n \f b\" c", {"ab", "c"}},
      {"\"a\\\r\n  b\" c", {"ab", "c"}},
      {"\"abc\ndef\" g", {"abc", "def g"}},  // a quote ends with its line
      {"a \"b c\nd\" e", {"a", "b c", "d e"}},
      {"a #c1\rd #c2\n#c3", {"a", "d"}},
      {"\"a#b\" c", {"a#b", "c"}},
      {"a#b c\nd", {"d"}},
      {"\"a\"#b\nc", {"ac"}},
      {"\"a\"#b", {}},
      {"a\"b#c\"#d\ne f", {"ab#ce", "f"}},
      {"x \"\"", {"x"}},
      {"\"unterminated", {"unterminated"}},
      {"a \"b\\", {"a"}},
      {"a \"b\\\n ", {"a"}},
  };
  const std::string path = file_name();
  for (const auto& [text, wanted] : kFiles) {
    std::ofstream(path) << "app.bc " << text;
    auto options = take({"@" + path});
    ASSERT_TRUE(options) << options.error();
    Words words = wanted;
    words.insert(words.begin(), "app.bc");
    EXPECT_EQ(options->words, words) << text;
  }
  std::filesystem::remove(path);
}

TEST(JavaOptions, JavaNamesOfUvmsOptions) {
  EXPECT_EQ(take({"-version"})->words, Words{"--version"});
  EXPECT_EQ(take({"-?"})->words, Words{"--help"});
}

TEST(JavaOptions, TheEnvironmentComesFirst) {
  auto options = take({"-Da=1", "app.bc"}, "-Da=2 '-Dq=r s' -ea");
  ASSERT_TRUE(options) << options.error();
  EXPECT_EQ(options->words, (Words{"-Da=2", "-Dq=r s", "-Da=1", "app.bc"}));
  EXPECT_EQ(options->assertions, Words{"+"});
  EXPECT_EQ(options->remarks.size(), 1U);
  EXPECT_EQ(take({"list"}, "-ea")->assertions.size(), 0U);
  EXPECT_FALSE(take({"app.bc"}, "Main"));
  EXPECT_EQ(take({"app.bc"}, "-Da='b").error(), "JDK_JAVA_OPTIONS: a quote is not closed");
  EXPECT_EQ(take({"app.bc"}, "--version").error(), "JDK_JAVA_OPTIONS: --version is not allowed there");
}

}  // namespace
}  // namespace uvm::tools
