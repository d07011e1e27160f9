// System calls that change files, for natives: each is recorded in the undo journal (undo_journal.h) while
// that records. What belongs to the program's class path is not changed (file_calls.h): EROFS. Arguments and
// results are those of the calls they are named after: -1 and errno on failure.
//
// Java threads in kRunning mode. They are quick.
#pragma once

#include <sys/types.h>

#include "runtime/outside/file_facts.h"

namespace uvm::rt {

// openat(2), O_CLOEXEC added; `facts` gets what was opened. EWOULDBLOCK without O_NONBLOCK: a FIFO whose
// other end would be waited for.
int undoable_open(int directory, const char* path, int flags, mode_t mode, FileFacts* facts);
int undoable_truncate(int fd, off_t length);                                                  // ftruncate(2)
int undoable_unlink(int directory, const char* path, int flags);                              // unlinkat(2)
int undoable_remove(const char* path);                                                        // remove(3)
int undoable_rename(int from_directory, const char* from, int to_directory, const char* to);  // renameat(2)
int undoable_mkdir(int directory, const char* path, mode_t mode);                             // mkdirat(2)
int undoable_link(const char* from, const char* to);                                          // link(2)
int undoable_symlink(const char* target, const char* path);                                   // symlink(2)
int undoable_mknod(const char* path, mode_t mode, dev_t device);                              // mknod(2)

}  // namespace uvm::rt
