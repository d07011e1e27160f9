// jdk.internal.misc.UvmLauncher: what the program receives from outside. Contract: java/README.md.
#include "runtime/bundle/bundle.h"
#include "runtime/execution/native.h"
#include "runtime/heap/objects.h"
#include "runtime/heap/strings.h"
#include "runtime/metadata/vm.h"
#include "runtime/outside/program_bundle.h"
#include "runtime/outside/program_files.h"

namespace uvm::rt {
namespace {

Status string_array(NativeCall& call, const std::vector<std::string>& values) {
  Array* result =
      new_array(call.thread, vm()->known().string_array.get(), static_cast<std::int32_t>(values.size()));
  if (result == nullptr) return Status::kThrow;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const Object* value = new_string(call.thread, values[i]);
    if (value == nullptr) return Status::kThrow;
    array_set(result, static_cast<std::int32_t>(i), value);
  }
  return call.ret(result);
}

Status program_properties(NativeCall& call) {
  std::vector<std::string> pairs = {"java.class.path", program_class_path()};
  for (const auto& [name, value] : vm()->input.properties) {
    pairs.push_back(name);
    pairs.push_back(value);
  }
  return string_array(call, pairs);
}

// For the modules of a class library that booted without knowing this program.
Status module_properties(NativeCall& call) {
  std::vector<std::string> pairs;
  for (const auto& [name, value] : vm()->input.module_properties) {
    if (vm()->input.boots) break;
    pairs.push_back(name);
    pairs.push_back(value);
  }
  return string_array(call, pairs);
}

Status program_arguments(NativeCall& call) { return string_array(call, vm()->input.arguments); }

Status main_class_name(NativeCall& call) {
  std::string name = vm()->input.main_class;
  if (name.empty()) {
    const auto bundle = program_bundle();
    if (bundle.has_value()) name = bundle->main_class();
  }
  const Object* result = new_string(call.thread, name);
  return result == nullptr ? Status::kThrow : call.ret(result);
}

const NativeMethod kUvmLauncherMethods[] = {
    {"programProperties", "()[Ljava/lang/String;", program_properties},
    {"moduleProperties", "()[Ljava/lang/String;", module_properties},
    {"programArguments", "()[Ljava/lang/String;", program_arguments},
    {"mainClassName", "()Ljava/lang/String;", main_class_name},
};
UVM_REGISTER_NATIVES("jdk/internal/misc/UvmLauncher", kUvmLauncherMethods)

}  // namespace
}  // namespace uvm::rt
