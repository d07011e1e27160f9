// Reads numbers from mapped files whose offsets cannot be trusted. For the readers of bundles and jars.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

namespace uvm::rt::bundle {

// The caller has checked that it lies inside.
template <typename T>
T load(std::span<const std::byte> bytes, std::uint64_t offset) {
  T value;
  std::memcpy(&value, bytes.data() + offset, sizeof value);
  return value;
}

// Whether [offset, offset + length) ends at or before `limit`, whatever the numbers.
inline bool in_range(std::uint64_t offset, std::uint64_t length, std::uint64_t limit) {
  return offset <= limit && length <= limit - offset;
}

}  // namespace uvm::rt::bundle
