// java.lang.StrictMath: see runtime/math/strict_math.h. The Java code of java.lang.Math calls these.
#include "runtime/execution/native.h"
#include "runtime/math/strict_math.h"

namespace uvm::rt {
namespace {

template <double (*function)(double)>
Status unary(NativeCall& call) {
  return call.ret(function(call.f64(0)));
}

template <double (*function)(double, double)>
Status binary(NativeCall& call) {
  return call.ret(function(call.f64(0), call.f64(2)));
}

const NativeMethod kStrictMathMethods[] = {
    {"sin", "(D)D", unary<strict::sin>, kLeaf},
    {"cos", "(D)D", unary<strict::cos>, kLeaf},
    {"tan", "(D)D", unary<strict::tan>, kLeaf},
    {"asin", "(D)D", unary<strict::asin>, kLeaf},
    {"acos", "(D)D", unary<strict::acos>, kLeaf},
    {"atan", "(D)D", unary<strict::atan>, kLeaf},
    {"log", "(D)D", unary<strict::log>, kLeaf},
    {"log10", "(D)D", unary<strict::log10>, kLeaf},
    {"sqrt", "(D)D", unary<strict::sqrt>, kLeaf},
    {"sinh", "(D)D", unary<strict::sinh>, kLeaf},
    {"cosh", "(D)D", unary<strict::cosh>, kLeaf},
    {"tanh", "(D)D", unary<strict::tanh>, kLeaf},
    {"expm1", "(D)D", unary<strict::expm1>, kLeaf},
    {"log1p", "(D)D", unary<strict::log1p>, kLeaf},
    {"atan2", "(DD)D", binary<strict::atan2>, kLeaf},
    {"IEEEremainder", "(DD)D", binary<strict::ieee_remainder>, kLeaf},
};
UVM_REGISTER_NATIVES("java/lang/StrictMath", kStrictMathMethods)

}  // namespace
}  // namespace uvm::rt
