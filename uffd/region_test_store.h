// A LineStore for the tests of the pager, apart from the real ones: three plain images in a memfd (newest,
// pending, committed), written and read with pwrite and pread, and switches to make it fail.
#pragma once

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstring>
#include <memory>
#include <mutex>
#include <vector>

#include "base/futex.h"
#include "store/line_store.h"

namespace uvm::uffd::testing {

class PlainStore final : public store::LineStore {
 public:
  explicit PlainStore(std::uint64_t lines) : lines_(lines), fd_(memfd_create("plain-store", MFD_CLOEXEC)) {
    for (auto& image : images_) image = std::make_unique<std::atomic<std::uint8_t>[]>(lines);
    if (fd_ < 0 || ftruncate(fd_, static_cast<off_t>(3 * lines * store::kLineSize)) != 0) abort();
  }
  ~PlainStore() override { close(fd_); }

  IoResult<void> read(store::LineNumber first, std::size_t count, std::byte* buffer,
                      store::ReadStatus* status) noexcept override {
    IoResult<void> all;
    std::lock_guard guard(mutex_);
    reads_.fetch_add(1);
    for (std::size_t i = 0; i < count; ++i) {
      store::LineNumber line = first + i;
      std::byte* to = buffer + i * store::kLineSize;
      std::memset(to, 0, store::kLineSize);
      if (line == corrupt_line.load()) {
        status[i] = store::ReadStatus::kCorrupt;
        continue;
      }
      int image = newest(line);
      if (image < 0 || images_[image][line].load() == kErased) {
        status[i] = store::ReadStatus::kAbsent;
        continue;
      }
      status[i] = store::ReadStatus::kOk;
      if (pread(fd_, to, store::kLineSize, at(image, line)) != static_cast<ssize_t>(store::kLineSize)) {
        status[i] = store::ReadStatus::kIoError;
        all = io_failure(EIO);
      }
      lines_read_.fetch_add(1);
    }
    return all;
  }

  IoResult<void> write(store::Transaction transaction,
                       std::span<const store::LineWrite> lines) noexcept override {
    while (hold_writes.load()) {
      held_writes = true;
      usleep(1000);
    }
    if (fail_writes.load()) return io_failure(ENOSPC);
    if (transaction == store::Transaction::kPending && fail_pending_after.load() >= 0) {
      if (fail_pending_after.load() < static_cast<int>(lines.size())) return io_failure(ENOSPC);
      fail_pending_after.fetch_sub(static_cast<int>(lines.size()));
    }
    std::lock_guard guard(mutex_);
    int image = transaction == store::Transaction::kCurrent ? current_.load() : 1 - current_.load();
    for (const store::LineWrite& w : lines) {
      if (pwrite(fd_, w.content, store::kLineSize, at(image, w.line)) !=
          static_cast<ssize_t>(store::kLineSize))
        abort();
      images_[image][w.line].store(kContent);
    }
    lines_written_.fetch_add(lines.size());
    return {};
  }

  IoResult<void> erase(std::span<const store::LineRange> ranges) noexcept override {
    std::lock_guard guard(mutex_);
    for (const store::LineRange& r : ranges) {
      for (std::uint64_t i = 0; i < r.count; ++i) images_[current_.load()][r.first + i].store(kErased);
    }
    return {};
  }

  void cut() noexcept override { current_.store(1 - current_.load()); }

  Result<store::VersionInfo> commit(std::span<const std::byte>) override {
    bool fail = fail_commits.load();
    end_pending(fail);
    if (fail) return Unexpected{Error{Errc::kIo, EIO, "injected"}};
    ++version_;
    return store::VersionInfo{version_};
  }
  void abandon() override { end_pending(true); }

  // Pending becomes committed, or is merged back under current as a failed commit does.
  void end_pending(bool fail) {
    int pending = 1 - current_.load();
    for (store::LineNumber line = 0; line < lines_; ++line) {
      std::lock_guard guard(mutex_);
      std::uint8_t state = images_[pending][line].load();
      if (state == 0) continue;
      int target = fail ? current_.load() : kCommitted;
      if (!fail || images_[target][line].load() == 0) {
        copy(line, pending, target);
        images_[target][line].store(state);
      }
      images_[pending][line].store(0);
    }
  }

  bool present(store::LineNumber line) const noexcept override {
    std::lock_guard guard(mutex_);
    return newest(line) >= 0;
  }
  std::vector<std::byte> blob() const override { return {}; }
  store::VersionInfo current_version() const override { return {version_}; }
  std::vector<store::VersionInfo> versions() const override { return {}; }
  store::StoreCounters counters() const noexcept override {
    store::StoreCounters c;
    c.lines_read = lines_read_;
    c.lines_written = lines_written_;
    return c;
  }

  // Content of a line in the last committed version; zeroes where it is absent.
  void read_committed(store::LineNumber line, std::byte* to) const {
    std::memset(to, 0, store::kLineSize);
    if (images_[kCommitted][line].load() != kContent) return;
    if (pread(fd_, to, store::kLineSize, at(kCommitted, line)) != static_cast<ssize_t>(store::kLineSize))
      abort();
  }
  std::uint64_t reads() const { return reads_; }

  std::atomic<bool> fail_writes{false};
  std::atomic<bool> hold_writes{false};  // writes wait as long as it is set
  std::atomic<bool> held_writes{false};  // one did
  std::atomic<bool> fail_commits{false};
  std::atomic<int> fail_pending_after{-1};  // lines that may still be written to pending; -1: any number
  std::atomic<std::uint64_t> corrupt_line{~std::uint64_t{0}};

 private:
  static constexpr int kCommitted = 2;
  static constexpr std::uint8_t kContent = 1, kErased = 2;

  off_t at(int image, store::LineNumber line) const {
    return static_cast<off_t>((static_cast<std::uint64_t>(image) * lines_ + line) * store::kLineSize);
  }
  int newest(store::LineNumber line) const {
    int current = current_.load();
    if (images_[current][line].load() != 0) return current;
    if (images_[1 - current][line].load() != 0) return 1 - current;
    return images_[kCommitted][line].load() != 0 ? kCommitted : -1;
  }
  void copy(store::LineNumber line, int from, int to) {
    std::byte buffer[store::kLineSize];
    if (pread(fd_, buffer, sizeof buffer, at(from, line)) < 0 ||
        pwrite(fd_, buffer, sizeof buffer, at(to, line)) < 0) {
      abort();
    }
  }

  std::uint64_t lines_;
  int fd_;
  mutable FutexMutex mutex_;  // taken inside the SIGBUS handler, too
  std::unique_ptr<std::atomic<std::uint8_t>[]> images_[3];
  std::atomic<int> current_{0};
  std::atomic<std::uint64_t> reads_{0}, lines_read_{0}, lines_written_{0};
  store::Version version_ = 0;
};

}  // namespace uvm::uffd::testing
