// java.io.ObjectStreamClass.
#include "runtime/execution/native.h"
#include "runtime/heap/exceptions.h"
#include "runtime/linking/initialization.h"

namespace uvm::rt {
namespace {

// Whether the class itself declares <clinit>, which is part of the default serialVersionUID. The JDK's own
// code asks JNI for the method, which initialises the class.
Status has_static_initializer(NativeCall& call) {
  const Object* mirror = call.object(0);
  if (mirror == nullptr) return throw_new(call.thread, "java/lang/NullPointerException");
  Class* c = mirrored(mirror);
  if (!c->is_array() && !c->is_primitive()) UVM_TRY(ensure_initialized(call.thread, c));
  return call.ret(static_cast<bool>(c->class_init));
}

const NativeMethod kObjectStreamClassMethods[] = {
    {"initNative", "()V", native_nothing, kLeaf},
    {"hasStaticInitializer", "(Ljava/lang/Class;)Z", has_static_initializer},
};
UVM_REGISTER_NATIVES("java/io/ObjectStreamClass", kObjectStreamClassMethods)

}  // namespace
}  // namespace uvm::rt
