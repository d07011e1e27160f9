// Natives of java.lang.NullPointerException: the helpful message (JEP 358), made from the first frame of the
// backtrace.
#include "runtime/classfile/npe_message.h"
#include "runtime/heap/strings.h"
#include "runtime/metadata/metadata_views.h"
#include "runtime/metadata/vm.h"
#include "runtime/natives/support.h"

namespace uvm::rt {
namespace {

Status get_extended_message(NativeCall& call) {
  const Object* exception = call.object(0);
  const auto* backtrace = static_cast<const Array*>(exception->reference(known().Throwable_backtrace));
  if (backtrace == nullptr || backtrace->length == 0) return call.ret(static_cast<Object*>(nullptr));
  const auto entry = static_cast<std::uint64_t>(backtrace->elements<std::int64_t>()[0]);
  const auto* method = gc::decode<Method>(static_cast<std::uint32_t>(entry >> 32));
  const auto bci = static_cast<std::int32_t>(entry);
  if (method->is_native() || bci < 0) return call.ret(static_cast<Object*>(nullptr));

  const MetadataMethodView view(method);
  const MetadataPoolView pool(method->holder->pool.get());
  const auto message = classfile::npe_message(view.view(), pool, static_cast<std::size_t>(bci));
  if (!message) return call.ret(static_cast<Object*>(nullptr));
  const Object* string = new_string(call.thread, *message);
  UVM_TRY(made(string));
  return call.ret(string);
}

const NativeMethod kNullPointerExceptionMethods[] = {
    {"getExtendedNPEMessage", "()Ljava/lang/String;", get_extended_message},
};
UVM_REGISTER_NATIVES("java/lang/NullPointerException", kNullPointerExceptionMethods)

}  // namespace
}  // namespace uvm::rt
