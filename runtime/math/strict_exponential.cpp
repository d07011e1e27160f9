// Exponentials, logarithms and the hyperbolic functions. See strict_math.h.
#include <cmath>
#include <limits>

#include "runtime/math/double_bits.h"
#include "runtime/math/strict_math.h"

namespace uvm::rt::strict {
namespace {

constexpr double kLn2High = 6.93147180369123816490e-01;
constexpr double kLn2Low = 1.90821492927058770002e-10;
constexpr double kInverseLn2 = 1.44269504088896338700e+00;
constexpr double kOverflow = 7.09782712893383973096e+02;    // exp of more is infinite
constexpr double kUnderflow = -7.45133219101941108420e+02;  // exp of less is 0
constexpr double kTwo54 = 0x1p54;
constexpr double kInfinity = std::numeric_limits<double>::infinity();

// sinh and cosh are finite up to here.
bool overflows_hyperbolic(double x) { return std::fabs(x) > from_words(0x408633ce, 0x8fb9f87d); }

// log(1 + f) = f - ... : the series in s = f / (2 + f), z = s * s, summed in one chain.
double log_series(double z) {
  constexpr double l1 = 6.666666666666735130e-01, l2 = 3.999999999940941908e-01,
                   l3 = 2.857142874366239149e-01, l4 = 2.222219843214978396e-01,
                   l5 = 1.818357216161805012e-01, l6 = 1.531383769920937332e-01,
                   l7 = 1.479819860511658591e-01;
  return z * (l1 + z * (l2 + z * (l3 + z * (l4 + z * (l5 + z * (l6 + z * l7))))));
}

// The same, summed in two chains of z^2, as log() wants it.
double log_series_in_two(double z) {
  constexpr double l1 = 6.666666666666735130e-01, l2 = 3.999999999940941908e-01,
                   l3 = 2.857142874366239149e-01, l4 = 2.222219843214978396e-01,
                   l5 = 1.818357216161805012e-01, l6 = 1.531383769920937332e-01,
                   l7 = 1.479819860511658591e-01;
  const double w = z * z;
  const double t1 = w * (l2 + w * (l4 + w * l6));
  const double t2 = z * (l1 + w * (l3 + w * (l5 + w * l7)));
  return t2 + t1;
}

}  // namespace

double exp(double x) {
  constexpr double p1 = 1.66666666666666019037e-01, p2 = -2.77777777770155933842e-03,
                   p3 = 6.61375632143793436117e-05, p4 = -1.65339022054652515390e-06,
                   p5 = 4.13813679705723846039e-08;
  const bool negative = high_word(x) < 0;
  const std::int32_t word = magnitude_word(x);
  if (word >= 0x40862e42) {  // |x| >= 709.78
    if (word >= kInfinityWord) {
      if (x != x) return x + x;
      return negative ? 0.0 : x;
    }
    if (x > kOverflow) return kInfinity;
    if (x < kUnderflow) return 0.0;
  }
  double high = 0, low = 0;
  int k = 0;
  if (word > 0x3fd62e42) {    // |x| > 0.5 ln2
    if (word < 0x3ff0a2b2) {  // |x| < 1.5 ln2
      high = negative ? x + kLn2High : x - kLn2High;
      low = negative ? -kLn2Low : kLn2Low;
      k = negative ? -1 : 1;
    } else {
      k = static_cast<int>(kInverseLn2 * x + (negative ? -0.5 : 0.5));
      const double t = k;
      high = x - t * kLn2High;
      low = t * kLn2Low;
    }
    x = high - low;
  } else if (word < 0x3e300000) {  // |x| < 2^-28
    return 1.0 + x;
  }
  const double t = x * x;
  const double c = x - t * (p1 + t * (p2 + t * (p3 + t * (p4 + t * p5))));
  if (k == 0) return 1.0 - ((x * c) / (c - 2.0) - x);
  const double y = 1.0 - ((low - (x * c) / (2.0 - c)) - high);
  if (k >= -1021) return add_exponent(y, k);
  return add_exponent(y, k + 1000) * 9.33263618503218878990e-302;  // 2^-1000: the result is subnormal
}

double expm1(double x) {
  constexpr double q1 = -3.33333333333331316428e-02, q2 = 1.58730158725481460165e-03,
                   q3 = -7.93650757867487942473e-05, q4 = 4.00821782732936239552e-06,
                   q5 = -2.01099218183624371326e-07;
  const bool negative = high_word(x) < 0;
  const std::int32_t word = magnitude_word(x);
  if (word >= 0x4043687a) {    // |x| >= 56 ln2
    if (word >= 0x40862e42) {  // |x| >= 709.78
      if (word >= kInfinityWord) {
        if (x != x) return x + x;
        return negative ? -1.0 : x;
      }
      if (x > kOverflow) return kInfinity;
    }
    if (negative) return kTiny - 1.0;
  }
  double high = 0, low = 0, c = 0;
  int k = 0;
  if (word > 0x3fd62e42) {    // |x| > 0.5 ln2
    if (word < 0x3ff0a2b2) {  // |x| < 1.5 ln2
      high = negative ? x + kLn2High : x - kLn2High;
      low = negative ? -kLn2Low : kLn2Low;
      k = negative ? -1 : 1;
    } else {
      k = static_cast<int>(kInverseLn2 * x + (negative ? -0.5 : 0.5));
      const double t = k;
      high = x - t * kLn2High;
      low = t * kLn2Low;
    }
    x = high - low;
    c = (high - x) - low;
  } else if (word < 0x3c900000) {  // |x| < 2^-54
    return x;
  }
  const double hfx = 0.5 * x;
  const double hxs = x * hfx;
  const double r1 = 1.0 + hxs * (q1 + hxs * (q2 + hxs * (q3 + hxs * (q4 + hxs * q5))));
  const double t = 3.0 - r1 * hfx;
  double e = hxs * ((r1 - t) / (6.0 - x * t));
  if (k == 0) return x - (x * e - hxs);
  e = x * (e - c) - c;
  e -= hxs;
  if (k == -1) return 0.5 * (x - e) - 0.5;
  if (k == 1) return x < -0.25 ? -2.0 * (e - (x + 0.5)) : 1.0 + 2.0 * (x - e);
  if (k <= -2 || k > 56) return add_exponent(1.0 - (e - x), k) - 1.0;
  if (k < 20) {
    const double one = from_words(0x3ff00000 - (0x200000 >> k), 0);  // 1 - 2^-k
    return add_exponent(one - (e - x), k);
  }
  const double power = from_words((0x3ff - k) << 20, 0);  // 2^-k
  return add_exponent((x - (e + power)) + 1.0, k);
}

double log(double x) {
  std::int32_t word = high_word(x);
  int k = 0;
  if (word < 0x00100000) {  // below 2^-1022, or negative
    if (x == 0.0) return -kInfinity;
    if (word < 0) return (x - x) / 0.0;
    k = -54;
    x *= kTwo54;
    word = high_word(x);
  }
  if (word >= kInfinityWord) return x + x;
  k += (word >> 20) - 1023;
  word &= 0xfffff;
  const std::int32_t carry = (word + 0x95f64) & 0x100000;  // into [sqrt(2)/2, sqrt(2)]
  x = with_high(x, word | (carry ^ 0x3ff00000));
  k += carry >> 20;
  const double f = x - 1.0;
  const double dk = k;
  if ((0xfffff & (2 + word)) < 3) {  // |f| < 2^-20
    if (f == 0.0) return k == 0 ? 0.0 : dk * kLn2High + dk * kLn2Low;
    const double r = f * f * (0.5 - 0.33333333333333333 * f);
    return k == 0 ? f - r : dk * kLn2High - ((r - dk * kLn2Low) - f);
  }
  const double s = f / (2.0 + f);
  const double r = log_series_in_two(s * s);
  if (((word - 0x6147a) | (0x6b851 - word)) > 0) {
    const double hfsq = 0.5 * f * f;
    if (k == 0) return f - (hfsq - s * (hfsq + r));
    return dk * kLn2High - ((hfsq - (s * (hfsq + r) + dk * kLn2Low)) - f);
  }
  if (k == 0) return f - s * (f - r);
  return dk * kLn2High - ((s * (f - r) - dk * kLn2Low) - f);
}

double log10(double x) {
  constexpr double inverse_ln10 = 4.34294481903251816668e-01, log10_2_high = 3.01029995663611771306e-01,
                   log10_2_low = 3.69423907715893078616e-13;
  std::int32_t word = high_word(x);
  int k = 0;
  if (word < 0x00100000) {
    if (x == 0.0) return -kInfinity;
    if (word < 0) return (x - x) / 0.0;
    k = -54;
    x *= kTwo54;
    word = high_word(x);
  }
  if (word >= kInfinityWord) return x + x;
  k += (word >> 20) - 1023;
  const int negative = k < 0 ? 1 : 0;
  x = with_high(x, (word & 0xfffff) | ((0x3ff - negative) << 20));
  const double y = k + negative;
  const double z = y * log10_2_low + inverse_ln10 * log(x);
  return z + y * log10_2_high;
}

double log1p(double x) {
  const std::int32_t word = high_word(x);
  const std::int32_t magnitude = word & 0x7fffffff;
  int k = 1;
  double f = 0, c = 0;
  std::int32_t fraction = 1;        // of 1 + x, upper part
  if (word < 0x3fda827a) {          // x < 0.41422
    if (magnitude >= 0x3ff00000) {  // x <= -1
      return x == -1.0 ? -kInfinity : (x - x) / (x - x);
    }
    if (magnitude < 0x3e200000) return magnitude < 0x3c900000 ? x : x - x * x * 0.5;  // |x| < 2^-29
    if (word > 0 || word <= static_cast<std::int32_t>(0xbfd2bec3)) {                  // -0.2929 < x < 0.41422
      k = 0;
      f = x;
    }
  }
  if (word >= kInfinityWord) return x + x;
  if (k != 0) {
    double u = x;
    if (word < 0x43400000) {
      u = 1.0 + x;
      k = (high_word(u) >> 20) - 1023;
      c = k > 0 ? 1.0 - (u - x) : x - (u - 1.0);  // what 1 + x lost
      c /= u;
    } else {
      k = (high_word(u) >> 20) - 1023;
    }
    fraction = high_word(u) & 0xfffff;
    if (fraction < 0x6a09e) {
      u = with_high(u, fraction | 0x3ff00000);
    } else {
      ++k;
      u = with_high(u, fraction | 0x3fe00000);
      fraction = (0x00100000 - fraction) >> 2;
    }
    f = u - 1.0;
  }
  const double hfsq = 0.5 * f * f;
  const double dk = k;
  if (fraction == 0) {  // |f| < 2^-20
    if (f == 0.0) {
      if (k == 0) return 0.0;
      c += dk * kLn2Low;
      return dk * kLn2High + c;
    }
    const double r = hfsq * (1.0 - 0.66666666666666666 * f);
    return k == 0 ? f - r : dk * kLn2High - ((r - (dk * kLn2Low + c)) - f);
  }
  const double s = f / (2.0 + f);
  const double r = log_series(s * s);
  if (k == 0) return f - (hfsq - s * (hfsq + r));
  return dk * kLn2High - ((hfsq - (s * (hfsq + r) + (dk * kLn2Low + c))) - f);
}

double sinh(double x) {
  const std::int32_t word = magnitude_word(x);
  if (word >= kInfinityWord) return x + x;
  const double h = high_word(x) < 0 ? -0.5 : 0.5;
  if (word < 0x40360000) {            // |x| < 22
    if (word < 0x3e300000) return x;  // |x| < 2^-28
    const double t = expm1(std::fabs(x));
    if (word < 0x3ff00000) return h * (2.0 * t - t * t / (t + 1.0));
    return h * (t + t / (t + 1.0));
  }
  if (word < 0x40862e42) return h * exp(std::fabs(x));
  if (overflows_hyperbolic(x)) return x * 1.0e307;
  const double w = exp(0.5 * std::fabs(x));
  return (h * w) * w;
}

double cosh(double x) {
  const std::int32_t word = magnitude_word(x);
  if (word >= kInfinityWord) return x * x;
  if (word < 0x3fd62e43) {  // |x| < 0.5 ln2
    const double t = expm1(std::fabs(x));
    const double w = 1.0 + t;
    return word < 0x3c800000 ? w : 1.0 + (t * t) / (w + w);
  }
  if (word < 0x40360000) {  // |x| < 22
    const double t = exp(std::fabs(x));
    return 0.5 * t + 0.5 / t;
  }
  if (word < 0x40862e42) return 0.5 * exp(std::fabs(x));
  if (overflows_hyperbolic(x)) return kInfinity;
  const double w = exp(0.5 * std::fabs(x));
  return (0.5 * w) * w;
}

double tanh(double x) {
  const std::int32_t word = magnitude_word(x);
  const bool negative = high_word(x) < 0;
  if (word >= kInfinityWord) return negative ? 1.0 / x - 1.0 : 1.0 / x + 1.0;
  double z = 0;
  if (word < 0x40360000) {                        // |x| < 22
    if (word < 0x3c800000) return x * (1.0 + x);  // |x| < 2^-55
    if (word >= 0x3ff00000) {
      z = 1.0 - 2.0 / (expm1(2.0 * std::fabs(x)) + 2.0);
    } else {
      const double t = expm1(-2.0 * std::fabs(x));
      z = -t / (t + 2.0);
    }
  } else {
    z = 1.0 - kTiny;
  }
  return negative ? -z : z;
}

double sqrt(double x) { return std::sqrt(x); }  // IEEE 754 asks for the correctly rounded result

double ieee_remainder(double x, double y) {
  return std::remainder(x, y);
}  // exact, hence the same everywhere

}  // namespace uvm::rt::strict
