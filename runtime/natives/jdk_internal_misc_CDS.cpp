// Natives of jdk.internal.misc.CDS: there is no archive of classes to read or to write, since the heap
// itself is kept.
#include "runtime/execution/native.h"

namespace uvm::rt {
namespace {

Status no(NativeCall& call) { return call.ret(false); }
Status zero(NativeCall& call) { return call.ret(std::int64_t{0}); }

const NativeMethod kCDSMethods[] = {
    {"isDumpingClassList0", "()Z", no, kLeaf},
    {"isDumpingArchive0", "()Z", no, kLeaf},
    {"isSharingEnabled0", "()Z", no, kLeaf},
    {"logLambdaFormInvoker", "(Ljava/lang/String;)V", native_nothing, kLeaf},
    {"initializeFromArchive", "(Ljava/lang/Class;)V", native_nothing, kLeaf},
    {"defineArchivedModules", "(Ljava/lang/ClassLoader;Ljava/lang/ClassLoader;)V", native_nothing, kLeaf},
    {"getRandomSeedForDumping", "()J", zero, kLeaf},
};
UVM_REGISTER_NATIVES("jdk/internal/misc/CDS", kCDSMethods)

}  // namespace
}  // namespace uvm::rt
