// The order of a class file, its version, and the class itself with its supertypes (JVMS 4.1).
#include "runtime/classfile/class_parser.h"

#include <algorithm>
#include <cstdarg>
#include <cstdio>
#include <unordered_set>

namespace uvm::rt::classfile {
namespace {

[[gnu::format(printf, 1, 0)]] std::string format_message(const char* format, va_list arguments) {
  va_list again;
  va_copy(again, arguments);
  const int size = std::vsnprintf(nullptr, 0, format, arguments);
  std::string text(static_cast<std::size_t>(std::max(size, 0)), '\0');
  std::vsnprintf(text.data(), text.size() + 1, format, again);
  va_end(again);
  return text;
}

}  // namespace

void raise(std::string_view exception_class, const char* format, ...) {
  va_list arguments;
  va_start(arguments, format);
  std::string message = format_message(format, arguments);
  va_end(arguments);
  throw Failed{{exception_class, cut_message(std::move(message))}};
}

void ClassParser::parse_version() {
  const unsigned minor = file_.minor_version = in_.u2();
  const unsigned major = file_.major_version = in_.u2();
  const char* name = class_name_.c_str();
  if (major < kMajorOldest) {
    raise(kUnsupportedClassVersionError,
          "%s (class file version %u.%u) was compiled with an invalid major version", name, major, minor);
  }
  if (major > kMajorNewest) {
    raise(
        kUnsupportedClassVersionError,
        "%s has been compiled by a more recent version of the Java Runtime (class file version %u.%u), this "
        "version of the Java Runtime only recognizes class file versions up to %u.0",
        name, major, minor, unsigned{kMajorNewest});
  }
  if (major < kJava12 || minor == 0) return;
  if (minor != kMinorPreview) {
    raise(kUnsupportedClassVersionError,
          "%s (class file version %u.%u) was compiled with an invalid non-zero minor version", name, major,
          minor);
  }
  if (major != kMajorNewest) {
    raise(kUnsupportedClassVersionError,
          "%s (class file version %u.%u) was compiled with preview features that are unsupported. This "
          "version of "
          "the Java Runtime only recognizes preview features for class file version %u.%u",
          name, major, minor, unsigned{kMajorNewest}, unsigned{kMinorPreview});
  }
  if (!options_.enable_preview) {
    raise(kUnsupportedClassVersionError,
          "Preview features are not enabled for %s (class file version %u.%u). Try running with "
          "'--enable-preview'",
          name, major, minor);
  }
}

void ClassParser::parse_this_class() {
  constexpr unsigned kRecognized = kAccPublic | kAccFinal | kAccSuper | kAccInterface | kAccAbstract |
                                   kAccSynthetic | kAccAnnotation | kAccEnum;
  unsigned flags = in_.u2() & (kRecognized | (since(kJava9) ? kAccModule : 0u));
  // Before version 50, compilers left ACC_ABSTRACT out.
  if ((flags & kAccInterface) != 0 && !since(kJava6)) flags |= kAccAbstract;
  if ((flags & kAccModule) != 0) {
    raise(kNoClassDefFoundError, "%s is not a class because access_flag ACC_MODULE is set",
          class_name_.c_str());
  }
  check_class_flags(flags);
  if (module_entry_ != PoolTag::kUnusable) {
    fail("Unknown constant tag %u in class file %s", static_cast<unsigned>(module_entry_));
  }
  file_.access_flags = static_cast<std::uint16_t>(flags);

  file_.this_class = in_.u2();
  require(is_class(file_.this_class), "Invalid this class index %u in constant pool in class file %s",
          unsigned{file_.this_class});
  file_.name = file_.pool.class_name(file_.this_class);
  require(file_.name.front() != '[', "Bad class name in class file %s");
  if (options_.expected_name.data() != nullptr && options_.expected_name != file_.name) {
    raise(kNoClassDefFoundError, "%s (wrong name: %.*s)", class_name_.c_str(),
          static_cast<int>(file_.name.size()), file_.name.data());
  }
  if (!options_.replacement_name.empty()) {
    auto& entries = file_.pool.entries();
    // The pool of a file has at most 65535 entries, index 0 included, so one more entry still has a 16-bit
    // index.
    entries[file_.this_class].first = static_cast<std::uint16_t>(entries.size());
    CpEntry name;
    name.tag = PoolTag::kUtf8;
    name.text = options_.replacement_name;
    entries.push_back(name);
    file_.name = options_.replacement_name;
  }
  class_name_ = file_.name;
}

void ClassParser::parse_super_class() {
  const unsigned index = in_.u2();
  if (index == 0) {
    require(file_.name == "java/lang/Object", "Invalid superclass index %u in class file %s", index);
    return;
  }
  require(is_class(index), "Invalid superclass index %u in class file %s", index);
  file_.super_class = static_cast<std::uint16_t>(index);
  file_.super_name = file_.pool.class_name(index);
  require(file_.super_name.front() != '[', "Bad superclass name in class file %s");
}

void ClassParser::parse_interfaces() {
  const unsigned count = in_.u2();
  std::unordered_set<std::string_view> seen;
  std::string_view duplicate;
  for (unsigned i = 0; i < count; ++i) {
    const unsigned index = in_.u2();
    require(is_class(index), "Interface name has bad constant pool index %u in class file %s", index);
    const std::string_view name = file_.pool.class_name(index);
    require(name.front() != '[', "Bad interface name in class file %s");
    if (!seen.insert(name).second) duplicate = name;
    file_.interfaces.push_back(static_cast<std::uint16_t>(index));
  }
  if (!duplicate.empty() && strict_) {
    fail("Duplicate interface name \"%.*s\" in class file %s", static_cast<int>(duplicate.size()),
         duplicate.data());
  }
}

ClassFile ClassParser::run() {
  const std::uint32_t magic = in_.u4();
  require(magic == kMagic, "Incompatible magic value %u in class file %s", magic);
  parse_version();
  parse_pool();
  check_pool_references();
  check_pool_names();
  in_.need(8);
  parse_this_class();
  parse_super_class();
  parse_interfaces();
  parse_fields();
  parse_methods();
  parse_class_attributes();
  require(in_.remaining() == 0, "Extra bytes at the end of class file %s");
  if (file_.super_class == 0) {
    require(file_.interfaces.empty(), "java.lang.Object cannot implement an interface in class file %s");
  } else if (file_.is_interface()) {
    require(file_.super_name == "java/lang/Object",
            "Interfaces must have java.lang.Object as superclass in class file %s");
  }
  return std::move(file_);
}

}  // namespace uvm::rt::classfile
