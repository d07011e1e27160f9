// The room that a file takes on its file system: given back, and counted. Any layer may use it.
#pragma once

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstdint>

namespace uvm {

// Gives the room of bytes [from, to) back and forgets their content; the length stays. 0, or an errno:
// EOPNOTSUPP where the file system cannot.
[[nodiscard]] inline int punch_hole(int fd, std::uint64_t from, std::uint64_t to) noexcept {
  constexpr int kMode = FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE;
  while (fallocate(fd, kMode, static_cast<off_t>(from), static_cast<off_t>(to - from)) != 0) {
    if (errno != EINTR) return errno;
  }
  return 0;
}

// Bytes that the file system spends on the file; 0 when it cannot say.
[[nodiscard]] inline std::uint64_t allocated_bytes(int fd) noexcept {
  struct stat info {};
  return fstat(fd, &info) == 0 ? static_cast<std::uint64_t>(info.st_blocks) * 512 : 0;
}

}  // namespace uvm
