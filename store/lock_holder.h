// Who holds a file of a store.
//
// What excludes others, an open file description lock (file_lock.h), cannot tell who holds it. So the holder
// also takes a classic record lock far behind any data, which can: the kernel says the process, as it is
// numbered where one asks. No number is ever read from a file: it would be another process's in another PID
// namespace, or later.
//
// The record lock is lost when the process closes any descriptor of the file; then the holder is out of
// sight.
#pragma once

#include <fcntl.h>
#include <sys/types.h>

namespace uvm::store {

inline struct flock holder_lock(short type) {
  struct flock request {};
  request.l_type = type;
  request.l_whence = SEEK_SET;
  request.l_start = off_t{1} << 62;
  request.l_len = 1;
  return request;
}

// This process holds the file from now on. `type`: F_RDLCK, or F_WRLCK with a descriptor for writing. Failing
// to say so harms nothing.
inline void name_holder(int fd, short type) {
  struct flock request = holder_lock(type);
  fcntl(fd, F_SETLK, &request);
}

// 0: nobody, this process itself, or one that is out of sight (another PID namespace or machine).
inline pid_t lock_holder(int fd) {
  struct flock query = holder_lock(F_WRLCK);
  if (fcntl(fd, F_GETLK, &query) != 0 || query.l_type == F_UNLCK || query.l_pid < 0) return 0;
  return query.l_pid;
}

}  // namespace uvm::store
