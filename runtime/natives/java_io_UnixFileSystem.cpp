// java.io.UnixFileSystem: what java.io.File asks of the file system.
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/time.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <string>
#include <vector>

#include "runtime/execution/native.h"
#include "runtime/heap/exceptions.h"
#include "runtime/heap/objects.h"
#include "runtime/heap/strings.h"
#include "runtime/metadata/vm.h"
#include "runtime/natives/io_support.h"
#include "runtime/outside/file_calls.h"
#include "runtime/outside/path_names.h"
#include "runtime/outside/undoable_files.h"

namespace uvm::rt {
namespace {

// java.io.FileSystem's constants.
enum Attribute : std::int32_t { kExists = 1, kRegularFile = 2, kIsDirectory = 4 };
enum Access : std::int32_t { kExecute = 1, kWrite = 2, kRead = 4 };
enum Space : std::int32_t { kTotal = 0, kFree = 1, kUsable = 2 };

// The path of the File in `slot`.
std::string path_of(NativeCall& call, unsigned slot) {
  const Object* file = call.object(slot);
  const Object* path = file == nullptr ? nullptr : file->reference(vm()->known().File_path);
  return path == nullptr ? std::string() : path_argument(path);
}

Status canonicalize(NativeCall& call) {
  const Object* given = call.object(1);
  if (given == nullptr) return throw_new(call.thread, "java/lang/NullPointerException");
  std::string path;
  if (const int error = canonical_path(path_argument(given), &path); error != 0) {
    return throw_io(call.thread, error);
  }
  const Object* result = new_string(call.thread, path);
  return result == nullptr ? Status::kThrow : call.ret(result);
}

Status get_boolean_attributes(NativeCall& call) {
  struct stat status {};
  if (file_status(path_of(call, 1), Links::kFollow, &status) != 0) return call.ret(0);
  return call.ret(kExists | (S_ISREG(status.st_mode) ? kRegularFile : 0) |
                  (S_ISDIR(status.st_mode) ? kIsDirectory : 0));
}

Status check_access(NativeCall& call) {
  const std::int32_t wanted = call.i32(2);
  const int mode = ((wanted & kRead) != 0 ? R_OK : 0) | ((wanted & kWrite) != 0 ? W_OK : 0) |
                   ((wanted & kExecute) != 0 ? X_OK : 0);
  return call.ret(file_access(path_of(call, 1), mode) == 0);
}

Status get_last_modified(NativeCall& call) {
  struct stat status {};
  if (file_status(path_of(call, 1), Links::kFollow, &status) != 0) return call.ret(std::int64_t{0});
  return call.ret(std::int64_t{1000} * status.st_mtim.tv_sec + status.st_mtim.tv_nsec / 1000000);
}

Status get_length(NativeCall& call) {
  struct stat status {};
  if (file_status(path_of(call, 1), Links::kFollow, &status) != 0) return call.ret(std::int64_t{0});
  return call.ret(static_cast<std::int64_t>(status.st_size));
}

Status set_permission(NativeCall& call) {
  const std::int32_t access = call.i32(2);
  const bool enable = call.i32(3) != 0;
  const bool owner_only = call.i32(4) != 0;
  mode_t bits = 0;
  if ((access & kRead) != 0) bits |= owner_only ? S_IRUSR : (S_IRUSR | S_IRGRP | S_IROTH);
  if ((access & kWrite) != 0) bits |= owner_only ? S_IWUSR : (S_IWUSR | S_IWGRP | S_IWOTH);
  if ((access & kExecute) != 0) bits |= owner_only ? S_IXUSR : (S_IXUSR | S_IXGRP | S_IXOTH);
  const std::string path = path_of(call, 1);
  struct stat status {};
  if (refused_change(path, Change::kExisting) != 0 || ::stat(path.c_str(), &status) != 0)
    return call.ret(false);
  const mode_t mode = enable ? (status.st_mode | bits) : (status.st_mode & ~bits);
  return call.ret(::chmod(path.c_str(), mode & 07777) == 0);
}

Status create_file_exclusively(NativeCall& call) {
  const Object* given = call.object(1);
  if (given == nullptr) return throw_new(call.thread, "java/lang/NullPointerException");
  FileFacts facts;
  const int fd =
      undoable_open(AT_FDCWD, path_argument(given).c_str(), O_RDWR | O_CREAT | O_EXCL, 0666, &facts);
  if (fd >= 0) {
    ::close(fd);
    return call.ret(true);
  }
  return errno == EEXIST ? call.ret(false) : throw_io(call.thread, errno);
}

Status delete0(NativeCall& call) { return call.ret(undoable_remove(path_of(call, 1).c_str()) == 0); }

// The names in a directory, in the order in which the kernel gives them; null if it cannot be read.
Status list(NativeCall& call) {
  const std::string path = path_of(call, 1);
  std::vector<std::string> names;
  if (file_names(path, &names) != 0) return call.ret(static_cast<const Object*>(nullptr));
  std::erase_if(names, [](const std::string& name) { return name == "." || name == ".."; });
  Array* result =
      new_array(call.thread, vm()->known().string_array.get(), static_cast<std::int32_t>(names.size()));
  if (result == nullptr) return Status::kThrow;
  for (std::size_t i = 0; i < names.size(); ++i) {
    const Object* name = new_string(call.thread, names[i]);
    if (name == nullptr) return Status::kThrow;
    array_set(result, static_cast<std::int32_t>(i), name);
  }
  return call.ret(result);
}

Status create_directory(NativeCall& call) {
  return call.ret(undoable_mkdir(AT_FDCWD, path_of(call, 1).c_str(), 0777) == 0);
}

Status rename0(NativeCall& call) {
  return call.ret(undoable_rename(AT_FDCWD, path_of(call, 1).c_str(), AT_FDCWD, path_of(call, 2).c_str()) ==
                  0);
}

Status set_last_modified(NativeCall& call) {
  const std::string path = path_of(call, 1);
  if (refused_change(path, Change::kExisting) != 0) return call.ret(false);
  const std::int64_t milliseconds = call.i64(2);
  timespec times[2] = {};
  times[0].tv_nsec = UTIME_OMIT;  // the access time stays
  times[1].tv_sec = milliseconds / 1000;
  times[1].tv_nsec = milliseconds % 1000 * 1000000;
  return call.ret(::utimensat(AT_FDCWD, path.c_str(), times, 0) == 0);
}

Status set_read_only(NativeCall& call) {
  const std::string path = path_of(call, 1);
  struct stat status {};
  if (refused_change(path, Change::kExisting) != 0 || ::stat(path.c_str(), &status) != 0)
    return call.ret(false);
  const mode_t mode = status.st_mode & 07777 & ~mode_t{S_IWUSR | S_IWGRP | S_IWOTH};
  return call.ret(::chmod(path.c_str(), mode) == 0);
}

Status get_space(NativeCall& call) {
  struct statvfs status {};
  if (file_system_status(path_of(call, 1), &status) != 0) return call.ret(std::int64_t{0});
  std::uint64_t blocks = 0;
  switch (call.i32(2)) {
    case kTotal:
      blocks = status.f_blocks;
      break;
    case kFree:
      blocks = status.f_bfree;
      break;
    case kUsable:
      blocks = status.f_bavail;
      break;
    default:
      break;
  }
  return call.ret(static_cast<std::int64_t>(blocks * status.f_frsize));
}

Status get_name_max(NativeCall& call) {
  const Object* given = call.object(1);
  if (given == nullptr) return throw_new(call.thread, "java/lang/NullPointerException");
  const long most = ::pathconf(path_argument(given).c_str(), _PC_NAME_MAX);
  return call.ret(std::int64_t{most >= 0 ? most : NAME_MAX});
}

const NativeMethod kUnixFileSystemMethods[] = {
    {"initIDs", "()V", native_nothing, kLeaf},
    {"canonicalize0", "(Ljava/lang/String;)Ljava/lang/String;", canonicalize},
    {"getBooleanAttributes0", "(Ljava/io/File;)I", get_boolean_attributes, kLeaf},
    {"checkAccess", "(Ljava/io/File;I)Z", check_access, kLeaf},
    {"getLastModifiedTime", "(Ljava/io/File;)J", get_last_modified, kLeaf},
    {"getLength", "(Ljava/io/File;)J", get_length, kLeaf},
    {"setPermission", "(Ljava/io/File;IZZ)Z", set_permission, kLeaf},
    {"createFileExclusively", "(Ljava/lang/String;)Z", create_file_exclusively},
    {"delete0", "(Ljava/io/File;)Z", delete0, kLeaf},
    {"list", "(Ljava/io/File;)[Ljava/lang/String;", list},
    {"createDirectory", "(Ljava/io/File;)Z", create_directory, kLeaf},
    {"rename0", "(Ljava/io/File;Ljava/io/File;)Z", rename0, kLeaf},
    {"setLastModifiedTime", "(Ljava/io/File;J)Z", set_last_modified, kLeaf},
    {"setReadOnly", "(Ljava/io/File;)Z", set_read_only, kLeaf},
    {"getSpace", "(Ljava/io/File;I)J", get_space, kLeaf},
    {"getNameMax0", "(Ljava/lang/String;)J", get_name_max},
};
UVM_REGISTER_NATIVES("java/io/UnixFileSystem", kUnixFileSystemMethods)

}  // namespace
}  // namespace uvm::rt
