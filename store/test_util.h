// What the tests of the file store share: lines with recognisable content, temporary folders, and a disk in
// memory that keeps a log, fails on demand and can be cut off as by a power failure.
#pragma once

#include <gtest/gtest.h>

#include <cstring>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "base/sanitizers.h"
#include "store/file_device.h"
#include "store/file_store.h"
#include "store/verify.h"

namespace uvm::store::testing {

// Content of a line: a function of line and tag, zeros for tag 0. That of an even tag cannot be compressed,
// that of an odd one to about a seventh or a third.
inline void fill_line(std::byte* content, LineNumber line, std::uint64_t tag) {
  std::uint64_t state = line * 0x9e3779b97f4a7c15 + tag;
  const int shift = tag % 2 == 0 ? 0 : tag % 4 == 1 ? 56 : 40;
  for (std::size_t i = 0; i < kLineSize / 8; ++i) {
    state = state * 6364136223846793005 + 1442695040888963407;
    const std::uint64_t word = tag == 0 ? 0 : state >> shift;
    std::memcpy(content + i * 8, &word, 8);
  }
}

inline IoResult<void> write_line(LineStore& store, LineNumber line, std::uint64_t tag,
                                 Transaction transaction = Transaction::kCurrent) {
  const AlignedBuffer buffer = make_aligned(kLineSize);
  fill_line(buffer.get(), line, tag);
  const LineWrite write{line, buffer.get()};
  return store.write(transaction, {&write, 1});
}

inline IoResult<void> write_lines(LineStore& store, const std::map<LineNumber, std::uint64_t>& tags,
                                  Transaction transaction = Transaction::kCurrent) {
  const AlignedBuffer buffer = make_aligned(tags.size() * kLineSize);
  std::vector<LineWrite> writes;
  for (const auto& [line, tag] : tags) {
    std::byte* content = buffer.get() + writes.size() * kLineSize;
    fill_line(content, line, tag);
    writes.push_back({line, content});
  }
  return store.write(transaction, writes);
}

inline constexpr LineNumber kLimit = 4096;  // of small heaps
inline constexpr std::uint64_t kNoTag = ~std::uint64_t{0};

// What a line holds: kNoTag when absent. Reports anything else that is not `fill_line(line, expected)`.
inline ::testing::AssertionResult line_is(LineStore& store, LineNumber line, std::uint64_t expected) {
  const AlignedBuffer buffer = make_aligned(2 * kLineSize);
  std::memset(buffer.get(), 0x5a, kLineSize);
  ReadStatus status = ReadStatus::kIoError;
  if (const auto read = store.read(line, 1, buffer.get(), &status); !read) {
    return ::testing::AssertionFailure() << "line " << line << ": " << std::strerror(read.error().sys_errno);
  }
  const ReadStatus wanted = expected == kNoTag ? ReadStatus::kAbsent : ReadStatus::kOk;
  if (status != wanted) {
    return ::testing::AssertionFailure() << "line " << line << ": status " << static_cast<int>(status)
                                         << " instead of " << static_cast<int>(wanted);
  }
  fill_line(buffer.get() + kLineSize, line, expected == kNoTag ? 0 : expected);
  if (std::memcmp(buffer.get(), buffer.get() + kLineSize, kLineSize) != 0) {
    return ::testing::AssertionFailure()
           << "line " << line << " has other content than that of tag " << expected;
  }
  return ::testing::AssertionSuccess();
}

// What verifying a heap finds is a failure of the test.
inline void expect_whole(const Result<std::vector<Finding>>& findings) {
  ASSERT_TRUE(findings) << findings.error().message;
  for (const Finding& finding : *findings) ADD_FAILURE() << finding.message;
}

inline Result<VersionInfo> cut_and_commit(LineStore& store, std::string_view blob = {}) {
  store.cut();
  return store.commit(std::as_bytes(std::span(blob)));
}

// A folder that goes away with the test.
class TempFolder {
 public:
  TempFolder() {
    const char* root = std::getenv("TMPDIR");
    std::string pattern = std::string(root != nullptr ? root : ::testing::TempDir()) + "/uvm_store_XXXXXX";
    EXPECT_NE(mkdtemp(pattern.data()), nullptr) << pattern;
    path_ = pattern;
  }
  ~TempFolder() { std::filesystem::remove_all(path_); }
  TempFolder(const TempFolder&) = delete;
  TempFolder& operator=(const TempFolder&) = delete;
  [[nodiscard]] std::string operator/(const std::string& name) const { return path_ + "/" + name; }
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  std::string path_;
};

// The disk behind MemoryDevice; outlives the store that uses it.
struct MemoryDisk {
  enum class Operation { kRead, kWrite, kFlush, kGrow, kRelease };
  enum class Fate { kGood, kNoSpace, kIoError, kShort };
  struct Written {
    std::uint64_t offset;
    std::vector<std::byte> content;
  };
  // Offsets of log entries that are no writes.
  static constexpr std::uint64_t kFlush = ~std::uint64_t{0};
  static constexpr std::uint64_t kFailedFlush = ~std::uint64_t{1};
  static constexpr std::uint64_t kMark = ~std::uint64_t{2};  // a note of the test's
  static constexpr std::uint64_t kGrow = ~std::uint64_t{3};  // to `mark` bytes
  struct LogEntry {
    Written written;
    std::uint64_t mark = 0;
  };

