// Who holds a file of a store.
//
// An open file description lock (file_lock.h) excludes others but does not tell who holds it. So the holder
// also takes a classic record lock far beyond any data. The kernel names its holder, by its number in the
// asking process's PID namespace. No process id is ever read from a file: in another PID namespace, or later,
// it would be another process.
//
// The record lock is lost when the process closes any descriptor of the file; then the holder is
// out of sight.
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

// Marks this process as the holder. `type`: F_RDLCK, or F_WRLCK with a descriptor for writing. A failure is
// harmless.
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
