#include "runtime/natives/directory_stream.h"

#include <dirent.h>
#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "runtime/leases.h"
#include "runtime/vm.h"

namespace uvm::rt {
namespace {

// Reads the rest of `directory` and closes it.
int snapshot(DIR* directory, std::int32_t lease, gc::RegionOffset* stream) {
  std::string names;
  errno = 0;
  while (const dirent* entry = ::readdir(directory)) {
    const auto length = static_cast<std::uint16_t>(std::strlen(entry->d_name));
    names.append(reinterpret_cast<const char*>(&length), sizeof length);
    names.append(entry->d_name, length);
  }
  const int error = errno;
  ::closedir(directory);
  if (error != 0) return error;
  const gc::RegionOffset memory = vm()->native_memory.allocate(sizeof(DirectoryStream) + names.size());
  if (memory == 0) return ENOMEM;
  auto* header = gc::at_offset<DirectoryStream>(memory);
  *header = DirectoryStream{lease, 0, 0, names.size()};
  std::memcpy(header + 1, names.data(), names.size());
  *stream = memory;
  return 0;
}

}  // namespace

int open_directory(const std::string& path, gc::RegionOffset* stream) {
  DIR* directory = ::opendir(path.c_str());
  return directory == nullptr ? errno : snapshot(directory, -1, stream);
}

int open_directory(std::int32_t lease, gc::RegionOffset* stream) {
  // A description of its own: fdopendir(3) moves the position, and closes what it is given.
  const int fd = ::openat(host_fd(lease), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  DIR* directory = fd < 0 ? nullptr : ::fdopendir(fd);
  if (directory == nullptr) {
    const int error = errno;
    if (fd >= 0) ::close(fd);
    return error;
  }
  return snapshot(directory, lease, stream);
}

bool next_name(gc::RegionOffset stream, std::string* name) {
  auto* header = gc::at_offset<DirectoryStream>(stream);
  if (header->position >= header->size) return false;
  const char* at = reinterpret_cast<const char*>(header + 1) + header->position;
  std::uint16_t length = 0;
  std::memcpy(&length, at, sizeof length);
  name->assign(at + sizeof length, length);
  header->position += sizeof length + length;
  return true;
}

int close_directory(gc::RegionOffset stream) {
  const std::int32_t lease = gc::at_offset<DirectoryStream>(stream)->lease;
  vm()->native_memory.release(stream);
  return lease < 0 ? 0 : lease_close(lease);
}

}  // namespace uvm::rt