  std::vector<std::byte> bytes;
  std::uint64_t bytes_written = 0;
  std::uint64_t bytes_released = 0;
  bool logging = false;
  bool lossy_flush = false;  // a failed flush loses some of what was written at once
  std::vector<LogEntry> log;
  std::function<Fate(Operation)> fate;  // called for each operation; none: all goes well
  std::mt19937_64 random{1};

  // Writes since the last good flush, with what was there before: what a failed flush may lose.
  std::vector<Written> overwritten;

  void put(std::uint64_t offset, const std::byte* content, std::size_t length) {
    if (offset + length > bytes.size()) bytes.resize(offset + length);
    overwritten.push_back({offset, {bytes.data() + offset, bytes.data() + offset + length}});
    std::memcpy(bytes.data() + offset, content, length);
  }
  // A failed flush: some sectors fall back to what they were.
  void lose_some() {
    for (auto at = overwritten.rbegin(); at != overwritten.rend(); ++at) {
      for (std::size_t sector = 0; sector + 512 <= at->content.size(); sector += 512) {
        if (random() % 64 != 0) continue;
        std::memcpy(bytes.data() + at->offset + sector, at->content.data() + sector, 512);
      }
    }
    overwritten.clear();
  }
};

class MemoryDevice final : public Device {
 public:
  explicit MemoryDevice(std::shared_ptr<MemoryDisk> disk) : disk_(std::move(disk)) {}

