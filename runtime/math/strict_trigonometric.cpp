// Sine, cosine, tangent and their inverses. See strict_math.h.
#include <array>
#include <cmath>

#include "runtime/math/double_bits.h"
#include "runtime/math/strict_math.h"

namespace uvm::rt::strict {
namespace {

constexpr double kPi = 3.14159265358979311600e+00;
constexpr double kPiLow = 1.2246467991473531772e-16;  // pi - kPi
constexpr double kHalfPi = 1.57079632679489655800e+00;
constexpr double kHalfPiLow = 6.12323399573676603587e-17;
constexpr double kQuarterPi = 7.85398163397448278999e-01;
constexpr double kQuarterPiLow = 3.06161699786838301793e-17;

// sin(x + y), |x| <= pi/4; y is the tail of x, or 0 and `has_tail` false.
double sin_kernel(double x, double y, bool has_tail) {
  constexpr double s1 = -1.66666666666666324348e-01, s2 = 8.33333333332248946124e-03,
                   s3 = -1.98412698298579493134e-04, s4 = 2.75573137070700676789e-06,
                   s5 = -2.50507602534068634195e-08, s6 = 1.58969099521155010221e-10;
  if (magnitude_word(x) < 0x3e400000) return x;  // |x| < 2^-27
  const double z = x * x;
  const double v = z * x;
  const double r = s2 + z * (s3 + z * (s4 + z * (s5 + z * s6)));
  if (!has_tail) return x + v * (s1 + z * r);
  return x - ((z * (0.5 * y - v * r) - y) - v * s1);
}

// cos(x + y), |x| <= pi/4.
double cos_kernel(double x, double y) {
  constexpr double c1 = 4.16666666666666019037e-02, c2 = -1.38888888888741095749e-03,
                   c3 = 2.48015872894767294178e-05, c4 = -2.75573143513906633035e-07,
                   c5 = 2.08757232129817482790e-09, c6 = -1.13596475577881948265e-11;
  const std::int32_t word = magnitude_word(x);
  if (word < 0x3e400000) return 1.0;
  const double z = x * x;
  const double r = z * (c1 + z * (c2 + z * (c3 + z * (c4 + z * (c5 + z * c6)))));
  if (word < 0x3fd33333) return 1.0 - (0.5 * z - (z * r - x * y));  // |x| < 0.3
  // Take off about x/4, so that 1 - quarter is exact.
  const double quarter = word > 0x3fe90000 ? 0.28125 : from_words(word - 0x00200000, 0);
  const double half_z = 0.5 * z - quarter;
  const double a = 1.0 - quarter;
  return a - (half_z - (z * r - x * y));
}

// -1/(head + tail of w), w = x + r, to more than double precision.
double negative_inverse(double x, double r, double w) {
  const double z = without_low(w);
  const double v = r - (z - x);
  const double a = -1.0 / w;
  const double t = without_low(a);
  const double s = 1.0 + t * z;
  return t + a * (s + t * v);
}

// tan(x + y) (`inverse` false) or -1/tan(x + y), |x| <= pi/4.
double tan_kernel(double x, double y, bool inverse) {
  constexpr std::array<double, 13> t = {
      3.33333333333334091986e-01, 1.33333333333201242699e-01, 5.39682539762260521377e-02,
      2.18694882948595424599e-02, 8.86323982359930005737e-03, 3.59207910759131235356e-03,
      1.45620945432529025516e-03, 5.88041240820264096874e-04, 2.46463134818469906812e-04,
      7.81794442939557092300e-05, 7.14072491382608190305e-05, -1.85586374855275456654e-05,
      2.59073051863633712884e-05,
  };
  const std::int32_t high = high_word(x);
  const std::int32_t word = high & 0x7fffffff;
  if (word < 0x3e300000) {  // |x| < 2^-28
    if (!inverse) return x;
    if (x == 0.0) return 1.0 / std::fabs(x);
    return negative_inverse(x, y, x + y);
  }
  const bool large = word >= 0x3fe59428;  // |x| >= 0.6744: use pi/4 - x
  if (large) {
    if (high < 0) {
      x = -x;
      y = -y;
    }
    const double z = kQuarterPi - x;
    const double w = kQuarterPiLow - y;
    x = z + w;
    y = 0.0;
  }
  const double z = x * x;
  const double w = z * z;
  double r = t[1] + w * (t[3] + w * (t[5] + w * (t[7] + w * (t[9] + w * t[11]))));
  const double v = z * (t[2] + w * (t[4] + w * (t[6] + w * (t[8] + w * (t[10] + w * t[12])))));
  const double s = z * x;
  r = y + z * (s * (r + v) + y);
  r += t[0] * s;
  const double sum = x + r;
  if (large) {
    const double one = inverse ? -1.0 : 1.0;
    const double sign = high < 0 ? -1.0 : 1.0;
    return sign * (one - 2.0 * (x - (sum * sum / (sum + one) - r)));
  }
  return inverse ? negative_inverse(x, r, sum) : sum;
}

// (asin(sqrt(t)) - sqrt(t)) / sqrt(t)^3 * t for t <= 1/4.
double asin_ratio(double t) {
  constexpr double p0 = 1.66666666666666657415e-01, p1 = -3.25565818622400915405e-01,
                   p2 = 2.01212532134862925881e-01, p3 = -4.00555345006794114027e-02,
                   p4 = 7.91534994289814532176e-04, p5 = 3.47933107596021167570e-05;
  constexpr double q1 = -2.40339491173441421878e+00, q2 = 2.02094576023350569471e+00,
                   q3 = -6.88283971605453293030e-01, q4 = 7.70381505559019352791e-02;
  const double p = t * (p0 + t * (p1 + t * (p2 + t * (p3 + t * (p4 + t * p5)))));
  const double q = 1.0 + t * (q1 + t * (q2 + t * (q3 + t * q4)));
  return p / q;
}

bool is_one(double x) { return x == 1.0 || x == -1.0; }

}  // namespace

double sin(double x) {
  const std::int32_t word = magnitude_word(x);
  if (word <= 0x3fe921fb) return sin_kernel(x, 0.0, false);
  if (word >= kInfinityWord) return x - x;
  double y[2];
  switch (reduce_half_pi(x, y) & 3) {
    case 0:
      return sin_kernel(y[0], y[1], true);
    case 1:
      return cos_kernel(y[0], y[1]);
    case 2:
      return -sin_kernel(y[0], y[1], true);
    default:
      return -cos_kernel(y[0], y[1]);
  }
}

double cos(double x) {
  const std::int32_t word = magnitude_word(x);
  if (word <= 0x3fe921fb) return cos_kernel(x, 0.0);
  if (word >= kInfinityWord) return x - x;
  double y[2];
  switch (reduce_half_pi(x, y) & 3) {
    case 0:
      return cos_kernel(y[0], y[1]);
    case 1:
      return -sin_kernel(y[0], y[1], true);
    case 2:
      return -cos_kernel(y[0], y[1]);
    default:
      return sin_kernel(y[0], y[1], true);
  }
}

double tan(double x) {
  const std::int32_t word = magnitude_word(x);
  if (word <= 0x3fe921fb) return tan_kernel(x, 0.0, false);
  if (word >= kInfinityWord) return x - x;
  double y[2];
  const int n = reduce_half_pi(x, y);
  return tan_kernel(y[0], y[1], (n & 1) != 0);
}

double asin(double x) {
  const std::int32_t word = magnitude_word(x);
  if (word >= 0x3ff00000) return is_one(x) ? x * kHalfPi + x * kHalfPiLow : (x - x) / (x - x);
  if (word < 0x3fe00000) {            // |x| < 1/2
    if (word < 0x3e400000) return x;  // |x| < 2^-27
    return x + x * asin_ratio(x * x);
  }
  const double t = (1.0 - std::fabs(x)) * 0.5;
  const double ratio = asin_ratio(t);
  const double s = std::sqrt(t);
  double result = 0;
  if (word >= 0x3fef3333) {  // |x| > 0.975
    result = kHalfPi - (2.0 * (s + s * ratio) - kHalfPiLow);
  } else {
    const double w = without_low(s);
    const double c = (t - w * w) / (s + w);
    const double p = 2.0 * s * ratio - (kHalfPiLow - 2.0 * c);
    const double q = kQuarterPi - 2.0 * w;
    result = kQuarterPi - (p - q);
  }
  return high_word(x) > 0 ? result : -result;
}

double acos(double x) {
  const std::int32_t word = magnitude_word(x);
  if (word >= 0x3ff00000) {
    if (!is_one(x)) return (x - x) / (x - x);
    return x > 0 ? 0.0 : kPi + 2.0 * kHalfPiLow;
  }
  if (word < 0x3fe00000) {  // |x| < 1/2
    if (word <= 0x3c600000) return kHalfPi + kHalfPiLow;
    return kHalfPi - (x - (kHalfPiLow - x * asin_ratio(x * x)));
  }
  if (high_word(x) < 0) {
    const double z = (1.0 + x) * 0.5;
    const double s = std::sqrt(z);
    const double w = asin_ratio(z) * s - kHalfPiLow;
    return kPi - 2.0 * (s + w);
  }
  const double z = (1.0 - x) * 0.5;
  const double s = std::sqrt(z);
  const double head = without_low(s);
  const double c = (z - head * head) / (s + head);
  const double w = asin_ratio(z) * s + c;
  return 2.0 * (head + w);
}

double atan(double x) {
  // atan of 0.5, 1, 1.5 and infinity, in two parts.
  constexpr std::array<double, 4> high_part = {4.63647609000806093515e-01, 7.85398163397448278999e-01,
                                               9.82793723247329054082e-01, 1.57079632679489655800e+00};
  constexpr std::array<double, 4> low_part = {2.26987774529616870924e-17, 3.06161699786838301793e-17,
                                              1.39033110312309984516e-17, 6.12323399573676603587e-17};
  constexpr std::array<double, 11> a = {
      3.33333333333329318027e-01,  -1.99999999998764832476e-01, 1.42857142725034663711e-01,
      -1.11111104054623557880e-01, 9.09088713343650656196e-02,  -7.69187620504482999495e-02,
      6.66107313738753120669e-02,  -5.83357013379057348645e-02, 4.97687799461593236017e-02,
      -3.65315727442169155270e-02, 1.62858201153657823623e-02,
  };
  const std::int32_t high = high_word(x);
  const std::int32_t word = high & 0x7fffffff;
  if (word >= 0x44100000) {  // |x| >= 2^66
    if (x != x) return x + x;
    return high > 0 ? high_part[3] + low_part[3] : -high_part[3] - low_part[3];
  }
  int part = -1;
  if (word < 0x3fdc0000) {            // |x| < 7/16
    if (word < 0x3e200000) return x;  // |x| < 2^-29
  } else {
    x = std::fabs(x);
    if (word < 0x3fe60000) {  // < 11/16
      part = 0;
      x = (2.0 * x - 1.0) / (2.0 + x);
    } else if (word < 0x3ff30000) {  // < 19/16
      part = 1;
      x = (x - 1.0) / (x + 1.0);
    } else if (word < 0x40038000) {  // < 39/16
      part = 2;
      x = (x - 1.5) / (1.0 + 1.5 * x);
    } else {
      part = 3;
      x = -1.0 / x;
    }
  }
  const double z = x * x;
  const double w = z * z;
  const double odd = z * (a[0] + w * (a[2] + w * (a[4] + w * (a[6] + w * (a[8] + w * a[10])))));
  const double even = w * (a[1] + w * (a[3] + w * (a[5] + w * (a[7] + w * a[9]))));
  if (part < 0) return x - x * (odd + even);
  const auto index = static_cast<std::size_t>(part);
  const double result = high_part[index] - ((x * (odd + even) - low_part[index]) - x);
  return high < 0 ? -result : result;
}

double atan2(double y, double x) {
  if (x != x || y != y) return x + y;
  const std::int32_t hx = high_word(x), hy = high_word(y);
  const std::int32_t ix = hx & 0x7fffffff, iy = hy & 0x7fffffff;
  if (x == 1.0) return atan(y);
  const int quadrant = ((hy >> 31) & 1) | ((hx >> 30) & 2);  // 2 * sign(x) + sign(y)
  if (y == 0.0) {
    switch (quadrant) {
      case 0:
      case 1:
        return y;
      case 2:
        return kPi + kTiny;
      default:
        return -kPi - kTiny;
    }
  }
  if (x == 0.0) return hy < 0 ? -kHalfPi - kTiny : kHalfPi + kTiny;
  if (ix == kInfinityWord) {
    const bool both = iy == kInfinityWord;
    switch (quadrant) {
      case 0:
        return both ? kQuarterPi + kTiny : 0.0;
      case 1:
        return both ? -kQuarterPi - kTiny : -0.0;
      case 2:
        return both ? 3.0 * kQuarterPi + kTiny : kPi + kTiny;
      default:
        return both ? -3.0 * kQuarterPi - kTiny : -kPi - kTiny;
    }
  }
  if (iy == kInfinityWord) return hy < 0 ? -kHalfPi - kTiny : kHalfPi + kTiny;
  const int k = (iy - ix) >> 20;
  double z = 0;
  if (k > 60) {  // |y/x| > 2^60
    z = kHalfPi + 0.5 * kPiLow;
  } else if (hx < 0 && k < -60) {
    z = 0.0;
  } else {
    z = atan(std::fabs(y / x));
  }
  switch (quadrant) {
    case 0:
      return z;
    case 1:
      return -z;
    case 2:
      return kPi - (z - kPiLow);
    default:
      return (z - kPiLow) - kPi;
  }
}

}  // namespace uvm::rt::strict
