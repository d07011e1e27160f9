// Argument reduction by pi/2: Cody and Waite in up to three steps for arguments below 2^19 * pi/2, Payne and
// Hanek above.
#include <algorithm>
#include <array>
#include <cmath>

#include "runtime/math/double_bits.h"
#include "runtime/math/strict_math.h"

namespace uvm::rt::strict {
namespace {

// 2/pi in digits of 24 bits.
constexpr std::array<std::int32_t, 66> kTwoOverPi = {
    0xA2F983, 0x6E4E44, 0x1529FC, 0x2757D1, 0xF534DD, 0xC0DB62, 0x95993C, 0x439041, 0xFE5163, 0xABDEBB,
    0xC561B7, 0x246E3A, 0x424DD2, 0xE00649, 0x2EEA09, 0xD1921C, 0xFE1DEB, 0x1CB129, 0xA73EE8, 0x8235F5,
    0x2EBB44, 0x84E99C, 0x7026B4, 0x5F7E41, 0x3991D6, 0x398353, 0x39F49C, 0x845F8B, 0xBDF928, 0x3B1FF8,
    0x97FFDE, 0x05980F, 0xEF2F11, 0x8B5A0A, 0x6D1F6D, 0x367ECF, 0x27CB09, 0xB74F46, 0x3F669E, 0x5FEA2D,
    0x7527BA, 0xC7EBE5, 0xF17B3D, 0x0739F7, 0x8A5292, 0xEA6BFB, 0x5FB11F, 0x8D5D08, 0x560330, 0x46FC7B,
    0x6BABF0, 0xCFBC20, 0x9AF436, 0x1DA9E3, 0x91615E, 0xE61B08, 0x659985, 0x5F14A0, 0x68408D, 0xFFD880,
    0x4D7327, 0x310606, 0x1556CA, 0x73A8C9, 0x60E27B, 0xC08C6B,
};

// pi/2 in parts of 24 bits.
constexpr std::array<double, 8> kHalfPiParts = {
    0x1.921fb4p+0,  0x1.4442dp-24,   0x1.846988p-48,  0x1.8cc516p-72,
    0x1.01b838p-96, 0x1.a25204p-120, 0x1.382228p-145, 0x1.9f31dp-169,
};

// Upper words of n * pi/2, n = 1 .. 32: near them a subtraction cancels most.
constexpr std::array<std::int32_t, 32> kHalfPiMultiples = {
    0x3FF921FB, 0x400921FB, 0x4012D97C, 0x401921FB, 0x401F6A7A, 0x4022D97C, 0x4025FDBB, 0x402921FB,
    0x402C463A, 0x402F6A7A, 0x4031475C, 0x4032D97C, 0x40346B9C, 0x4035FDBB, 0x40378FDB, 0x403921FB,
    0x403AB41B, 0x403C463A, 0x403DD85A, 0x403F6A7A, 0x40407E4C, 0x4041475C, 0x4042106C, 0x4042D97C,
    0x4043A28C, 0x40446B9C, 0x404534AC, 0x4045FDBB, 0x4046C6CB, 0x40478FDB, 0x404858EB, 0x404921FB,
};

// pi/2 = part 1 + part 2 + part 3 + ..., each of 33 bits, and what is left behind each (tail).
constexpr double kInverseHalfPi = 6.36619772367581382433e-01;
constexpr double kPart1 = 1.57079632673412561417e+00;
constexpr double kTail1 = 6.07710050650619224932e-11;
constexpr double kPart2 = 6.07710050630396597660e-11;
constexpr double kTail2 = 2.02226624879595063154e-21;
constexpr double kPart3 = 2.02226624871116645580e-21;
constexpr double kTail3 = 8.47842766036889956997e-32;

constexpr double kTwo24 = 0x1p24;
constexpr double kTwoMinus24 = 0x1p-24;

constexpr int kDigits = 4;  // digits of 2/pi beyond the argument's, for a result of 53 bits and its tail
constexpr int kMaxDigits = 20;

// x = (x[0] + x[1] 2^-24 + ...) * 2^exponent, x[i] integers of 24 bits, the first not 0. Multiplies by the
// digits of 2/pi that matter, takes the integer n off, multiplies the fraction by pi/2.
int reduce_large(const double* x, int exponent, int count, double rest[2]) {
  const int last = count - 1;
  const int first_digit = std::max((exponent - 3) / 24, 0);
  int q0 = exponent - 24 * (first_digit + 1);  // exponent of the product's last digit

  std::array<double, kMaxDigits> f{};
  for (int i = 0, j = first_digit - last; i <= last + kDigits; ++i, ++j) {
    f[static_cast<std::size_t>(i)] =
        j < 0 ? 0.0 : static_cast<double>(kTwoOverPi[static_cast<std::size_t>(j)]);
  }
  std::array<double, kMaxDigits> q{};
  const auto product = [&](int i) {
    double sum = 0.0;
    for (int j = 0; j <= last; ++j) sum += x[j] * f[static_cast<std::size_t>(last + i - j)];
    q[static_cast<std::size_t>(i)] = sum;
  };
  for (int i = 0; i <= kDigits; ++i) product(i);

  std::array<std::int32_t, kMaxDigits> iq{};
  const auto digit = [&](int i) -> std::int32_t& { return iq[static_cast<std::size_t>(i)]; };
  int jz = kDigits;
  int n = 0;
  int half = 0;  // 0: the fraction is below 1/2; otherwise 1 is added to n and the fraction is negative
  double z = 0;
  for (;;) {
    // Carry the products into digits, last one first.
    z = q[static_cast<std::size_t>(jz)];
    for (int i = 0, j = jz; j > 0; ++i, --j) {
      const double carry = static_cast<double>(static_cast<std::int32_t>(kTwoMinus24 * z));
      digit(i) = static_cast<std::int32_t>(z - kTwo24 * carry);
      z = q[static_cast<std::size_t>(j - 1)] + carry;
    }
    z = std::scalbn(z, q0);
    z -= 8.0 * std::floor(z * 0.125);  // only n mod 8 matters
    n = static_cast<int>(z);
    z -= static_cast<double>(n);
    half = 0;
    if (q0 > 0) {  // part of n is in the digit
      const int over = digit(jz - 1) >> (24 - q0);
      n += over;
      digit(jz - 1) -= over << (24 - q0);
      half = digit(jz - 1) >> (23 - q0);
    } else if (q0 == 0) {
      half = digit(jz - 1) >> 23;
    } else if (z >= 0.5) {
      half = 2;
    }
    if (half > 0) {  // fraction := 1 - fraction
      n += 1;
      bool borrow = false;
      for (int i = 0; i < jz; ++i) {
        if (borrow) {
          digit(i) = 0xffffff - digit(i);
        } else if (digit(i) != 0) {
          borrow = true;
          digit(i) = 0x1000000 - digit(i);
        }
      }
      if (q0 == 1) digit(jz - 1) &= 0x7fffff;
      if (q0 == 2) digit(jz - 1) &= 0x3fffff;
      if (half == 2) {
        z = 1.0 - z;
        if (borrow) z -= std::scalbn(1.0, q0);
      }
    }
    if (z != 0.0) break;
    int seen = 0;
    for (int i = jz - 1; i >= kDigits; --i) seen |= digit(i);
    if (seen != 0) break;
    // All that was computed cancelled: take more digits.
    int more = 1;
    while (digit(kDigits - more) == 0) ++more;
    for (int i = jz + 1; i <= jz + more; ++i) {
      f[static_cast<std::size_t>(last) + static_cast<std::size_t>(i)] = static_cast<double>(
          kTwoOverPi[static_cast<std::size_t>(first_digit) + static_cast<std::size_t>(i)]);
      product(i);
    }
    jz += more;
  }

  if (z == 0.0) {  // leave out zero digits at the top
    --jz;
    q0 -= 24;
    while (digit(jz) == 0) {
      --jz;
      q0 -= 24;
    }
  } else {  // z is a digit of its own, or two
    z = std::scalbn(z, -q0);
    if (z >= kTwo24) {
      const double carry = static_cast<double>(static_cast<std::int32_t>(kTwoMinus24 * z));
      digit(jz) = static_cast<std::int32_t>(z - kTwo24 * carry);
      ++jz;
      q0 += 24;
      digit(jz) = static_cast<std::int32_t>(carry);
    } else {
      digit(jz) = static_cast<std::int32_t>(z);
    }
  }

  double scale = std::scalbn(1.0, q0);
  for (int i = jz; i >= 0; --i) {
    q[static_cast<std::size_t>(i)] = scale * static_cast<double>(digit(i));
    scale *= kTwoMinus24;
  }
  std::array<double, kMaxDigits> terms{};
  for (int i = jz; i >= 0; --i) {
    double sum = 0.0;
    for (int k = 0; k <= kDigits && k <= jz - i; ++k) {
      sum += kHalfPiParts[static_cast<std::size_t>(k)] *
             q[static_cast<std::size_t>(i) + static_cast<std::size_t>(k)];
    }
    terms[static_cast<std::size_t>(jz - i)] = sum;
  }
  double sum = 0.0;
  for (int i = jz; i >= 0; --i) sum += terms[static_cast<std::size_t>(i)];
  rest[0] = half == 0 ? sum : -sum;
  sum = terms[0] - sum;
  for (int i = 1; i <= jz; ++i) sum += terms[static_cast<std::size_t>(i)];
  rest[1] = half == 0 ? sum : -sum;
  return n & 7;
}

// How far the exponent of `value` is below that of a number with upper word `word`.
int cancelled(std::int32_t word, double value) { return (word >> 20) - ((high_word(value) >> 20) & 0x7ff); }

int reduce_medium(double x, std::int32_t word, double rest[2]) {
  const double t = std::fabs(x);
  // Where the sum rounds up to the next integer, either is near enough.
  const int n = static_cast<int>(t * kInverseHalfPi + 0.5);  // NOLINT(bugprone-incorrect-roundings)
  const double fn = n;
  double r = t - fn * kPart1;
  double w = fn * kTail1;
  double y = r - w;
  const bool surely_exact = n < 32 && word != kHalfPiMultiples[static_cast<std::size_t>(n - 1)];
  if (!surely_exact && cancelled(word, y) > 16) {
    double before = r;
    w = fn * kPart2;
    r = before - w;
    w = fn * kTail2 - ((before - r) - w);
    y = r - w;
    if (cancelled(word, y) > 49) {
      before = r;
      w = fn * kPart3;
      r = before - w;
      w = fn * kTail3 - ((before - r) - w);
      y = r - w;
    }
  }
  rest[0] = y;
  rest[1] = (r - y) - w;
  if (high_word(x) >= 0) return n;
  rest[0] = -rest[0];
  rest[1] = -rest[1];
  return -n;
}

}  // namespace

int reduce_half_pi(double x, double rest[2]) {
  const std::int32_t word = magnitude_word(x);
  if (word <= 0x3fe921fb) {  // |x| up to about pi/4
    rest[0] = x;
    rest[1] = 0;
    return 0;
  }
  if (word < 0x4002d97c) {  // |x| < 3 pi/4: n is 1 or -1
    const double sign = high_word(x) > 0 ? 1.0 : -1.0;
    double z = x - sign * kPart1;
    double tail = sign * kTail1;
    if (word == 0x3ff921fb) {  // near pi/2: 33 + 33 bits
      z -= sign * kPart2;
      tail = sign * kTail2;
    }
    rest[0] = z - tail;
    rest[1] = (z - rest[0]) - tail;
    return static_cast<int>(sign);
  }
  if (word <= 0x413921fb) return reduce_medium(x, word, rest);
  if (word >= 0x7ff00000) {  // infinite or NaN
    rest[0] = rest[1] = x - x;
    return 0;
  }
  const int exponent = (word >> 20) - 1046;  // ilogb(x) - 23
  double z = from_words(word - (exponent << 20), low_word(x));
  double digits[3];
  for (int i = 0; i < 2; ++i) {
    digits[i] = static_cast<double>(static_cast<std::int32_t>(z));
    z = (z - digits[i]) * kTwo24;
  }
  digits[2] = z;
  int count = 3;
  while (count > 1 && digits[count - 1] == 0.0) --count;
  const int n = reduce_large(digits, exponent, count, rest);
  if (high_word(x) >= 0) return n;
  rest[0] = -rest[0];
  rest[1] = -rest[1];
  return -n;
}

}  // namespace uvm::rt::strict
