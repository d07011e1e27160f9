// A file on persistent memory: on one that is declared to be such.
#include "pmem/pmem_file.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <span>
#include <string>
#include <thread>
#include <vector>

#include "base/file_space.h"

namespace uvm::pmem {
namespace {

constexpr std::size_t kPage = 4096;

class PmemFileTest : public ::testing::Test {
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
  std::unique_ptr<PmemFile> open_pmem(off_t size) const {
    auto file = PmemFile::open(make_file(size), path_);
    EXPECT_TRUE(file) << file.error().message;
    return std::move(*file);
  }

  std::string folder_;
  std::string path_;
};

std::span<const iovec> one(const iovec& part) { return {&part, 1}; }

TEST_F(PmemFileTest, ForcedFilesCountAsPersistentMemory) {
  const int fd = make_file(kPage);
  EXPECT_TRUE(on_persistent_memory(fd, path_));
  unsetenv("PMEM_IS_PMEM_FORCE");
  EXPECT_FALSE(on_persistent_memory(fd, path_));
  close(fd);
}

TEST_F(PmemFileTest, WritesAreReadBackAndAreInTheFile) {
  const auto file = open_pmem(16 * kPage);
  std::string first(5000, 'a'), second(3192, 'b');
  std::array<iovec, 2> parts{iovec{first.data(), first.size()}, iovec{second.data(), second.size()}};
  ASSERT_EQ(file->write(3 * kPage + 7, parts), 8192);
  file->drain();
  EXPECT_EQ(file->flush(), 0);

  std::string back(8192, '\0');
  iovec whole{back.data(), back.size()};
  ASSERT_EQ(file->read(3 * kPage + 7, one(whole)), 8192);
  EXPECT_EQ(back, first + second);

  const int fd = open(path_.c_str(), O_RDONLY);
  EXPECT_EQ(pread(fd, back.data(), back.size(), 3 * kPage + 7), 8192);
  EXPECT_EQ(back, first + second);
  close(fd);
}

TEST_F(PmemFileTest, ReadsEndAtTheEndOfTheFile) {
  const auto file = open_pmem(kPage);
  std::string back(2 * kPage, 'x');
  iovec whole{back.data(), back.size()};
  EXPECT_EQ(file->read(0, one(whole)), static_cast<std::int32_t>(kPage));
}

TEST_F(PmemFileTest, WritesBeyondTheEndAreRefusedUntilItGrows) {
  const auto file = open_pmem(kPage);
  std::string content(kPage, 'c');
  iovec part{content.data(), content.size()};
  EXPECT_EQ(file->write(kPage, one(part)), -EINVAL);
  ASSERT_EQ(file->reserve(kPage, 2 * kPage), 0);
  EXPECT_EQ(file->size(), 2 * kPage);
  EXPECT_EQ(file->write(kPage, one(part)), static_cast<std::int32_t>(kPage));
}

TEST_F(PmemFileTest, HolesOfACopyAreFilled) {
  const auto file = open_pmem(256 * kPage);
  EXPECT_GE(allocated_bytes(file->descriptor()), 256 * kPage);
}

TEST_F(PmemFileTest, AWriteMayCrossFromOneWindowToTheNext) {
  constexpr std::uint64_t kGiB = std::uint64_t{1} << 30;
  const auto file = open_pmem(0);
  if (file->reserve(kPage, kGiB + kPage) == ENOSPC) GTEST_SKIP() << "no room for 1 GiB";
  std::string content(2 * kPage, 'w');
  iovec part{content.data(), content.size()};
  ASSERT_EQ(file->write(kGiB - kPage, one(part)), static_cast<std::int32_t>(2 * kPage));
  std::string back(2 * kPage, '\0');
  iovec whole{back.data(), back.size()};
  ASSERT_EQ(file->read(kGiB - kPage, one(whole)), static_cast<std::int32_t>(2 * kPage));
  EXPECT_EQ(back, content);
}

TEST_F(PmemFileTest, ThreadsMapAWindowOnce) {
  const auto file = open_pmem(64 * kPage);
  std::vector<std::thread> threads;
  threads.reserve(8);
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([&file, t] {
      std::string content(kPage, static_cast<char>('a' + t));
      for (int i = 0; i < 8; ++i) {
        iovec part{content.data(), content.size()};
        EXPECT_EQ(file->write(static_cast<std::uint64_t>(8 * t + i) * kPage, one(part)),
                  static_cast<std::int32_t>(kPage));
      }
    });
  }
  for (auto& thread : threads) thread.join();
  std::string back(64 * kPage, '\0');
  iovec whole{back.data(), back.size()};
  ASSERT_EQ(file->read(0, one(whole)), static_cast<std::int32_t>(back.size()));
  for (std::size_t i = 0; i < back.size(); ++i) {
    ASSERT_EQ(back[i], static_cast<char>('a' + i / (8 * kPage)));
  }
}

}  // namespace
}  // namespace uvm::pmem
