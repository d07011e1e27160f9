// Natives of java.lang.ProcessEnvironment.
#include <unistd.h>

#include "runtime/heap/objects.h"
#include "runtime/metadata/vm.h"
#include "runtime/natives/support.h"

namespace uvm::rt {
namespace {

// byte[][]: name, value, name, value ... A name may begin with '='; an entry without another '=' is left out.
Status get_environment(NativeCall& call) {
  std::vector<std::string_view> parts;
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
    const std::string_view text(*entry);
    const std::size_t equals = text.find('=', 1);
    if (text.empty() || equals == std::string_view::npos) continue;
    parts.push_back(text.substr(0, equals));
    parts.push_back(text.substr(equals + 1));
  }
  Class* byte_array = known().primitive_arrays[static_cast<unsigned>(BasicType::kByte)].get();
  Array* result = new_object_array(call.thread, byte_array, static_cast<std::int32_t>(parts.size()));
  UVM_TRY(made(result));
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const Array* bytes = make_byte_array(call.thread, parts[i].data(), parts[i].size());
    UVM_TRY(made(bytes));
    array_set(result, static_cast<std::int32_t>(i), bytes);
  }
  return call.ret(result);
}

const NativeMethod kProcessEnvironmentMethods[] = {
    {"environ", "()[[B", get_environment},
};
UVM_REGISTER_NATIVES("java/lang/ProcessEnvironment", kProcessEnvironmentMethods)

}  // namespace
}  // namespace uvm::rt
