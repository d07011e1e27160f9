// faulty_uvm: uvm itself, linked so that what it does to the store fails as FaultPlan says.
//
// The linker replaces functions that the objects of uvm call with those here (`--wrap`, see
// tests/CMakeLists.txt), so the test runs uvm's code unchanged. Wrapped are the one function that opens a
// heap file as a Device, and the calls of the C library with which uvm creates, names, removes and flushes
// files of the store. If the former changes its name or type, this does not link.
#include <dirent.h>
#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdarg>
#include <cstdio>
#include <memory>
#include <string>
#include <utility>

#include "faults/fault_plan.h"
#include "faults/faulty_device.h"
#include "store/file_device.h"

namespace uvm::faults {
namespace {

// The path of an open file or folder; empty when it has none.
std::string path_of(int fd) {
  std::array<char, 4096> path{};
  const std::string link = "/proc/self/fd/" + std::to_string(fd);
  const ssize_t length = ::readlink(link.c_str(), path.data(), path.size());
  return length > 0 ? std::string(path.data(), static_cast<std::size_t>(length)) : std::string();
}

// As the *at functions take it.
std::string path_at(int folder, const char* name) {
  return folder == AT_FDCWD || name[0] == '/' ? name : path_of(folder) + "/" + name;
}

// Makes the call, or fails instead of it. errno is the call's.
template <typename Result, typename Call>
Result attempt(Kind kind, const std::string& path, Result failure, Call call) {
  if (FaultPlan::exempt) return call();
  FaultPlan& plan = FaultPlan::instance();
  const bool counts = kind == Kind::kSync || plan.concerns(path.c_str());
  const Fate fate = counts ? plan.note(kind, path.c_str()) : Fate{};
  if (fate.is_good()) return call();
  errno = fate.error;
  return failure;
}

// open(2) takes a mode with these flags only.
mode_t mode_of_open(int flags, va_list rest) {
  const bool makes = (flags & O_CREAT) != 0 || (flags & O_TMPFILE) == O_TMPFILE;
  return makes ? va_arg(rest, mode_t) : 0;
}

}  // namespace

using Opened = Result<std::unique_ptr<store::Device>>;

// open_file_device, as the linker knows it.
#define OPEN_FILE_DEVICE                                                               \
  "_ZN3uvm5store16open_file_deviceERKNSt7__cxx1112basic_stringIcSt11char_traitsIcESaI" \
  "cEEERKNS0_17FileDeviceOptionsE"
Opened real_open_file_device(const std::string& path,
                             const store::FileDeviceOptions& options) __asm__("__real_" OPEN_FILE_DEVICE);
Opened wrapped_open_file_device(const std::string& path,
                                const store::FileDeviceOptions& options) __asm__("__wrap_" OPEN_FILE_DEVICE);
Opened wrapped_open_file_device(const std::string& path, const store::FileDeviceOptions& options) {
  auto device = real_open_file_device(path, options);
  if (!device) return device;
  return make_faulty(std::move(*device), path);
}

}  // namespace uvm::faults

using uvm::faults::attempt;
using uvm::faults::Kind;
using uvm::faults::mode_of_open;
using uvm::faults::path_at;
using uvm::faults::path_of;