  void read(std::span<IoOp> ops) noexcept override {
    for (IoOp& op : ops) {
      check(op);
      if (!decide(MemoryDisk::Operation::kRead, op)) continue;
      op.result = 0;
      for (std::uint32_t i = 0; i < op.iov_count; ++i) {
        const std::uint64_t at = op.offset + static_cast<std::uint32_t>(op.result);
        if (at >= disk_->bytes.size()) break;
        const std::size_t length = std::min<std::size_t>(op.iov[i].iov_len, disk_->bytes.size() - at);
        std::memcpy(op.iov[i].iov_base, disk_->bytes.data() + at, length);
        op.result += static_cast<std::int32_t>(length);
      }
    }
  }
  void write(std::span<IoOp> ops) noexcept override {
    for (IoOp& op : ops) {
      check(op);
      std::vector<std::byte> content;
      for (std::uint32_t i = 0; i < op.iov_count; ++i) {
        const auto* base = static_cast<const std::byte*>(op.iov[i].iov_base);
        content.insert(content.end(), base, base + op.iov[i].iov_len);
      }
      disk_->bytes_written += content.size();
      const bool good = decide(MemoryDisk::Operation::kWrite, op);
      // A failed write may have changed part of its range.
      if (!good) content.resize(content.size() / 2 / 512 * 512);
      disk_->put(op.offset, content.data(), content.size());
      if (disk_->logging) disk_->log.push_back({{op.offset, std::move(content)}});
      if (good) op.result = static_cast<std::int32_t>(op.length);
    }
  }
  int flush() noexcept override {
    IoOp op;
    if (!decide(MemoryDisk::Operation::kFlush, op)) {
      if (disk_->lossy_flush) disk_->lose_some();
      disk_->overwritten.clear();
      if (disk_->logging) disk_->log.push_back({{MemoryDisk::kFailedFlush, {}}});
      return op.error();
    }
    disk_->overwritten.clear();
    if (disk_->logging) disk_->log.push_back({{MemoryDisk::kFlush, {}}});
    return 0;
  }
  int reserve(std::uint64_t, std::uint64_t to) noexcept override {
    IoOp op;
    if (!decide(MemoryDisk::Operation::kGrow, op)) return op.error();
    if (disk_->bytes.size() >= to) return 0;
    disk_->bytes.resize(to);
    if (disk_->logging) disk_->log.push_back({{MemoryDisk::kGrow, {}}, to});
    return 0;
  }
  // What was there is replaced by what is no good content of anything.
  int release(std::uint64_t from, std::uint64_t to) noexcept override {
    IoOp op;
    if (!decide(MemoryDisk::Operation::kRelease, op)) return op.error();
    std::vector<std::byte> content(to - from, std::byte{0xdd});
    disk_->put(from, content.data(), content.size());
    disk_->bytes_released += content.size();
    if (disk_->logging) disk_->log.push_back({{from, std::move(content)}});
    return 0;
  }
  std::uint64_t size() const noexcept override { return disk_->bytes.size(); }
  std::uint64_t allocated() const noexcept override { return disk_->bytes.size(); }
  bool direct() const noexcept override { return true; }

 private:
  static void check(const IoOp& op) {
    std::size_t length = 0;
    for (std::uint32_t i = 0; i < op.iov_count; ++i) {
      EXPECT_EQ(reinterpret_cast<std::uintptr_t>(op.iov[i].iov_base) % 4096, 0U);
      length += op.iov[i].iov_len;
    }
    EXPECT_EQ(length, op.length);
    EXPECT_EQ(op.offset % 4096, 0U);
  }
  bool decide(MemoryDisk::Operation operation, IoOp& op) {
    const auto fate = disk_->fate ? disk_->fate(operation) : MemoryDisk::Fate::kGood;
    switch (fate) {
      case MemoryDisk::Fate::kGood:
        return true;
      case MemoryDisk::Fate::kNoSpace:
        op.result = -ENOSPC;
        break;
      case MemoryDisk::Fate::kIoError:
        op.result = -EIO;
        break;
      case MemoryDisk::Fate::kShort:
        op.result = static_cast<std::int32_t>(op.length / 2);
        break;
    }
    if (op.length == 0) op = {0, nullptr, 0, 1, op.result};  // flush and grow: an op that is not complete
    return false;
  }

  std::shared_ptr<MemoryDisk> disk_;
};

inline std::shared_ptr<MemoryDisk> new_disk(const CreateOptions& options = {}) {
  auto disk = std::make_shared<MemoryDisk>();
  MemoryDevice device(disk);
  EXPECT_TRUE(FileStore::create_on(device, "memory", options));
  return disk;
}

inline std::unique_ptr<FileStore> open_disk(const std::shared_ptr<MemoryDisk>& disk,
                                            const OpenOptions& options = {}) {
  auto store = FileStore::open_on(std::make_unique<MemoryDevice>(disk), "memory", options);
  EXPECT_TRUE(store) << (store ? "" : store.error().message);
  return store ? std::move(*store) : nullptr;
}

}  // namespace uvm::store::testing
