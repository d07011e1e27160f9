#include "runtime/math/rounded_logarithm.h"

#include <cmath>
#include <limits>

namespace uvm::rt {
namespace {

__extension__ using Quad = __float128;

// Of 2 and of 10, each the sum of two numbers of 64 bits.
constexpr Quad kLn2 = Quad{0xb17217f7d1cf79acp-64L} - Quad{0x1b0e2633fe0685p-119L};
constexpr Quad kLn10 = Quad{0x935d8dddaaa8ac17p-62L} - Quad{0x15a929d47d2cf6p-118L};

// Natural logarithm of a positive number to some 100 bits: x = m 2^e with m near 1, ln m = 2 artanh((m - 1) /
// (m + 1)) as a series.
Quad exact_log(double x) {
  int exponent = 0;
  double m = std::frexp(x, &exponent);
  if (m < M_SQRT1_2) {
    m *= 2;
    --exponent;
  }
  const Quad s = (Quad{m} - 1) / (Quad{m} + 1);
  const Quad square = s * s;
  Quad power = s;
  Quad sum = 0;
  constexpr int kTerms = 24;  // |s| < 0.172: the next one is below 2^-120
  for (int k = 0; k < kTerms; ++k) {
    sum += power / (2 * k + 1);
    power *= square;
  }
  return 2 * sum + exponent * kLn2;
}

// Whether all numbers within two units in the last place of `value` round to the same double.
bool rounds_safely(long double value) {
  const long double margin = std::fabs(value) * (2 * std::numeric_limits<long double>::epsilon());
  return static_cast<double>(value - margin) == static_cast<double>(value + margin);
}

}  // namespace

double rounded_log(double x) {
  if (!(x > 0) || std::isinf(x)) return std::log(x);
  const long double fast = std::log(static_cast<long double>(x));
  if (rounds_safely(fast)) return static_cast<double>(fast);
  return static_cast<double>(exact_log(x));
}

double rounded_log10(double x) {
  if (!(x > 0) || std::isinf(x)) return std::log(x);
  const long double fast = std::log10(static_cast<long double>(x));
  if (rounds_safely(fast)) return static_cast<double>(fast);
  return static_cast<double>(exact_log(x) / kLn10);
}

}  // namespace uvm::rt
