#include "runtime/natives/directory_stream.h"

#include <cerrno>
#include <cstring>
#include <vector>

#include "runtime/metadata/vm.h"
#include "runtime/outside/file_calls.h"
#include "runtime/outside/leases.h"

namespace uvm::rt {
namespace {

// Keeps the names in `directory` for `lease`.
int keep(const std::string& directory, std::int32_t lease, gc::RegionOffset* stream) {
  std::vector<std::string> entries;
  if (file_names(directory, &entries) != 0) return errno;
  std::string names;
  for (const std::string& entry : entries) {
    const auto length = static_cast<std::uint16_t>(entry.size());
    names.append(reinterpret_cast<const char*>(&length), sizeof length);
    names.append(entry);
  }
  const gc::RegionOffset memory = vm()->native_memory.allocate(sizeof(DirectoryStream) + names.size());
  if (memory == 0) return ENOMEM;
  auto* header = gc::at_offset<DirectoryStream>(memory);
  *header = DirectoryStream{lease, 0, 0, names.size()};
  std::memcpy(header + 1, names.data(), names.size());
  *stream = memory;
  return 0;
}

}  // namespace

int open_directory(const std::string& path, gc::RegionOffset* stream) { return keep(path, -1, stream); }

int open_directory(std::int32_t lease, gc::RegionOffset* stream) {
  const std::string directory = lease_directory(lease);
  return directory.empty() ? ENOTDIR : keep(directory, lease, stream);
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
