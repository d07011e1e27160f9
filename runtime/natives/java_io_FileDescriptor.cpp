// java.io.FileDescriptor and java.io.FileCleanable: descriptors are leases (runtime/outside/leases.h).
#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

#include "runtime/execution/native.h"
#include "runtime/heap/exceptions.h"
#include "runtime/metadata/vm.h"
#include "runtime/natives/io_support.h"
#include "runtime/outside/leases.h"

namespace uvm::rt {
namespace {

// Only Windows has handles; here it is always -1.
Status get_handle(NativeCall& call) { return call.ret(std::int64_t{-1}); }

Status get_append(NativeCall& call) {
  const int flags = ::fcntl(host_fd(call.i32(0)), F_GETFL);
  return call.ret(flags >= 0 && (flags & O_APPEND) != 0);
}

Status close_stream(NativeCall& call) {
  auto& fd = call.object(0)->field<std::int32_t>(vm()->known().FileDescriptor_fd);
  const std::int32_t lease = fd;
  if (lease < 0) return call.ret();
  fd = -1;
  const int error = lease_close(lease);
  return error == 0 ? call.ret() : throw_io(call.thread, error);
}

Status sync(NativeCall& call) {
  const std::int32_t lease = lease_of_descriptor(call.object(0));
  const int fd = host_fd(lease);
  if (is_program_lease(lease)) return call.ret();  // such files never change
  if (fd < 0 || ::fsync(fd) != 0) {
    return throw_new(call.thread, "java/io/SyncFailedException",
                     lease_problem(lease).value_or("sync failed"));
  }
  return call.ret();
}

Status cleanup_close(NativeCall& call) {
  const int error = lease_close(call.i32(0));
  return error == 0 ? call.ret() : throw_io(call.thread, error);
}

const NativeMethod kDescriptorMethods[] = {
    {"initIDs", "()V", native_nothing, kLeaf},
    {"getHandle", "(I)J", get_handle, kLeaf},
    {"getAppend", "(I)Z", get_append, kLeaf},
    {"close0", "()V", close_stream},
    {"sync", "()V", sync},
};
UVM_REGISTER_NATIVES("java/io/FileDescriptor", kDescriptorMethods)

const NativeMethod kCleanableMethods[] = {
    {"cleanupClose0", "(IJ)V", cleanup_close},
};
UVM_REGISTER_NATIVES("java/io/FileCleanable", kCleanableMethods)

}  // namespace
}  // namespace uvm::rt
