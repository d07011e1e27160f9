// jdk.internal.loader.BundleLoader: classes and resources of the program's bundle. Contract: java/README.md.
#include "runtime/bundle/bundle.h"
#include "runtime/execution/native.h"
#include "runtime/heap/exceptions.h"
#include "runtime/heap/objects.h"
#include "runtime/heap/strings.h"
#include "runtime/natives/support.h"
#include "runtime/outside/program_bundle.h"

namespace uvm::rt {
namespace {

constexpr std::int32_t kNoEntry = -1;

Status entry_result(NativeCall& call, std::uint32_t entry) {
  return call.ret(entry == bundle::kNone ? kNoEntry : static_cast<std::int32_t>(entry));
}

bool is_entry(const std::optional<bundle::BundleView>& b, std::int32_t entry) {
  return b.has_value() && entry >= 0 && static_cast<std::uint32_t>(entry) < b->entry_count();
}

bool is_origin(const std::optional<bundle::BundleView>& b, std::int32_t origin) {
  return b.has_value() && origin >= 0 && static_cast<std::uint32_t>(origin) < b->origin_count();
}

// Names in a bundle are UTF-8, which cannot express a lone surrogate, so a name with one matches nothing.
bool has_lone_surrogate(const Object* string) {
  const std::u16string units = to_utf16(string);
  for (std::size_t i = 0; i < units.size(); ++i) {
    if (units[i] < 0xd800 || units[i] > 0xdfff) continue;
    const bool pair =
        units[i] < 0xdc00 && i + 1 < units.size() && units[i + 1] >= 0xdc00 && units[i + 1] <= 0xdfff;
    if (!pair) return true;
    ++i;
  }
  return false;
}

Status find(NativeCall& call) {
  const Object* name = call.object(0);
  if (name == nullptr) return throw_new(call.thread, "java/lang/NullPointerException");
  const auto bundle = program_bundle();
  if (!bundle.has_value() || has_lone_surrogate(name)) return call.ret(kNoEntry);
  return entry_result(call, bundle->find(to_utf8(name)));
}

Status next(NativeCall& call) {
  const auto bundle = program_bundle();
  if (!is_entry(bundle, call.i32(0))) return call.ret(kNoEntry);
  return entry_result(call, bundle->next(static_cast<std::uint32_t>(call.i32(0))));
}

Status origin(NativeCall& call) {
  const auto bundle = program_bundle();
  if (!is_entry(bundle, call.i32(0))) return call.ret(kNoEntry);
  return call.ret(static_cast<std::int32_t>(bundle->origin(static_cast<std::uint32_t>(call.i32(0)))));
}

Status size(NativeCall& call) {
  const auto bundle = program_bundle();
  if (!is_entry(bundle, call.i32(0))) return call.ret(std::int64_t{0});
  return call.ret(std::int64_t{bundle->size(static_cast<std::uint32_t>(call.i32(0)))});
}

// Milliseconds since 1970, as in java.io.File.
Status modified(NativeCall& call) {
  const auto bundle = program_bundle();
  if (!is_entry(bundle, call.i32(0))) return call.ret(std::int64_t{0});
  return call.ret(bundle->modified(static_cast<std::uint32_t>(call.i32(0))) / 1'000'000);
}

Status content(NativeCall& call, const bundle::BundleView& bundle, std::uint32_t entry) {
  Array* bytes =
      new_primitive_array(call.thread, BasicType::kByte, static_cast<std::int32_t>(bundle.size(entry)));
  if (bytes == nullptr) return Status::kThrow;
  if (!bundle.read(entry, {bytes->elements<std::byte>(), bundle.size(entry)})) {
    return throw_new(call.thread, "java/lang/InternalError",
                     "damaged in the bundle: " + std::string(bundle.name(entry)));
  }
  return call.ret(static_cast<const Object*>(bytes));
}

Status read(NativeCall& call) {
  const auto bundle = program_bundle();
  if (!is_entry(bundle, call.i32(0)))
    return throw_new(call.thread, "java/lang/InternalError", "no such bundle entry");
  return content(call, *bundle, static_cast<std::uint32_t>(call.i32(0)));
}

Status origin_count(NativeCall& call) {
  const auto bundle = program_bundle();
  return call.ret(bundle.has_value() ? static_cast<std::int32_t>(bundle->origin_count()) : 0);
}

Status origin_path(NativeCall& call) {
  const auto bundle = program_bundle();
  if (!is_origin(bundle, call.i32(0)))
    return throw_new(call.thread, "java/lang/InternalError", "no such bundle origin");
  const Object* path = new_string(call.thread, bundle->origin_path(static_cast<std::uint32_t>(call.i32(0))));
  return path == nullptr ? Status::kThrow : call.ret(path);
}

Status origin_is_jar(NativeCall& call) {
  const auto bundle = program_bundle();
  return call.ret(is_origin(bundle, call.i32(0)) &&
                  bundle->origin_kind(static_cast<std::uint32_t>(call.i32(0))) == bundle::OriginKind::kJar);
}

Status manifest(NativeCall& call) {
  const auto bundle = program_bundle();
  if (is_origin(bundle, call.i32(0))) {
    const auto entry = bundle->manifest(static_cast<std::uint32_t>(call.i32(0)));
    if (entry != bundle::kNone) return content(call, *bundle, entry);
  }
  return call.ret(static_cast<const Object*>(nullptr));
}

const NativeMethod kBundleLoaderMethods[] = {
    {"find", "(Ljava/lang/String;)I", find},
    {"next", "(I)I", next, kLeaf},
    {"origin", "(I)I", origin, kLeaf},
    {"size", "(I)J", size, kLeaf},
    {"modified", "(I)J", modified, kLeaf},
    {"read", "(I)[B", read},
    {"originCount", "()I", origin_count, kLeaf},
    {"originPath", "(I)Ljava/lang/String;", origin_path},
    {"originIsJar", "(I)Z", origin_is_jar, kLeaf},
    {"manifest", "(I)[B", manifest},
};
UVM_REGISTER_NATIVES("jdk/internal/loader/BundleLoader", kBundleLoaderMethods)

}  // namespace
}  // namespace uvm::rt
