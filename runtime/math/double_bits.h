// The halves of a double's bits, which the elementary functions decide and patch by.
#pragma once

#include <bit>
#include <cstdint>

namespace uvm::rt::strict {

// Sign, exponent and the upper 20 bits of the fraction.
inline std::int32_t high_word(double x) {
  return static_cast<std::int32_t>(std::bit_cast<std::uint64_t>(x) >> 32);
}
inline std::uint32_t low_word(double x) {
  return static_cast<std::uint32_t>(std::bit_cast<std::uint64_t>(x));
}
inline constexpr std::int32_t kInfinityWord = 0x7ff00000;  // the high word of infinity
inline constexpr double kTiny = 1.0e-300;                  // added where a result has to be inexact
inline std::int32_t magnitude_word(double x) { return high_word(x) & 0x7fffffff; }  // of |x|

inline double from_words(std::int32_t high, std::uint32_t low) {
  return std::bit_cast<double>((std::uint64_t{static_cast<std::uint32_t>(high)} << 32) | low);
}
inline double with_high(double x, std::int32_t high) { return from_words(high, low_word(x)); }
// The upper 21 significant bits: a number whose square is exact.
inline double without_low(double x) { return from_words(high_word(x), 0); }
// x * 2^k for results that stay normal.
inline double add_exponent(double x, std::int32_t k) {
  return with_high(x, static_cast<std::int32_t>(static_cast<std::uint32_t>(high_word(x)) +
                                                (static_cast<std::uint32_t>(k) << 20)));
}

}  // namespace uvm::rt::strict
