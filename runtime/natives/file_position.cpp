#include "runtime/natives/file_position.h"

#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <limits>

#include "runtime/heap/exceptions.h"
#include "runtime/natives/io_support.h"
#include "runtime/outside/leases.h"

namespace uvm::rt {
namespace {

Status open_lease(NativeCall& call, std::int32_t* lease) {
  *lease = lease_of_stream(call.object(0));
  return *lease < 0 ? throw_new(call.thread, "java/io/IOException", "Stream Closed") : Status::kOk;
}

}  // namespace

Status stream_length(NativeCall& call) {
  std::int32_t lease = 0;
  UVM_TRY(open_lease(call, &lease));
  struct stat status {};
  if (lease_status(lease, &status) != 0) return throw_io(call.thread, lease, errno);
  return call.ret(static_cast<std::int64_t>(status.st_size));
}

Status stream_position(NativeCall& call) {
  std::int32_t lease = 0;
  UVM_TRY(open_lease(call, &lease));
  const std::int64_t position = lease_seek(lease, 0, SEEK_CUR);
  if (position < 0) return throw_io(call.thread, lease, errno);
  return call.ret(position);
}

Status stream_skip(NativeCall& call) {
  std::int32_t lease = 0;
  UVM_TRY(open_lease(call, &lease));
  const std::int64_t before = lease_seek(lease, 0, SEEK_CUR);
  const std::int64_t after = before < 0 ? -1 : lease_seek(lease, call.i64(1), SEEK_CUR);
  if (after < 0) return throw_io(call.thread, lease, errno);
  return call.ret(after - before);
}

Status stream_available(NativeCall& call) {
  std::int32_t lease = 0;
  UVM_TRY(open_lease(call, &lease));
  struct stat status {};
  if (lease_status(lease, &status) != 0) return throw_io(call.thread, lease, errno);
  std::int64_t available = 0;
  if (S_ISREG(status.st_mode)) {
    const std::int64_t position = lease_seek(lease, 0, SEEK_CUR);
    if (position >= 0) available = std::max<std::int64_t>(0, status.st_size - position);
  } else {
    int waiting = 0;
    if (::ioctl(host_fd(lease), FIONREAD, &waiting) == 0) available = waiting;
  }
  return call.ret(
      static_cast<std::int32_t>(std::min<std::int64_t>(available, std::numeric_limits<std::int32_t>::max())));
}

}  // namespace uvm::rt
