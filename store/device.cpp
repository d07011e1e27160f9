#include "store/device.h"

#include <cerrno>

namespace uvm::store {

int IoOp::error() const {
  if (complete()) return 0;
  return result < 0 ? -result : EIO;
}

int read_error(const Device& device, const IoOp& op) noexcept {
  const bool file_ends = op.result >= 0 && device.size() < op.offset + op.length;
  return file_ends ? 0 : op.error();
}

}  // namespace uvm::store
