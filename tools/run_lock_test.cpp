#include "tools/run_lock.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <functional>
#include <string>
#include <thread>

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

  // A process that takes the lock, says so, and then does something for as long as it wants.
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

TEST_F(RunLockTest, OneThatLivesIsNamed) {
  hold([] { pause(); });
  const auto second = RunLock::take(folder_);
  ASSERT_FALSE(second.has_value());
  EXPECT_EQ(second.error().code, store::Errc::kLocked);
  EXPECT_NE(second.error().message.find(std::to_string(holder_)), std::string::npos)
      << second.error().message;
  EXPECT_EQ(running_process(folder_), holder_);
}

// A process whose first thread has ended is not gone before its last one is: so is one that takes long to
// die.
TEST_F(RunLockTest, OneThatIsDyingIsWaitedFor) {
  hold([this] {
    std::thread([this] {
      wait_to_go();
      _exit(0);
    }).detach();
    syscall(SYS_exit, 0);  // only this thread
  });
  std::thread end([this] {
    usleep(800'000);  // longer than one waits for a holder that cannot be told
    EXPECT_EQ(write(go_[1], "x", 1), 1);
  });
  const auto second = RunLock::take(folder_);
  end.join();
  EXPECT_TRUE(second.has_value()) << second.error().message;
}

TEST_F(RunLockTest, OneThatWasKilledJustNowIsWaitedFor) {
  hold([] {
    constexpr std::size_t kSize = std::size_t{256} << 20;  // takes a while to be freed
    void* memory =
        mmap(nullptr, kSize, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
    if (memory == MAP_FAILED) _exit(1);
    pause();
  });
  usleep(300'000);  // most of it is there
  kill(holder_, SIGKILL);
  const auto second = RunLock::take(folder_);
  EXPECT_TRUE(second.has_value()) << second.error().message;
  EXPECT_EQ(running_process(folder_), getpid());
}

}  // namespace
}  // namespace uvm::tools
