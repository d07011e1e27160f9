#include "pmem/device.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace uvm::store {

int IoOp::error() const {
  if (complete()) return 0;
  return result < 0 ? -result : EIO;
}

int read_error(const Device& device, const IoOp& op) noexcept {
  const bool file_ends = op.result >= 0 && device.size() < op.offset + op.length;
  return file_ends ? 0 : op.error();
}

int punch_hole(int fd, std::uint64_t from, std::uint64_t to) noexcept {
  constexpr int kMode = FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE;
  while (fallocate(fd, kMode, static_cast<off_t>(from), static_cast<off_t>(to - from)) != 0) {
    if (errno != EINTR) return errno;
  }
  return 0;
}

std::uint64_t allocated_bytes(int fd) noexcept {
  struct stat info {};
  return fstat(fd, &info) == 0 ? static_cast<std::uint64_t>(info.st_blocks) * 512 : 0;
}

Error system_error(const std::string& what, const std::string& path, int sys_errno) {
  Errc code = Errc::kIo;
  switch (sys_errno) {
    case ENOSPC:
    case EDQUOT:
    case EFBIG:
      code = Errc::kNoSpace;
      break;
    case EACCES:
    case EPERM:
    case EROFS:
      code = Errc::kPermission;
      break;
    case ENOENT:
    case ENOTDIR:
      code = Errc::kNotFound;
      break;
    default:
      break;
  }
  std::string message = what + " " + path + ": " + std::strerror(sys_errno);
  // Missing rights are EACCES. These are of file systems that cannot do it, and of containers.
  if (sys_errno == EPERM || sys_errno == ENOSYS)
    message += " (by the file system, or by a filter of system calls, seccomp)";
  return {code, sys_errno, std::move(message)};
}

}  // namespace uvm::store
