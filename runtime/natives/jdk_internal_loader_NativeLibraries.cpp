// jdk.internal.loader.NativeLibraries: the class library's own native code is part of the VM; foreign code
// cannot be loaded, since its state could not survive the process.
#include <algorithm>
#include <array>
#include <string>
#include <string_view>

#include "runtime/execution/native.h"
#include "runtime/heap/exceptions.h"
#include "runtime/heap/strings.h"
#include "runtime/natives/support.h"

namespace uvm::rt {
namespace {

constexpr std::array<std::string_view, 10> kBuiltIn = {
    "java", "net", "nio", "zip", "extnet", "jaas", "jimage", "management", "management_ext", "prefs"};
constexpr std::int32_t kJniVersion = 0x000a0000;  // JNI_VERSION_10
constexpr std::int64_t kBuiltInHandle = 1;        // anything but 0

// "libnet.so" -> "net" if it is built in, else null.
Status find_builtin(NativeCall& call) {
  if (call.object(0) == nullptr) return throw_new(call.thread, "java/lang/NullPointerException");
  const std::string file = to_utf8(call.object(0));
  constexpr std::string_view prefix = "lib", suffix = ".so";
  if (file.size() > prefix.size() + suffix.size() && file.starts_with(prefix) && file.ends_with(suffix)) {
    const std::string name = file.substr(prefix.size(), file.size() - prefix.size() - suffix.size());
    if (std::find(kBuiltIn.begin(), kBuiltIn.end(), name) != kBuiltIn.end()) {
      const Object* result = new_string(call.thread, name);
      return result == nullptr ? Status::kThrow : call.ret(result);
    }
  }
  return call.ret(static_cast<const Object*>(nullptr));
}

// (NativeLibraryImpl, String name, boolean isBuiltin, boolean isJNI, boolean throwExceptionIfFail)
Status load(NativeCall& call) {
  Object* library = call.object(0);
  if (call.i32(2) != 0) {
    Class* c = class_of(library);
    library->field<std::int32_t>(library_field(c, "jniVersion", "I")) = kJniVersion;
    library->field<std::int64_t>(library_field(c, "handle", "J")) = kBuiltInHandle;
    return call.ret(true);
  }
  if (call.i32(4) == 0) return call.ret(false);
  return throw_new(
      call.thread, "java/lang/UnsatisfiedLinkError",
      to_utf8(call.object(1)) + ": native libraries cannot be loaded: their state would not survive");
}

Status find_entry(NativeCall& call) { return call.ret(std::int64_t{0}); }

const NativeMethod kNativeLibrariesMethods[] = {
    {"findBuiltinLib", "(Ljava/lang/String;)Ljava/lang/String;", find_builtin},
    {"load", "(Ljdk/internal/loader/NativeLibraries$NativeLibraryImpl;Ljava/lang/String;ZZZ)Z", load},
    {"unload", "(Ljava/lang/String;ZZJ)V", native_nothing, kLeaf},
    {"findEntry0", "(Ljdk/internal/loader/NativeLibraries$NativeLibraryImpl;Ljava/lang/String;)J", find_entry,
     kLeaf},
};
UVM_REGISTER_NATIVES("jdk/internal/loader/NativeLibraries", kNativeLibrariesMethods)

// The VM's own reader of lib/modules does not share its mapping; Java code reads the file.
Status get_native_map(NativeCall& call) { return call.ret(static_cast<const Object*>(nullptr)); }

const NativeMethod kImageMethods[] = {
    {"getNativeMap", "(Ljava/lang/String;)Ljava/nio/ByteBuffer;", get_native_map, kLeaf},
};
UVM_REGISTER_NATIVES("jdk/internal/jimage/NativeImageBuffer", kImageMethods)

}  // namespace
}  // namespace uvm::rt
