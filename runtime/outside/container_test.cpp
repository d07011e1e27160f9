// Limits of containers, read from files laid out as the kernel's are.
#include "runtime/outside/container.h"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>

namespace uvm::rt {
namespace {

class ContainerTest : public testing::Test {
 protected:
  ContainerTest() {
    std::string name = testing::TempDir() + "/container-XXXXXX";
    root_ = mkdtemp(name.data());
  }
  ~ContainerTest() override { std::filesystem::remove_all(root_); }

  void put(const std::string& path, const std::string& text) const {
    std::filesystem::create_directories(std::filesystem::path(root_ + path).parent_path());
    std::ofstream(root_ + path) << text;
  }
  void groups(const std::string& group, const std::string& mounts) const {
    put("/proc/self/cgroup", group);
    put("/proc/self/mountinfo", mounts);
  }

  std::string root_;
};

constexpr const char* kVersion2 = "30 25 0:26 / /sys/fs/cgroup rw,nosuid shared:9 - cgroup2 cgroup2 rw\n";

TEST_F(ContainerTest, MissingFilesSetNoLimit) {
  EXPECT_FALSE(container_limits(root_).memory);
  EXPECT_FALSE(container_limits(root_).processors);
}

TEST_F(ContainerTest, TheSmallestLimitOfAllGroupsCounts) {
  groups("0::/a/b\n", kVersion2);
  put("/sys/fs/cgroup/a/b/memory.max", "max\n");
  put("/sys/fs/cgroup/a/b/memory.high", "400000000\n");
  put("/sys/fs/cgroup/a/memory.max", "268435456\n");
  put("/sys/fs/cgroup/a/memory.current", "1000\n");
  put("/sys/fs/cgroup/a/memory.swap.max", "0\n");
  put("/sys/fs/cgroup/a/b/cpu.max", "max 100000\n");
  put("/sys/fs/cgroup/a/cpu.max", "150000 100000\n");
  const ContainerLimits limits = container_limits(root_);
  ASSERT_TRUE(limits.memory);
  EXPECT_EQ(limits.memory->bytes, 268435456U);
  EXPECT_EQ(limits.memory->used, 1000U);
  EXPECT_EQ(limits.memory->source, root_ + "/sys/fs/cgroup/a/memory.max");
  EXPECT_EQ(limits.swap, 0U);
  EXPECT_EQ(limits.processors, 2U);
}

TEST_F(ContainerTest, MemoryHighCountsAsALimit) {
  groups("0::/\n", kVersion2);
  put("/sys/fs/cgroup/memory.max", "268435456\n");
  put("/sys/fs/cgroup/memory.high", "134217728\n");
  ASSERT_TRUE(container_limits(root_).memory);
  EXPECT_EQ(container_limits(root_).memory->bytes, 134217728U);
}

TEST_F(ContainerTest, NamespaceWhoseRootIsBelow) {
  groups("0::/../other\n", kVersion2);
  put("/sys/fs/cgroup/memory.max", "134217728\n");
  ASSERT_TRUE(container_limits(root_).memory);
  EXPECT_EQ(container_limits(root_).memory->bytes, 134217728U);
}

TEST_F(ContainerTest, Version1WithOnlyTheOwnGroupMounted) {
  groups("4:memory:/docker/x\n3:cpu,cpuacct:/docker/x\n0::/\n",
         "31 25 0:27 /docker/x /sys/fs/cgroup/my\\040memory ro - cgroup cgroup rw,memory\n"
         "32 25 0:28 /docker/x /sys/fs/cgroup/cpu ro master:3 - cgroup cgroup rw,cpu,cpuacct\n");
  put("/sys/fs/cgroup/my memory/memory.limit_in_bytes", "268435456\n");
  put("/sys/fs/cgroup/my memory/memory.usage_in_bytes", "7\n");
  put("/sys/fs/cgroup/cpu/cpu.cfs_quota_us", "50000\n");
  put("/sys/fs/cgroup/cpu/cpu.cfs_period_us", "100000\n");
  const ContainerLimits limits = container_limits(root_);
  ASSERT_TRUE(limits.memory);
  EXPECT_EQ(limits.memory->bytes, 268435456U);
  EXPECT_EQ(limits.memory->used, 7U);
  EXPECT_EQ(limits.processors, 1U);
}

TEST_F(ContainerTest, NoQuotaIsNoLimit) {
  groups("3:cpu:/\n", "32 25 0:28 / /sys/fs/cgroup/cpu ro - cgroup cgroup rw,cpu\n");
  put("/sys/fs/cgroup/cpu/cpu.cfs_quota_us", "-1\n");
  put("/sys/fs/cgroup/cpu/cpu.cfs_period_us", "100000\n");
  EXPECT_FALSE(container_limits(root_).processors);
}

}  // namespace
}  // namespace uvm::rt
