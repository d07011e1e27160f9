// java.lang.StrictMath's functions, with the bits that its specification asks for.
//
// The class library defines them as what "fdlibm" 5.3 computes, to the last bit, on every machine. So these
// functions follow its published algorithms operation by operation: the same argument reductions,
// polynomials, order of evaluation and thresholds. References: W. Cody and W. Waite, "Software Manual for the
// Elementary Functions" (1980); M. Payne and R. Hanek, "Radian Reduction for Trigonometric Functions" (1983);
// K. C. Ng's notes of the library.
//
// Invariant: built without fused multiply-add and in round-to-nearest; sums are not re-associated. NaN in,
// NaN out; which NaN is not specified.
#pragma once

namespace uvm::rt::strict {

[[nodiscard]] double sin(double x);
[[nodiscard]] double cos(double x);
[[nodiscard]] double tan(double x);
[[nodiscard]] double asin(double x);
[[nodiscard]] double acos(double x);
[[nodiscard]] double atan(double x);
[[nodiscard]] double atan2(double y, double x);
[[nodiscard]] double exp(double x);
[[nodiscard]] double expm1(double x);
[[nodiscard]] double log(double x);
[[nodiscard]] double log10(double x);
[[nodiscard]] double log1p(double x);
[[nodiscard]] double sinh(double x);
[[nodiscard]] double cosh(double x);
[[nodiscard]] double tanh(double x);
[[nodiscard]] double sqrt(double x);
[[nodiscard]] double ieee_remainder(double x, double y);

// x - n * pi/2 as the sum of rest[0] and the much smaller rest[1]; |rest[0]| <= pi/4. Returns n, of which the
// last two bits are right. For tests and the trigonometric functions.
int reduce_half_pi(double x, double rest[2]);

}  // namespace uvm::rt::strict
