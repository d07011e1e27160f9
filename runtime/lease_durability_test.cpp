#include "runtime/lease_durability.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

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

TEST(FlushedDescriptorTest, IsTheProgramsWhenItDidNotCloseIt) {
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

}  // namespace
}  // namespace uvm::rt
