// uvm as another build of it would be: with a native that it lacks, whose protocol is another, or with another layout
// of the heap. UVM_ALTER says which, one or more of these, separated by spaces:
//
//   drop:CLASS.NAME        natives of that name are not registered (java/lang/Thread.sleep)
//   protocol:CLASS.NAME    their protocol is another
//   layout                 the fingerprint of what is persisted is another
//
// What is altered is what the linker has --wrap for (tests/CMakeLists.txt); all else is uvm's own. Not installed.
#include <cstdint>
#include <cstdlib>
#include <deque>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/execution/native.h"

namespace {

using uvm::rt::NativeMethod;
using uvm::rt::NativeRegistration;

bool is_altered(const std::string& what) {
  const char* all = std::getenv("UVM_ALTER");
  return all != nullptr && (" " + std::string(all) + " ").find(" " + what + " ") != std::string::npos;
}

}  // namespace

// The names are the linker's.
extern "C" {
void __real__ZN3uvm2rt18NativeRegistrationC1ESt17basic_string_viewIcSt11char_traitsIcEESt4spanIKNS0_12NativeMethodELm18446744073709551615EE(
    NativeRegistration* self, std::string_view class_name, std::span<const NativeMethod> methods);
void __wrap__ZN3uvm2rt18NativeRegistrationC1ESt17basic_string_viewIcSt11char_traitsIcEESt4spanIKNS0_12NativeMethodELm18446744073709551615EE(
    NativeRegistration* self, std::string_view class_name, std::span<const NativeMethod> methods) {
  static auto& tables = *new std::deque<std::vector<NativeMethod>>;  // they stay where they are
  std::vector<NativeMethod>& table = tables.emplace_back();
  for (NativeMethod method : methods) {
    const std::string name = std::string(class_name) + "." + std::string(method.name);
    if (is_altered("drop:" + name)) continue;
    if (is_altered("protocol:" + name)) ++method.protocol;
    table.push_back(method);
  }
  __real__ZN3uvm2rt18NativeRegistrationC1ESt17basic_string_viewIcSt11char_traitsIcEESt4spanIKNS0_12NativeMethodELm18446744073709551615EE(
      self, class_name, table);
}

std::uint64_t __real__ZN3uvm2rt16heap_fingerprintEv();
std::uint64_t __wrap__ZN3uvm2rt16heap_fingerprintEv() {
  const std::uint64_t fingerprint = __real__ZN3uvm2rt16heap_fingerprintEv();
  return is_altered("layout") ? fingerprint + 1 : fingerprint;
}
}
