// A file descriptor that is closed when its owner is destroyed. -1: none. Any layer may use it.
#pragma once

#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <utility>

#include "base/error.h"

namespace uvm {

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Descriptor& operator=(Descriptor&&) = delete;
  [[nodiscard]] int get() const { return fd_; }
  explicit operator bool() const { return fd_ >= 0; }

 private:
  int fd_;
};

// Whether fsync(2), fdatasync(2) or syncfs(2) failed with `error` because there is nothing to flush, or no
// way to request it: pipes, folders on some FUSE and network file systems, read-only files.
inline bool nothing_to_flush(int error) {
  return error == EINVAL || error == EROFS || error == EOPNOTSUPP || error == ENOSYS;
}

// Writes all bytes at the current position of `fd`.
inline IoResult<void> write_all(int fd, const void* bytes, std::size_t size) {
  const auto* at = static_cast<const std::byte*>(bytes);
  while (size > 0) {
    const ssize_t written = ::write(fd, at, size);
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return io_failure(written < 0 ? errno : EIO);  // 0 does not say why
    at += written;
    size -= static_cast<std::size_t>(written);
  }
  return {};
}

}  // namespace uvm
