// How the space of a heap file is used, and what each version costs.
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
  // The part of that which no version needs.
  [[nodiscard]] std::uint64_t free() const { return file - std::min(file, held); }
};

// From the versions' space maps; neither page tables nor lines are read. The lock is not taken: if another
// process commits meanwhile, what is read may be gone already and is then reported as damage. Errors: as
// inspect_heap().
Result<HeapUsage> measure_usage(const std::string& path);

}  // namespace uvm::store
