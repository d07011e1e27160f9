// What a boolean or byte in memory keeps of an int (JVMS 6.5 putfield, bastore): for a boolean, the lowest
// bit.
#pragma once

#include <cstdint>

#include "runtime/metadata/metadata.h"

namespace uvm::rt {

constexpr std::uint8_t byte_of(BasicType type, std::int32_t value) {
  return static_cast<std::uint8_t>(type == BasicType::kBoolean ? value & 1 : value);
}

}  // namespace uvm::rt
