// Natives of jdk.internal.vm.VMSupport.
#include "runtime/heap/strings.h"
#include "runtime/natives/support.h"

namespace uvm::rt {
namespace {

// There is nothing to add to the given properties for agents, since none can attach.
Status init_agent_properties(NativeCall& call) { return call.ret(call.object(0)); }

Status get_temporary_directory(NativeCall& call) {
  const Object* path = new_string(call.thread, "/tmp");
  UVM_TRY(made(path));
  return call.ret(path);
}

const NativeMethod kVMSupportMethods[] = {
    {"initAgentProperties", "(Ljava/util/Properties;)Ljava/util/Properties;", init_agent_properties, kLeaf},
    {"getVMTemporaryDirectory", "()Ljava/lang/String;", get_temporary_directory},
};
UVM_REGISTER_NATIVES("jdk/internal/vm/VMSupport", kVMSupportMethods)

}  // namespace
}  // namespace uvm::rt
