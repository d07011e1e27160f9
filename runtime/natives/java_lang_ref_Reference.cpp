// Natives of java.lang.ref.Reference and PhantomReference.
#include "runtime/heap/reference_processing.h"
#include "runtime/metadata/vm.h"
#include "runtime/natives/support.h"
#include "runtime/threads/collection.h"

namespace uvm::rt {
namespace {

Status refers_to(NativeCall& call) {
  return call.ret(call.object(0)->reference(known().Reference_referent) == call.object(1));
}

Status clear(NativeCall& call) {
  call.object(0)->set_reference(known().Reference_referent, nullptr);
  return call.ret();
}

Status get_and_clear_pending_list(NativeCall& call) { return call.ret(take_pending_references()); }

Status has_pending_list(NativeCall& call) { return call.ret(static_cast<bool>(pending_references())); }

Status wait_for_pending_list(NativeCall& call) { return wait_for_pending_references(call.thread); }

const NativeMethod kReferenceMethods[] = {
    {"getAndClearReferencePendingList", "()Ljava/lang/ref/Reference;", get_and_clear_pending_list, kLeaf},
    {"hasReferencePendingList", "()Z", has_pending_list, kLeaf},
    {"waitForReferencePendingList", "()V", wait_for_pending_list},
    {"refersTo0", "(Ljava/lang/Object;)Z", refers_to, kLeaf},
    {"clear0", "()V", clear, kLeaf},
};
UVM_REGISTER_NATIVES("java/lang/ref/Reference", kReferenceMethods)

const NativeMethod kPhantomMethods[] = {
    {"refersTo0", "(Ljava/lang/Object;)Z", refers_to, kLeaf},
};
UVM_REGISTER_NATIVES("java/lang/ref/PhantomReference", kPhantomMethods)

}  // namespace
}  // namespace uvm::rt
