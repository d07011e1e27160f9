// Locks on files of a store: open file description locks (fcntl(2), F_OFD_SETLK) on one byte, which need not
// exist. They exclude a second opening in this process as well, work on NFS and in most FUSE file systems,
// and end with the last descriptor of the opening, so with the process.
//
// Any layer may use them, on any thread.
#pragma once

#include <sys/types.h>

#include <string>

#include "base/result.h"
#include "store/line_store.h"

namespace uvm::store {

enum class FileLock { kShared, kExclusive };  // of a descriptor open for reading, for writing

// 0; EAGAIN: another opening has the lock; other errnos: locks do not work here.
int try_lock(int fd, FileLock kind, off_t at = 0);

// Whether another opening has a lock that one of `kind` would wait for. False when it cannot be told.
bool is_locked(int fd, FileLock kind, off_t at = 0);

// What to do when locking failed with errno `error`.
Error cannot_lock(const std::string& path, int error);

}  // namespace uvm::store
