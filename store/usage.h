// How the room of a heap file is used: for people who ask what versions cost them.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "store/format.h"

namespace uvm::store {

// All in bytes, metadata included.
struct HeapUsage {
  struct OfVersion {
    Version version = 0;
    std::uint64_t held = 0;   // what it consists of
    std::uint64_t alone = 0;  // what no other version holds: free once this one is removed
  };
  std::vector<OfVersion> versions;  // by rising version
  std::uint64_t held = 0;           // by any version
  std::uint64_t file = 0;           // what the file takes on the device
  // Null when the version is not there.
  [[nodiscard]] const OfVersion* of(Version version) const {
    const auto at = std::find_if(versions.begin(), versions.end(),
                                 [version](const OfVersion& found) { return found.version == version; });
    return at == versions.end() ? nullptr : &*at;
  }
  // Of that, what no version needs.
  [[nodiscard]] std::uint64_t free() const { return file - std::min(file, held); }
};

// From the versions' space maps; neither page tables nor lines are read. The lock is not taken: while another
// process commits, what is read may be gone already, which is then told as damage. Errors: as inspect_heap().
Result<HeapUsage> measure_usage(const std::string& path);

}  // namespace uvm::store
