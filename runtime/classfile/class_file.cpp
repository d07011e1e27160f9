#include "runtime/classfile/class_file.h"

#include <algorithm>
#include <cstdarg>
#include <cstdio>
#include <set>
#include <tuple>
#include <unordered_set>
#include <utility>

#include "runtime/classfile/descriptor.h"
#include "runtime/classfile/modified_utf8.h"

namespace uvm::rt::classfile {
namespace {

constexpr std::string_view kClassFormatError = "java/lang/ClassFormatError";
constexpr std::string_view kUnsupportedClassVersionError = "java/lang/UnsupportedClassVersionError";
constexpr std::string_view kNoClassDefFoundError = "java/lang/NoClassDefFoundError";

constexpr std::uint32_t kMagic = 0xcafebabe;

constexpr const char* kWrongSignatureIndex =
    "Invalid Signature attribute at constant pool index %u in class file %s";

// Versions from which on something is different.
constexpr std::uint16_t kJava5 = 49;
constexpr std::uint16_t kJava6 = 50;
constexpr std::uint16_t kJava7 = 51;
constexpr std::uint16_t kJava8 = 52;
constexpr std::uint16_t kJava9 = 53;
constexpr std::uint16_t kJava11 = 55;
constexpr std::uint16_t kJava12 = 56;
constexpr std::uint16_t kJava16 = 60;
constexpr std::uint16_t kJava17 = 61;

// How a failure leaves the parser's own functions; it never leaves parse().
struct Failed {
  ClassFormatFailure failure;
};

[[gnu::format(printf, 1, 0)]] std::string format_message(const char* format, va_list arguments) {
  va_list again;
  va_copy(again, arguments);
  const int size = std::vsnprintf(nullptr, 0, format, arguments);
  std::string text(static_cast<std::size_t>(std::max(size, 0)), '\0');
  std::vsnprintf(text.data(), text.size() + 1, format, again);
  va_end(again);
  return text;
}

[[noreturn, gnu::format(printf, 2, 3)]] void raise(std::string_view exception_class, const char* format,
                                                   ...) {
  va_list arguments;
  va_start(arguments, format);
  std::string message = format_message(format, arguments);
  va_end(arguments);
  throw Failed{{exception_class, std::move(message)}};
}

// Big-endian reader that cannot pass its end.
class Reader {
 public:
  explicit Reader(std::span<const std::byte> bytes) : bytes_(bytes) {}

  [[nodiscard]] std::size_t remaining() const { return bytes_.size() - at_; }
  [[nodiscard]] std::size_t position() const { return at_; }

  void seek(std::size_t position) { at_ = position; }  // at most the end

  // Everything below takes part in the one failure of reading: the file is shorter than it says.
  void need(std::size_t count) const {
    if (count > remaining()) raise(kClassFormatError, "Truncated class file");
  }
  std::uint8_t u1() {
    need(1);
    return std::to_integer<std::uint8_t>(bytes_[at_++]);
  }
  std::uint16_t u2() {
    need(2);
    const auto value = static_cast<std::uint16_t>(byte(0) << 8 | byte(1));
    at_ += 2;
    return value;
  }
  std::uint32_t u4() {
    need(4);
    const std::uint32_t value = byte(0) << 24 | byte(1) << 16 | byte(2) << 8 | byte(3);
    at_ += 4;
    return value;
  }
  std::span<const std::byte> take(std::size_t count) {
    need(count);
    const auto part = bytes_.subspan(at_, count);
    at_ += count;
    return part;
  }

 private:
  [[nodiscard]] std::uint32_t byte(std::size_t i) const {
    return std::to_integer<std::uint32_t>(bytes_[at_ + i]);
  }

