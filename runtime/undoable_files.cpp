#include "runtime/undoable_files.h"

#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <string>

#include "runtime/file_calls.h"
#include "runtime/host_paths.h"
#include "runtime/undo_journal.h"

namespace uvm::rt {
namespace {

std::string absolute(int directory, const char* path) {
  if (path[0] == '/') return path;
  const std::string base = directory == AT_FDCWD ? working_directory() : path_of_descriptor(directory);
  return base.empty() ? path : base + "/" + path;
}

// Whether the path is one of the class path, which nothing changes; errno then says why.
bool refused(int directory, const char* path, Change change) {
  const int error = refused_change(directory == AT_FDCWD ? path : absolute(directory, path), change);
  if (error != 0) errno = error;
  return error != 0;
}

// Without symbolic links.
std::string resolved(const std::string& path) {
  char target[PATH_MAX];
  return ::realpath(path.c_str(), target) == nullptr ? path : target;
}

// A call that makes a name for something that is no regular file, recorded. Its result.
template <typename Call>
int make(int directory, const char* path, mode_t kind, Call call) {
  if (refused(directory, path, Change::kCreateNew)) return -1;
  struct stat status {};
  if (!undo_records() || ::fstatat(directory, path, &status, AT_SYMLINK_NOFOLLOW) == 0) return call();
  const std::string name = absolute(directory, path);
  undo_creating(name, kind);
  const int result = call();
  const int error = errno;
  if (result == 0 && ::lstat(name.c_str(), &status) == 0) undo_created(name, status);
  errno = error;
  return result;
}

}  // namespace

int undoable_open(int directory, const char* path, int flags, mode_t mode) {
  const bool writes = (flags & O_ACCMODE) != O_RDONLY;
  flags |= O_CLOEXEC;
  const Change change = (flags & O_EXCL) != 0    ? Change::kCreateNew
                        : (flags & O_CREAT) != 0 ? Change::kCreate
                                                 : Change::kExisting;
  if ((writes || (flags & (O_CREAT | O_TRUNC)) != 0) && refused(directory, path, change)) return -1;
  if ((!writes && (flags & (O_CREAT | O_TRUNC)) == 0) || !undo_records())
    return ::openat(directory, path, flags, mode);
  struct stat before {};
  const bool existed = ::fstatat(directory, path, &before, 0) == 0;
  const bool regular = existed && S_ISREG(before.st_mode);
  const bool creates = !existed && (flags & O_CREAT) != 0;
  const std::string name = creates ? absolute(directory, path) : std::string();
  if (creates) undo_creating(name, S_IFREG);
  if (regular && (flags & O_TRUNC) != 0 && (flags & O_EXCL) == 0)
    undo_truncation(resolved(absolute(directory, path)), before, 0);
  const int fd = ::openat(directory, path, flags, mode);
  if (fd < 0) return fd;
  struct stat now {};
  if (creates && ::fstat(fd, &now) == 0) {
    undo_created(name, now);
  } else if (regular && writes) {
    undo_length(path_of_descriptor(fd), before);
  }
  return fd;
}

int undoable_truncate(int fd, off_t length) {
  struct stat status {};
  if (undo_records() && ::fstat(fd, &status) == 0 && S_ISREG(status.st_mode))
    undo_truncation(path_of_descriptor(fd), status, length);
  return ::ftruncate(fd, length);
}

int undoable_unlink(int directory, const char* path, int flags) {
  if (refused(directory, path, Change::kExisting)) return -1;
  struct stat status {};
  if (undo_records() && ::fstatat(directory, path, &status, AT_SYMLINK_NOFOLLOW) == 0)
    undo_removal(absolute(directory, path), status);
  return ::unlinkat(directory, path, flags);
}

int undoable_remove(const char* path) {
  if (refused(AT_FDCWD, path, Change::kExisting)) return -1;
  struct stat status {};
  if (undo_records() && ::lstat(path, &status) == 0) undo_removal(absolute(AT_FDCWD, path), status);
  return ::remove(path);
}

int undoable_rename(int from_directory, const char* from, int to_directory, const char* to) {
  if (refused(from_directory, from, Change::kExisting) || refused(to_directory, to, Change::kCreate))
    return -1;
  struct stat moved {};
  if (undo_records() && ::fstatat(from_directory, from, &moved, AT_SYMLINK_NOFOLLOW) == 0) {
    const std::string target = absolute(to_directory, to);
    struct stat replaced {};
    if (::lstat(target.c_str(), &replaced) == 0) undo_removal(target, replaced);
    undo_renaming(absolute(from_directory, from), target, moved);
  }
  return ::renameat(from_directory, from, to_directory, to);
}

int undoable_mkdir(int directory, const char* path, mode_t mode) {
  return make(directory, path, S_IFDIR, [&] { return ::mkdirat(directory, path, mode); });
}

int undoable_link(const char* from, const char* to) {
  if (refused(AT_FDCWD, from, Change::kExisting) || refused(AT_FDCWD, to, Change::kCreateNew)) return -1;
  // Which file it is is known before.
  struct stat linked {
  }, there{};
  if (undo_records() && ::lstat(from, &linked) == 0 && ::lstat(to, &there) != 0)
    undo_created(absolute(AT_FDCWD, to), linked);
  return ::link(from, to);
}

int undoable_symlink(const char* target, const char* path) {
  return make(AT_FDCWD, path, S_IFLNK, [&] { return ::symlink(target, path); });
}

int undoable_mknod(const char* path, mode_t mode, dev_t device) {
  return make(AT_FDCWD, path, mode & S_IFMT, [&] { return ::mknod(path, mode, device); });
}

}  // namespace uvm::rt
