// sun.nio.fs.UnixNativeDispatcher and UnixCopyFile: the system calls behind java.nio.file.
//
// Paths are addresses of zero-terminated bytes; descriptors are leases; failures are UnixException(errno).
#include <fcntl.h>
#include <grp.h>
#include <limits.h>
#include <pwd.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/sysmacros.h>
#include <sys/time.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>
#include <string>

#include "runtime/execution/native.h"
#include "runtime/heap/exceptions.h"
#include "runtime/natives/directory_stream.h"
#include "runtime/natives/io_support.h"
#include "runtime/natives/native_address.h"
#include "runtime/natives/support.h"
#include "runtime/outside/file_calls.h"
#include "runtime/outside/leases.h"
#include "runtime/outside/undoable_files.h"
#include "runtime/threads/safepoint.h"

namespace uvm::rt {
namespace {

// UnixNativeDispatcher's private constants SUPPORTS_...
enum Capability : std::int32_t {
  kOpenAt = 1 << 1,
  kFutimes = 1 << 2,
  kFutimens = 1 << 3,
  kLutimes = 1 << 4,
  kXattr = 1 << 5,
  kBirthTime = 1 << 16,
};

Status init(NativeCall& call) {
  return call.ret(kOpenAt | kFutimes | kFutimens | kLutimes | kXattr | kBirthTime);
}

Status throw_unix(NativeCall& call, int error) {
  const Status status = throw_new(call.thread, "sun/nio/fs/UnixException");
  Object* exception = call.thread.pending_exception();
  if (exception != nullptr && external_name(class_of(exception)) == "sun.nio.fs.UnixException") {
    exception->field<std::int32_t>(field_offset(exception, "errno", "I")) = error;
  }
  return status;
}

// The result of a system call that returns -1 on failure.
Status done(NativeCall& call, long result) { return result == -1 ? throw_unix(call, errno) : call.ret(); }

std::string path_at(NativeCall& call, unsigned slot) { return host_path(string_at(call.i64(slot))); }

int fd_at(NativeCall& call, unsigned slot) { return host_fd(call.i32(slot)); }

constexpr int kNoDescriptor = -1;  // what fd_at returns for a file of the class path

Status bytes_result(NativeCall& call, const std::string& bytes) {
  const Array* array = make_byte_array(call.thread, bytes.data(), bytes.size());
  return array == nullptr ? Status::kThrow : call.ret(array);
}

Status getcwd(NativeCall& call) {
  std::string directory = program_directory();
  if (directory.empty()) {
    std::array<char, PATH_MAX> buffer{};
    if (::getcwd(buffer.data(), buffer.size()) == nullptr) return throw_unix(call, errno);
    directory = buffer.data();
  }
  return bytes_result(call, directory);
}

Status lease_result(NativeCall& call, std::int32_t lease) {
  return lease < 0 ? throw_unix(call, -lease) : call.ret(lease);
}

Status dup(NativeCall& call) { return lease_result(call, lease_dup(call.i32(0))); }

Status open0(NativeCall& call) {
  std::int32_t lease = 0;
  UVM_TRY(open_lease(call.thread, kHere, path_at(call, 0), call.i32(2), static_cast<mode_t>(call.i32(3)),
                     &lease));
  return lease_result(call, lease);
}

Status openat0(NativeCall& call) {
  const std::string path = string_at(call.i64(1));
  std::int32_t lease = 0;
  UVM_TRY(open_lease(call.thread, call.i32(0), path, call.i32(3), static_cast<mode_t>(call.i32(4)), &lease));
  return lease_result(call, lease);
}

Status close_descriptor(NativeCall& call) {
  const int error = lease_close(call.i32(0));
  return error == 0 ? call.ret() : throw_unix(call, error);
}

Status link0(NativeCall& call) {
  return done(call, undoable_link(path_at(call, 0).c_str(), path_at(call, 2).c_str()));
}

// The text of a link is stored as it is: it is not a path of this process.
Status symlink0(NativeCall& call) {
  return done(call, undoable_symlink(string_at(call.i64(0)).c_str(), path_at(call, 2).c_str()));
}

Status unlink0(NativeCall& call) {
  return done(call, undoable_unlink(AT_FDCWD, path_at(call, 0).c_str(), 0));
}

Status unlinkat0(NativeCall& call) {
  return done(call, undoable_unlink(fd_at(call, 0), string_at(call.i64(1)).c_str(), call.i32(3)));
}

Status mknod0(NativeCall& call) {
  return done(call, undoable_mknod(path_at(call, 0).c_str(), static_cast<mode_t>(call.i32(2)),
                                   static_cast<dev_t>(call.i64(3))));
}

Status rename0(NativeCall& call) {
  return done(call, undoable_rename(AT_FDCWD, path_at(call, 0).c_str(), AT_FDCWD, path_at(call, 2).c_str()));
}

Status renameat0(NativeCall& call) {
  return done(call, undoable_rename(fd_at(call, 0), string_at(call.i64(1)).c_str(), fd_at(call, 3),
                                    string_at(call.i64(4)).c_str()));
}

Status mkdir0(NativeCall& call) {
  return done(call, undoable_mkdir(AT_FDCWD, path_at(call, 0).c_str(), static_cast<mode_t>(call.i32(2))));
}

Status rmdir0(NativeCall& call) {
  return done(call, undoable_unlink(AT_FDCWD, path_at(call, 0).c_str(), AT_REMOVEDIR));
}

Status readlink0(NativeCall& call) {
  std::array<char, PATH_MAX> buffer{};
  if (program_file_at(path_at(call, 0)).has_value()) return throw_unix(call, EINVAL);  // not a link
  const ssize_t length = ::readlink(path_at(call, 0).c_str(), buffer.data(), buffer.size());
  if (length < 0) return throw_unix(call, errno);
  return bytes_result(call, {buffer.data(), static_cast<std::size_t>(length)});
}

Status realpath0(NativeCall& call) {
  std::string path;
  if (file_real_path(path_at(call, 0), &path) != 0) return throw_unix(call, errno);
  return bytes_result(call, path);
}

void set_attributes(Object* attributes, const struct stat& status) {
  const auto set_int = [&](const char* name, std::int32_t value) {
    attributes->field<std::int32_t>(field_offset(attributes, name, "I")) = value;
  };
  const auto set_long = [&](const char* name, std::int64_t value) {
    attributes->field<std::int64_t>(field_offset(attributes, name, "J")) = value;
  };
  set_int("st_mode", static_cast<std::int32_t>(status.st_mode));
  set_long("st_ino", static_cast<std::int64_t>(status.st_ino));
  set_long("st_dev", static_cast<std::int64_t>(status.st_dev));
  set_long("st_rdev", static_cast<std::int64_t>(status.st_rdev));
  set_int("st_nlink", static_cast<std::int32_t>(status.st_nlink));
  set_int("st_uid", static_cast<std::int32_t>(status.st_uid));
  set_int("st_gid", static_cast<std::int32_t>(status.st_gid));
  set_long("st_size", status.st_size);
  set_long("st_atime_sec", status.st_atim.tv_sec);
  set_long("st_atime_nsec", status.st_atim.tv_nsec);
  set_long("st_mtime_sec", status.st_mtim.tv_sec);
  set_long("st_mtime_nsec", status.st_mtim.tv_nsec);
  set_long("st_ctime_sec", status.st_ctim.tv_sec);
  set_long("st_ctime_nsec", status.st_ctim.tv_nsec);
}

// When the file was made or, if the file system does not know that, when it was last modified.
void set_birth_time(Object* attributes, int directory, const std::string& path, int flags) {
  struct statx status {};
  std::int64_t seconds = attributes->field<std::int64_t>(field_offset(attributes, "st_mtime_sec", "J"));
  std::int64_t nanoseconds = attributes->field<std::int64_t>(field_offset(attributes, "st_mtime_nsec", "J"));
  const bool known = directory != kNoDescriptor &&
                     ::statx(directory, path.c_str(), flags, STATX_BTIME, &status) == 0 &&
                     (status.stx_mask & STATX_BTIME) != 0;
  if (known) {
    seconds = status.stx_btime.tv_sec;
    nanoseconds = status.stx_btime.tv_nsec;
  }
  attributes->field<std::int64_t>(field_offset(attributes, "st_birthtime_sec", "J")) = seconds;
  attributes->field<std::int64_t>(field_offset(attributes, "st_birthtime_nsec", "J")) = nanoseconds;
}

// Stores the result of a stat call into the UnixFileAttributes in `attributes_slot`.
Status stat_into(NativeCall& call, int result, const struct stat& status, int directory,
                 const std::string& path, int flags, unsigned attributes_slot) {
  if (result != 0) return throw_unix(call, errno);
  Object* attributes = call.object(attributes_slot);
  set_attributes(attributes, status);
  set_birth_time(attributes, directory, path, flags);
  return call.ret();
}

Status stat_path(NativeCall& call, const std::string& path, Links links, unsigned attributes_slot) {
  struct stat status {};
  const int result = file_status(path, links, &status);
  const int flags = links == Links::kFollow ? 0 : AT_SYMLINK_NOFOLLOW;
  return stat_into(call, result, status, AT_FDCWD, path, flags, attributes_slot);
}

Status stat0(NativeCall& call) { return stat_path(call, path_at(call, 0), Links::kFollow, 2); }

// The mode; 0 if there is no such file.
Status stat1(NativeCall& call) {
  struct stat status {};
  const bool found = file_status(path_at(call, 0), Links::kFollow, &status) == 0;
  return call.ret(found ? static_cast<std::int32_t>(status.st_mode) : 0);
}

Status lstat0(NativeCall& call) { return stat_path(call, path_at(call, 0), Links::kNoFollow, 2); }

Status fstat(NativeCall& call) {
  struct stat status {};
  const int result = lease_status(call.i32(0), &status);
  return stat_into(call, result, status, fd_at(call, 0), "", AT_EMPTY_PATH, 1);
}

Status fstatat0(NativeCall& call) {
  const std::string name = string_at(call.i64(1));
  const std::string base = lease_directory(call.i32(0));
  const bool relative = !name.empty() && name.front() != '/' && !base.empty();
  if (relative && (is_program_lease(call.i32(0)) || program_file_at(base + "/" + name).has_value())) {
    const Links links = (call.i32(3) & AT_SYMLINK_NOFOLLOW) != 0 ? Links::kNoFollow : Links::kFollow;
    return stat_path(call, base + "/" + name, links, 4);
  }
  struct stat status {};
  const int result = ::fstatat(fd_at(call, 0), name.c_str(), &status, call.i32(3));
  return stat_into(call, result, status, fd_at(call, 0), name, call.i32(3), 4);
}

// Makes a call that changes the file at the path in `slot`; throws if that file is of the class path.
template <typename Call>
Status change(NativeCall& call, unsigned slot, Call host_call) {
  const std::string path = path_at(call, slot);
  if (const int error = refused_change(path, Change::kExisting); error != 0) return throw_unix(call, error);
  return done(call, host_call(path.c_str()));
}

// The same for a file given by a descriptor.
template <typename Call>
Status change_open(NativeCall& call, Call host_call) {
  if (is_program_lease(call.i32(0))) return throw_unix(call, EROFS);
  return done(call, host_call(fd_at(call, 0)));
}

Status chown0(NativeCall& call) {
  return change(call, 0, [&](const char* path) {
    return ::chown(path, static_cast<uid_t>(call.i32(2)), static_cast<gid_t>(call.i32(3)));
  });
}

Status lchown0(NativeCall& call) {
  return change(call, 0, [&](const char* path) {
    return ::lchown(path, static_cast<uid_t>(call.i32(2)), static_cast<gid_t>(call.i32(3)));
  });
}

Status fchown(NativeCall& call) {
  return change_open(call, [&](int fd) {
    return ::fchown(fd, static_cast<uid_t>(call.i32(1)), static_cast<gid_t>(call.i32(2)));
  });
}

Status chmod0(NativeCall& call) {
  return change(call, 0, [&](const char* path) { return ::chmod(path, static_cast<mode_t>(call.i32(2))); });
}

Status fchmod(NativeCall& call) {
  return change_open(call, [&](int fd) { return ::fchmod(fd, static_cast<mode_t>(call.i32(1))); });
}

// The access and modification times from slot `slot` on, which are microseconds since the epoch.
std::array<timeval, 2> microseconds(NativeCall& call, unsigned slot) {
  std::array<timeval, 2> times{};
  for (unsigned i = 0; i < 2; ++i) {
    const std::int64_t value = call.i64(slot + 2 * i);
    times[i].tv_sec = value / 1000000;
    times[i].tv_usec = value % 1000000;
  }
  return times;
}

Status utimes0(NativeCall& call) {
  return change(call, 0, [&](const char* path) { return ::utimes(path, microseconds(call, 2).data()); });
}

Status lutimes0(NativeCall& call) {
  return change(call, 0, [&](const char* path) { return ::lutimes(path, microseconds(call, 2).data()); });
}

Status futimes(NativeCall& call) {
  return change_open(call, [&](int fd) { return ::futimes(fd, microseconds(call, 1).data()); });
}

// The same in nanoseconds.
Status futimens(NativeCall& call) {
  std::array<timespec, 2> times{};
  for (unsigned i = 0; i < 2; ++i) {
    const std::int64_t value = call.i64(1 + 2 * i);
    times[i].tv_sec = value / 1000000000;
    times[i].tv_nsec = value % 1000000000;
  }
  return change_open(call, [&](int fd) { return ::futimens(fd, times.data()); });
}

Status stream_result(NativeCall& call, int error, gc::RegionOffset stream) {
  return error != 0 ? throw_unix(call, error) : call.ret(static_cast<std::int64_t>(stream));
}

Status opendir0(NativeCall& call) {
  gc::RegionOffset stream = 0;
  const int error = open_directory(path_at(call, 0), &stream);
  return stream_result(call, error, stream);
}

Status fdopendir(NativeCall& call) {
  gc::RegionOffset stream = 0;
  const int error = open_directory(call.i32(0), &stream);
  return stream_result(call, error, stream);
}

Status closedir(NativeCall& call) {
  const int error = close_directory(static_cast<gc::RegionOffset>(call.i64(0)));
  return error != 0 ? throw_unix(call, error) : call.ret();
}

Status readdir(NativeCall& call) {
  std::string name;
  if (!next_name(static_cast<gc::RegionOffset>(call.i64(0)), &name))
    return call.ret(static_cast<const Object*>(nullptr));
  return bytes_result(call, name);
}

Status read(NativeCall& call) {
  const std::int64_t address = call.i64(1);
  const Transfer moved = read_lease(call, call.i32(0), call.i32(3), Wait::kYes, -1,
                                    [&](std::int64_t at, const void* from, std::size_t n) {
                                      std::memcpy(at_address(address + at), from, n);
                                    });
  if (moved.status != Status::kOk) return moved.status;
  return moved.error != 0 ? throw_unix(call, moved.error) : call.ret(static_cast<std::int32_t>(moved.count));
}

Status write(NativeCall& call) {
  const std::int64_t address = call.i64(1);
  const Transfer moved = write_lease(
      call, call.i32(0), call.i32(3), Wait::kYes, -1,
      [&](std::int64_t at, void* to, std::size_t n) { std::memcpy(to, at_address(address + at), n); });
  if (moved.status != Status::kOk) return moved.status;
  return moved.error != 0 ? throw_unix(call, moved.error) : call.ret(static_cast<std::int32_t>(moved.count));
}

Status access0(NativeCall& call) { return done(call, file_access(path_at(call, 0), call.i32(2))); }

Status exists0(NativeCall& call) { return call.ret(file_access(path_at(call, 0), F_OK) == 0); }

using AccountBuffer = std::array<char, 16384>;

Status getpwuid(NativeCall& call) {
  passwd entry{};
  passwd* found = nullptr;
  AccountBuffer buffer;
  const int error =
      ::getpwuid_r(static_cast<uid_t>(call.i32(0)), &entry, buffer.data(), buffer.size(), &found);
  if (found == nullptr || found->pw_name == nullptr) return throw_unix(call, error == 0 ? ENOENT : error);
  return bytes_result(call, found->pw_name);
}

Status getgrgid(NativeCall& call) {
  group entry{};
  group* found = nullptr;
  AccountBuffer buffer;
  const int error =
      ::getgrgid_r(static_cast<gid_t>(call.i32(0)), &entry, buffer.data(), buffer.size(), &found);
  if (found == nullptr || found->gr_name == nullptr) return throw_unix(call, error == 0 ? ENOENT : error);
  return bytes_result(call, found->gr_name);
}

// -1: no such account.
Status getpwnam0(NativeCall& call) {
  passwd entry{};
  passwd* found = nullptr;
  AccountBuffer buffer;
  (void)::getpwnam_r(string_at(call.i64(0)).c_str(), &entry, buffer.data(), buffer.size(), &found);
  return call.ret(found == nullptr ? -1 : static_cast<std::int32_t>(found->pw_uid));
}

Status getgrnam0(NativeCall& call) {
  group entry{};
  group* found = nullptr;
  AccountBuffer buffer;
  (void)::getgrnam_r(string_at(call.i64(0)).c_str(), &entry, buffer.data(), buffer.size(), &found);
  return call.ret(found == nullptr ? -1 : static_cast<std::int32_t>(found->gr_gid));
}

Status statvfs0(NativeCall& call) {
  struct statvfs status {};
  if (file_system_status(path_at(call, 0), &status) != 0) return throw_unix(call, errno);
  Object* attributes = call.object(2);
  const auto set = [&](const char* name, std::uint64_t value) {
    attributes->field<std::int64_t>(field_offset(attributes, name, "J")) = static_cast<std::int64_t>(value);
  };
  set("f_frsize", status.f_frsize);
  set("f_blocks", status.f_blocks);
  set("f_bfree", status.f_bfree);
  set("f_bavail", status.f_bavail);
  return call.ret();
}

Status strerror(NativeCall& call) { return bytes_result(call, errno_text(call.i32(0))); }

Status fgetxattr0(NativeCall& call) {
  const std::string name = string_at(call.i64(1));
  const auto length = static_cast<std::size_t>(call.i32(5));
  const auto value = std::make_unique<char[]>(std::max<std::size_t>(length, 1));
  const ssize_t got = ::fgetxattr(fd_at(call, 0), name.c_str(), value.get(), length);
  if (got < 0) return throw_unix(call, errno);
  if (length != 0) std::memcpy(at_address(call.i64(3)), value.get(), static_cast<std::size_t>(got));
  return call.ret(static_cast<std::int32_t>(got));
}

Status fsetxattr0(NativeCall& call) {
  const std::string name = string_at(call.i64(1));
  const auto* value = reinterpret_cast<const char*>(at_address(call.i64(3)));
  const std::string copy(value, static_cast<std::size_t>(call.i32(5)));
  return done(call, ::fsetxattr(fd_at(call, 0), name.c_str(), copy.data(), copy.size(), 0));
}

Status fremovexattr0(NativeCall& call) {
  return done(call, ::fremovexattr(fd_at(call, 0), string_at(call.i64(1)).c_str()));
}

Status flistxattr(NativeCall& call) {
  const auto length = static_cast<std::size_t>(call.i32(3));
  const auto names = std::make_unique<char[]>(std::max<std::size_t>(length, 1));
  const ssize_t got = ::flistxattr(fd_at(call, 0), names.get(), length);
  if (got < 0) return throw_unix(call, errno);
  if (length != 0) std::memcpy(at_address(call.i64(1)), names.get(), static_cast<std::size_t>(got));
  return call.ret(static_cast<std::int32_t>(got));
}

const NativeMethod kUnixNativeDispatcherMethods[] = {
    {"init", "()I", init, kLeaf},
    {"getcwd", "()[B", getcwd},
    {"dup", "(I)I", dup},
    {"open0", "(JII)I", open0},
    {"openat0", "(IJII)I", openat0},
    {"close0", "(I)V", close_descriptor},
    {"link0", "(JJ)V", link0},
    {"symlink0", "(JJ)V", symlink0},
    {"unlink0", "(J)V", unlink0},
    {"unlinkat0", "(IJI)V", unlinkat0},
    {"mknod0", "(JIJ)V", mknod0},
    {"rename0", "(JJ)V", rename0},
    {"renameat0", "(IJIJ)V", renameat0},
    {"mkdir0", "(JI)V", mkdir0},
    {"rmdir0", "(J)V", rmdir0},
    {"readlink0", "(J)[B", readlink0},
    {"realpath0", "(J)[B", realpath0},
    {"stat0", "(JLsun/nio/fs/UnixFileAttributes;)V", stat0},
    {"stat1", "(J)I", stat1, kLeaf},
    {"lstat0", "(JLsun/nio/fs/UnixFileAttributes;)V", lstat0},
    {"fstat", "(ILsun/nio/fs/UnixFileAttributes;)V", fstat},
    {"fstatat0", "(IJILsun/nio/fs/UnixFileAttributes;)V", fstatat0},
    {"chown0", "(JII)V", chown0},
    {"lchown0", "(JII)V", lchown0},
    {"fchown", "(III)V", fchown},
    {"chmod0", "(JI)V", chmod0},
    {"fchmod", "(II)V", fchmod},
    {"utimes0", "(JJJ)V", utimes0},
    {"lutimes0", "(JJJ)V", lutimes0},
    {"futimes", "(IJJ)V", futimes},
    {"futimens", "(IJJ)V", futimens},
    {"opendir0", "(J)J", opendir0},
    {"fdopendir", "(I)J", fdopendir},
    {"closedir", "(J)V", closedir},
    {"readdir", "(J)[B", readdir},
    {"read", "(IJI)I", read},
    {"write", "(IJI)I", write},
    {"access0", "(JI)V", access0},
    {"exists0", "(J)Z", exists0, kLeaf},
    {"getpwuid", "(I)[B", getpwuid},
    {"getgrgid", "(I)[B", getgrgid},
    {"getpwnam0", "(J)I", getpwnam0},
    {"getgrnam0", "(J)I", getgrnam0},
    {"statvfs0", "(JLsun/nio/fs/UnixFileStoreAttributes;)V", statvfs0},
    {"strerror", "(I)[B", strerror},
    {"fgetxattr0", "(IJJI)I", fgetxattr0},
    {"fsetxattr0", "(IJJI)V", fsetxattr0},
    {"fremovexattr0", "(IJ)V", fremovexattr0},
    {"flistxattr", "(IJI)I", flistxattr},
};
UVM_REGISTER_NATIVES("sun/nio/fs/UnixNativeDispatcher", kUnixNativeDispatcherMethods)

// (int to, int from, long address of a cancel flag or 0): copies the rest of one file to the position of
// another. The positions of the two leases say how far the copy is, so a stopped copy simply continues.
Status transfer(NativeCall& call) {
  const auto buffer = std::make_unique<char[]>(static_cast<std::size_t>(kBounceSize));
  const std::int64_t cancel = call.i64(2);
  for (;;) {
    if (cancel != 0 &&
        __atomic_load_n(reinterpret_cast<std::int32_t*>(at_address(cancel)), __ATOMIC_RELAXED) != 0) {
      return throw_unix(call, ECANCELED);
    }
    const ssize_t got = lease_read(call.i32(1), buffer.get(), static_cast<std::size_t>(kBounceSize));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return throw_unix(call, errno);
    if (got == 0) return call.ret();
    for (ssize_t put = 0; put < got;) {
      const ssize_t n = lease_write(call.i32(0), buffer.get() + put, static_cast<std::size_t>(got - put), -1);
      if (n < 0 && errno == EINTR) continue;
      if (n < 0) return throw_unix(call, errno);
      put += n;
    }
    if (call.thread.poll.load(std::memory_order_relaxed) != 0) {
      { const BlockedScope stoppable(call.thread); }
      if (retiring(call.thread)) return Status::kRetire;
    }
  }
}

const NativeMethod kCopyMethods[] = {
    {"transfer", "(IIJ)V", transfer},
};
UVM_REGISTER_NATIVES("sun/nio/fs/UnixCopyFile", kCopyMethods)

}  // namespace
}  // namespace uvm::rt
