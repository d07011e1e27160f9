// A class file (JVMS 17 chapter 4), parsed and format-checked.
//
// Input is a span of bytes, output a transient host structure that holds views into that span: the bytes must
// stay where they are as long as the ClassFile is used. The linker turns a ClassFile into metadata of the
// region; nothing of this header is stored. Any thread may parse; a ClassFile is read-only afterwards.
//
// What parse() guarantees of a ClassFile it returns, so that readers need not check again:
//   * every constant pool index named by a field of these structures refers to an entry of the right kind;
//   * references between constant pool entries are of the right kinds (JVMS 4.4), descriptors parse, class
//     names of descriptors are legal, and strings are modified UTF-8;
//   * code is 1..65535 bytes, exception ranges and handlers lie in it (whether they are at instruction
//     boundaries is the verifier's business), arguments fit into max_locals and into 255 slots;
//   * attributes kept raw (annotations, StackMapTable, type annotations) are of the stated length and not
//     checked further.
// ParseOptions::trusted leaves out, as HotSpot does for its boot loader, checks that cost time and prevent
// no harm: legality of names, of flag combinations, and duplicates of members.
//
// Errors: the internal name of the exception class to throw and its message, in HotSpot's wording.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "runtime/classfile/access_flags.h"
#include "runtime/classfile/pool_tag.h"

namespace uvm::rt::classfile {

inline constexpr std::uint16_t kMajorOldest = 45;
inline constexpr std::uint16_t kMajorNewest = 61;      // Java SE 17
inline constexpr std::uint16_t kMinorPreview = 65535;  // JVMS 4.1: depends on preview features

// reference_kind of a CONSTANT_MethodHandle (JVMS table 5.4.3.5-A).
enum class RefKind : std::uint8_t {
  kGetField = 1,
  kGetStatic,
  kPutField,
  kPutStatic,
  kInvokeVirtual,
  kInvokeStatic,
  kInvokeSpecial,
  kNewInvokeSpecial,
  kInvokeInterface,
};

struct CpEntry {
  PoolTag tag = PoolTag::kUnusable;
  // Indexes of other entries, in the order of the file. kMethodHandle: first is the reference kind. kDynamic
  // and kInvokeDynamic: first is an index into bootstrap_methods. One-index entries use first only.
  std::uint16_t first = 0;
  std::uint16_t second = 0;
  std::uint64_t bits = 0;  // kInteger and kFloat in the low half, kLong and kDouble: the bits of the number
  std::string_view text;   // kUtf8: view of the input, modified UTF-8 (JVMS 4.4.7)
};

// Indexes are those of the file. The accessors' preconditions are tags; tag() itself takes any number.
class ConstantPool {
 public:
  [[nodiscard]] std::size_t size() const { return entries_.size(); }  // constant_pool_count of the file
  [[nodiscard]] PoolTag tag(std::size_t i) const {
    return i < entries_.size() ? entries_[i].tag : PoolTag::kUnusable;
  }
  [[nodiscard]] const CpEntry& entry(std::size_t i) const { return entries_[i]; }

  [[nodiscard]] std::string_view utf8(std::size_t i) const { return entries_[i].text; }
  [[nodiscard]] std::int32_t integer(std::size_t i) const {
    return static_cast<std::int32_t>(entries_[i].bits);
  }
  [[nodiscard]] std::uint64_t bits(std::size_t i) const { return entries_[i].bits; }
  // The name of a Class, characters of a String, descriptor of a MethodType, name of a Module or Package.
  [[nodiscard]] std::string_view text_of(std::size_t i) const { return utf8(entries_[i].first); }
  [[nodiscard]] std::string_view class_name(std::size_t i) const { return text_of(i); }

  // For a NameAndType entry.
  [[nodiscard]] std::string_view nt_name(std::size_t i) const { return utf8(entries_[i].first); }
  [[nodiscard]] std::string_view nt_descriptor(std::size_t i) const { return utf8(entries_[i].second); }

  // For a Fieldref, Methodref or InterfaceMethodref.
  [[nodiscard]] std::string_view ref_class(std::size_t i) const { return class_name(entries_[i].first); }
  // For those, and for Dynamic and InvokeDynamic.
  [[nodiscard]] std::string_view ref_name(std::size_t i) const { return nt_name(entries_[i].second); }
  [[nodiscard]] std::string_view ref_descriptor(std::size_t i) const {
    return nt_descriptor(entries_[i].second);
  }

  // For the parser, and for tests that make pools by hand.
  std::vector<CpEntry>& entries() { return entries_; }

