// The device on persistent memory, on a file that is declared to be such.
#include "pmem/pmem_device.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <string>
#include <thread>
#include <vector>

namespace uvm::store {
namespace {

class PmemDeviceTest : public ::testing::Test {
 protected:
  void SetUp() override {
    setenv("PMEM_IS_PMEM_FORCE", "1", 1);  // libpmem reads it once, when it is loaded
    std::string pattern = ::testing::TempDir() + "/uvm_pmem_XXXXXX";
    ASSERT_NE(mkdtemp(pattern.data()), nullptr);
    folder_ = pattern;
    path_ = folder_ + "/heap";
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  // A new file of `size` bytes, holes throughout.
  int make_file(off_t size) const {
    const int fd = open(path_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    EXPECT_EQ(ftruncate(fd, size), 0);
    return fd;
  }
  std::unique_ptr<Device> make_device(off_t size) const {
    auto device = make_pmem_device(make_file(size), path_);
    EXPECT_TRUE(device) << device.error().message;
    return std::move(*device);
  }

  std::string folder_;
  std::string path_;
};

IoOp op_of(std::uint64_t offset, std::span<iovec> parts) {
  IoOp op{.offset = offset, .iov = parts.data(), .iov_count = static_cast<std::uint32_t>(parts.size())};
  for (const iovec& part : parts) op.length += static_cast<std::uint32_t>(part.iov_len);
  return op;
}

TEST_F(PmemDeviceTest, ForcedFilesCountAsPersistentMemory) {
  const int fd = make_file(kLineSize);
  EXPECT_TRUE(on_persistent_memory(fd, path_));
  unsetenv("PMEM_IS_PMEM_FORCE");
  EXPECT_FALSE(on_persistent_memory(fd, path_));
  close(fd);
}

TEST_F(PmemDeviceTest, WhatWasWrittenIsReadBackAndIsInTheFile) {
  const auto device = make_device(16 * kLineSize);
  std::string first(5000, 'a'), second(3192, 'b');
  std::array<iovec, 2> parts{iovec{first.data(), first.size()}, iovec{second.data(), second.size()}};
  IoOp op = op_of(3 * kLineSize + 7, parts);
  device->write({&op, 1});
  ASSERT_TRUE(op.complete());
  EXPECT_EQ(device->flush(), 0);

  std::string back(8192, '\0');
  iovec whole{back.data(), back.size()};
  op = op_of(3 * kLineSize + 7, {&whole, 1});
  device->read({&op, 1});
  ASSERT_TRUE(op.complete());
  EXPECT_EQ(back, first + second);

  const int fd = open(path_.c_str(), O_RDONLY);
  EXPECT_EQ(pread(fd, back.data(), back.size(), 3 * kLineSize + 7), 8192);
  EXPECT_EQ(back, first + second);
  close(fd);
}

TEST_F(PmemDeviceTest, ReadsEndAtTheEndOfTheFile) {
  const auto device = make_device(kLineSize);
  std::string back(2 * kLineSize, 'x');
  iovec whole{back.data(), back.size()};
  IoOp op = op_of(0, {&whole, 1});
  device->read({&op, 1});
  EXPECT_EQ(op.result, static_cast<std::int32_t>(kLineSize));
  EXPECT_EQ(op.error(), EIO);
}

TEST_F(PmemDeviceTest, WritesBehindTheEndAreRefusedUntilItGrows) {
  const auto device = make_device(kLineSize);
  std::string content(kLineSize, 'c');
  iovec part{content.data(), content.size()};
  IoOp op = op_of(kLineSize, {&part, 1});
  device->write({&op, 1});
  EXPECT_EQ(op.error(), EINVAL);
  ASSERT_EQ(device->reserve(kLineSize, 2 * kLineSize), 0);
  EXPECT_EQ(device->size(), 2 * kLineSize);
  device->write({&op, 1});
  EXPECT_TRUE(op.complete());
}

TEST_F(PmemDeviceTest, HolesOfACopyGetRoom) {
  const auto device = make_device(256 * kLineSize);
  EXPECT_GE(device->allocated(), 256 * kLineSize);
}

TEST_F(PmemDeviceTest, AWriteMayCrossFromOneWindowToTheNext) {
  constexpr std::uint64_t kGiB = std::uint64_t{1} << 30;
  const auto device = make_device(0);
  if (device->reserve(kLineSize, kGiB + kLineSize) == ENOSPC) GTEST_SKIP() << "no room for 1 GiB";
  std::string content(2 * kLineSize, 'w');
  iovec part{content.data(), content.size()};
  IoOp op = op_of(kGiB - kLineSize, {&part, 1});
  device->write({&op, 1});
  ASSERT_TRUE(op.complete());
  std::string back(2 * kLineSize, '\0');
  iovec whole{back.data(), back.size()};
  op = op_of(kGiB - kLineSize, {&whole, 1});
  device->read({&op, 1});
  EXPECT_EQ(back, content);
}

TEST_F(PmemDeviceTest, ThreadsMapAWindowOnce) {
  const auto device = make_device(64 * kLineSize);
  std::vector<std::thread> threads;
  threads.reserve(8);
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([&device, t] {
      std::string content(kLineSize, static_cast<char>('a' + t));
      for (int i = 0; i < 8; ++i) {
        iovec part{content.data(), content.size()};
        IoOp op = op_of(static_cast<std::uint64_t>(8 * t + i) * kLineSize, {&part, 1});
        device->write({&op, 1});
        EXPECT_TRUE(op.complete());
      }
    });
  }
  for (auto& thread : threads) thread.join();
  std::string back(64 * kLineSize, '\0');
  iovec whole{back.data(), back.size()};
  IoOp op = op_of(0, {&whole, 1});
  device->read({&op, 1});
  for (std::size_t i = 0; i < back.size(); ++i) {
    ASSERT_EQ(back[i], static_cast<char>('a' + i / (8 * kLineSize)));
  }
}

}  // namespace
}  // namespace uvm::store
