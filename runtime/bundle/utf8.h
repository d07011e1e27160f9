// Whether bytes are well-formed UTF-8 (RFC 3629: no overlong forms, no surrogates, at most U+10FFFF).
#pragma once

#include <string_view>

namespace uvm::rt::bundle {

[[nodiscard]] constexpr bool is_utf8(std::string_view text) {
  std::size_t at = 0;
  while (at < text.size()) {
    const auto head = static_cast<unsigned char>(text[at++]);
    if (head < 0x80) continue;
    int more = 0;
    char32_t code = 0, least = 0;
    if ((head & 0xe0) == 0xc0) {
      more = 1, code = head & 0x1f, least = 0x80;
    } else if ((head & 0xf0) == 0xe0) {
      more = 2, code = head & 0x0f, least = 0x800;
    } else if ((head & 0xf8) == 0xf0) {
      more = 3, code = head & 0x07, least = 0x10000;
    } else {
      return false;
    }
    for (; more > 0; more--) {
      if (at == text.size()) return false;
      const auto tail = static_cast<unsigned char>(text[at++]);
      if ((tail & 0xc0) != 0x80) return false;
      code = code << 6 | (tail & 0x3f);
    }
    if (code < least || code > 0x10ffff || (code >= 0xd800 && code < 0xe000)) return false;
  }
  return true;
}

}  // namespace uvm::rt::bundle
