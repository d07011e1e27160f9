#include "tools/stats_socket.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace uvm::tools {
namespace {

using Outcome = StatsAnswer::Outcome;

class StatsSocketTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string path = ::testing::TempDir() + "/stats-XXXXXX";
    ASSERT_NE(mkdtemp(path.data()), nullptr);
    top_ = path;
    folder_ = path;
  }
  void TearDown() override {
    std::error_code ignored;
    std::filesystem::remove_all(top_, ignored);
  }
  [[nodiscard]] std::unique_ptr<StatsServer> serve(const std::string& document) const {
    auto server = StatsServer::start(folder_, [document] { return document; });
    EXPECT_TRUE(server) << server.error();
    return server ? std::move(*server) : nullptr;
  }
  // A client that has connected, and does nothing else.
  [[nodiscard]] Descriptor connect_silently() const {
    const Descriptor folder(open(folder_.c_str(), O_PATH | O_DIRECTORY));
    const int client = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const sockaddr_un address = stats_address(folder.get());
    EXPECT_EQ(connect(client, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
    return Descriptor(client);
  }

  std::string top_, folder_;
};

TEST_F(StatsSocketTest, AnswersEachWhoAsksAndGoesWithItsServer) {
  auto server = serve("{}");
  struct stat status {};
  ASSERT_EQ(stat((folder_ + "/" + kStatsSocket).c_str(), &status), 0);
  EXPECT_EQ(status.st_mode, mode_t{S_IFSOCK | 0600});
  for (int i = 0; i < 3; ++i) {
    const StatsAnswer answer = ask_for_stats(folder_);
    EXPECT_EQ(answer.outcome, Outcome::kDocument);
    EXPECT_EQ(answer.text, "{}");
  }
  server.reset();
  EXPECT_NE(stat((folder_ + "/" + kStatsSocket).c_str(), &status), 0);
  EXPECT_EQ(ask_for_stats(folder_).outcome, Outcome::kNobody);
  EXPECT_EQ(ask_for_stats(folder_ + "/nowhere").outcome, Outcome::kNobody);
}

TEST_F(StatsSocketTest, ALongPathIsNoTrouble) {
  folder_ += "/" + std::string(200, 'x') + "/" + std::string(200, 'y');
  ASSERT_TRUE(std::filesystem::create_directories(folder_));
  auto server = serve("long");
  EXPECT_EQ(ask_for_stats(folder_).text, "long");
}

TEST_F(StatsSocketTest, WhatAKilledProcessLeftIsReplaced) {
  {
    const Descriptor folder(open(folder_.c_str(), O_PATH | O_DIRECTORY));
    const Descriptor left(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    const sockaddr_un address = stats_address(folder.get());
    ASSERT_EQ(bind(left.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
    ASSERT_EQ(listen(left.get(), 1), 0);
  }
  EXPECT_EQ(ask_for_stats(folder_).outcome, Outcome::kNobody);
  auto server = serve("new");
  EXPECT_EQ(ask_for_stats(folder_).text, "new");
}

// Documents larger than a socket holds, and clients that read nothing of them: others have their turn after a
// while, and the server's end does not wait.
TEST_F(StatsSocketTest, ClientsThatDoNotReadHoldNobodyUp) {
  const std::string large(8 << 20, 'x');
  auto server = serve(large);
  const Descriptor silent = connect_silently();
  EXPECT_EQ(ask_for_stats(folder_).text, large);
  const Descriptor another = connect_silently(), third = connect_silently();
  server.reset();
}

TEST_F(StatsSocketTest, AClientThatLeavesIsForgotten) {
  auto server = serve(std::string(8 << 20, 'x'));
  for (int i = 0; i < 5; ++i) static_cast<void>(connect_silently());
  EXPECT_EQ(ask_for_stats(folder_).text.size(), std::size_t{8} << 20);
}

TEST_F(StatsSocketTest, WithoutAFolderItSaysWhy) {
  const auto server = StatsServer::start(folder_ + "/nowhere", [] { return std::string(); });
  ASSERT_FALSE(server);
  EXPECT_NE(server.error().find("nowhere"), std::string::npos);
}

}  // namespace
}  // namespace uvm::tools
