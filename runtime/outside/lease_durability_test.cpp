#include "runtime/outside/lease_durability.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <iterator>
#include <string_view>

namespace uvm::rt {
namespace {

bool is_open(int fd) { return ::fcntl(fd, F_GETFD) >= 0; }

TEST(FlushedDescriptorTest, StaysOpenUntilItIsFlushed) {
  FlushedDescriptor flushed;
  const int fd = ::open("/", O_PATH | O_CLOEXEC);
  flushed.begin(fd);
  EXPECT_EQ(flushed.close(fd), 0);
  EXPECT_TRUE(is_open(fd));
  EXPECT_FALSE(flushed.end());
  EXPECT_FALSE(is_open(fd));
}

TEST(FlushedDescriptorTest, StaysTheProgramsIfItDoesNotCloseIt) {
  FlushedDescriptor flushed;
  const int fd = ::open("/", O_PATH | O_CLOEXEC), other = ::open("/", O_PATH | O_CLOEXEC);
  flushed.begin(fd);
  EXPECT_EQ(flushed.close(other), 0);
  EXPECT_FALSE(is_open(other));
  EXPECT_TRUE(flushed.end());
  EXPECT_TRUE(is_open(fd));
  EXPECT_EQ(flushed.close(fd), 0);
  EXPECT_FALSE(is_open(fd));
}

TEST(ClosedOutputTest, AProgramThatWasWrittenCanBeRun) {
  char script[] = "/tmp/closed_output_test_XXXXXX";
  const int fd = ::mkstemp(script);
  ASSERT_GE(fd, 0);
  constexpr std::string_view kText = "#!/bin/sh\nexit 3\n";
  ASSERT_EQ(::write(fd, kText.data(), kText.size()), std::ssize(kText));
  ASSERT_EQ(::fchmod(fd, 0755), 0);
  ClosedOutput output;
  output.add(fd, 0);
  ::close(fd);
  const pid_t child = ::fork();
  if (child == 0) {
    ::execl(script, script, nullptr);
    ::_exit(errno == ETXTBSY ? 4 : 5);
  }
  int status = 0;
  EXPECT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_NE(WEXITSTATUS(status), 4);
  EXPECT_EQ(output.flush(), 0);
  ::unlink(script);
}

}  // namespace
}  // namespace uvm::rt
