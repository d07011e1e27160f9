// jdk.internal.util.SystemProps$Raw: where the system properties come from.
#include <pwd.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <array>
#include <climits>
#include <cstdlib>
#include <fstream>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "runtime/execution/native.h"
#include "runtime/heap/exceptions.h"
#include "runtime/heap/objects.h"
#include "runtime/heap/strings.h"
#include "runtime/metadata/roots.h"
#include "runtime/metadata/symbol_table.h"
#include "runtime/metadata/vm.h"
#include "runtime/natives/host_locale.h"

namespace uvm::rt {
namespace {

#if defined(__x86_64__)
constexpr const char* kArchitecture = "amd64";
#elif defined(__aarch64__)
constexpr const char* kArchitecture = "aarch64";
#else
#error "name of the architecture in os.arch"
#endif

// Keyed by the name, without _ and _NDX, of SystemProps.Raw's private constant that says where the property
// is in the array: other updates may have other constants.
using Properties = std::vector<std::pair<std::string, std::string>>;

void add_if(Properties& properties, const char* name, const std::string& value) {
  if (!value.empty()) properties.emplace_back(name, value);
}

void add_user(Properties& p) {
  passwd entry{};
  passwd* found = nullptr;
  std::array<char, 16384> buffer{};
  (void)::getpwuid_r(::getuid(), &entry, buffer.data(), buffer.size(), &found);
  std::string home = found != nullptr && found->pw_dir != nullptr ? found->pw_dir : "";
  if (home.size() < 2) {  // none, or "/", as in services and containers: the environment knows better
    const char* from_environment = std::getenv("HOME");
    if (from_environment != nullptr && *from_environment != '\0') home = from_environment;
  }
  p.emplace_back("user_home", home.empty() ? "?" : home);
  p.emplace_back("user_name", found != nullptr && found->pw_name != nullptr ? found->pw_name : "?");
}

Properties platform() {
  Properties p;
  const HostLocale locale = host_locale();
  add_if(p, "display_country", locale.display.country);
  add_if(p, "display_language", locale.display.language);
  add_if(p, "display_script", locale.display.script);
  add_if(p, "display_variant", locale.display.variant);
  add_if(p, "format_country", locale.format.country);
  add_if(p, "format_language", locale.format.language);
  add_if(p, "format_script", locale.format.script);
  add_if(p, "format_variant", locale.format.variant);
  p.emplace_back("file_encoding", locale.encoding);
  p.emplace_back("sun_jnu_encoding", locale.encoding);
  if (::isatty(STDOUT_FILENO) == 1) p.emplace_back("sun_stdout_encoding", locale.encoding);
  if (::isatty(STDERR_FILENO) == 1) p.emplace_back("sun_stderr_encoding", locale.encoding);
  p.emplace_back("file_separator", "/");
  p.emplace_back("path_separator", ":");
  p.emplace_back("line_separator", "\n");
  p.emplace_back("java_io_tmpdir", "/tmp");
  p.emplace_back("os_arch", kArchitecture);
  utsname system{};
  (void)::uname(&system);
  p.emplace_back("os_name", system.sysname);
  p.emplace_back("os_version", system.release);
  p.emplace_back("sun_arch_data_model", "64");
  p.emplace_back("sun_cpu_endian", "little");
  p.emplace_back("sun_io_unicode_encoding", "UnicodeLittle");
  std::array<char, PATH_MAX> directory{};
  p.emplace_back("user_dir", ::getcwd(directory.data(), directory.size()) == nullptr ? "" : directory.data());
  add_user(p);
  return p;
}

// The file `release` of a JDK, which has lines KEY="value".
std::map<std::string, std::string> release_file(const std::string& java_home) {
  std::map<std::string, std::string> values;
  std::ifstream file(java_home + "/release");
  for (std::string line; std::getline(file, line);) {
    const std::size_t equals = line.find('=');
    if (equals == std::string::npos) continue;
    std::string value = line.substr(equals + 1);
    if (value.size() >= 2 && value.front() == '"' && value.back() == '"')
      value = value.substr(1, value.size() - 2);
    values[line.substr(0, equals)] = value;
  }
  return values;
}

std::string library_path() {
  std::string path;
  if (const char* given = std::getenv("LD_LIBRARY_PATH"); given != nullptr && *given != '\0') {
    path = std::string(given) + ":";
  }
#if defined(__x86_64__)
  const std::string multiarch = "x86_64-linux-gnu";
#else
  const std::string multiarch = "aarch64-linux-gnu";
#endif
  return path + "/usr/java/packages/lib:/usr/lib/" + multiarch + "/jni:/lib/" + multiarch + ":/usr/lib/" +
         multiarch + ":/usr/lib/jni:/lib:/usr/lib";
}

using Pairs = std::vector<std::pair<std::string, std::string>>;

// What belongs to one program (class path, -D, command) is left to UvmLauncher, since the pairs here may
// become part of an image.
Pairs vm_pairs() {
  const ProgramInput& input = vm()->input;
  auto release = release_file(input.java_home);
  Pairs pairs = {
      {"java.vm.specification.name", "Java Virtual Machine Specification"},
      {"java.vm.specification.vendor", "Oracle Corporation"},
      {"java.vm.specification.version", "17"},
      {"java.vm.version", release["JAVA_RUNTIME_VERSION"]},
      {"java.vm.name", "uvm 64-Bit Server VM"},
      {"java.vm.vendor", release["IMPLEMENTOR"]},
      {"java.vm.info", "interpreted mode"},
      {"jdk.debug", "release"},
      {"java.home", input.java_home},
      {"sun.boot.library.path", input.java_home + "/lib"},
      {"java.library.path", library_path()},
      {"java.class.path", ""},
      {"sun.java.launcher", "SUN_STANDARD"},
      // The class library's reader of lib/modules would otherwise map the whole file, that is, copy it into
      // the heap.
      {"jdk.image.map.all", "false"},
  };
  // If the class library boots for one program, that program's properties are known from the beginning.
  if (input.boots && roots().boot_phase != kBootDone) {
    for (const Pairs* more : {&input.properties, &input.module_properties})
      pairs.insert(pairs.end(), more->begin(), more->end());
  }
  return pairs;
}

Status set_string(Thread& thread, Array* array, std::int32_t index, const std::string& value) {
  const Object* string = new_string(thread, value);
  if (string == nullptr) return Status::kThrow;
  array_set(array, index, string);
  return Status::kOk;
}

// A static int of the class; nothing if it has none of that name.
std::optional<std::int32_t> constant(Class* c, const std::string& name) {
  const Symbol* symbol = find_symbol(name);
  const Field* field = symbol == nullptr ? nullptr : find_declared_field(c, symbol, find_symbol("I"));
  if (field == nullptr) return std::nullopt;
  return c->mirror_object()->field<std::int32_t>(field->offset);
}

// String[], null where the class library has a default of its own.
Status platform_properties(NativeCall& call) {
  Class* raw = call.method()->holder.get();
  const std::optional<std::int32_t> length = constant(raw, "FIXED_LENGTH");
  if (!length) {
    return throw_new(call.thread, "java/lang/InternalError",
                     "SystemProps.Raw has no FIXED_LENGTH, which uvm needs");
  }
  Array* result = new_array(call.thread, vm()->known().string_array.get(), *length);
  if (result == nullptr) return Status::kThrow;
  for (const auto& [name, value] : platform()) {
    const std::optional<std::int32_t> index = constant(raw, "_" + name + "_NDX");
    if (index && *index >= 0 && *index < *length) UVM_TRY(set_string(call.thread, result, *index, value));
  }
  return call.ret(result);
}

// String[]: key, value, key, value ..., and a null at the end.
Status vm_properties(NativeCall& call) {
  const Pairs pairs = vm_pairs();
  Array* result = new_array(call.thread, vm()->known().string_array.get(),
                            static_cast<std::int32_t>(pairs.size() * 2 + 1));
  if (result == nullptr) return Status::kThrow;
  std::int32_t index = 0;
  for (const auto& [key, value] : pairs) {
    UVM_TRY(set_string(call.thread, result, index++, key));
    UVM_TRY(set_string(call.thread, result, index++, value));
  }
  return call.ret(result);
}

const NativeMethod kSystemPropsMethods[] = {
    {"platformProperties", "()[Ljava/lang/String;", platform_properties},
    {"vmProperties", "()[Ljava/lang/String;", vm_properties},
};
UVM_REGISTER_NATIVES("jdk/internal/util/SystemProps$Raw", kSystemPropsMethods)

}  // namespace
}  // namespace uvm::rt
