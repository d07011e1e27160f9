#include "runtime/cut_back.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <optional>

#include "pmem/descriptor.h"
#include "runtime/host_paths.h"
#include "runtime/own_writes.h"
#include "runtime/undo_record.h"

namespace uvm::rt {
namespace {

constexpr int kMostAside = 1000;  // files beside one file

// What lies from `length` on and is not the program's.
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

// The name of the file that has them now; empty: errno says why not.
std::string save_aside(int from, const std::string& path, const struct stat& status,
                       const std::vector<Extent>& extents) {
  for (int i = 1; i <= kMostAside; ++i) {
    std::string name = path + ".uvm-cut" + (i == 1 ? "" : "." + std::to_string(i));
    const Descriptor to(::open(name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, status.st_mode & 0666));
    if (to.get() < 0 && errno == EEXIST) continue;
    if (to.get() < 0) return {};
    const bool saved = std::all_of(extents.begin(), extents.end(), [&](const Extent& extent) {
      return undo::copy_range(from, extent.begin, extent.end - extent.begin, to.get());
    });
    if (saved && ::fsync(to.get()) == 0) return name;
    const int error = errno;
    ::unlink(name.c_str());
    errno = error;
    return {};
  }
  return {};
}

std::string bytes_of(std::int64_t count) { return std::to_string(count) + (count == 1 ? " byte" : " bytes"); }

}  // namespace

std::int64_t cut_back(int fd, std::int64_t length, std::uint64_t cut, Others others_do,
                      std::vector<std::string>& remarks) {
  struct stat status {};
  if (::fstat(fd, &status) != 0) return -1;
  const auto cut_off = [&](std::int64_t end) { return ::ftruncate(fd, end) == 0 ? end : -1; };
  if (status.st_size <= length) return status.st_size;
  if (status.st_nlink == 0) return cut_off(length);  // nobody finds it any more
  const std::string path = path_of_descriptor(fd);
  // Not by `fd`: it may be only for writing, or append what is written elsewhere.
  const std::string link = "/proc/self/fd/" + std::to_string(fd);
  const Descriptor file(::open(link.c_str(), O_RDWR | O_CLOEXEC | O_NONBLOCK));
  const auto own = own_writes_since(cut, status, file.get(), length);
  const std::vector<Extent> others =
      own ? others_extents(*own, length, status.st_size) : std::vector<Extent>{{length, status.st_size}};
  if (others.empty()) return cut_off(length);
  const auto stays = [&](const std::string& why) {
    remarks.push_back(path + ": the " + bytes_of(status.st_size - length) +
                      " behind the last checkpoint's stay, and the run may write them again: " + why);
    return std::int64_t{status.st_size};
  };
  if (file.get() < 0) return stays(std::string("they cannot be read: ") + std::strerror(errno));
  const FileKey key = key_of(status);
  if (!own || others_do == Others::kAside) {
    const std::string aside = save_aside(file.get(), path, status, others);
    if (aside.empty()) return stays(std::string("they cannot be saved: ") + std::strerror(errno));
    remarks.push_back(path + ": cut back to where the run goes on from; " + bytes_of(total(others)) +
                      (own ? " that others have written are" : " that the run or others have written are") +
                      " in " + aside);
    return cut_off(length);
  }
  own_writes_cut_back(key, length);
  std::int64_t end = length;
  for (const Extent& extent : others) {
    if (::lseek(file.get(), end, SEEK_SET) < 0 ||
        !undo::copy_range(file.get(), extent.begin, extent.end - extent.begin, file.get())) {
      return stays(std::string("they cannot be moved: ") + std::strerror(errno));
    }
    end += extent.end - extent.begin;
  }
  return cut_off(end);
}

}  // namespace uvm::rt
