#include "runtime/execution/native.h"

#include <xxhash.h>

#include <algorithm>
#include <tuple>
#include <vector>

#include "runtime/heap/exceptions.h"
#include "runtime/linking/class_description.h"
#include "runtime/threads/java_calls.h"

namespace uvm::rt {
namespace {

struct Entry {
  std::string_view class_name;
  const NativeMethod* method;
  [[nodiscard]] auto key() const { return std::tuple(class_name, method->name, method->descriptor); }
};

std::vector<Entry>& entries() {
  static std::vector<Entry> table;
  return table;
}

// Sorted on first use, after all registrations: the index of a native depends only on the set of natives.
const std::vector<Entry>& sorted() {
  static const bool once = [] {
    std::sort(entries().begin(), entries().end(),
              [](const Entry& a, const Entry& b) { return a.key() < b.key(); });
    return true;
  }();
  (void)once;
  return entries();
}

}  // namespace

NativeRegistration::NativeRegistration(std::string_view class_name, std::span<const NativeMethod> methods) {
  for (const NativeMethod& method : methods) entries().push_back({class_name, &method});
}

std::int32_t find_native(std::string_view class_name, std::string_view name, std::string_view descriptor) {
  const auto& table = sorted();
  const auto key = std::tuple(class_name, name, descriptor);
  const auto at = std::lower_bound(table.begin(), table.end(), key,
                                   [](const Entry& e, const auto& k) { return e.key() < k; });
  return at != table.end() && at->key() == key ? static_cast<std::int32_t>(at - table.begin()) : -1;
}

const NativeMethod& native_at(std::uint32_t index) { return *sorted()[index].method; }

std::uint64_t native_table_fingerprint() {
  static const std::uint64_t fingerprint = [] {
    std::string all;
    for (const Entry& e : sorted()) {
      all.append(e.class_name).append(1, '.').append(e.method->name).append(e.method->descriptor);
      all.push_back(static_cast<char>('0' + e.method->traits));
      all.push_back(static_cast<char>(e.method->protocol));
    }
    return XXH3_64bits(all.data(), all.size());
  }();
  return fingerprint;
}

bool needs_no_native(std::string_view name) { return name == "registerNatives" || name == "initIDs"; }

Status native_nothing(NativeCall& call) { return call.ret(); }

namespace {

// What methods without a native are bound to, so that the method itself appears in the stack trace.
Status unsatisfied(NativeCall& call) {
  const Method* method = call.method();
  return throw_new(call.thread, "java/lang/UnsatisfiedLinkError",
                   describe_method(method->holder.get(), method->name.get(), method->descriptor.get()));
}

const NativeMethod kStandIns[] = {
    {"nothing", "()V", native_nothing, kLeaf, 0},
    {"unsatisfied", "()V", unsatisfied, kFramed, 0},
};
UVM_REGISTER_NATIVES("", kStandIns)

}  // namespace

std::uint32_t stand_in_for(const Method* method) {
  const bool nothing = method->holder->loader.bits == 0 && needs_no_native(method->name->view());
  return static_cast<std::uint32_t>(find_native("", nothing ? "nothing" : "unsatisfied", "()V"));
}

Status NativeCall::upcall(Method* method, std::span<const Slot> args) {
  frame_->aux &= static_cast<std::uint16_t>(~kNativeCaught);
  return push_call(thread, method, args);
}

Status NativeCall::upcall(Method* method, std::initializer_list<Slot> args) {
  return upcall(method, std::span<const Slot>(args.begin(), args.size()));
}

void NativeCall::catch_exceptions() { frame_->aux = kNativeCatches; }

Object* NativeCall::caught_exception() const {
  return (frame_->aux & kNativeCaught) != 0 ? gc::decode<Object>(frame_->operands()[8].ref) : nullptr;
}

}  // namespace uvm::rt