 private:
  std::vector<CpEntry> entries_;
};

// An attribute's bytes without its name and length. data() is null when the attribute is absent; present
// attributes have a non-null data() even when empty.
using RawAttribute = std::span<const std::byte>;

struct Annotations {
  RawAttribute visible;          // RuntimeVisibleAnnotations
  RawAttribute invisible;        // RuntimeInvisibleAnnotations
  RawAttribute visible_types;    // RuntimeVisibleTypeAnnotations
  RawAttribute invisible_types;  // RuntimeInvisibleTypeAnnotations
};

struct Field {
  std::uint16_t access_flags;
  std::uint16_t name_index;
  std::uint16_t descriptor_index;
  std::uint16_t constant_value_index = 0;  // 0: none. Only kept for static fields; fits the descriptor.
  std::uint16_t signature_index = 0;       // 0: none
  bool synthetic = false;                  // has a Synthetic attribute
  bool deprecated = false;
  Annotations annotations;
  std::string_view name;
  std::string_view descriptor;
};

struct ExceptionHandler {
  std::uint16_t start_pc;
  std::uint16_t end_pc;  // exclusive
  std::uint16_t handler_pc;
  std::uint16_t catch_type;  // a Class entry, or 0 for any
};

struct LineNumber {
  std::uint16_t start_pc;
  std::uint16_t line;
};

struct LocalVariable {
  std::uint16_t start_pc;
  std::uint16_t length;
  std::uint16_t name_index;
  std::uint16_t descriptor_index;  // LocalVariableTypeTable: index of the signature
  std::uint16_t slot;
};

struct Code {
  std::uint16_t max_stack = 0;
  std::uint16_t max_locals = 0;
  std::span<const std::uint8_t> bytes;
  std::vector<ExceptionHandler> handlers;  // in the order of the file, which is the order of search
  std::vector<LineNumber> lines;           // all tables, in the order of the file
  std::vector<LocalVariable> locals;
  std::vector<LocalVariable> local_types;
  RawAttribute stack_map_table;  // number_of_entries and the frames
};

// The name_index of a MethodParameter whose index in the file is outside the pool or not a Utf8: reflection
// throws MalformedParametersException for it.
inline constexpr std::uint16_t kBadParameterName = 65535;

struct MethodParameter {
  std::uint16_t name_index;  // 0: no name
  std::uint16_t access_flags;
};

struct Method {
  std::uint16_t access_flags;
  std::uint16_t name_index;
  std::uint16_t descriptor_index;
  std::uint16_t signature_index = 0;
  std::uint16_t argument_slots = 0;  // with "this" unless static; at most 255
  bool synthetic = false;
  bool deprecated = false;
  std::optional<Code> code;
  std::vector<std::uint16_t> exceptions;  // Class entries
  std::vector<MethodParameter> parameters;
  bool has_parameters = false;  // a MethodParameters attribute is present (it may be empty)
  Annotations annotations;
  RawAttribute visible_parameter_annotations;
  RawAttribute invisible_parameter_annotations;
  RawAttribute annotation_default;
  std::string_view name;
  std::string_view descriptor;
};

struct InnerClass {
  std::uint16_t inner_class;  // Class entry
  std::uint16_t outer_class;  // Class entry or 0
  std::uint16_t inner_name;   // Utf8 entry or 0
  std::uint16_t access_flags;
};

struct BootstrapMethod {
  std::uint16_t method_handle;
  std::vector<std::uint16_t> arguments;  // loadable constants
};

struct RecordComponent {
  std::uint16_t name_index;
  std::uint16_t descriptor_index;
  std::uint16_t signature_index = 0;
  Annotations annotations;
};

struct ClassFile {
  std::uint16_t minor_version = 0;
  std::uint16_t major_version = 0;
  std::uint16_t access_flags = 0;
  std::uint16_t this_class = 0;
  std::uint16_t super_class = 0;  // 0 for java/lang/Object
  ConstantPool pool;
  std::vector<std::uint16_t> interfaces;  // Class entries
  std::vector<Field> fields;
  std::vector<Method> methods;

  std::uint16_t signature_index = 0;
  std::uint16_t source_file_index = 0;
  std::uint16_t enclosing_class = 0;   // EnclosingMethod: Class entry, 0: none, or no InnerClasses
  std::uint16_t enclosing_method = 0;  // NameAndType entry or 0
  std::uint16_t nest_host = 0;
  bool synthetic = false;
  bool deprecated = false;
  bool is_record = false;
  bool is_sealed = false;  // has PermittedSubclasses
  std::vector<InnerClass> inner_classes;
  std::vector<std::uint16_t> nest_members;
  std::vector<std::uint16_t> permitted_subclasses;
  std::vector<BootstrapMethod> bootstrap_methods;
  std::vector<RecordComponent> record_components;
  RawAttribute source_debug_extension;
  Annotations annotations;

  // The name under which the class is defined: that of this_class, or ParseOptions::replacement_name.
  std::string_view name;
  std::string_view super_name;  // empty for java/lang/Object

  [[nodiscard]] bool is_interface() const { return (access_flags & kAccInterface) != 0; }
};

struct ParseOptions {
  // The name that was asked for, in internal form; null data: take the one in the file. Must outlive the
  // ClassFile.
  std::string_view expected_name = {};
  // The name of the class in messages until the file's own name is known, if none is expected.
  std::string_view called = "<Unknown>";
  // Defining a hidden class: the name with its suffix ("foo/Bar+0x1") that the this_class entry gets instead
  // of the one in the file. It becomes one further Utf8 entry after the pool of the file. Must outlive the
  // ClassFile. Empty: none.
  std::string_view replacement_name = {};
  bool trusted = false;  // see above; for classes of the boot loader
  bool enable_preview = false;
};

struct ClassFormatFailure {
  std::string_view exception_class;  // internal name, e.g. "java/lang/ClassFormatError"; static storage
  std::string message;
};

BasicResult<ClassFile, ClassFormatFailure> parse(std::span<const std::byte> bytes,
                                                 const ParseOptions& options);

}  // namespace uvm::rt::classfile
