// Natives of jdk.internal.misc.ScopedMemoryAccess.
#include "runtime/native.h"

namespace uvm::rt {
namespace {

const NativeMethod kMethods[] = {
    {"registerNatives", "()V", native_nothing, kLeaf},
};
UVM_REGISTER_NATIVES("jdk/internal/misc/ScopedMemoryAccess", kMethods)

}  // namespace
}  // namespace uvm::rt