// NOLINTBEGIN(bugprone-reserved-identifier): the linker's names
extern "C" {

int __real_mkdir(const char* path, mode_t mode);
int __wrap_mkdir(const char* path, mode_t mode) {
  return attempt(Kind::kName, path, -1, [&] { return __real_mkdir(path, mode); });
}

int __real_rmdir(const char* path);
int __wrap_rmdir(const char* path) {
  return attempt(Kind::kName, path, -1, [&] { return __real_rmdir(path); });
}

int __real_rename(const char* from, const char* to);
int __wrap_rename(const char* from, const char* to) {
  return attempt(Kind::kName, from, -1, [&] { return __real_rename(from, to); });
}

int __real_renameat(int from_folder, const char* from, int to_folder, const char* to);
int __wrap_renameat(int from_folder, const char* from, int to_folder, const char* to) {
  return attempt(Kind::kName, path_at(from_folder, from), -1,
                 [&] { return __real_renameat(from_folder, from, to_folder, to); });
}

int __real_renameat2(int from_folder, const char* from, int to_folder, const char* to, unsigned flags);
int __wrap_renameat2(int from_folder, const char* from, int to_folder, const char* to, unsigned flags) {
  return attempt(Kind::kName, path_at(from_folder, from), -1,
                 [&] { return __real_renameat2(from_folder, from, to_folder, to, flags); });
}

int __real_unlink(const char* path);
int __wrap_unlink(const char* path) {
  return attempt(Kind::kName, path, -1, [&] { return __real_unlink(path); });
}

int __real_unlinkat(int folder, const char* path, int flags);
int __wrap_unlinkat(int folder, const char* path, int flags) {
  return attempt(Kind::kName, path_at(folder, path), -1,
                 [&] { return __real_unlinkat(folder, path, flags); });
}

int __real_linkat(int from_folder, const char* from, int to_folder, const char* to, int flags);
int __wrap_linkat(int from_folder, const char* from, int to_folder, const char* to, int flags) {
  return attempt(Kind::kName, path_at(to_folder, to), -1,
                 [&] { return __real_linkat(from_folder, from, to_folder, to, flags); });
}

int __real_open(const char* path, int flags, ...);
int __wrap_open(const char* path, int flags, ...) {
  va_list rest;
  va_start(rest, flags);
  const mode_t mode = mode_of_open(flags, rest);
  va_end(rest);
  return attempt(Kind::kFile, path, -1, [&] { return __real_open(path, flags, mode); });
}

int __real_openat(int folder, const char* path, int flags, ...);
int __wrap_openat(int folder, const char* path, int flags, ...) {
  va_list rest;
  va_start(rest, flags);
  const mode_t mode = mode_of_open(flags, rest);
  va_end(rest);
  return attempt(Kind::kFile, path_at(folder, path), -1,
                 [&] { return __real_openat(folder, path, flags, mode); });
}

DIR* __real_opendir(const char* path);
DIR* __wrap_opendir(const char* path) {
  return attempt(Kind::kFile, path, static_cast<DIR*>(nullptr), [&] { return __real_opendir(path); });
}

ssize_t __real_read(int fd, void* buffer, size_t length);
ssize_t __wrap_read(int fd, void* buffer, size_t length) {
  return attempt(Kind::kFile, path_of(fd), ssize_t{-1}, [&] { return __real_read(fd, buffer, length); });
}

ssize_t __real_write(int fd, const void* buffer, size_t length);
ssize_t __wrap_write(int fd, const void* buffer, size_t length) {
  return attempt(Kind::kFile, path_of(fd), ssize_t{-1}, [&] { return __real_write(fd, buffer, length); });
}

ssize_t __real_pwrite(int fd, const void* buffer, size_t length, off_t offset);
ssize_t __wrap_pwrite(int fd, const void* buffer, size_t length, off_t offset) {
  return attempt(Kind::kFile, path_of(fd), ssize_t{-1},
                 [&] { return __real_pwrite(fd, buffer, length, offset); });
}

int __real_fsync(int fd);
int __wrap_fsync(int fd) {
  return attempt(Kind::kSync, path_of(fd), -1, [&] { return __real_fsync(fd); });
}

int __real_fdatasync(int fd);
int __wrap_fdatasync(int fd) {
  return attempt(Kind::kSync, path_of(fd), -1, [&] { return __real_fdatasync(fd); });
}

int __real_syncfs(int fd);
int __wrap_syncfs(int fd) {
  return attempt(Kind::kSync, path_of(fd), -1, [&] { return __real_syncfs(fd); });
}

}  // extern "C"
// NOLINTEND(bugprone-reserved-identifier)
