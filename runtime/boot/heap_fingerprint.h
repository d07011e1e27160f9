// The fingerprint of everything that is persisted in a heap (base/persisted.h): structures, enumerations, the
// numbering of internal code, the places of segments. Computed at compile time, and the same in every build
// of one source.
#pragma once

#include <cstdint>

namespace uvm::rt {

std::uint64_t heap_fingerprint();

}  // namespace uvm::rt
