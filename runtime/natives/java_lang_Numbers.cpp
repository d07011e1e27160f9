// Natives of java.lang.Float and java.lang.Double.
#include <bit>

#include "runtime/execution/native.h"

namespace uvm::rt {
namespace {

Status float_to_raw_int_bits(NativeCall& call) { return call.ret(std::bit_cast<std::int32_t>(call.f32(0))); }
Status int_bits_to_float(NativeCall& call) { return call.ret(std::bit_cast<float>(call.i32(0))); }
Status double_to_raw_long_bits(NativeCall& call) {
  return call.ret(std::bit_cast<std::int64_t>(call.f64(0)));
}
Status long_bits_to_double(NativeCall& call) { return call.ret(std::bit_cast<double>(call.i64(0))); }

const NativeMethod kFloatMethods[] = {
    {"floatToRawIntBits", "(F)I", float_to_raw_int_bits, kLeaf},
    {"intBitsToFloat", "(I)F", int_bits_to_float, kLeaf},
};
UVM_REGISTER_NATIVES("java/lang/Float", kFloatMethods)

const NativeMethod kDoubleMethods[] = {
    {"doubleToRawLongBits", "(D)J", double_to_raw_long_bits, kLeaf},
    {"longBitsToDouble", "(J)D", long_bits_to_double, kLeaf},
};
UVM_REGISTER_NATIVES("java/lang/Double", kDoubleMethods)

}  // namespace
}  // namespace uvm::rt
