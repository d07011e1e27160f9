#include "store/owned_file.h"

#include <pwd.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <utility>

#include "base/descriptor.h"
#include "store/device.h"

namespace uvm::store {

namespace {

bool all_trusted = false;

const char* kind_of(mode_t mode) {
  switch (mode & S_IFMT) {
    case S_IFLNK:
      return "a symbolic link";
    case S_IFDIR:
      return "a folder";
    case S_IFIFO:
      return "a FIFO";
    case S_IFSOCK:
      return "a socket";
    case S_IFREG:
      return "a regular file";
    default:
      return "a device";
  }
}

Unexpected<Error> is_something_else(const std::string& path, mode_t mode, const char* wanted) {
  return Unexpected<Error>{{Errc::kNotAStore, 0, path + " is " + kind_of(mode) + ", not " + wanted}};
}

// Splits a path into the folder and the name in it.
std::pair<std::string, std::string> split(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  if (slash == std::string::npos) return {".", path};
  return {path.substr(0, slash + 1), path.substr(slash + 1)};
}

Result<int> open_checked(const std::string& path, int flags, Ownership ownership, mode_t mode, mode_t kind,
                         const char* wanted) {
  const auto [parent, name] = split(path);
  const Descriptor folder(::open(parent.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!folder) return Unexpected<Error>{system_error("cannot open", path, errno)};
  // Check the type first, because opening a device may have effects on it.
  struct stat status {};
  if (::fstatat(folder.get(), name.c_str(), &status, AT_SYMLINK_NOFOLLOW) == 0 &&
      (status.st_mode & S_IFMT) != kind && (flags & O_EXCL) == 0) {
    return is_something_else(path, status.st_mode, wanted);
  }
  const int fd =
      ::openat(folder.get(), name.c_str(), flags | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK | O_NOCTTY, mode);
  if (fd < 0) {
    const int error = errno;
    Error failed = system_error("cannot open", path, error);
    // The owner explains more than the refusal. In a folder that is inaccessible, nothing else can be asked.
    const bool seen = status.st_mode != 0 || ::fstat(folder.get(), &status) == 0;
    if ((error == EACCES || error == EPERM) && seen && status.st_uid != ::geteuid())
      failed.message += "; it belongs to " + user_name(status.st_uid);
    return Unexpected<Error>{failed};
  }
  Result<void> good;
  if (::fstat(fd, &status) != 0) {
    good = Unexpected<Error>{system_error("cannot examine", path, errno)};
  } else if ((status.st_mode & S_IFMT) != kind) {
    good = is_something_else(path, status.st_mode, wanted);
  } else if (kind == S_IFREG && (flags & O_ACCMODE) != O_RDONLY && status.st_nlink > 1) {
    good = Unexpected<Error>{
        {Errc::kNotAStore, 0, path + " has other names (hard links), so it is not written to: remove them"}};
  } else {
    good = check_owner(status, path, ownership);
  }
  if (!good) {
    if ((flags & O_EXCL) != 0) ::unlinkat(folder.get(), name.c_str(), 0);  // made just now
    ::close(fd);
    return Unexpected<Error>{good.error()};
  }
  // It was needed only for opening.
  if (kind == S_IFREG && (flags & O_NONBLOCK) == 0) ::fcntl(fd, F_SETFL, ::fcntl(fd, F_GETFL) & ~O_NONBLOCK);
  return fd;
}

}  // namespace

std::string user_name(uid_t user) {
  const std::string number = std::to_string(user);
  const passwd* known = ::getpwuid(user);
  return known == nullptr ? "user " + number : "user " + std::string(known->pw_name) + " (" + number + ")";
}

void trust_all_owners() { all_trusted = true; }

bool is_owner(uid_t owner) { return all_trusted || owner == ::geteuid(); }

Result<void> check_owner(const struct stat& status, const std::string& path, Ownership ownership) {
  if (ownership == Ownership::kAny || all_trusted) return {};
  const uid_t owner = status.st_uid;
  const bool roots = ownership == Ownership::kOwnedOrRoot && owner == 0;
  if (!is_owner(owner) && !roots) {
    return Unexpected<Error>{{Errc::kPermission, 0,
                              path + " belongs to " + user_name(owner) + " and is not used by " +
                                  user_name(::geteuid()) +
                                  ": it would act with the rights of whoever runs it. Run uvm as that user, "
                                  "or make it yours with chown -R"}};
  }
  if ((status.st_mode & (S_IWGRP | S_IWOTH)) != 0) {
    char mode[8];
    std::snprintf(mode, sizeof mode, "%04o", static_cast<unsigned>(status.st_mode & 07777));
    return Unexpected<Error>{{Errc::kPermission, 0,
                              path + " may be written to by others (mode " + mode +
                                  "), so it is not used; chmod go-w makes it usable"}};
  }
  return {};
}

Result<int> open_file(const std::string& path, int flags, Ownership ownership, mode_t mode) {
  return open_checked(path, flags, ownership, mode, S_IFREG, "a regular file");
}

int descriptor_or_errno(const Result<int>& opened) {
  if (opened) return *opened;
  errno = opened.error().sys_errno != 0 ? opened.error().sys_errno : EPERM;
  return -1;
}

Result<int> open_folder(const std::string& path, Ownership ownership) {
  return open_checked(path, O_RDONLY | O_DIRECTORY, ownership, 0, S_IFDIR, "a folder");
}

}  // namespace uvm::store
