// MountTable: the text of /proc/mounts while LinuxNativeDispatcher reads it, in the native segment; its
// offset is the FILE* that Java code holds. Part of the heap format.
#pragma once

#include <cstdint>

#include "base/persisted.h"

namespace uvm::rt {

// The text follows.
struct MountTable {
  std::uint64_t position;  // of the next line, bytes
  std::uint64_t size;      // of the text, bytes
};
UVM_PERSISTED(MountTable, position, size)
static_assert(sizeof(MountTable) == 16);

}  // namespace uvm::rt
