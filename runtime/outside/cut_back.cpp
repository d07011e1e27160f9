#include "runtime/outside/cut_back.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <optional>

#include "base/descriptor.h"
#include "runtime/outside/host_paths.h"
#include "runtime/outside/own_writes.h"
#include "runtime/outside/undo_record.h"

namespace uvm::rt {
namespace {

constexpr int kMostAside = 1000;  // files beside one file

std::string aside_name(const std::string& path, int i) {
  return path + ".uvm-cut" + (i == 1 ? "" : "." + std::to_string(i));
}

// The extents from `length` on that are not the program's.
std::vector<Extent> others_extents(const std::vector<Extent>& own, std::int64_t length, std::int64_t size) {
  std::vector<Extent> others;
  std::int64_t at = length;
  for (const Extent& extent : own) {
    const std::int64_t end = std::min(extent.begin, size);
    if (end > at) others.push_back({at, end});
    at = std::max(at, extent.end);
  }
  if (at < size) others.push_back({at, size});
  return others;
}

std::int64_t total(const std::vector<Extent>& extents) {
  std::int64_t bytes = 0;
  for (const Extent& extent : extents) bytes += extent.end - extent.begin;
  return bytes;
}

// Returns the name of the file that now has them.
IoResult<std::string> save_aside(int from, const std::string& path, const struct stat& status,
                                 const std::vector<Extent>& extents) {
  for (int i = 1; i <= kMostAside; ++i) {
    std::string name = aside_name(path, i);
    const Descriptor to(::open(name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, status.st_mode & 0666));
    if (to.get() < 0 && errno == EEXIST) continue;
    if (to.get() < 0) return io_failure(errno);
    IoResult<void> saved;
    for (const Extent& extent : extents) {
      if (saved) saved = undo::copy_range(from, extent.begin, extent.end - extent.begin, to.get());
    }
    if (saved && ::fsync(to.get()) != 0) saved = io_failure(errno);
    if (saved) return name;
    ::unlink(name.c_str());
    return Unexpected{saved.error()};
  }
  return io_failure(EEXIST);
}

std::string bytes_of(std::int64_t count) { return std::to_string(count) + (count == 1 ? " byte" : " bytes"); }

}  // namespace

IoResult<std::string> move_aside(const std::string& from, const std::string& path, Move move) {
  for (int i = 1; i <= kMostAside; ++i) {
    std::string name = aside_name(path, i);
    const int result = move == Move::kLink
                           ? ::link(from.c_str(), name.c_str())
                           : ::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, name.c_str(), RENAME_NOREPLACE);
    if (result == 0) return name;
    if (errno != EEXIST) return io_failure(errno);
  }
  return io_failure(EEXIST);
}

std::int64_t cut_back(int fd, std::int64_t length, std::uint64_t cut, Others others_do,
                      std::vector<std::string>& remarks) {
  struct stat status {};
  if (::fstat(fd, &status) != 0) return -1;
  // The notes come first: if this has to be repeated, what others have appended since is not the program's.
  const auto cut_off = [&](std::int64_t size) {
    own_writes_cut_back(key_of(status), length);
    return ::ftruncate(fd, size) == 0 ? size : -1;
  };
  if (status.st_size <= length) return status.st_size;
  if (status.st_nlink == 0) return cut_off(length);  // nobody can find it any more
  const std::string path = path_of_descriptor(fd);
  // Not through `fd`: it may be write-only, or append what should be written elsewhere.
  const std::string link = "/proc/self/fd/" + std::to_string(fd);
  const Descriptor file(::open(link.c_str(), O_RDWR | O_CLOEXEC | O_NONBLOCK));
  const int unreadable = errno;
  const auto own = own_writes_since(cut, status, file.get(), length);
  const std::vector<Extent> others =
      own ? others_extents(*own, length, status.st_size) : std::vector<Extent>{{length, status.st_size}};
  std::int64_t end = length, seen = status.st_size;
  const auto stays = [&](const std::string& why) {
    remarks.push_back(path + ": the " + bytes_of(seen - length) +
                      " behind the last checkpoint's stay, and the run may write them again: " + why);
    return seen;
  };
  bool known = own.has_value();
  for (std::vector<Extent> rest = others;;) {
    if (!rest.empty() && file.get() < 0)
      return stays(std::string("they cannot be read: ") + std::strerror(unreadable));
    if (!rest.empty() && (!known || others_do == Others::kAside)) {
      const auto aside = save_aside(file.get(), path, status, rest);
      if (!aside)
        return stays(std::string("they cannot be saved: ") + std::strerror(aside.error().sys_errno));
      remarks.push_back(
          path + ": cut back to where the run continues; " + bytes_of(total(rest)) +
          (known ? " that others have written are" : " that the run or others have written are") + " in " +
          *aside);
    } else if (!rest.empty()) {
      own_writes_cut_back(key_of(status), length);
      for (const Extent& extent : rest) {
        IoResult<void> moved;
        if (::lseek(file.get(), end, SEEK_SET) < 0) moved = io_failure(errno);
        if (moved) moved = undo::copy_range(file.get(), extent.begin, extent.end - extent.begin, file.get());
        if (!moved)
          return stays(std::string("they cannot be moved: ") + std::strerror(moved.error().sys_errno));
        end += extent.end - extent.begin;
      }
    }
    // What others append in the meantime stays, too.
    struct stat now {};
    if (::fstat(fd, &now) != 0 || now.st_size <= seen) return cut_off(end);
    rest = {{seen, now.st_size}};
    seen = now.st_size;
    known = true;
  }
}

}  // namespace uvm::rt
