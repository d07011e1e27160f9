#include "pmem/device.h"

#include <cerrno>
#include <cstring>

namespace uvm::store {

int IoOp::error() const {
  if (complete()) return 0;
  return result < 0 ? -result : EIO;
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
  return {code, sys_errno, what + " " + path + ": " + std::strerror(sys_errno)};
}

}  // namespace uvm::store
