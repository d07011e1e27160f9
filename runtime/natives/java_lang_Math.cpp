// java.lang.Math: the functions for which HotSpot, even its interpreter, does not run the class library's
// code.
//
// Their results may differ from StrictMath's in the last place (the specification allows 1 ulp). The C
// library's results are within 0.6 ulp, like those of HotSpot's code, so the two agree except for rare
// arguments; sqrt and fma are exact in both. HotSpot's logarithms are better, see rounded_logarithm.h.
#include <cmath>

#include "runtime/execution/native.h"
#include "runtime/math/rounded_logarithm.h"

namespace uvm::rt {
namespace {

template <double (*function)(double)>
Status unary(NativeCall& call) {
  return call.ret(function(call.f64(0)));
}

// For large arguments, the C library's functions of double lose most digits if the result is near 0 (glibc
// 2.36: sin(0x1.81ae0dffa3b33p959)); those of long double do not.
template <double (*function)(double), long double (*wide)(long double)>
Status trigonometric(NativeCall& call) {
  const double x = call.f64(0);
  constexpr double kLarge = 1e8;
  return call.ret(std::fabs(x) < kLarge ? function(x) : static_cast<double>(wide(x)));
}

Status power(NativeCall& call) {
  const double x = call.f64(0);
  const double y = call.f64(2);
  // Math.pow: a NaN exponent gives NaN, and so does |x| == 1 with an infinite exponent; C's pow gives 1 for
  // some of these.
  if (std::isnan(y) || (std::isinf(y) && std::fabs(x) == 1.0)) return call.ret(std::nan(""));
  return call.ret(std::pow(x, y));
}

Status fused_double(NativeCall& call) { return call.ret(std::fma(call.f64(0), call.f64(2), call.f64(4))); }
Status fused_float(NativeCall& call) { return call.ret(std::fma(call.f32(0), call.f32(1), call.f32(2))); }

const NativeMethod kMathMethods[] = {
    {"sin", "(D)D", trigonometric<::sin, ::sinl>, kIntrinsic},
    {"cos", "(D)D", trigonometric<::cos, ::cosl>, kIntrinsic},
    {"tan", "(D)D", trigonometric<::tan, ::tanl>, kIntrinsic},
    {"exp", "(D)D", unary<std::exp>, kIntrinsic},
    {"log", "(D)D", unary<rounded_log>, kIntrinsic},
    {"log10", "(D)D", unary<rounded_log10>, kIntrinsic},
    {"sqrt", "(D)D", unary<std::sqrt>, kIntrinsic},
    {"floor", "(D)D", unary<std::floor>, kIntrinsic},
    {"ceil", "(D)D", unary<std::ceil>, kIntrinsic},
    {"rint", "(D)D", unary<std::rint>, kIntrinsic},
    {"abs", "(D)D", unary<std::fabs>, kIntrinsic},
    {"pow", "(DD)D", power, kIntrinsic},
    {"fma", "(DDD)D", fused_double, kIntrinsic},
    {"fma", "(FFF)F", fused_float, kIntrinsic},
};
UVM_REGISTER_NATIVES("java/lang/Math", kMathMethods)

}  // namespace
}  // namespace uvm::rt
