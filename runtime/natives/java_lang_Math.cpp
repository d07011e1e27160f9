// java.lang.Math: the functions for which HotSpot, interpreter included, does not run the class library's
// code.
//
// Their results may differ from StrictMath's in the last place (the specification allows 1 ulp). The C
// library's are within 0.6 ulp, as those of HotSpot's code, so the two agree but for rare arguments; sqrt and
// fma are exact on both.
#include <cmath>

#include "runtime/native.h"

namespace uvm::rt {
namespace {

template <double (*function)(double)>
Status unary(NativeCall& call) {
  return call.ret(function(call.f64(0)));
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

const NativeMethod kMethods[] = {
    {"sin", "(D)D", unary<std::sin>, kIntrinsic},   {"cos", "(D)D", unary<std::cos>, kIntrinsic},
    {"tan", "(D)D", unary<std::tan>, kIntrinsic},   {"exp", "(D)D", unary<std::exp>, kIntrinsic},
    {"log", "(D)D", unary<std::log>, kIntrinsic},   {"log10", "(D)D", unary<std::log10>, kIntrinsic},
    {"sqrt", "(D)D", unary<std::sqrt>, kIntrinsic}, {"floor", "(D)D", unary<std::floor>, kIntrinsic},
    {"ceil", "(D)D", unary<std::ceil>, kIntrinsic}, {"rint", "(D)D", unary<std::rint>, kIntrinsic},
    {"abs", "(D)D", unary<std::fabs>, kIntrinsic},  {"pow", "(DD)D", power, kIntrinsic},
    {"fma", "(DDD)D", fused_double, kIntrinsic},    {"fma", "(FFF)F", fused_float, kIntrinsic},
};
UVM_REGISTER_NATIVES("java/lang/Math", kMethods)

}  // namespace
}  // namespace uvm::rt
