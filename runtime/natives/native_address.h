// Addresses that Java code holds (Unsafe.allocateMemory, direct buffers, NativeBuffer) are offsets in the
// region.
#pragma once

#include <cstdint>
#include <string>

#include "gc/reference.h"

namespace uvm::rt {

inline std::byte* at_address(std::int64_t address) {
  return gc::at_offset<std::byte>(static_cast<gc::RegionOffset>(address));
}

// The zero-terminated string at an address.
inline std::string string_at(std::int64_t address) {
  return reinterpret_cast<const char*>(at_address(address));
}

}  // namespace uvm::rt
