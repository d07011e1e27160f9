#include "runtime/outside/host_paths.h"

#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

#include <string_view>

namespace uvm::rt {

std::string path_of_descriptor(int fd) {
  char target[PATH_MAX];
  const std::string link = "/proc/self/fd/" + std::to_string(fd);
  const ssize_t length = ::readlink(link.c_str(), target, sizeof target);
  if (length <= 0 || target[0] != '/') return {};
  std::string path(target, static_cast<std::size_t>(length));
  constexpr std::string_view kGone = " (deleted)";
  struct stat status {};
  if (path.ends_with(kGone) && ::fstat(fd, &status) == 0 && status.st_nlink == 0)
    path.resize(path.size() - kGone.size());
  return path;
}

std::string working_directory() {
  char directory[PATH_MAX];
  return ::getcwd(directory, sizeof directory) == nullptr ? std::string() : directory;
}

}  // namespace uvm::rt
