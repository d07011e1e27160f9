// The parser behind parse() of class_file.h. Internal to this folder: one object parses one class file; its
// functions are spread over class_parser.cpp (the order of the file, the class itself),
// class_pool_parser.cpp, class_member_parser.cpp, class_attribute_parser.cpp and class_format_checks.cpp.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "runtime/classfile/class_file.h"
#include "runtime/classfile/descriptor.h"

namespace uvm::rt::classfile {

inline constexpr std::string_view kClassFormatError = "java/lang/ClassFormatError";
inline constexpr std::string_view kUnsupportedClassVersionError = "java/lang/UnsupportedClassVersionError";
inline constexpr std::string_view kNoClassDefFoundError = "java/lang/NoClassDefFoundError";

inline constexpr std::uint32_t kMagic = 0xcafebabe;

inline constexpr const char* kWrongSignatureIndex =
    "Invalid Signature attribute at constant pool index %u in class file %s";

// Versions with which a rule changes.
inline constexpr std::uint16_t kJava5 = 49;
inline constexpr std::uint16_t kJava6 = 50;
inline constexpr std::uint16_t kJava7 = 51;
inline constexpr std::uint16_t kJava8 = 52;
inline constexpr std::uint16_t kJava9 = 53;
inline constexpr std::uint16_t kJava11 = 55;
inline constexpr std::uint16_t kJava12 = 56;
inline constexpr std::uint16_t kJava16 = 60;
inline constexpr std::uint16_t kJava17 = 61;

// How a failure leaves the parser's functions; it never leaves parse().
struct Failed {
  ClassFormatFailure failure;
};

// Throws Failed with a formatted message.
[[noreturn, gnu::format(printf, 2, 3)]] void raise(std::string_view exception_class, const char* format, ...);

// Big-endian reader that cannot pass its end.
class ClassReader {
 public:
  explicit ClassReader(std::span<const std::byte> bytes) : bytes_(bytes) {}

  [[nodiscard]] std::size_t remaining() const { return bytes_.size() - at_; }
  [[nodiscard]] std::size_t position() const { return at_; }

  void seek(std::size_t position) { at_ = position; }  // at most the end

  // All readers fail in the same way: the file is shorter than it says.
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

class ClassParser {
 public:
  ClassParser(std::span<const std::byte> bytes, const ParseOptions& options)
      : in_(bytes), options_(options), strict_(!options.trusted) {
    class_name_ = options.expected_name.data() == nullptr ? options.called : options.expected_name;
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
  // An attribute of the class that is parsed after all of them have been seen.
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

  // Takes `length` bytes as one of the four annotation attributes if `name` is one; `where` is the middle of
  // the message about a second one, e.g. " for field".
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

  [[nodiscard]] PoolTag tag(std::size_t i) const { return file_.pool.tag(i); }
  [[nodiscard]] bool is_utf8(std::size_t i) const { return tag(i) == PoolTag::kUtf8; }
  [[nodiscard]] bool is_class(std::size_t i) const { return tag(i) == PoolTag::kClass; }
  [[nodiscard]] std::string_view utf8(std::size_t i) const { return file_.pool.utf8(i); }
  [[nodiscard]] bool since(std::uint16_t major) const { return file_.major_version >= major; }

  ClassReader in_;
  const ParseOptions& options_;
  const bool strict_;
  std::string class_name_;  // for messages
  ClassFile file_;
  std::optional<Deferred> inner_classes_, nest_members_, record_, permitted_subclasses_;
  int max_bootstrap_index_ = -1;  // highest bootstrap method that an entry of the pool names
  PoolTag module_entry_ =
      PoolTag::kUnusable;  // first Module or Package entry: those are for module-info only
};

}  // namespace uvm::rt::classfile
