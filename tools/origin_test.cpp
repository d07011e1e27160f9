#include "tools/origin.h"

#include <gtest/gtest.h>

namespace uvm::tools {
namespace {

TEST(OriginTest, AnotherClassLibraryIsNamed) {
  rt::jimage::JavaHome home{};
  home.path = "/jdk";
  home.version = "17.0.9";
  checkpoint::Blob blob;
  EXPECT_TRUE(check_java(blob, home));  // from a uvm that did not record it
  note_java(blob, home);
  EXPECT_TRUE(check_java(blob, home));
  home.path = "/other";
  home.modules_mtime = 1;
  EXPECT_TRUE(check_java(blob, home));  // a copy
  home.release_hash = 1;
  home.version = "17.0.10";
  const auto checked = check_java(blob, home);
  ASSERT_FALSE(checked);
  const std::string& problem = checked.error().message;
  EXPECT_NE(problem.find("OpenJDK 17.0.9 in /jdk"), std::string::npos) << problem;
  EXPECT_NE(problem.find("OpenJDK 17.0.10 in /other"), std::string::npos) << problem;
}

TEST(OriginTest, DifferentCommandLineIsReported) {
  Options options;
  checkpoint::Blob blob;
  EXPECT_FALSE(command_difference(blob, options));
  note_command(blob, options);
  EXPECT_STREQ(blob.command, "no arguments");
  options.arguments = {"1", "2"};
  EXPECT_TRUE(command_difference(blob, options));
  note_command(blob, options);
  EXPECT_FALSE(command_difference(blob, options));
  for (const std::vector<std::string>& other :
       {std::vector<std::string>{"1 2"}, {"12"}, {"2", "1"}, {"1", "2", ""}, {"1"}}) {
    options.arguments = other;
    const auto difference = command_difference(blob, options);
    ASSERT_TRUE(difference);
    EXPECT_NE(difference->find("(1 2)"), std::string::npos);
  }
  options.arguments = {"1", "2"};
  options.properties = {{"a", "b"}};
  EXPECT_TRUE(command_difference(blob, options));
  options.properties.clear();
  options.heap = std::uint64_t{64} << 20;
  EXPECT_TRUE(command_difference(blob, options));
  note_command(blob, options);
  EXPECT_STREQ(blob.command, "--heap 64.0 MiB 1 2");
}

}  // namespace
}  // namespace uvm::tools
