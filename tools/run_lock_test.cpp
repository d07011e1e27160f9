#include "tools/run_lock.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <functional>
#include <string>
#include <thread>
#include <utility>

namespace uvm::tools {
namespace {

class RunLockTest : public testing::Test {
 protected:
  void SetUp() override {
    char name[] = "/tmp/uvm-run-lock-XXXXXX";
    ASSERT_NE(mkdtemp(name), nullptr);
    folder_ = name;
    ASSERT_EQ(pipe(ready_), 0);
    ASSERT_EQ(pipe(go_), 0);
  }
  void TearDown() override {
    if (holder_ > 0) {
      kill(holder_, SIGKILL);
      waitpid(holder_, nullptr, 0);
    }
    for (const int fd : {ready_[0], ready_[1], go_[0], go_[1]}) close(fd);
    unlink((folder_ + "/running").c_str());
    rmdir(folder_.c_str());
  }

  // A process that takes the lock, reports that, and then does something for as long as it wants.
  void hold(const std::function<void()>& then) {
    holder_ = fork();
    ASSERT_GE(holder_, 0);
    if (holder_ == 0) {
      const auto lock = RunLock::take(folder_);
      if (!lock || write(ready_[1], "x", 1) != 1) _exit(1);
      then();
      _exit(0);
    }
    char byte = 0;
    ASSERT_EQ(read(ready_[0], &byte, 1), 1);
  }
  void wait_to_go() {
    char byte = 0;
    [[maybe_unused]] const ssize_t got = read(go_[0], &byte, 1);
  }

  std::string folder_;
  int ready_[2] = {-1, -1}, go_[2] = {-1, -1};
  pid_t holder_ = 0;
};

TEST_F(RunLockTest, LiveHolderIsNamed) {
  hold([] { pause(); });
  const auto second = RunLock::take(folder_);
  ASSERT_FALSE(second.has_value());
  EXPECT_EQ(second.error().code, Errc::kLocked);
  EXPECT_NE(second.error().message.find(std::to_string(holder_)), std::string::npos)
      << second.error().message;
  const auto holder = running_process(folder_);
  ASSERT_TRUE(holder.has_value());
  EXPECT_EQ(holder->pid, holder_);
  EXPECT_FALSE(holder->stopped());
  EXPECT_FALSE(wait_until_free(folder_, *holder, std::chrono::milliseconds(30)));
}

// A process whose first thread has ended is not gone before its last one is; nor is one that takes long to
// die.
TEST_F(RunLockTest, DyingHolderIsWaitedFor) {
  hold([this] {
    std::thread([this] {
      wait_to_go();
      _exit(0);
    }).detach();
    syscall(SYS_exit, 0);  // only this thread
  });
  std::thread end([this] {
    usleep(800'000);  // longer than the wait for a holder that cannot be named
    EXPECT_EQ(write(go_[1], "x", 1), 1);
  });
  const auto second = RunLock::take(folder_);
  end.join();
  EXPECT_TRUE(second.has_value()) << second.error().message;
}

TEST_F(RunLockTest, HolderKilledJustNowIsWaitedFor) {
  hold([] {
    constexpr std::size_t kSize = std::size_t{256} << 20;  // takes a while to be freed
    void* memory =
        mmap(nullptr, kSize, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
    if (memory == MAP_FAILED) _exit(1);
    pause();
  });
  usleep(300'000);  // most of it is allocated
  kill(holder_, SIGKILL);
  const auto second = RunLock::take(folder_);
  EXPECT_TRUE(second.has_value()) << second.error().message;
}

// Whatever the file contains: a number in it does not identify anybody.
TEST_F(RunLockTest, ContentOfTheFileIsIgnored) {
  hold([] { pause(); });
  std::ofstream(folder_ + "/running") << getpid() << "\n";
  const auto holder = running_process(folder_);
  ASSERT_TRUE(holder.has_value());
  EXPECT_EQ(holder->pid, holder_);
}

TEST_F(RunLockTest, StoppedHolderIsRecognised) {
  hold([] { pause(); });
  kill(holder_, SIGSTOP);
  ASSERT_EQ(waitpid(holder_, nullptr, WUNTRACED), holder_);
  const auto holder = running_process(folder_);
  ASSERT_TRUE(holder.has_value());
  EXPECT_TRUE(holder->stopped());
  EXPECT_NE(why_silent(*holder).find("kill -CONT " + std::to_string(holder_)), std::string::npos);
}

TEST_F(RunLockTest, TheHolderIsTerminated) {
  hold([] { pause(); });
  const auto sent = terminate_holder(folder_);
  EXPECT_TRUE(sent) << sent.error();
  int status = 0;
  ASSERT_EQ(waitpid(std::exchange(holder_, 0), &status, 0) > 0, true);
  EXPECT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGTERM) << status;
  EXPECT_TRUE(wait_until_free(folder_, {}, std::chrono::seconds(1)));
  EXPECT_FALSE(terminate_holder(folder_));
}

// It holds the lock like a process in another PID namespace, which cannot be named.
TEST_F(RunLockTest, HolderOutOfSightIsNotSignalled) {
  hold([this] {
    close(open((folder_ + "/running").c_str(), O_RDONLY));  // which releases the record lock
    if (write(ready_[1], "y", 1) == 1) pause();
  });
  char byte = 0;
  ASSERT_EQ(read(ready_[0], &byte, 1), 1);
  const auto holder = running_process(folder_);
  ASSERT_TRUE(holder.has_value());
  EXPECT_EQ(holder->pid, 0);
  EXPECT_NE(holder->text().find("cannot be seen from here"), std::string::npos);
  EXPECT_FALSE(terminate_holder(folder_));
  EXPECT_EQ(waitpid(holder_, nullptr, WNOHANG), 0);
}

}  // namespace
}  // namespace uvm::tools