  std::span<const std::byte> bytes_;
  std::size_t at_ = 0;
};

std::string_view as_text(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

struct MemberKey {
  std::string_view name, descriptor;
  bool operator==(const MemberKey&) const = default;
};
struct MemberKeyHash {
  std::size_t operator()(const MemberKey& key) const {
    const std::hash<std::string_view> hash;
    return hash(key.name) * 31 + hash(key.descriptor);
  }
};

class Parser {
 public:
  Parser(std::span<const std::byte> bytes, const ParseOptions& options)
      : in_(bytes), options_(options), strict_(!options.trusted) {
    class_name_ = options.expected_name.empty() ? "<Unknown>" : std::string(options.expected_name);
  }

  ClassFile run();

 private:
  using Index = std::uint16_t;

  // Throws ClassFormatError. The format gets the arguments and then the class name, which ends most messages.
  template <typename... Arguments>
  [[noreturn]] void fail(const char* format, Arguments... arguments) const {
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
#pragma GCC diagnostic ignored "-Wformat-security"
    raise(kClassFormatError, format, arguments..., class_name_.c_str());
#pragma GCC diagnostic pop
  }
  template <typename... Arguments>
  void require(bool condition, const char* format, Arguments... arguments) const {
    if (!condition) fail(format, arguments...);
  }

  void parse_version();
  void parse_pool();
  void check_pool_references();
  void check_pool_names();
  void check_pool_member(std::size_t i);
  void check_pool_method_handle(std::size_t i);
  void parse_this_class();
  void parse_super_class();
  void parse_interfaces();
  void parse_fields();
  void parse_field_attributes(Field& field);
  void check_constant_value(const Field& field, unsigned index);
  void parse_methods();
  void parse_method(Method& method);
  void parse_method_attributes(Method& method);
  void parse_code(const Method& method, Code& code);
  void parse_code_attributes(Code& code);
  void parse_line_numbers(Code& code, std::uint32_t length);
  void parse_local_variables(const Code& code, std::uint32_t length, const char* table,
                             std::vector<LocalVariable>& into);
  void check_local_variable_types(const Code& code);
  void parse_checked_exceptions(Method& method, std::uint32_t length);
  void parse_method_parameters(Method& method, std::uint32_t length);
  void parse_class_attributes();
  // An attribute of the class that is parsed when all have been seen.
  struct Deferred {
    std::size_t position;
    std::uint32_t length;
  };
  void parse_inner_classes(const Deferred& attribute);
  void parse_bootstrap_methods(std::uint32_t length);
  void parse_record(const Deferred& attribute);
  void parse_class_list(const Deferred& attribute, std::vector<std::uint16_t>& into, const char* wrong_length,
                        const char* wrong_entry);
  void parse_deferred_attributes();
  void parse_record_component(RecordComponent& component);
  Index parse_signature(const char* wrong_length, const char* wrong_index, std::uint32_t length);

  // Takes `length` bytes as one of the four annotation attributes when `name` is one; `where` is the middle
  // of the message about a second one, e.g. " for field".
  bool parse_annotations(std::string_view name, std::uint32_t length, const char* where, Annotations& into);
  void take_once(RawAttribute& into, std::uint32_t length, const char* name, const char* where);

  void check_class_name(std::string_view name) const;
  void check_descriptor_error(DescriptorError error) const;
  void check_field_name(std::string_view name) const;
  void check_method_name(std::string_view name) const;
  void check_field_descriptor(std::string_view name, std::string_view descriptor) const;
  unsigned check_method_descriptor(std::string_view name,
                                   std::string_view descriptor) const;  // argument slots
  void check_class_flags(unsigned flags) const;
  void check_field_flags(unsigned flags) const;
  void check_method_flags(unsigned flags, std::string_view name) const;
  [[noreturn]] void illegal_descriptor(const char* kind, std::string_view name,
                                       std::string_view descriptor) const;

  [[nodiscard]] CpTag tag(std::size_t i) const { return file_.pool.tag(i); }
  [[nodiscard]] bool is_utf8(std::size_t i) const { return tag(i) == CpTag::kUtf8; }
  [[nodiscard]] bool is_class(std::size_t i) const { return tag(i) == CpTag::kClass; }
  [[nodiscard]] std::string_view utf8(std::size_t i) const { return file_.pool.utf8(i); }
  [[nodiscard]] bool since(std::uint16_t major) const { return file_.major_version >= major; }

  Reader in_;
  const ParseOptions& options_;
  const bool strict_;
  std::string class_name_;  // for messages
  ClassFile file_;
  std::optional<Deferred> inner_classes_, nest_members_, record_, permitted_subclasses_;
  int max_bootstrap_index_ = -1;          // highest bootstrap method that an entry of the pool names
  CpTag module_entry_ = CpTag::kInvalid;  // first Module or Package entry: those are for module-info only
};

// ---- names, descriptors, flags

bool is_old_identifier(std::string_view name, bool slashes) {
  // Class files before version 49 must have names that are identifiers of the language. Letters outside ASCII
  // are all taken as letters.
  bool start = true;
  for (const char c : name) {
    const bool letter =
        (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '$' || (c & 0x80) != 0;
    const bool digit = c >= '0' && c <= '9';
    if (letter || (digit && !start)) {
      start = false;
    } else if (c == '/' && slashes && !start) {
      start = true;
    } else {
      return false;
    }
  }
  return !start;
}

void Parser::check_class_name(std::string_view name) const {
  bool legal = false;
  if (!name.empty() && name.front() == '[') {
    DescriptorError error = DescriptorError::kNone;
    legal = skip_field_descriptor(name, false, error) == name.size();
    check_descriptor_error(error);
  } else {
    legal = since(kJava5) ? is_class_name(name) : is_old_identifier(name, true);
  }
  if (!legal)
    fail("Illegal class name \"%.*s\" in class file %s", static_cast<int>(name.size()), name.data());
}

void Parser::check_field_name(std::string_view name) const {
  if (!strict_) return;
  const bool legal = since(kJava5) ? is_unqualified_name(name, false) : is_old_identifier(name, false);
  if (!legal) fail("Illegal field name \"%.*s\" in class %s", static_cast<int>(name.size()), name.data());
}

void Parser::check_method_name(std::string_view name) const {
  if (!strict_) return;
  bool legal = name == "<init>" || name == "<clinit>";
  if (!legal) legal = since(kJava5) ? is_unqualified_name(name, true) : is_old_identifier(name, false);
  if (!legal) fail("Illegal method name \"%.*s\" in class %s", static_cast<int>(name.size()), name.data());
}

void Parser::illegal_descriptor(const char* kind, std::string_view name, std::string_view descriptor) const {
  raise(kClassFormatError, "%s \"%.*s\" in class %s has illegal signature \"%.*s\"", kind,
        static_cast<int>(name.size()), name.data(), class_name_.c_str(), static_cast<int>(descriptor.size()),
        descriptor.data());
}

// The errors that have a message of their own wherever they occur.
void Parser::check_descriptor_error(DescriptorError error) const {
  if (error == DescriptorError::kBadClassName) {
    fail("Class name is empty or contains illegal character in descriptor in class file %s");
  }
  if (error == DescriptorError::kTooManyDimensions) {
    fail("Array type descriptor has more than 255 dimensions in class file %s");
  }
}

void Parser::check_field_descriptor(std::string_view name, std::string_view descriptor) const {
  DescriptorError error = DescriptorError::kNone;
  const std::size_t length = skip_field_descriptor(descriptor, false, error);
  check_descriptor_error(error);
  if (length == 0 || length != descriptor.size()) illegal_descriptor("Field", name, descriptor);
}

unsigned Parser::check_method_descriptor(std::string_view name, std::string_view descriptor) const {
  const MethodDescriptorCheck check = classfile::check_method_descriptor(descriptor);
  check_descriptor_error(check.error);
  if (check.error != DescriptorError::kNone) illegal_descriptor("Method", name, descriptor);
  if (!name.empty() && name.front() == '<' && descriptor.back() != 'V') {
    illegal_descriptor("Method", name, descriptor);
  }
  return check.argument_slots;
}

bool has_all(unsigned flags, unsigned mask) { return (flags & mask) == mask; }

bool has_illegal_visibility(unsigned flags) {
  const unsigned count =
      ((flags & kAccPublic) != 0) + ((flags & kAccPrivate) != 0) + ((flags & kAccProtected) != 0);
  return count > 1;
}

// JVMS 4.1.
void Parser::check_class_flags(unsigned flags) const {
  if (!strict_) return;
  const bool interface = (flags & kAccInterface) != 0;
  const bool illegal = has_all(flags, kAccAbstract | kAccFinal) ||
                       (interface && (flags & kAccAbstract) == 0) ||
                       (interface && since(kJava5) && (flags & (kAccSuper | kAccEnum)) != 0) ||
                       (!interface && since(kJava5) && (flags & kAccAnnotation) != 0);
  if (illegal)
    raise(kClassFormatError, "Illegal class modifiers in class %s: 0x%X", class_name_.c_str(), flags);
}

// JVMS 4.5.
void Parser::check_field_flags(unsigned flags) const {
  if (!strict_) return;
  bool illegal = false;
  if (file_.is_interface()) {
    illegal = !has_all(flags, kAccPublic | kAccStatic | kAccFinal) ||
              (flags & (kAccPrivate | kAccProtected | kAccVolatile | kAccTransient)) != 0 ||
              (since(kJava5) && (flags & kAccEnum) != 0);
  } else {
    illegal = has_illegal_visibility(flags) || has_all(flags, kAccFinal | kAccVolatile);
  }
  if (illegal)
    raise(kClassFormatError, "Illegal field modifiers in class %s: 0x%X", class_name_.c_str(), flags);
}

// JVMS 4.6.
void Parser::check_method_flags(unsigned flags, std::string_view name) const {
  if (!strict_) return;
  const auto any = [&](unsigned mask) { return (flags & mask) != 0; };
  const unsigned strict_before_17 = since(kJava17) ? 0 : kAccStrict;
  bool illegal = false;
  if (file_.is_interface()) {
    if (since(kJava8)) {
      illegal = any(kAccPublic) == any(kAccPrivate) ||
                any(kAccNative | kAccProtected | kAccFinal | kAccSynchronized) ||
                (any(kAccAbstract) && any(kAccPrivate | kAccStatic | strict_before_17));
    } else {
      unsigned forbidden = kAccStatic | kAccFinal | kAccNative;
      if (since(kJava5)) forbidden |= kAccPrivate | kAccProtected | kAccSynchronized | kAccStrict;
      illegal = !has_all(flags, kAccPublic | kAccAbstract) || any(forbidden);
    }
  } else if (has_illegal_visibility(flags)) {
    illegal = true;
  } else if (name == "<init>") {
    illegal = any(kAccStatic | kAccFinal | kAccSynchronized | kAccNative | kAccAbstract) ||
              (since(kJava5) && any(kAccBridge));
  } else if (any(kAccAbstract)) {
    illegal = any(kAccFinal | kAccNative | kAccPrivate | kAccStatic) ||
              (since(kJava5) && any(kAccSynchronized | strict_before_17));
  }
  if (illegal) {
    raise(kClassFormatError, "Method %.*s in class %s has illegal modifiers: 0x%X",
          static_cast<int>(name.size()), name.data(), class_name_.c_str(), flags);
  }
}

// ---- header and constant pool

void Parser::parse_version() {
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

void Parser::parse_pool() {
  const unsigned count = in_.u2();
  require(count >= 1, "Illegal constant pool size %u in class file %s", count);
  auto& entries = file_.pool.entries();
  entries.resize(count);
  for (unsigned i = 1; i < count; ++i) {
    CpEntry& entry = entries[i];
    const unsigned byte = in_.u1();
    const auto kind = static_cast<CpTag>(byte);
    switch (kind) {
      case CpTag::kUtf8: {
        const unsigned length = in_.u2();
        entry.text = as_text(in_.take(length));
        require(is_modified_utf8(entry.text, !since(48)),
                "Illegal UTF8 string in constant pool in class file %s");
        break;
      }
      case CpTag::kInteger:
      case CpTag::kFloat:
        entry.bits = in_.u4();
        break;
      case CpTag::kLong:
      case CpTag::kDouble:
        entry.bits = std::uint64_t{in_.u4()} << 32;
        entry.bits |= in_.u4();
        entry.tag = kind;
        require(i + 1 < count, "Invalid constant pool entry %u in class file %s", i);
        ++i;  // the index behind it is unusable
        continue;
      case CpTag::kClass:
      case CpTag::kString:
        entry.first = in_.u2();
        break;
      case CpTag::kFieldref:
      case CpTag::kMethodref:
      case CpTag::kInterfaceMethodref:
      case CpTag::kNameAndType:
        entry.first = in_.u2();
        entry.second = in_.u2();
        break;
      case CpTag::kMethodHandle:
      case CpTag::kMethodType:
      case CpTag::kInvokeDynamic:
      case CpTag::kDynamic:
        require(since(kind == CpTag::kDynamic ? kJava11 : kJava7),
                "Class file version does not support constant tag %u in class file %s", byte);
        if (kind == CpTag::kMethodHandle) {
          entry.first = in_.u1();
          entry.second = in_.u2();
        } else if (kind == CpTag::kMethodType) {
          entry.first = in_.u2();
        } else {
          entry.first = in_.u2();
          entry.second = in_.u2();
          max_bootstrap_index_ = std::max(max_bootstrap_index_, int{entry.first});
        }
        break;
      case CpTag::kModule:
      case CpTag::kPackage:
        // Only a module-info may have these, and that is no class: which of two errors it is depends on the
        // flags.
        require(since(kJava9), "Unknown constant tag %u in class file %s", byte);
        entry.first = in_.u2();
        if (module_entry_ == CpTag::kInvalid) module_entry_ = kind;
        break;
      default:
        fail("Unknown constant tag %u in class file %s", byte);
    }
    entry.tag = kind;
  }
}

void Parser::check_pool_references() {
  const auto check = [&](bool condition, unsigned index) {
    require(condition, "Invalid constant pool index %u in class file %s", index);
  };
  const auto& entries = file_.pool.entries();
  for (std::size_t i = 1; i < entries.size(); ++i) {
    const CpEntry& entry = entries[i];
    const unsigned first = entry.first;
    const unsigned second = entry.second;
    switch (entry.tag) {
      case CpTag::kClass:
      case CpTag::kString:
      case CpTag::kMethodType:
      case CpTag::kModule:
      case CpTag::kPackage:
        check(is_utf8(first), first);
        break;
      case CpTag::kFieldref:
      case CpTag::kMethodref:
      case CpTag::kInterfaceMethodref:
        check(is_class(first), first);
        check(tag(second) == CpTag::kNameAndType, second);
        break;
      case CpTag::kNameAndType:
        check(is_utf8(first), first);
        check(is_utf8(second), second);
        break;
      case CpTag::kDynamic:
      case CpTag::kInvokeDynamic:
        check(tag(second) == CpTag::kNameAndType, second);
        break;
      case CpTag::kMethodHandle: {
        check(tag(second) != CpTag::kInvalid, second);
        const CpTag target = tag(second);
        switch (static_cast<RefKind>(first)) {
          case RefKind::kGetField:
          case RefKind::kGetStatic:
          case RefKind::kPutField:
          case RefKind::kPutStatic:
            require(target == CpTag::kFieldref,
                    "Invalid constant pool index %u in class file %s (not a field)", second);
            break;
          case RefKind::kInvokeVirtual:
          case RefKind::kNewInvokeSpecial:
            require(target == CpTag::kMethodref,
                    "Invalid constant pool index %u in class file %s (not a method)", second);
            break;
          case RefKind::kInvokeStatic:
          case RefKind::kInvokeSpecial:
            require(target == CpTag::kMethodref || (target == CpTag::kInterfaceMethodref && since(kJava8)),
                    "Invalid constant pool index %u in class file %s (not a method)", second);
            break;
          case RefKind::kInvokeInterface:
            require(target == CpTag::kInterfaceMethodref,
                    "Invalid constant pool index %u in class file %s (not an interface method)", second);
            break;
          default:
            fail("Bad method handle kind at constant pool index %u in class file %s",
                 static_cast<unsigned>(i));
        }
        break;
      }
      default:
        break;
    }
  }
}

void Parser::check_pool_member(std::size_t i) {
  const ConstantPool& pool = file_.pool;
  const CpTag kind = tag(i);
  const std::string_view name = pool.ref_name(i);
  const std::string_view descriptor = pool.ref_descriptor(i);
  const bool is_method = !descriptor.empty() && descriptor.front() == '(';
  // From version 51 on every NameAndType entry has been checked for itself.
  const bool checked = since(kJava7);
  if (kind == CpTag::kFieldref || kind == CpTag::kDynamic) {
    if (is_method)
      illegal_descriptor(kind == CpTag::kDynamic ? "CONSTANT_Dynamic" : "Field", name, descriptor);
    if (!checked) {
      check_field_name(name);
      check_field_descriptor(name, descriptor);
    }
    return;
  }
  if (!is_method) illegal_descriptor("Method", name, descriptor);
  if (!checked) {
    check_method_name(name);
    check_method_descriptor(name, descriptor);
  }
  if (kind == CpTag::kMethodref && !name.empty() && name.front() == '<') {
    const unsigned name_index = pool.entry(pool.entry(i).second).first;
    require(name == "<init>", "Bad method name at constant pool index %u in class file %s", name_index);
    if (return_type(descriptor) != "V") illegal_descriptor("Method", name, descriptor);
  }
}

void Parser::check_pool_method_handle(std::size_t i) {
  const ConstantPool& pool = file_.pool;
  const CpEntry& entry = pool.entry(i);
  const auto kind = static_cast<RefKind>(entry.first);
  if (kind < RefKind::kInvokeVirtual || kind == RefKind::kInvokeInterface) return;
  const unsigned name_index = pool.entry(pool.entry(entry.second).second).first;
  const bool is_constructor = utf8(name_index) == "<init>";
  if (kind == RefKind::kNewInvokeSpecial) {
    require(is_constructor, "Bad constructor name at constant pool index %u in class file %s", name_index);
  } else {
    require(!is_constructor, "Bad method name at constant pool index %u in class file %s", name_index);
  }
}

void Parser::check_pool_names() {
  const ConstantPool& pool = file_.pool;
  for (std::size_t i = 1; i < pool.size(); ++i) {
    switch (pool.tag(i)) {
      case CpTag::kClass:
        check_class_name(pool.class_name(i));
        break;
      case CpTag::kNameAndType: {
        if (!since(kJava7)) break;
        const std::string_view name = pool.nt_name(i);
        const std::string_view descriptor = pool.nt_descriptor(i);
        require(!descriptor.empty(), "Illegal zero length constant pool entry at %d in class %s",
                int{pool.entry(i).second});
        require(!name.empty(), "Illegal zero length constant pool entry at %d in class %s",
                int{pool.entry(i).first});
        if (descriptor.front() == '(') {
          check_method_name(name);
          check_method_descriptor(name, descriptor);
        } else {
          check_field_name(name);
          check_field_descriptor(name, descriptor);
        }
        break;
      }
      case CpTag::kFieldref:
      case CpTag::kMethodref:
      case CpTag::kInterfaceMethodref:
      case CpTag::kDynamic:
      case CpTag::kInvokeDynamic:
        check_pool_member(i);
        break;
      case CpTag::kMethodHandle:
        check_pool_method_handle(i);
        break;
      case CpTag::kMethodType:
        check_method_descriptor("type", pool.text_of(i));
        break;
      default:
        break;
    }
  }
}

// ---- the class

void Parser::parse_this_class() {
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
  if (module_entry_ != CpTag::kInvalid) {
    fail("Unknown constant tag %u in class file %s", static_cast<unsigned>(module_entry_));
  }
  file_.access_flags = static_cast<std::uint16_t>(flags);

  file_.this_class = in_.u2();
  require(is_class(file_.this_class), "Invalid this class index %u in constant pool in class file %s",
          unsigned{file_.this_class});
  file_.name = file_.pool.class_name(file_.this_class);
  require(file_.name.front() != '[', "Bad class name in class file %s");
  if (!options_.expected_name.empty() && options_.expected_name != file_.name) {
    raise(kNoClassDefFoundError, "%s (wrong name: %.*s)", class_name_.c_str(),
          static_cast<int>(file_.name.size()), file_.name.data());
  }
  if (!options_.replacement_name.empty()) {
    auto& entries = file_.pool.entries();
    // The pool of a file has at most 65535 entries with index 0, so one more still has a 16-bit index.
    entries[file_.this_class].first = static_cast<std::uint16_t>(entries.size());
    CpEntry name;
    name.tag = CpTag::kUtf8;
    name.text = options_.replacement_name;
    entries.push_back(name);
    file_.name = options_.replacement_name;
  }
  class_name_ = file_.name;
}

void Parser::parse_super_class() {
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

void Parser::parse_interfaces() {
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

// ---- attributes of several places

void Parser::take_once(RawAttribute& into, std::uint32_t length, const char* name, const char* where) {
  if (into.data() != nullptr) {
    raise(kClassFormatError, "Multiple %s attributes%s in class file %s", name, where, class_name_.c_str());
  }
  into = in_.take(length);
}

bool Parser::parse_annotations(std::string_view name, std::uint32_t length, const char* where,
                               Annotations& into) {
  if (!since(kJava5)) return false;
  if (name == "RuntimeVisibleAnnotations") {
    take_once(into.visible, length, "RuntimeVisibleAnnotations", where);
  } else if (name == "RuntimeInvisibleAnnotations") {
    take_once(into.invisible, length, "RuntimeInvisibleAnnotations", where);
  } else if (name == "RuntimeVisibleTypeAnnotations") {
    take_once(into.visible_types, length, "RuntimeVisibleTypeAnnotations", where);
  } else if (name == "RuntimeInvisibleTypeAnnotations") {
    take_once(into.invisible_types, length, "RuntimeInvisibleTypeAnnotations", where);
  } else {
    return false;
  }
  return true;
}

Parser::Index Parser::parse_signature(const char* wrong_length, const char* wrong_index,
                                      std::uint32_t length) {
  if (length != 2) fail(wrong_length, length);
  const unsigned index = in_.u2();
  require(is_utf8(index), wrong_index, index);
  return static_cast<Index>(index);
}

// ---- fields

void Parser::check_constant_value(const Field& field, unsigned index) {
  const CpTag kind = tag(index);
  require(index > 0 && index < file_.pool.size(),
          "Bad initial value index %u in ConstantValue attribute in class file %s", index);
  CpTag wanted = CpTag::kInteger;
  switch (field.descriptor.front()) {
    case 'J':
      wanted = CpTag::kLong;
      break;
    case 'F':
      wanted = CpTag::kFloat;
      break;
    case 'D':
      wanted = CpTag::kDouble;
      break;
    case 'L':
      require(field.descriptor == "Ljava/lang/String;" && kind == CpTag::kString,
              "Bad string initial value in class file %s");
      return;
    case '[':
      fail("Unable to set initial value %u in class file %s", index);
    default:
      break;
  }
  require(kind == wanted, "Inconsistent constant value type in class file %s");
}

void Parser::parse_field_attributes(Field& field) {
  const unsigned count = in_.u2();
  for (unsigned i = 0; i < count; ++i) {
    in_.need(6);
    const unsigned name_index = in_.u2();
    const std::uint32_t length = in_.u4();
    require(is_utf8(name_index), "Invalid field attribute index %u in class file %s", name_index);
    const std::string_view name = utf8(name_index);
    if (name == "ConstantValue" && (field.access_flags & kAccStatic) != 0) {
      require(field.constant_value_index == 0, "Duplicate ConstantValue attribute in class file %s");
      require(length == 2, "Invalid ConstantValue field attribute length %u in class file %s", length);
      field.constant_value_index = in_.u2();
      check_constant_value(field, field.constant_value_index);
    } else if (name == "Synthetic") {
      require(length == 0, "Invalid Synthetic field attribute length %u in class file %s", length);
      field.synthetic = true;
    } else if (name == "Deprecated") {
      require(length == 0, "Invalid Deprecated field attribute length %u in class file %s", length);
      field.deprecated = true;
    } else if (name == "Signature" && since(kJava5)) {
      require(field.signature_index == 0, "Multiple Signature attributes for field in class file %s");
      field.signature_index = parse_signature(
          "Wrong size %u for field's Signature attribute in class file %s", kWrongSignatureIndex, length);
    } else if (!parse_annotations(name, length, " for field", field.annotations)) {
      in_.take(length);
    }
  }
}

void Parser::parse_fields() {
  constexpr unsigned kRecognized = kAccPublic | kAccPrivate | kAccProtected | kAccStatic | kAccFinal |
                                   kAccVolatile | kAccTransient | kAccSynthetic | kAccEnum;
  const unsigned count = in_.u2();
  file_.fields.reserve(std::min<std::size_t>(count, in_.remaining() / 8));
  for (unsigned i = 0; i < count; ++i) {
    in_.need(8);
    Field& field = file_.fields.emplace_back();
    field.access_flags = in_.u2() & kRecognized;
    check_field_flags(field.access_flags);
    field.name_index = in_.u2();
    require(is_utf8(field.name_index), "Invalid constant pool index %u for field name in class file %s",
            unsigned{field.name_index});
    field.name = utf8(field.name_index);
    check_field_name(field.name);
    field.descriptor_index = in_.u2();
    require(is_utf8(field.descriptor_index),
            "Invalid constant pool index %u for field signature in class file %s",
            unsigned{field.descriptor_index});
    field.descriptor = utf8(field.descriptor_index);
    check_field_descriptor(field.name, field.descriptor);
    parse_field_attributes(field);
  }
  if (!strict_ || count < 2) return;
  std::unordered_set<MemberKey, MemberKeyHash> seen;
  for (const Field& field : file_.fields) {
    if (seen.insert({field.name, field.descriptor}).second) continue;
    fail("Duplicate field name \"%.*s\" with signature \"%.*s\" in class file %s",
         static_cast<int>(field.name.size()), field.name.data(), static_cast<int>(field.descriptor.size()),
         field.descriptor.data());
  }
}

// ---- methods

void Parser::parse_line_numbers(Code& code, std::uint32_t length) {
  const unsigned count = in_.u2();
  require(length == 2 + count * 4u, "LineNumberTable attribute has wrong length in class file %s");
  in_.need(std::size_t{count} * 4);
  code.lines.reserve(code.lines.size() + count);
  for (unsigned i = 0; i < count; ++i) {
    LineNumber line{};
    line.start_pc = in_.u2();
    line.line = in_.u2();
    require(line.start_pc < code.bytes.size(), "Invalid pc in LineNumberTable in class file %s");
    code.lines.push_back(line);
  }
}

void Parser::parse_local_variables(const Code& code, std::uint32_t length, const char* table,
                                   std::vector<LocalVariable>& into) {
  const unsigned count = in_.u2();
  require(length == 2 + count * 10u, "%s has wrong length in class file %s", table);
  in_.need(std::size_t{count} * 10);
  into.reserve(into.size() + count);
  const bool types = &into == &code.local_types;
  for (unsigned i = 0; i < count; ++i) {
    LocalVariable local{};
    local.start_pc = in_.u2();
    local.length = in_.u2();
    local.name_index = in_.u2();
    local.descriptor_index = in_.u2();
    local.slot = in_.u2();
    const unsigned end = unsigned{local.start_pc} + local.length;
    require(local.start_pc < code.bytes.size(), "Invalid start_pc %u in %s in class file %s",
            unsigned{local.start_pc}, table);
    require(end <= code.bytes.size(), "Invalid length %u in %s in class file %s", unsigned{local.length},
            table);
    require(is_utf8(local.name_index), "Name index %u in %s has bad constant type in class file %s",
            unsigned{local.name_index}, table);
    require(is_utf8(local.descriptor_index),
            "Signature index %u in %s has bad constant type in class file %s",
            unsigned{local.descriptor_index}, table);
    check_field_name(utf8(local.name_index));
    unsigned last = local.slot;
    if (!types) {
      const std::string_view descriptor = utf8(local.descriptor_index);
      check_field_descriptor(utf8(local.name_index), descriptor);
      last += slots_of(descriptor.front()) - 1;
    }
    require(last < code.max_locals, "Invalid index %u in %s in class file %s", unsigned{local.slot}, table);
    into.push_back(local);
  }
}

// Each LocalVariableTypeTable entry belongs to one of the LocalVariableTable, and none occurs twice
// (JVMS 4.7.14).
void Parser::check_local_variable_types(const Code& code) {
  if (!strict_ || code.locals.empty()) return;
  using Key = std::tuple<std::uint16_t, std::uint16_t, std::string_view, std::uint16_t>;
  const auto key = [&](const LocalVariable& v) {
    return Key{v.slot, v.start_pc, utf8(v.name_index), v.length};
  };
  std::set<Key> variables;
  for (const LocalVariable& local : code.locals) {
    if (variables.insert(key(local)).second) continue;
    const std::string_view name = utf8(local.name_index);
    fail("Duplicated LocalVariableTable attribute entry for '%.*s' in class file %s",
         static_cast<int>(name.size()), name.data());
  }
  std::set<Key> types;
  for (const LocalVariable& local : code.local_types) {
    const std::string_view name = utf8(local.name_index);
    if (variables.count(key(local)) == 0) {
      raise(kClassFormatError, "LVTT entry for '%.*s' in class file %s does not match any LVT entry",
            static_cast<int>(name.size()), name.data(), class_name_.c_str());
    }
    if (!types.insert(key(local)).second) {
      fail("Duplicated LocalVariableTypeTable attribute entry for '%.*s' in class file %s",
           static_cast<int>(name.size()), name.data());
    }
  }
}

void Parser::parse_code_attributes(Code& code) {
  const unsigned count = in_.u2();
  for (unsigned i = 0; i < count; ++i) {
    in_.need(6);
    const unsigned name_index = in_.u2();
    const std::uint32_t length = in_.u4();
    require(is_utf8(name_index), "Invalid code attribute name index %u in class file %s", name_index);
    const std::string_view name = utf8(name_index);
    if (name == "LineNumberTable") {
      parse_line_numbers(code, length);
    } else if (name == "LocalVariableTable") {
      parse_local_variables(code, length, "LocalVariableTable", code.locals);
    } else if (name == "LocalVariableTypeTable" && since(kJava5)) {
      parse_local_variables(code, length, "LocalVariableTypeTable", code.local_types);
    } else if (name == "StackMapTable" && since(kJava6)) {
      require(code.stack_map_table.data() == nullptr, "Multiple StackMapTable attributes in class file %s");
      code.stack_map_table = in_.take(length);
    } else if (name == "RuntimeVisibleTypeAnnotations" && since(kJava5)) {
      take_once(code.visible_types, length, "RuntimeVisibleTypeAnnotations", " for method");
    } else if (name == "RuntimeInvisibleTypeAnnotations" && since(kJava5)) {
      take_once(code.invisible_types, length, "RuntimeInvisibleTypeAnnotations", " for method");
    } else {
      in_.take(length);
    }
  }
}

void Parser::parse_code(const Method& method, Code& code) {
  // Until version 45.2 the sizes were shorter.
  const bool ancient = file_.major_version == 45 && file_.minor_version <= 2;
  code.max_stack = ancient ? in_.u1() : in_.u2();
  code.max_locals = ancient ? in_.u1() : in_.u2();
  const std::uint32_t length = ancient ? in_.u2() : in_.u4();
  require(method.argument_slots <= code.max_locals, "Arguments can't fit into locals in class file %s");
  require(length > 0 && length <= 65535, "Invalid method Code length %u in class file %s", length);
  const auto bytes = in_.take(length);
  code.bytes = {reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()};

  const unsigned handlers = in_.u2();
  in_.need(std::size_t{handlers} * 8);
  code.handlers.reserve(handlers);
  for (unsigned i = 0; i < handlers; ++i) {
    ExceptionHandler handler{};
    handler.start_pc = in_.u2();
    handler.end_pc = in_.u2();
    handler.handler_pc = in_.u2();
    handler.catch_type = in_.u2();
    require(handler.start_pc < handler.end_pc && handler.end_pc <= length,
            "Illegal exception table range in class file %s");
    require(handler.handler_pc < length, "Illegal exception table handler in class file %s");
    require(handler.catch_type == 0 || is_class(handler.catch_type),
            "Catch type in exception table has bad constant type in class file %s");
    code.handlers.push_back(handler);
  }
  parse_code_attributes(code);
}

void Parser::parse_checked_exceptions(Method& method, std::uint32_t length) {
  const unsigned count = in_.u2();
  in_.need(std::size_t{count} * 2);
  method.exceptions.reserve(count);
  for (unsigned i = 0; i < count; ++i) {
    const unsigned index = in_.u2();
    require(is_class(index), "Exception name has bad type at constant pool %u in class file %s", index);
    method.exceptions.push_back(static_cast<std::uint16_t>(index));
  }
  require(length == 2 + count * 2u, "Exceptions attribute has wrong length in class file %s");
}

void Parser::parse_method_parameters(Method& method, std::uint32_t length) {
  require(!method.has_parameters, "Multiple MethodParameters attributes in class file %s");
  method.has_parameters = true;
  const unsigned count = in_.u1();
  if (length != 1 + count * 4u) {
    raise(kClassFormatError, "Invalid MethodParameters method attribute length %u in class file", length);
  }
  in_.need(std::size_t{count} * 4);
  method.parameters.reserve(count);
  for (unsigned i = 0; i < count; ++i) {
    MethodParameter parameter{};
    parameter.name_index = in_.u2();
    parameter.access_flags = in_.u2();
    // Reflection reports a name of the wrong kind (MalformedParametersException); here it only must not be
    // used.
    if (parameter.name_index != 0 && !is_utf8(parameter.name_index)) parameter.name_index = kBadParameterName;
    method.parameters.push_back(parameter);
  }
}

void Parser::parse_method_attributes(Method& method) {
  constexpr const char* kWhere = " for method";
  const unsigned count = in_.u2();
  bool has_exceptions = false;
  for (unsigned i = 0; i < count; ++i) {
    in_.need(6);
    const unsigned name_index = in_.u2();
    const std::uint32_t length = in_.u4();
    require(is_utf8(name_index), "Invalid method attribute name index %u in class file %s", name_index);
    const std::string_view name = utf8(name_index);
    if (name == "Code") {
      require((method.access_flags & (kAccNative | kAccAbstract)) == 0,
              "Code attribute in native or abstract methods in class file %s");
      require(!method.code, "Multiple Code attributes in class file %s");
      const std::size_t begin = in_.position();
      parse_code(method, method.code.emplace());
      require(in_.position() - begin == length, "Code segment has wrong length in class file %s");
      check_local_variable_types(*method.code);
    } else if (name == "Exceptions") {
      require(!has_exceptions, "Multiple Exceptions attributes in class file %s");
      has_exceptions = true;
      parse_checked_exceptions(method, length);
    } else if (name == "MethodParameters") {
      parse_method_parameters(method, length);
    } else if (name == "Synthetic") {
      require(length == 0, "Invalid Synthetic method attribute length %u in class file %s", length);
      method.synthetic = true;
    } else if (name == "Deprecated") {
      require(length == 0, "Invalid Deprecated method attribute length %u in class file %s", length);
      method.deprecated = true;
    } else if (!since(kJava5)) {
      in_.take(length);
    } else if (name == "Signature") {
      require(method.signature_index == 0, "Multiple Signature attributes for method in class file %s");
      method.signature_index = parse_signature("Invalid Signature attribute length %u in class file %s",
                                               kWrongSignatureIndex, length);
    } else if (name == "RuntimeVisibleParameterAnnotations") {
      take_once(method.visible_parameter_annotations, length, "RuntimeVisibleParameterAnnotations", kWhere);
    } else if (name == "RuntimeInvisibleParameterAnnotations") {
      take_once(method.invisible_parameter_annotations, length, "RuntimeInvisibleParameterAnnotations",
                kWhere);
    } else if (name == "AnnotationDefault") {
      take_once(method.annotation_default, length, "AnnotationDefault", kWhere);
    } else if (!parse_annotations(name, length, kWhere, method.annotations)) {
      in_.take(length);
    }
  }
}

void Parser::parse_method(Method& method) {
  constexpr unsigned kRecognized = kAccPublic | kAccPrivate | kAccProtected | kAccStatic | kAccFinal |
                                   kAccSynchronized | kAccBridge | kAccVarargs | kAccNative | kAccAbstract |
                                   kAccStrict | kAccSynthetic;
  in_.need(8);
  unsigned flags = in_.u2();
  method.name_index = in_.u2();
  require(is_utf8(method.name_index), "Illegal constant pool index %u for method name in class file %s",
          unsigned{method.name_index});
  method.name = utf8(method.name_index);
  check_method_name(method.name);
  method.descriptor_index = in_.u2();
  require(is_utf8(method.descriptor_index),
          "Illegal constant pool index %u for method signature in class file %s",
          unsigned{method.descriptor_index});
  method.descriptor = utf8(method.descriptor_index);

  if (method.name == "<clinit>") {
    if (!since(kJava7)) {
      flags = kAccStatic;
    } else if ((flags & kAccStatic) != 0) {
      flags &= kAccStatic | (since(kJava17) ? 0u : kAccStrict);
    } else {
      fail("Method <clinit> is not static in class file %s");
    }
  } else {
    check_method_flags(flags, method.name);
  }
  if (method.name == "<init>") {
    require(!file_.is_interface(), "Interface cannot have a method named <init>, class file %s");
  }
  method.access_flags = static_cast<std::uint16_t>(flags & kRecognized);

  const unsigned self = (flags & kAccStatic) != 0 ? 0 : 1;
  const unsigned slots = check_method_descriptor(method.name, method.descriptor) + self;
  require(slots <= kMaxArgumentSlots, "Too many arguments in method signature in class file %s");
  method.argument_slots = static_cast<std::uint16_t>(slots);

  parse_method_attributes(method);
  require(method.code || (flags & (kAccNative | kAccAbstract)) != 0,
          "Absent Code attribute in method that is not native or abstract in class file %s");
}

void Parser::parse_methods() {
  const unsigned count = in_.u2();
  file_.methods.reserve(std::min<std::size_t>(count, in_.remaining() / 8));
  for (unsigned i = 0; i < count; ++i) parse_method(file_.methods.emplace_back());
  if (!strict_ || count < 2) return;
  std::unordered_set<MemberKey, MemberKeyHash> seen;
  for (const Method& method : file_.methods) {
    if (seen.insert({method.name, method.descriptor}).second) continue;
    fail("Duplicate method name \"%.*s\" with signature \"%.*s\" in class file %s",
         static_cast<int>(method.name.size()), method.name.data(), static_cast<int>(method.descriptor.size()),
         method.descriptor.data());
  }
}

// ---- class attributes

void Parser::parse_inner_classes(const Deferred& attribute) {
  constexpr unsigned kRecognized = kAccPublic | kAccPrivate | kAccProtected | kAccStatic | kAccFinal |
                                   kAccSuper | kAccInterface | kAccAbstract | kAccSynthetic | kAccAnnotation |
                                   kAccEnum;
  in_.seek(attribute.position);
  const unsigned count = in_.u2();
  in_.need(std::size_t{count} * 8);
  file_.inner_classes.reserve(count);
  std::set<std::tuple<unsigned, unsigned, unsigned, unsigned>> seen;
  bool duplicate = false;
  for (unsigned i = 0; i < count; ++i) {
    const unsigned inner = in_.u2();
    require(is_class(inner), "inner_class_info_index %u has bad constant type in class file %s", inner);
    const unsigned outer = in_.u2();
    require(outer == 0 || is_class(outer), "outer_class_info_index %u has bad constant type in class file %s",
            outer);
    require(outer == 0 || file_.pool.class_name(outer).front() != '[',
            "Outer class is an array class in class file %s");
    const unsigned name = in_.u2();
    require(name == 0 || is_utf8(name), "inner_name_index %u has bad constant type in class file %s", name);
    require(inner != outer, "Class is both outer and inner class in class file %s");
    unsigned flags = in_.u2() & (kRecognized | (since(kJava9) ? kAccModule : 0u));
    if ((flags & kAccInterface) != 0 && !since(kJava6)) flags |= kAccAbstract;
    check_class_flags(flags);
    duplicate |= !seen.insert({inner, outer, name, flags}).second;
    file_.inner_classes.push_back({static_cast<Index>(inner), static_cast<Index>(outer),
                                   static_cast<Index>(name), static_cast<Index>(flags)});
  }
  require(attribute.length == 2 + count * 8u || !since(kJava5),
          "Wrong InnerClasses attribute length in class file %s");
  if (duplicate && strict_ && since(kJava5))
    fail("Duplicate entry in InnerClasses attribute in class file %s");
}

void Parser::parse_bootstrap_methods(std::uint32_t length) {
  require(length >= 2, "Invalid BootstrapMethods attribute length %u in class file %s", length);
  const std::size_t end = in_.position() + length;
  in_.need(length);
  const unsigned count = in_.u2();
  require(int(count) > max_bootstrap_index_, "Short length on BootstrapMethods in class file %s");

  file_.bootstrap_methods.reserve(std::min<std::size_t>(count, in_.remaining() / 4));
  for (unsigned i = 0; i < count; ++i) {
    BootstrapMethod& method = file_.bootstrap_methods.emplace_back();
    method.method_handle = in_.u2();
    const unsigned arguments = in_.u2();
    require(tag(method.method_handle) == CpTag::kMethodHandle,
            "bootstrap_method_index %u has bad constant type in class file %s",
            unsigned{method.method_handle});
    require(
        in_.position() + std::size_t{arguments} * 2 <= end,
        "Invalid BootstrapMethods num_bootstrap_methods or num_bootstrap_arguments value in class file %s");
    method.arguments.reserve(arguments);
    for (unsigned k = 0; k < arguments; ++k) {
      const unsigned index = in_.u2();
      bool loadable = false;
      switch (tag(index)) {
        case CpTag::kInteger:
        case CpTag::kFloat:
        case CpTag::kLong:
        case CpTag::kDouble:
        case CpTag::kClass:
        case CpTag::kString:
        case CpTag::kMethodHandle:
        case CpTag::kMethodType:
        case CpTag::kDynamic:
          loadable = true;
          break;
        default:
          break;
      }
      require(loadable, "argument_index %u has bad constant type in class file %s", index);
      method.arguments.push_back(static_cast<Index>(index));
    }
  }
  require(in_.position() == end, "Bad length on BootstrapMethods in class file %s");
}

void Parser::parse_record_component(RecordComponent& component) {
  component.name_index = in_.u2();
  require(is_utf8(component.name_index),
          "Invalid constant pool index %u for name in Record attribute in class file %s",
          unsigned{component.name_index});
  check_field_name(utf8(component.name_index));
  component.descriptor_index = in_.u2();
  require(is_utf8(component.descriptor_index),
          "Invalid constant pool index %u for descriptor in Record attribute in class file %s",
          unsigned{component.descriptor_index});
  check_field_descriptor(utf8(component.name_index), utf8(component.descriptor_index));
  const unsigned count = in_.u2();
  for (unsigned i = 0; i < count; ++i) {
    in_.need(6);
    const unsigned name_index = in_.u2();
    const std::uint32_t length = in_.u4();
    require(is_utf8(name_index), "Invalid Record attribute name index %u in class file %s", name_index);
    const std::string_view name = utf8(name_index);
    if (name == "Signature") {
      require(component.signature_index == 0,
              "Multiple Signature attributes for Record component in class file %s");
      component.signature_index =
          parse_signature("Invalid Signature attribute length %u in Record component in class file %s",
                          kWrongSignatureIndex, length);
    } else if (!parse_annotations(name, length, " for Record component", component.annotations)) {
      in_.take(length);
    }
  }
}

void Parser::parse_record(const Deferred& attribute) {
  in_.seek(attribute.position);
  const unsigned count = in_.u2();
  file_.record_components.reserve(std::min<std::size_t>(count, in_.remaining() / 6));
  for (unsigned i = 0; i < count; ++i) parse_record_component(file_.record_components.emplace_back());
  require(in_.position() - attribute.position == attribute.length,
          "Record attribute has wrong length in class file %s");
}

void Parser::parse_class_list(const Deferred& attribute, std::vector<std::uint16_t>& into,
                              const char* wrong_length, const char* wrong_entry) {
  in_.seek(attribute.position);
  const unsigned count = in_.u2();
  in_.need(std::size_t{count} * 2);
  into.reserve(count);
  for (unsigned i = 0; i < count; ++i) {
    const unsigned index = in_.u2();
    require(is_class(index), wrong_entry, index);
    into.push_back(static_cast<Index>(index));
  }
  require(attribute.length == 2 + count * 2u, wrong_length);
}

// Those that refer to other classes are looked at when all attributes are known to be there.
void Parser::parse_deferred_attributes() {
  const std::size_t end = in_.position();
  if (inner_classes_) parse_inner_classes(*inner_classes_);
  if (nest_members_) {
    parse_class_list(*nest_members_, file_.nest_members,
                     "Wrong NestMembers attribute length in class file %s",
                     "Nest member class_info_index %u has bad constant type in class file %s");
  }
  if (record_) parse_record(*record_);
  if (permitted_subclasses_) {
    parse_class_list(*permitted_subclasses_, file_.permitted_subclasses,
                     "Wrong PermittedSubclasses attribute length in class file %s",
                     "Permitted subclass class_info_index %u has bad constant type in class file %s");
  }
  in_.seek(end);
}

void Parser::parse_class_attributes() {
  const auto defer = [&](std::optional<Deferred>& attribute, std::uint32_t length) {
    attribute = Deferred{in_.position(), length};
    in_.take(length);
  };
  bool has_bootstrap = false, has_nest_host = false, has_enclosing = false;
  const unsigned count = in_.u2();
  for (unsigned i = 0; i < count; ++i) {
    in_.need(6);
    const unsigned name_index = in_.u2();
    const std::uint32_t length = in_.u4();
    require(is_utf8(name_index), "Attribute name has bad constant pool index %u in class file %s",
            name_index);
    const std::string_view name = utf8(name_index);
    if (name == "SourceFile") {
      require(length == 2, "Wrong SourceFile attribute length in class file %s");
      require(file_.source_file_index == 0, "Multiple SourceFile attributes in class file %s");
      file_.source_file_index = in_.u2();
      require(is_utf8(file_.source_file_index),
              "Invalid SourceFile attribute at constant pool index %u in class file %s",
              unsigned{file_.source_file_index});
    } else if (name == "SourceDebugExtension") {
      take_once(file_.source_debug_extension, length, "SourceDebugExtension", "");
    } else if (name == "InnerClasses") {
      require(!inner_classes_, "Multiple InnerClasses attributes in class file %s");
      defer(inner_classes_, length);
    } else if (name == "Synthetic") {
      require(length == 0, "Invalid Synthetic classfile attribute length %u in class file %s", length);
      file_.synthetic = true;
    } else if (name == "Deprecated") {
      require(length == 0, "Invalid Deprecated classfile attribute length %u in class file %s", length);
      file_.deprecated = true;
    } else if (!since(kJava5)) {
      in_.take(length);
    } else if (name == "Signature") {
      require(file_.signature_index == 0, "Multiple Signature attributes in class file %s");
      file_.signature_index =
          parse_signature("Wrong Signature attribute length %u in class file %s",
                          "Invalid constant pool index %u in Signature attribute in class file %s", length);
    } else if (name == "EnclosingMethod") {
      require(!has_enclosing, "Multiple EnclosingMethod attributes in class file %s");
      has_enclosing = true;
      require(length == 4, "Wrong EnclosingMethod attribute length %u in class file %s", length);
      file_.enclosing_class = in_.u2();
      file_.enclosing_method = in_.u2();
      require(file_.enclosing_class != 0,
              "Invalid class index in EnclosingMethod attribute in class file %s");
      require(is_class(file_.enclosing_class),
              "Invalid or out-of-bounds class index in EnclosingMethod attribute in class file %s");
      require(file_.enclosing_method == 0 || tag(file_.enclosing_method) == CpTag::kNameAndType,
              "Invalid or out-of-bounds method index in EnclosingMethod attribute in class file %s");
    } else if (name == "BootstrapMethods" && since(kJava7)) {
      require(!has_bootstrap, "Multiple BootstrapMethods attributes in class file %s");
      has_bootstrap = true;
      parse_bootstrap_methods(length);
    } else if (name == "NestMembers" && since(kJava11)) {
      require(!nest_members_, "Multiple NestMembers attributes in class file %s");
      require(!has_nest_host, "Conflicting NestHost and NestMembers attributes in class file %s");
      defer(nest_members_, length);
    } else if (name == "NestHost" && since(kJava11)) {
      require(!has_nest_host, "Multiple NestHost attributes in class file %s");
      has_nest_host = true;
      require(!nest_members_, "Conflicting NestMembers and NestHost attributes in class file %s");
      require(length == 2, "Wrong NestHost attribute length in class file %s");
      file_.nest_host = in_.u2();
      require(is_class(file_.nest_host),
              "Nest-host class_info_index %u has bad constant type in class file %s",
              unsigned{file_.nest_host});
    } else if (name == "Record" && since(kJava16)) {
      require(!record_, "Multiple Record attributes in class file %s");
      file_.is_record = true;
      defer(record_, length);
    } else if (name == "PermittedSubclasses" && since(kJava17)) {
      require(!file_.is_sealed, "Multiple PermittedSubclasses attributes in class file %s");
      require((file_.access_flags & kAccFinal) == 0, "PermittedSubclasses attribute in final class file %s");
      file_.is_sealed = true;
      defer(permitted_subclasses_, length);
    } else if (!parse_annotations(name, length, "", file_.annotations)) {
      in_.take(length);
    }
  }
  parse_deferred_attributes();
  require(max_bootstrap_index_ < 0 || has_bootstrap, "Missing BootstrapMethods attribute in class file %s");
}

ClassFile Parser::run() {
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

}  // namespace

BasicResult<ClassFile, ClassFormatFailure> parse(std::span<const std::byte> bytes,
                                                 const ParseOptions& options) {
  try {
    return Parser(bytes, options).run();
  } catch (Failed& failed) {
    return Unexpected<ClassFormatFailure>{std::move(failed.failure)};
  }
}

}  // namespace uvm::rt::classfile
