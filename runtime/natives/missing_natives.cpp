#include "runtime/natives/missing_natives.h"

#include <algorithm>
#include <cstdint>
#include <optional>

#include "runtime/classfile/access_flags.h"
#include "runtime/execution/native.h"

namespace uvm::rt {
namespace {

// Reads just as much of a class file as is needed to find its native methods: parsing all of it would take
// ten times as long. Reading ends where the file is cut off or has an unknown form.
class MethodScanner {
 public:
  explicit MethodScanner(std::span<const std::byte> bytes) : bytes_(bytes) {}

  template <typename Visit>  // (std::string_view name, std::string_view descriptor)
  void for_each_native(Visit visit) {
    constexpr std::size_t kHeader = 8;   // magic and version
    constexpr std::size_t kOfClass = 6;  // flags, class, superclass
    skip(kHeader);
    if (!read_pool()) return;
    skip(kOfClass);
    skip(std::size_t{2} * u2());  // interfaces
    for (unsigned left = u2(); left > 0 && good_; --left) {
      skip(6);
      skip_attributes();
    }
    for (unsigned left = u2(); left > 0 && good_; --left) {
      const unsigned flags = u2(), name = u2(), descriptor = u2();
      skip_attributes();
      if (good_ && (flags & kAccNative) != 0) visit(text(name), text(descriptor));
    }
  }

 private:
  bool has(std::size_t count) {
    good_ = good_ && count <= bytes_.size() - at_;
    return good_;
  }
  void skip(std::size_t count) {
    if (has(count)) at_ += count;
  }
  unsigned u1() { return has(1) ? static_cast<unsigned>(bytes_[at_++]) : 0; }
  unsigned u2() {
    const unsigned high = u1();
    return high << 8 | u1();
  }
  void skip_attributes() {
    for (unsigned left = u2(); left > 0 && good_; --left) {
      skip(2);
      const std::size_t high = u2();
      skip(high << 16 | u2());
    }
  }

  bool read_pool() {
    enum Tag : unsigned { kUtf8 = 1, kLong = 5, kDouble = 6 };
    // Bytes after the tag (JVMS 4.4).
    constexpr std::uint8_t kSizes[] = {0, 0, 0, 4, 4, 8, 8, 2, 2, 4, 4, 4, 4, 0, 0, 3, 2, 4, 4, 2, 2};
    const unsigned count = u2();
    entries_.assign(count, 0);
    for (unsigned i = 1; i < count && good_; ++i) {
      const unsigned tag = u1();
      if (tag == kUtf8) {
        entries_[i] = at_;
        skip(u2());
        continue;
      }
      if (tag >= std::size(kSizes) || kSizes[tag] == 0) return false;
      skip(kSizes[tag]);
      if (tag == kLong || tag == kDouble) ++i;
    }
    return good_;
  }

  [[nodiscard]] std::string_view text(unsigned index) const {
    if (index >= entries_.size() || entries_[index] == 0) return {};
    const auto* at = reinterpret_cast<const unsigned char*>(bytes_.data()) + entries_[index];
    return {reinterpret_cast<const char*>(at + 2), std::size_t{at[0]} << 8 | at[1]};
  }

  std::span<const std::byte> bytes_;
  std::size_t at_ = 0;
  bool good_ = true;
  std::vector<std::size_t> entries_;  // where the Utf8 entries begin; 0: another kind
};

}  // namespace

std::string NativeName::text() const {
  std::string result = class_name;
  std::replace(result.begin(), result.end(), '/', '.');
  return result.append(1, '.').append(name).append(descriptor);
}

jimage::Result<void> for_each_native(const jimage::JImage& image, std::string_view module,
                                     const std::function<void(const NativeName&)>& visit) {
  return image.for_each([&](const jimage::Location& location) {
    if (location.extension != "class" || (!module.empty() && location.module != module)) return true;
    const auto bytes = image.find(location.module, location.path());
    if (!bytes) return true;
    MethodScanner(*bytes).for_each_native([&](std::string_view name, std::string_view descriptor) {
      std::string class_name(location.parent);
      if (!class_name.empty()) class_name += '/';
      class_name += location.base;
      visit({location.module, std::move(class_name), name, descriptor});
    });
    return true;
  });
}

bool has_native(const NativeName& native) {
  return find_native(native.class_name, native.name, native.descriptor) >= 0 ||
         needs_no_native(native.name) || native.class_name == "java/lang/invoke/MethodHandle" ||
         native.class_name == "java/lang/invoke/VarHandle";
}

bool KnownAbsence::covers(const NativeName& native) const {
  if (classes.ends_with('*')) {
    if (!native.class_name.starts_with(classes.substr(0, classes.size() - 1))) return false;
  } else if (native.class_name != classes) {
    return false;
  }
  if (methods.empty()) return true;
  for (std::string_view left = methods; !left.empty();) {
    const std::size_t end = std::min(left.find(' '), left.size());
    if (left.substr(0, end) == native.name) return true;
    left.remove_prefix(std::min(end + 1, left.size()));
  }
  return false;
}

const KnownAbsence* find_known_absence(const NativeName& native) {
  const auto all = known_absences();
  const auto found =
      std::find_if(all.begin(), all.end(), [&](const KnownAbsence& a) { return a.covers(native); });
  return found == all.end() ? nullptr : &*found;
}

jimage::Result<MissingNatives> find_missing_natives(const jimage::JImage& image, std::string_view module) {
  MissingNatives missing;
  const auto walked = for_each_native(image, module, [&](const NativeName& native) {
    if (has_native(native)) return;
    if (const KnownAbsence* absence = find_known_absence(native)) {
      ++missing.known[std::string(native.module)][absence->reason];
    } else {
      missing.unknown.push_back(native.text());
    }
  });
  if (!walked) return Unexpected{walked.error()};
  std::sort(missing.unknown.begin(), missing.unknown.end());
  return missing;
}

}  // namespace uvm::rt
