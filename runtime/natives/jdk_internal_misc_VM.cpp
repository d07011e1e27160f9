// Natives of jdk.internal.misc.VM.
#include <unistd.h>

#include "runtime/heap/exceptions.h"
#include "runtime/heap/objects.h"
#include "runtime/heap/strings.h"
#include "runtime/linking/class_loading.h"
#include "runtime/linking/class_loading_parts.h"
#include "runtime/metadata/vm.h"
#include "runtime/natives/support.h"
#include "runtime/threads/clock.h"

namespace uvm::rt {
namespace {

// The first class loader on the stack that is neither the boot loader nor the platform loader.
Status latest_user_defined_loader(NativeCall& call) {
  const Object* found = nullptr;
  walk_frames(call.thread, [&](Frame*, Method* method, int) {
    // Generated accessors have loaders of their own, but call on behalf of reflection.
    const Class* holder = method->holder.get();
    if (holder->is_subclass_of(known().MethodAccessorImpl.get()) ||
        holder->is_subclass_of(known().ConstructorAccessorImpl.get())) {
      return true;
    }
    const Object* loader = holder->loader.get();
    if (loader == nullptr || is_platform_loader(loader)) return true;
    found = loader;
    return false;
  });
  return call.ret(found);
}

Status get_uid(NativeCall& call) { return call.ret(static_cast<std::int64_t>(getuid())); }
Status get_euid(NativeCall& call) { return call.ret(static_cast<std::int64_t>(geteuid())); }
Status get_gid(NativeCall& call) { return call.ret(static_cast<std::int64_t>(getgid())); }
Status get_egid(NativeCall& call) { return call.ret(static_cast<std::int64_t>(getegid())); }

// Nanoseconds since `offset` (seconds since the epoch); -1 if that is more than 2^32 seconds away.
Status get_nano_time_adjustment(NativeCall& call) {
  constexpr std::int64_t kSecond = 1'000'000'000;
  constexpr std::int64_t kMaxDifference = std::int64_t{1} << 32;
  const std::int64_t now = program_wall_time_ns();
  const std::int64_t offset = call.i64(0);
  const std::int64_t seconds = now / kSecond;
  if (offset > seconds + kMaxDifference || offset < seconds - kMaxDifference)
    return call.ret(std::int64_t{-1});
  return call.ret((seconds - offset) * kSecond + now % kSecond);
}

Status get_runtime_arguments(NativeCall& call) {
  const auto& properties = vm()->input.properties;
  Array* array =
      new_object_array(call.thread, known().String.get(), static_cast<std::int32_t>(properties.size()));
  UVM_TRY(made(array));
  for (std::size_t i = 0; i < properties.size(); ++i) {
    std::string text = "-D" + properties[i].first;
    if (!properties[i].second.empty()) text += "=" + properties[i].second;
    const Object* argument = new_string(call.thread, text);
    UVM_TRY(made(argument));
    array_set(array, static_cast<std::int32_t>(i), argument);
  }
  return call.ret(array);
}

const NativeMethod kVMMethods[] = {
    {"initialize", "()V", native_nothing, kLeaf},
    {"latestUserDefinedLoader0", "()Ljava/lang/ClassLoader;", latest_user_defined_loader},
    {"getuid", "()J", get_uid, kLeaf},
    {"geteuid", "()J", get_euid, kLeaf},
    {"getgid", "()J", get_gid, kLeaf},
    {"getegid", "()J", get_egid, kLeaf},
    {"getNanoTimeAdjustment", "(J)J", get_nano_time_adjustment, kLeaf},
    {"getRuntimeArguments", "()[Ljava/lang/String;", get_runtime_arguments},
};
UVM_REGISTER_NATIVES("jdk/internal/misc/VM", kVMMethods)

}  // namespace
}  // namespace uvm::rt
