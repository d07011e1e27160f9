#include "runtime/classfile/modified_utf8.h"

#include <cstdint>
#include <cstring>

namespace uvm::rt::classfile {

bool is_modified_utf8(std::string_view bytes, bool overlong_allowed) {
  const std::size_t size = bytes.size();
  std::size_t i = 0;
  const auto at = [&](std::size_t k) { return static_cast<std::uint8_t>(bytes[k]); };
  const auto continues = [&](std::size_t k) { return k < size && (at(k) & 0xc0) == 0x80; };
  while (i < size) {
    // Nearly all names are ASCII: eight bytes at a time, none zero and none with the high bit.
    if (size - i >= 8) {
      std::uint64_t word;
      std::memcpy(&word, bytes.data() + i, 8);
      constexpr std::uint64_t kHigh = 0x8080808080808080u;
      constexpr std::uint64_t kOnes = 0x0101010101010101u;
      if (((word | (word - kOnes)) & kHigh) == 0) {
        i += 8;
        continue;
      }
    }
    const std::uint8_t first = at(i);
    if (first == 0) return false;
    if (first < 0x80) {
      ++i;
    } else if ((first & 0xe0) == 0xc0) {
      if (!continues(i + 1)) return false;
      const unsigned unit = (first & 0x1fu) << 6 | (at(i + 1) & 0x3fu);
      if (unit < 0x80 && unit != 0 && !overlong_allowed) return false;
      i += 2;
    } else if ((first & 0xf0) == 0xe0) {
      if (!continues(i + 1) || !continues(i + 2)) return false;
      const unsigned unit = (first & 0xfu) << 12 | (at(i + 1) & 0x3fu) << 6 | (at(i + 2) & 0x3fu);
      if (unit < 0x800 && !overlong_allowed) return false;
      i += 3;
    } else {
      return false;
    }
  }
  return true;
}

}  // namespace uvm::rt::classfile
