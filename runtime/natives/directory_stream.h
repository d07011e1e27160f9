// What opendir(3) is to the class library: the names in a directory, read at once into the native segment, so
// that a half-read directory survives the process.
//
// The handle that Java code keeps is the region offset of the record.
#pragma once

#include <cstdint>
#include <string>

#include "base/persisted.h"
#include "gc/layout.h"

namespace uvm::rt {

// Followed by the names, each as a 16-bit length and its bytes.
struct DirectoryStream {
  std::int32_t lease;  // closed with the stream; -1: none
  std::uint32_t reserved;
  std::uint64_t position;  // of the next name, bytes from the end of this struct
  std::uint64_t size;      // bytes of names
};
UVM_PERSISTED(DirectoryStream, lease, reserved, position, size)
static_assert(sizeof(DirectoryStream) == 24, "part of the heap format");

// Reads the directory at `path`. Returns 0 or an errno value.
int open_directory(const std::string& path, gc::RegionOffset* stream);
// Reads the directory that `lease` refers to, and takes the lease over. Returns 0 or an errno value.
int open_directory(std::int32_t lease, gc::RegionOffset* stream);
// The next name ("." and ".." included); false at the end.
bool next_name(gc::RegionOffset stream, std::string* name);
// Frees the stream and closes its lease. Returns 0 or an errno value.
int close_directory(gc::RegionOffset stream);

}  // namespace uvm::rt
