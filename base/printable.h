// Makes text from outside, such as file names, safe for a terminal. Any layer may use it.
#pragma once

#include <cstddef>
#include <string>

namespace uvm {

// Replaces each byte of control characters by '?': those of ASCII, and U+0080 to U+009F in UTF-8, which some
// terminals obey as well.
inline std::string printable(std::string text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if (byte < 0x20 || byte == 0x7f) text[i] = '?';
    if (byte != 0xc2 || i + 1 == text.size()) continue;
    const auto next = static_cast<unsigned char>(text[i + 1]);
    if (next >= 0x80 && next < 0xa0) text[i] = text[i + 1] = '?';
  }
  return text;
}

}  // namespace uvm
