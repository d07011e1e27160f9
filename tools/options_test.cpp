#include "tools/options.h"

#include <gtest/gtest.h>

namespace uvm::tools {
namespace {

BasicResult<Options, std::string> parse(std::vector<const char*> words) {
  words.insert(words.begin(), "uvm");
  return parse_options(static_cast<int>(words.size()), words.data());
}

TEST(OptionsTest, WhatFollowsTheBundleIsTheProgram) {
  auto options =
      parse({"--memory", "64M", "-Da=b", "-Dc", "dir/app.bc", "--memory", "list", "-x", "--", "-Dq=1"});
  ASSERT_TRUE(options.has_value()) << options.error();
  EXPECT_EQ(options->command, Command::kRun);
  EXPECT_EQ(options->memory, 64U << 20);
  EXPECT_EQ(options->bundle, "dir/app.bc");
  EXPECT_EQ(options->name, "app.bc");
  EXPECT_EQ(options->arguments, (std::vector<std::string>{"--memory", "list", "-x", "--", "-Dq=1"}));
  const std::vector<std::pair<std::string, std::string>> properties = {{"a", "b"}, {"c", ""}};
  EXPECT_EQ(options->properties, properties);
}

TEST(OptionsTest, PropertiesKeepEqualsSigns) {
  auto options = parse({"-Da=b=c", "app.bc"});
  ASSERT_TRUE(options.has_value()) << options.error();
  EXPECT_EQ(options->properties[0].second, "b=c");
}

TEST(OptionsTest, Commands) {
  auto options = parse({"resume", "x.bc", "--version", "12", "--store", "/s", "--memory", "32M"});
  ASSERT_TRUE(options.has_value()) << options.error();
  EXPECT_EQ(options->command, Command::kResume);
  EXPECT_EQ(options->name, "x.bc");
  EXPECT_EQ(options->version, 12U);
  EXPECT_EQ(options->store, "/s");
  EXPECT_EQ(options->memory, 32U << 20);
  options = parse({"pin", "x.bc", "7"});
  ASSERT_TRUE(options.has_value()) << options.error();
  EXPECT_EQ(options->command, Command::kPin);
  EXPECT_EQ(options->version, 7U);
  EXPECT_FALSE(parse({"unpin", "x.bc"}).has_value());
  EXPECT_FALSE(parse({"unpin", "x.bc", "new"}).has_value());
  options = parse({"remove", "x.bc", "--version", "3"});
  ASSERT_TRUE(options.has_value()) << options.error();
  EXPECT_EQ(options->version, 3U);
  options = parse({"stats", "x.bc", "--json", "--store", "/s"});
  ASSERT_TRUE(options.has_value()) << options.error();
  EXPECT_EQ(options->command, Command::kStats);
  EXPECT_EQ(options->name, "x.bc");
  EXPECT_TRUE(options->json);
  EXPECT_FALSE(parse({"stats", "x.bc"})->json);
  EXPECT_FALSE(parse({"stats"}).has_value());
  EXPECT_FALSE(parse({"versions", "x.bc", "--json"}).has_value());
  options = parse({"--store", "/s", "list"});
  ASSERT_TRUE(options.has_value()) << options.error();
  EXPECT_EQ(options->command, Command::kList);
  EXPECT_EQ(parse({"--version"})->command, Command::kShowVersion);
  EXPECT_EQ(parse({"--help"})->command, Command::kHelp);
  EXPECT_EQ(parse({"verify", "--help"})->command, Command::kHelp);
}

TEST(OptionsTest, Checkpoints) {
  EXPECT_EQ(parse({"a.bc"})->checkpoint_every, std::chrono::seconds(1));
  EXPECT_EQ(parse({"--checkpoint-every", "off", "a.bc"})->checkpoint_every.count(), 0);
  EXPECT_EQ(parse({"--checkpoint-every=20ms", "a.bc"})->checkpoint_every, std::chrono::milliseconds(20));
  EXPECT_EQ(parse({"--torture=resume:1000", "a.bc"})->torture_interval, 1000U);
}

TEST(OptionsTest, VersionsToKeep) {
  EXPECT_EQ(parse({"a.bc"})->keep_versions, 2U);
  EXPECT_EQ(parse({"a.bc"})->keep_age.count(), 0);
  EXPECT_EQ(parse({"--keep-versions", "64", "a.bc"})->keep_versions, 64U);
  EXPECT_EQ(parse({"--keep-age", "1h", "a.bc"})->keep_age, std::chrono::hours(1));
}

TEST(OptionsTest, CompressionIsOnOffOrAsItWas) {
  EXPECT_EQ(parse({"a.bc"})->compress, std::nullopt);
  EXPECT_EQ(parse({"--compress", "on", "a.bc"})->compress, true);
  EXPECT_EQ(parse({"--compress=off", "a.bc"})->compress, false);
}

TEST(OptionsTest, WrongOptionsAreRefusedInOneLine) {
  const std::vector<std::vector<const char*>> wrong = {
      {},
      {"--no-such-option", "a.bc"},
      {"--memory"},
      {"--memory", "lots", "a.bc"},
      {"--keep-versions", "0", "a.bc"},
      {"--keep-versions", "65", "a.bc"},
      {"--keep-age", "10", "a.bc"},
      {"--compress", "zstd", "a.bc"},
      {"--compress"},
      {"--memory", "1M", "a.bc"},
      {"--heap", "64T", "a.bc"},
      {"--checkpoint-every", "5", "a.bc"},
      {"--torture", "resume:0", "a.bc"},
      {"--torture", "crash:5", "a.bc"},
      {"--log", "loud", "a.bc"},
      {"--name", "../x", "a.bc"},
      {"resume"},
      {"resume", "a/b"},
      {"resume", "x", "--version", "new"},
      {"list", "x"},
      {"versions", "x", "y"},
  };
  for (const auto& words : wrong) {
    auto options = parse(words);
    std::string line;
    for (const char* word : words) line += std::string(" ") + word;
    ASSERT_FALSE(options.has_value()) << line;
    EXPECT_FALSE(options.error().empty()) << line;
    EXPECT_EQ(options.error().find('\n'), std::string::npos) << line;
  }
}

}  // namespace
}  // namespace uvm::tools
