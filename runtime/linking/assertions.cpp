#include "runtime/linking/assertions.h"

#include <cstring>
#include <optional>
#include <string_view>

#include "runtime/metadata/roots.h"
#include "runtime/metadata/vm.h"

namespace uvm::rt {
namespace {

// Bits of Roots::assertion_flags.
constexpr std::uint64_t kProgram = 1;
constexpr std::uint64_t kSystem = 2;
constexpr std::string_view kBelow = "...";

void set_flag(std::uint64_t flag, bool on) {
  std::uint64_t& flags = roots().assertion_flags;
  flags = on ? flags | flag : flags & ~flag;
}

// The value of the last directive with that name.
std::optional<bool> last_of(const std::vector<AssertionDirective>& directives, std::string_view name) {
  for (auto at = directives.rbegin(); at != directives.rend(); ++at) {
    if (at->name == name) return at->enabled;
  }
  return std::nullopt;
}

}  // namespace

bool set_assertions(const std::vector<std::string>& directives) {
  Roots& r = roots();
  r.assertion_flags = 0;
  std::string text;
  for (const std::string& directive : directives) {
    const bool on = directive.front() == '+';
    if (directive.size() == 1) {
      set_flag(kProgram, on);
    } else if (directive[1] == '!') {
      set_flag(kSystem, on);
    } else {
      text += directive + '\n';
    }
  }
  r.assertions_offset = text.empty() ? 0 : vm()->native_memory.allocate(text.size());
  if (r.assertions_offset == 0) return text.empty();
  r.assertions_size = text.size();
  std::memcpy(gc::at_offset<char>(r.assertions_offset), text.data(), text.size());
  return true;
}

AssertionDirectives assertion_directives() {
  const Roots& r = roots();
  AssertionDirectives result;
  result.all = (r.assertion_flags & kProgram) != 0;
  if (r.assertions_offset == 0) return result;
  std::string_view rest(gc::at_offset<char>(r.assertions_offset), r.assertions_size);
  while (!rest.empty()) {
    const std::string_view line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(line.size() + 1);
    std::string_view name = line.substr(1);
    const bool package = name.ends_with(kBelow);
    if (package) name.remove_suffix(kBelow.size());
    (package ? result.packages : result.classes).push_back({std::string(name), line.front() == '+'});
  }
  return result;
}

bool assertions_enabled(const Class* c) {
  const Roots& r = roots();
  const bool system = c->loader.get() == nullptr;
  const bool otherwise = (r.assertion_flags & (system ? kSystem : kProgram)) != 0;
  if (r.assertions_offset == 0) return otherwise;
  const AssertionDirectives directives = assertion_directives();
  const std::string name = external_name(c);
  if (const auto own = last_of(directives.classes, name)) return *own;
  for (std::string package = name; !package.empty();) {
    const std::size_t dot = package.rfind('.');
    package.resize(dot == std::string::npos ? 0 : dot);
    if (const auto said = last_of(directives.packages, package)) return *said;
  }
  return otherwise;
}

}  // namespace uvm::rt
