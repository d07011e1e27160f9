// The space that a file takes on its file system: release it, or count it. Any layer may use it.
#pragma once

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstdint>

namespace uvm {

// Releases the space of bytes [from, to) and their content; the length stays. 0, or an errno: EOPNOTSUPP
// where the file system cannot do it.
[[nodiscard]] inline int punch_hole(int fd, std::uint64_t from, std::uint64_t to) noexcept {
  constexpr int kMode = FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE;
  while (fallocate(fd, kMode, static_cast<off_t>(from), static_cast<off_t>(to - from)) != 0) {
    if (errno != EINTR) return errno;
  }
  return 0;
}

// Bytes that the file system spends on the file; 0 when it cannot tell.
[[nodiscard]] inline std::uint64_t allocated_bytes(int fd) noexcept {
  struct stat info {};
  return fstat(fd, &info) == 0 ? static_cast<std::uint64_t>(info.st_blocks) * 512 : 0;
}

}  // namespace uvm
