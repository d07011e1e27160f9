// StrictMath, bit for bit: hashes over hundreds of thousands of results, made by StrictMathHashes.java on
// OpenJDK 17.
#include "runtime/math/strict_math.h"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <cstdint>
#include <functional>
#include <string>

namespace uvm::rt::strict {
namespace {

constexpr std::uint64_t kCount = 400'000;

std::uint64_t mix(std::uint64_t index) {
  std::uint64_t z = index * 0x9e3779b97f4a7c15ULL;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
  return z ^ (z >> 31);
}

// A third each: any bits, exponents near 1, multiples of pi/2 and their neighbours.
double input(std::uint64_t index) {
  const std::uint64_t bits = mix(index);
  switch (index % 3) {
    case 0:
      return std::bit_cast<double>(bits);
    case 1: {
      const std::uint64_t exponent = 1023 - 30 + ((bits >> 52) & 0x7ff) % 64;
      return std::bit_cast<double>((bits & 0x800fffffffffffffULL) | (exponent << 52));
    }
    default: {
      const auto multiple =
          static_cast<double>((static_cast<std::int64_t>(bits) >> 8) % 2'000'000) * 1.5707963267948966;
      return std::bit_cast<double>(std::bit_cast<std::uint64_t>(multiple) + (bits & 3));
    }
  }
}

std::uint64_t step(std::uint64_t hash, double result) {
  const std::uint64_t bits =
      std::isnan(result) ? 0x7ff8000000000000ULL : std::bit_cast<std::uint64_t>(result);
  return (hash ^ bits) * 0x100000001b3ULL;
}

struct Case {
  const char* name;
  std::uint64_t hash;
};
constexpr Case kCases[] = {
    {"sin", 0xf1d19126068d4c61},   {"cos", 0x892c2e7d4c16873a},       {"tan", 0xe240a50aceb9175f},
    {"asin", 0x7eea3bc8ea8c50b2},  {"acos", 0x7ebf679080f5eff8},      {"atan", 0x5fdd14a1db973061},
    {"exp", 0x0ded70ee5489f582},   {"expm1", 0x9cb60b95ab4614a8},     {"log", 0x81121256550c95cb},
    {"log10", 0x1a5ec6490209a033}, {"log1p", 0xefc4aa9e394f09bf},     {"sinh", 0x79b9bb31b24c3f66},
    {"cosh", 0xae75f15271ec46c9},  {"tanh", 0x18ecfeb9eb03561d},      {"sqrt", 0x78964f0a872b126e},
    {"atan2", 0xbce86cf5a5727af5}, {"remainder", 0x27c80ddcdb1c2b90},
};

std::uint64_t hash_of(const std::string& name) {
  using Unary = double (*)(double);
  const std::pair<const char*, Unary> unary[] = {
      {"sin", sin},     {"cos", cos},   {"tan", tan},     {"asin", asin}, {"acos", acos},
      {"atan", atan},   {"exp", exp},   {"expm1", expm1}, {"log", log},   {"log10", log10},
      {"log1p", log1p}, {"sinh", sinh}, {"cosh", cosh},   {"tanh", tanh}, {"sqrt", sqrt},
  };
  std::uint64_t hash = 0xcbf29ce484222325ULL;
  for (const auto& [known, function] : unary) {
    if (name != known) continue;
    for (std::uint64_t i = 1; i <= kCount; ++i) hash = step(hash, function(input(i)));
    return hash;
  }
  const auto function = name == "atan2" ? atan2 : ieee_remainder;
  for (std::uint64_t i = 1; i <= kCount; ++i) hash = step(hash, function(input(i), input(i * 7 + 1)));
  return hash;
}

class StrictMath : public testing::TestWithParam<Case> {};

TEST_P(StrictMath, HasTheBitsOfTheClassLibrary) { EXPECT_EQ(hash_of(GetParam().name), GetParam().hash); }

INSTANTIATE_TEST_SUITE_P(Functions, StrictMath, testing::ValuesIn(kCases),
                         [](const auto& info) { return std::string(info.param.name); });

TEST(ReduceHalfPi, CancelsNearTheLargestMultiples) {
  // The double nearest to a multiple of pi/2 of all: 6381956970095103 * 2^797, 4.6871659242546276e-19 away
  // from one (J.-M. Muller, "Elementary Functions", on worst cases for range reduction).
  double rest[2];
  reduce_half_pi(std::ldexp(6381956970095103.0, 797), rest);
  EXPECT_NEAR(rest[0], 4.6871659242546276e-19, 1e-33);
}

}  // namespace
}  // namespace uvm::rt::strict
