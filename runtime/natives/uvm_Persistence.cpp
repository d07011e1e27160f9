// Natives of uvm.Persistence.
#include "runtime/heap/strings.h"
#include "runtime/natives/support.h"
#include "runtime/threads/checkpoint_events.h"

namespace uvm::rt {
namespace {

Status attempts(NativeCall& call) { return call.ret(static_cast<std::int64_t>(checkpoint_attempts())); }

Status await_attempt(NativeCall& call) {
  UVM_TRY(wait_for_checkpoint(call.thread, static_cast<std::uint64_t>(call.i64(0)), call.i32(2) != 0));
  return call.ret(static_cast<std::int64_t>(settled_checkpoints().attempt));
}

// The version made by a successful attempt later than the given one; 0: there is none.
Status version_since(NativeCall& call) {
  const SettledCheckpoints settled = settled_checkpoints();
  const bool good = settled.good > static_cast<std::uint64_t>(call.i64(0));
  return call.ret(static_cast<std::int64_t>(good ? settled.version : 0));
}

Status last_failure(NativeCall& call) {
  const auto failure = settled_checkpoints().failure;
  if (!failure) return call.ret(static_cast<const Object*>(nullptr));
  const Object* text = new_string(call.thread, *failure);
  UVM_TRY(made(text));
  return call.ret(text);
}

const NativeMethod kPersistenceMethods[] = {
    {"attempts", "()J", attempts, kLeaf},
    {"awaitAttempt", "(JZ)J", await_attempt},
    {"versionSince", "(J)J", version_since, kLeaf},
    {"lastFailure", "()Ljava/lang/String;", last_failure},
};
UVM_REGISTER_NATIVES("uvm/Persistence", kPersistenceMethods)

}  // namespace
}  // namespace uvm::rt
