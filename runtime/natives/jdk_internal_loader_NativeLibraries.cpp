// Natives of jdk.internal.loader.NativeLibraries and jdk.internal.jimage.NativeImageBuffer.
//
// The class library's native libraries are built in: their natives are ours. Others cannot be loaded, because
// their state would be outside the heap.
#include <algorithm>
#include <array>

#include "runtime/natives/support.h"

namespace uvm::rt {
namespace {

constexpr std::array<std::string_view, 7> kBuiltIn = {
    "libjava.so", "libjimage.so", "libnet.so", "libnio.so", "libzip.so", "libextnet.so", "libverify.so"};
constexpr std::int32_t kJniVersion = 0x00010008;  // JNI_VERSION_1_8, the first that allows built-in libraries

Status find_builtin(NativeCall& call) {
  const Object* name = call.object(0);
  if (name == nullptr) return throw_null_pointer(call.thread);
  const bool known = std::find(kBuiltIn.begin(), kBuiltIn.end(), to_utf8(name)) != kBuiltIn.end();
  return call.ret(known ? name : nullptr);
}

// (library, name, isBuiltin, isJNI, throwExceptionIfFail)
Status load(NativeCall& call) {
  Object* library = call.object(0);
  const Object* name = call.object(1);
  if (library == nullptr || name == nullptr) return throw_null_pointer(call.thread);
  const bool built_in = call.i32(2) != 0;
  const bool must_throw = call.i32(4) != 0;
  if (!built_in) {
    if (!must_throw) return call.ret(false);
    return throw_new(call.thread, "java/lang/UnsatisfiedLinkError",
                     to_utf8(name) + ": native libraries cannot be loaded, their state would not be kept");
  }
  Class* c = class_of(library);
  library->field<std::int64_t>(library_field(c, "handle", "J")) = 1;
  library->field<std::int32_t>(library_field(c, "jniVersion", "I")) = kJniVersion;
  return call.ret(true);
}

// Natives are bound by the linker, never by address.
Status find_entry(NativeCall& call) { return call.ret(std::int64_t{0}); }

const NativeMethod kMethods[] = {
    {"findBuiltinLib", "(Ljava/lang/String;)Ljava/lang/String;", find_builtin},
    {"load", "(Ljdk/internal/loader/NativeLibraries$NativeLibraryImpl;Ljava/lang/String;ZZZ)Z", load},
    {"unload", "(Ljava/lang/String;ZZJ)V", native_nothing, kLeaf},
    {"findEntry0", "(Ljdk/internal/loader/NativeLibraries$NativeLibraryImpl;Ljava/lang/String;)J", find_entry,
     kLeaf},
};
UVM_REGISTER_NATIVES("jdk/internal/loader/NativeLibraries", kMethods)

// Null: the image is then read through a FileChannel.
Status get_native_map(NativeCall& call) { return call.ret(static_cast<Object*>(nullptr)); }

const NativeMethod kImageMethods[] = {
    {"getNativeMap", "(Ljava/lang/String;)Ljava/nio/ByteBuffer;", get_native_map, kLeaf},
};
UVM_REGISTER_NATIVES("jdk/internal/jimage/NativeImageBuffer", kImageMethods)

}  // namespace
}  // namespace uvm::rt
