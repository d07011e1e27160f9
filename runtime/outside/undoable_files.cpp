#include "runtime/outside/undoable_files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <string>

#include "runtime/outside/file_calls.h"
#include "runtime/outside/host_paths.h"
#include "runtime/outside/leases.h"
#include "runtime/outside/own_writes.h"
#include "runtime/outside/undo_journal.h"

namespace uvm::rt {
namespace {

std::string absolute(int directory, const char* path) {
  if (path[0] == '/') return path;
  const std::string base = directory == AT_FDCWD ? program_directory() : path_of_descriptor(directory);
  return base.empty() ? path : base + "/" + path;
}

// Whether the path belongs to the class path, which cannot be changed; errno then says why.
bool refused(int directory, const char* path, Change change) {
  const int error = refused_change(directory == AT_FDCWD ? path : absolute(directory, path), change);
  if (error != 0) errno = error;
  return error != 0;
}

// Makes a name for something that is not a regular file, and records it. Returns the call's result.
template <typename Call>
int make(int directory, const char* path, mode_t kind, Call call) {
  if (refused(directory, path, Change::kCreateNew)) return -1;
  struct stat status {};
  if (!undo_records() || ::fstatat(directory, path, &status, AT_SYMLINK_NOFOLLOW) == 0) return call();
  const std::string name = absolute(directory, path);
  undo_creating(name, kind);
  const int result = call();
  const int error = errno;
  FileFacts made;
  if (result == 0 && find_facts(AT_FDCWD, name.c_str(), AT_SYMLINK_NOFOLLOW, &made) == 0)
    undo_created(name, made);
  errno = error;
  return result;
}

}  // namespace

int undoable_open(int directory, const char* path, int flags, mode_t mode, FileFacts* facts) {
  const bool writes = (flags & O_ACCMODE) != O_RDONLY;
  flags |= O_CLOEXEC;
  const Change change = (flags & O_EXCL) != 0    ? Change::kCreateNew
                        : (flags & O_CREAT) != 0 ? Change::kCreate
                                                 : Change::kExisting;
  const bool changes = writes || (flags & (O_CREAT | O_TRUNC)) != 0;
  if (changes && refused(directory, path, change)) return -1;
  struct stat before {};
  const int links = (flags & O_NOFOLLOW) != 0 ? AT_SYMLINK_NOFOLLOW : 0;
  const bool existed = ::fstatat(directory, path, &before, links) == 0;
  if (existed && S_ISFIFO(before.st_mode) && (flags & O_NONBLOCK) == 0 && (flags & O_ACCMODE) != O_RDWR) {
    errno = EWOULDBLOCK;
    return -1;
  }
  const bool recorded = changes && undo_records();
  const bool regular = recorded && existed && S_ISREG(before.st_mode);
  const bool creates = recorded && !existed && (flags & O_CREAT) != 0;
  const std::string name = creates ? absolute(directory, path) : std::string();
  if (creates) undo_creating(name, S_IFREG);
  const bool truncates = regular && (flags & O_TRUNC) != 0 && (flags & O_EXCL) == 0;
  if (truncates) undo_truncation(absolute(directory, path), before, 0);
  const int fd = ::openat(directory, path, flags, mode);
  if (fd < 0) return fd;
  if (find_facts(fd, facts) != 0) {
    const int error = errno;
    ::close(fd);
    errno = error;
    return -1;
  }
  if (creates) {
    undo_created(name, *facts);
  } else if (regular && writes) {
    FileFacts opened = *facts;
    if (key_of(opened.status) == key_of(before)) opened.status.st_size = before.st_size;
    undo_length(fd, opened);
  }
  return fd;
}

int undoable_truncate(int fd, off_t length) {
  struct stat status {};
  const bool noted = undo_records() && ::fstat(fd, &status) == 0 && S_ISREG(status.st_mode);
  if (noted) undo_truncation("/proc/self/fd/" + std::to_string(fd), status, length);
  if (::ftruncate(fd, length) == 0) return 0;
  const int error = errno;
  // Bytes beyond the end are not the program's: others may append there.
  if (noted && length > status.st_size) own_file_resized(key_of(status), length, status.st_size);
  errno = error;
  return -1;
}

int undoable_unlink(int directory, const char* path, int flags) {
  if (refused(directory, path, Change::kExisting)) return -1;
  FileFacts facts;
  if (undo_records() && find_facts(directory, path, AT_SYMLINK_NOFOLLOW, &facts) == 0)
    undo_removal(absolute(directory, path), facts);
  return ::unlinkat(directory, path, flags);
}

int undoable_remove(const char* path) {
  if (refused(AT_FDCWD, path, Change::kExisting)) return -1;
  FileFacts facts;
  if (!undo_records() || find_facts(AT_FDCWD, path, AT_SYMLINK_NOFOLLOW, &facts) != 0) return ::remove(path);
  undo_removal(absolute(AT_FDCWD, path), facts);
  return S_ISDIR(facts.status.st_mode) ? ::rmdir(path) : ::unlink(path);
}

int undoable_rename(int from_directory, const char* from, int to_directory, const char* to) {
  if (refused(from_directory, from, Change::kExisting) || refused(to_directory, to, Change::kCreate))
    return -1;
  FileFacts moved;
  if (undo_records() && find_facts(from_directory, from, AT_SYMLINK_NOFOLLOW, &moved) == 0) {
    const std::string target = absolute(to_directory, to);
    FileFacts replaced;
    if (find_facts(AT_FDCWD, target.c_str(), AT_SYMLINK_NOFOLLOW, &replaced) == 0)
      undo_removal(target, replaced);
    undo_renaming(absolute(from_directory, from), target, moved);
  }
  return ::renameat(from_directory, from, to_directory, to);
}

int undoable_mkdir(int directory, const char* path, mode_t mode) {
  return make(directory, path, S_IFDIR, [&] { return ::mkdirat(directory, path, mode); });
}

int undoable_link(const char* from, const char* to) {
  if (refused(AT_FDCWD, from, Change::kExisting) || refused(AT_FDCWD, to, Change::kCreateNew)) return -1;
  // It is known in advance which file it is.
  FileFacts linked;
  struct stat there {};
  if (undo_records() && find_facts(AT_FDCWD, from, AT_SYMLINK_NOFOLLOW, &linked) == 0 &&
      ::lstat(to, &there) != 0)
    undo_linking(absolute(AT_FDCWD, to), linked);
  return ::link(from, to);
}

int undoable_symlink(const char* target, const char* path) {
  return make(AT_FDCWD, path, S_IFLNK, [&] { return ::symlink(target, path); });
}

int undoable_mknod(const char* path, mode_t mode, dev_t device) {
  return make(AT_FDCWD, path, mode & S_IFMT, [&] { return ::mknod(path, mode, device); });
}

}  // namespace uvm::rt
