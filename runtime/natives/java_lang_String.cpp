// Natives of java.lang.String and java.lang.StringUTF16.
#include <bit>

#include "runtime/heap/strings.h"
#include "runtime/natives/support.h"

namespace uvm::rt {
namespace {

Status intern_string(NativeCall& call) {
  const Object* interned = intern(call.thread, call.object(0));
  UVM_TRY(made(interned));
  return call.ret(interned);
}

Status is_big_endian(NativeCall& call) { return call.ret(std::endian::native == std::endian::big); }

const NativeMethod kStringMethods[] = {
    {"intern", "()Ljava/lang/String;", intern_string, kLeaf},
};
UVM_REGISTER_NATIVES("java/lang/String", kStringMethods)

const NativeMethod kUtf16Methods[] = {
    {"isBigEndian", "()Z", is_big_endian, kLeaf},
};
UVM_REGISTER_NATIVES("java/lang/StringUTF16", kUtf16Methods)

}  // namespace
}  // namespace uvm::rt
