// Natives of java.util.prefs.FileSystemPreferences: locks between processes, and permissions of files.
#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>

#include "runtime/heap/exceptions.h"
#include "runtime/heap/objects.h"
#include "runtime/natives/io_support.h"
#include "runtime/natives/support.h"
#include "runtime/outside/leases.h"

namespace uvm::rt {
namespace {

// (String file, int permission, boolean shared): {lease, errno value}; the lease is 0 if the lock cannot be
// taken now. Locks end with the process: a resumed program holds none.
Status lock_file(NativeCall& call) {
  if (call.object(0) == nullptr) return throw_null_pointer(call.thread);
  Array* result = new_primitive_array(call.thread, BasicType::kInt, 2);
  UVM_TRY(made(result));
  const bool shared = call.i32(2) != 0;
  const mode_t mode = static_cast<mode_t>(call.i32(1)) & 07777;
  const std::int32_t lease =
      lease_open(path_argument(call.object(0)).c_str(), (shared ? O_RDONLY : O_RDWR) | O_CREAT, mode);
  int error = lease < 0 ? -lease : 0;
  if (error == 0) {
    struct flock lock {};
    lock.l_type = shared ? F_RDLCK : F_WRLCK;
    lock.l_whence = SEEK_SET;
    if (::fcntl(host_fd(lease), F_SETLK, &lock) != 0) {
      error = errno;
      (void)!lease_close(lease);
    }
  }
  result->elements<std::int32_t>()[0] = error == 0 ? lease : 0;
  result->elements<std::int32_t>()[1] = error;
  return call.ret(result);
}

Status unlock_file(NativeCall& call) { return call.ret(lease_close(call.i32(0))); }

Status chmod_file(NativeCall& call) {
  if (call.object(0) == nullptr) return throw_null_pointer(call.thread);
  const int failed = ::chmod(path_argument(call.object(0)).c_str(), static_cast<mode_t>(call.i32(1)));
  return call.ret(failed == 0 ? 0 : errno);
}

const NativeMethod kFileSystemPreferencesMethods[] = {
    {"lockFile0", "(Ljava/lang/String;IZ)[I", lock_file},
    {"unlockFile0", "(I)I", unlock_file},
    {"chmod", "(Ljava/lang/String;I)I", chmod_file},
};
UVM_REGISTER_NATIVES("java/util/prefs/FileSystemPreferences", kFileSystemPreferencesMethods)

}  // namespace
}  // namespace uvm::rt
