// jdk.internal.vm.vector.VectorSupport: the Java code of jdk.incubator.vector does the work on vectors.
#include "runtime/execution/native.h"

namespace uvm::rt {
namespace {

// -1: the processor's vectors are not used; the library then takes its smallest shape.
Status max_lane_count(NativeCall& call) { return call.ret(-1); }

const NativeMethod kVectorSupportMethods[] = {
    {"getMaxLaneCount", "(Ljava/lang/Class;)I", max_lane_count, kLeaf},
};
UVM_REGISTER_NATIVES("jdk/internal/vm/vector/VectorSupport", kVectorSupportMethods)

}  // namespace
}  // namespace uvm::rt
