// Natives of java.lang.Shutdown.
#include "runtime/execution/native.h"
#include "runtime/threads/threads.h"

namespace uvm::rt {
namespace {

Status halt0(NativeCall& call) { return halt(call.thread, call.i32(0)); }

const NativeMethod kShutdownMethods[] = {
    {"beforeHalt", "()V", native_nothing, kLeaf},
    {"halt0", "(I)V", halt0},
};
UVM_REGISTER_NATIVES("java/lang/Shutdown", kShutdownMethods)

}  // namespace
}  // namespace uvm::rt
