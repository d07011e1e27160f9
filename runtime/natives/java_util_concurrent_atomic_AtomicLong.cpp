// Natives of java.util.concurrent.atomic.AtomicLong.
#include "runtime/execution/native.h"

namespace uvm::rt {
namespace {

Status supports_cas8(NativeCall& call) { return call.ret(true); }

const NativeMethod kAtomicLongMethods[] = {
    {"VMSupportsCS8", "()Z", supports_cas8, kLeaf},
};
UVM_REGISTER_NATIVES("java/util/concurrent/atomic/AtomicLong", kAtomicLongMethods)

}  // namespace
}  // namespace uvm::rt
