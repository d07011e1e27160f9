#include "base/error.h"

#include <cerrno>
#include <cstring>
#include <utility>

namespace uvm {

Error system_error(const std::string& what, int sys_errno) {
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
  std::string message = what + ": " + std::strerror(sys_errno);
  // Missing rights are EACCES. These two come from file systems that lack the operation, and from containers.
  if (sys_errno == EPERM || sys_errno == ENOSYS)
    message += " (by the file system, or by a filter of system calls, seccomp)";
  return {code, sys_errno, std::move(message)};
}

Error system_error(const std::string& what, const std::string& path, int sys_errno) {
  return system_error(what + " " + path, sys_errno);
}

}  // namespace uvm
