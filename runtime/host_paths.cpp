#include "runtime/host_paths.h"

#include <limits.h>
#include <unistd.h>

namespace uvm::rt {

std::string path_of_descriptor(int fd) {
  char target[PATH_MAX];
  const std::string link = "/proc/self/fd/" + std::to_string(fd);
  const ssize_t length = ::readlink(link.c_str(), target, sizeof target);
  if (length <= 0 || target[0] != '/') return {};
  return {target, static_cast<std::size_t>(length)};
}

std::string working_directory() {
  char directory[PATH_MAX];
  return ::getcwd(directory, sizeof directory) == nullptr ? std::string() : directory;
}

}  // namespace uvm::rt
