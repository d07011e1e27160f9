#include "store/file_lock.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

#include "store/device.h"

namespace uvm::store {

namespace {

struct flock request(FileLock kind, off_t at) {
  struct flock request {};
  request.l_type = kind == FileLock::kShared ? F_RDLCK : F_WRLCK;
  request.l_whence = SEEK_SET;
  request.l_start = at;
  request.l_len = 1;
  return request;
}

}  // namespace

int try_lock(int fd, FileLock kind, off_t at) {
  struct flock lock = request(kind, at);
  while (::fcntl(fd, F_OFD_SETLK, &lock) != 0) {
    if (errno == EACCES) return EAGAIN;  // means the same here
    if (errno != EINTR) return errno;
  }
  return 0;
}

bool is_locked(int fd, FileLock kind, off_t at) {
  struct flock query = request(kind, at);
  return ::fcntl(fd, F_OFD_GETLK, &query) == 0 && query.l_type != F_UNLCK;
}

Error cannot_lock(const std::string& path, int error) {
  Error failed = system_error("cannot lock", path, error);
  failed.message +=
      "; without locks, two processes could write to one heap: give --store a folder on a file system that "
      "has "
      "locks (fcntl(2))";
  return failed;
}

}  // namespace uvm::store
