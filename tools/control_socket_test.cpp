#include "tools/control_socket.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace uvm::tools {
namespace {

using Outcome = ControlAnswer::Outcome;

class ControlSocketTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string path = ::testing::TempDir() + "/control-XXXXXX";
    ASSERT_NE(mkdtemp(path.data()), nullptr);
    top_ = path;
    folder_ = path;
  }
  void TearDown() override {
    std::error_code ignored;
    std::filesystem::remove_all(top_, ignored);
  }
  std::unique_ptr<ControlServer> serve(const std::string& document) {
    auto server = ControlServer::start(
        folder_, {.stats = [document] { return document; }, .suspend = [this] { return suspend(); }});
    EXPECT_TRUE(server) << server.error();
    return server ? std::move(*server) : nullptr;
  }
  // A client that has connected, and does nothing else.
  [[nodiscard]] Descriptor connect_silently() const {
    const Descriptor folder(open(folder_.c_str(), O_PATH | O_DIRECTORY));
    const int client = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const sockaddr_un address = control_address(folder.get());
    EXPECT_EQ(connect(client, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
    return Descriptor(client);
  }

  bool suspend() {
    ++suspensions_;
    return may_suspend_;
  }
  // The answer to this, byte by byte.
  [[nodiscard]] std::string answer_to(const std::string& request) const {
    const Descriptor client = connect_silently();
    for (const char byte : request) {
      if (send(client.get(), &byte, 1, MSG_NOSIGNAL) != 1) break;  // the server has read enough
    }
    std::string answer;
    char part[64];
    for (ssize_t got = 0; (got = recv(client.get(), part, sizeof part, 0)) > 0;)
      answer.append(part, static_cast<std::size_t>(got));
    return answer;
  }

  std::string top_, folder_;
  std::atomic<int> suspensions_{0};
  std::atomic<bool> may_suspend_{true};
};

TEST_F(ControlSocketTest, AnswersEveryClientAndEndsWithItsServer) {
  auto server = serve("{}");
  struct stat status {};
  ASSERT_EQ(stat((folder_ + "/" + kControlSocket).c_str(), &status), 0);
  EXPECT_EQ(status.st_mode, mode_t{S_IFSOCK | 0600});
  for (int i = 0; i < 3; ++i) {
    const ControlAnswer answer = ask(folder_, Request::kStats);
    EXPECT_EQ(answer.outcome, Outcome::kAnswer);
    EXPECT_EQ(answer.text, "{}");
  }
  server.reset();
  EXPECT_NE(stat((folder_ + "/" + kControlSocket).c_str(), &status), 0);
  EXPECT_EQ(ask(folder_, Request::kStats).outcome, Outcome::kNobody);
  EXPECT_EQ(ask(folder_ + "/nowhere", Request::kStats).outcome, Outcome::kNobody);
}

TEST_F(ControlSocketTest, LongPathsWork) {
  folder_ += "/" + std::string(200, 'x') + "/" + std::string(200, 'y');
  ASSERT_TRUE(std::filesystem::create_directories(folder_));
  auto server = serve("long");
  EXPECT_EQ(ask(folder_, Request::kStats).text, "long");
}

TEST_F(ControlSocketTest, SocketOfAKilledProcessIsReplaced) {
  {
    const Descriptor folder(open(folder_.c_str(), O_PATH | O_DIRECTORY));
    const Descriptor left(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    const sockaddr_un address = control_address(folder.get());
    ASSERT_EQ(bind(left.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
    ASSERT_EQ(listen(left.get(), 1), 0);
  }
  EXPECT_EQ(ask(folder_, Request::kStats).outcome, Outcome::kNobody);
  auto server = serve("new");
  EXPECT_EQ(ask(folder_, Request::kStats).text, "new");
}

// Documents larger than a socket's buffer, and clients that do not read them: the others get their turn after
// a while, and stopping the server does not wait.
TEST_F(ControlSocketTest, ClientsThatDoNotReadDelayNobody) {
  const std::string large(8 << 20, 'x');
  auto server = serve(large);
  const Descriptor silent = connect_silently();
  EXPECT_EQ(ask(folder_, Request::kStats).text, large);
  const Descriptor another = connect_silently(), third = connect_silently();
  server.reset();
}

TEST_F(ControlSocketTest, AClientThatLeavesIsForgotten) {
  auto server = serve(std::string(8 << 20, 'x'));
  for (int i = 0; i < 5; ++i) static_cast<void>(connect_silently());
  EXPECT_EQ(ask(folder_, Request::kStats).text.size(), std::size_t{8} << 20);
}

TEST_F(ControlSocketTest, SuspensionIsAcceptedOrDeferred) {
  auto server = serve("{}");
  EXPECT_EQ(ask(folder_, Request::kSuspend).text, kSuspending);
  EXPECT_EQ(ask(folder_, Request::kSuspend).text, kSuspending);
  EXPECT_EQ(suspensions_, 2);
  may_suspend_ = false;
  EXPECT_EQ(ask(folder_, Request::kSuspend).text, kNotNow);
  EXPECT_EQ(ask(folder_, Request::kStats).text, "{}");
}

TEST_F(ControlSocketTest, OnlyWholeKnownLinesAreRequests) {
  auto server = serve("{}");
  EXPECT_EQ(answer_to("stats\n"), "{}");
  EXPECT_EQ(answer_to("suspend\n"), kSuspending);
  EXPECT_EQ(answer_to("suspend"), "");  // and nothing more: the server waits two seconds for it
  EXPECT_EQ(answer_to("Suspend\n"), kUnknownRequest);
  EXPECT_EQ(answer_to("\n"), kUnknownRequest);
  EXPECT_EQ(answer_to(std::string(64, 'x')), kUnknownRequest);
  EXPECT_EQ(suspensions_, 1);
}

// Like a command that has given up on a stopped process.
TEST_F(ControlSocketTest, ClientsThatHaveLeftSuspendNothing) {
  std::atomic<bool> busy{false}, go{false};
  auto started = ControlServer::start(folder_, {.stats =
                                                    [&] {
                                                      busy = true;
                                                      while (!go) usleep(1000);
                                                      return std::string("{}");
                                                    },
                                                .suspend = [this] { return suspend(); }});
  ASSERT_TRUE(started) << started.error();
  const Descriptor asks = connect_silently();
  ASSERT_EQ(send(asks.get(), "stats\n", 6, 0), 6);
  while (!busy) usleep(1000);
  EXPECT_EQ(ask(folder_, Request::kSuspend, std::chrono::milliseconds(50)).outcome, Outcome::kSilent);
  go = true;
  EXPECT_EQ(ask(folder_, Request::kStats).text, "{}");
  EXPECT_EQ(suspensions_, 0);
}

TEST_F(ControlSocketTest, ClientsGiveUpOnServersThatNeverAnswer) {
  const Descriptor folder(open(folder_.c_str(), O_PATH | O_DIRECTORY));
  const Descriptor listener(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const sockaddr_un address = control_address(folder.get());
  ASSERT_EQ(bind(listener.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  ASSERT_EQ(listen(listener.get(), 0), 0);
  // The first has a place in the queue; the second waits for one.
  const auto ask_briefly = [this] {
    return ask(folder_, Request::kSuspend, std::chrono::milliseconds(50)).outcome;
  };
  EXPECT_EQ(ask_briefly(), Outcome::kSilent);
  EXPECT_EQ(ask_briefly(), Outcome::kSilent);
}

TEST_F(ControlSocketTest, OnlyItsUserAndRootMaySuspend) {
  if (geteuid() != 0) GTEST_SKIP() << "only root can ask as another user";
  auto server = serve("{}");
  ASSERT_EQ(chmod((folder_ + "/" + kControlSocket).c_str(), 0666),
            0);  // so that it is not the mode that prevents it
  ASSERT_EQ(chmod(folder_.c_str(), 0755), 0);
  const pid_t other = fork();
  if (other == 0) {
    // The folders above it may be inaccessible to others, but a process may stay in its current folder.
    if (chdir(folder_.c_str()) != 0) _exit(2);
    folder_ = ".";
    if (setresgid(65534, 65534, 65534) != 0 || setresuid(65534, 65534, 65534) != 0) _exit(3);
    _exit(answer_to("suspend\n") == kRefused ? 0 : 1);
  }
  int status = -1;
  ASSERT_EQ(waitpid(other, &status, 0), other);
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << status;
  EXPECT_EQ(suspensions_, 0);
}

TEST_F(ControlSocketTest, WithoutAFolderItSaysWhy) {
  const auto server = ControlServer::start(folder_ + "/nowhere", {});
  ASSERT_FALSE(server);
  EXPECT_NE(server.error().find("nowhere"), std::string::npos);
}

}  // namespace
}  // namespace uvm::tools
