// Verification types (JVMS 4.10.1.2) and frames of them. Internal to the verifier.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace uvm::rt::classfile {

enum class TypeKind : std::uint8_t {
  kTop,
  kInt,
  kFloat,
  kLong,  // lower of its two slots; the upper one is kLong2
  kLong2,
  kDouble,
  kDouble2,
  kNull,
  kUninitializedThis,
  kUninitialized,  // made by the `new` at bci
  kObject,         // class or array, name in internal form
  kReturnAddress,  // of the subroutine that begins at bci; inference only
  // Used in questions, never found in a frame:
  kAnyReference,
  kCategory1,
  kCategory2,
  kCategory2Second,
};

inline constexpr std::string_view kObjectName = "java/lang/Object";

// Names are views: of the constant pool, of descriptors, or of the verifier's own arena.
struct Type {
  const char* text = nullptr;
  std::uint32_t length = 0;
  std::uint16_t bci = 0;
  TypeKind kind = TypeKind::kTop;

  constexpr Type() = default;
  constexpr Type(TypeKind k) : kind(k) {}  // NOLINT: a kind without operands is a type
  static constexpr Type object(std::string_view name) {
    Type type(TypeKind::kObject);
    type.text = name.data();
    type.length = static_cast<std::uint32_t>(name.size());
    return type;
  }
  static constexpr Type uninitialized(std::size_t bci) {
    Type type(TypeKind::kUninitialized);
    type.bci = static_cast<std::uint16_t>(bci);
    return type;
  }
  static constexpr Type return_address(std::size_t bci) {
    Type type(TypeKind::kReturnAddress);
    type.bci = static_cast<std::uint16_t>(bci);
    return type;
  }

  [[nodiscard]] constexpr std::string_view name() const { return {text, length}; }
  [[nodiscard]] constexpr bool is(TypeKind k) const { return kind == k; }
  [[nodiscard]] constexpr bool is_array() const { return kind == TypeKind::kObject && text[0] == '['; }
  [[nodiscard]] constexpr bool is_uninitialized() const {
    return kind == TypeKind::kUninitialized || kind == TypeKind::kUninitializedThis;
  }
  [[nodiscard]] constexpr bool is_reference() const {  // initialised or null
    return kind == TypeKind::kObject || kind == TypeKind::kNull;
  }
  [[nodiscard]] constexpr bool is_category2_second() const {
    return kind == TypeKind::kLong2 || kind == TypeKind::kDouble2;
  }
  [[nodiscard]] constexpr bool is_category2() const {
    return kind == TypeKind::kLong || kind == TypeKind::kDouble;
  }
  [[nodiscard]] constexpr bool is_category1() const { return !is_category2() && !is_category2_second(); }

  friend constexpr bool operator==(const Type& a, const Type& b) {
    return a.kind == b.kind && a.bci == b.bci && a.name() == b.name();
  }
};
static_assert(sizeof(Type) == 16);

// The types of a descriptor's value: one, or the two halves of a long or double, or none for void.
struct TypePair {
  Type types[2];
  unsigned count = 0;
};
TypePair types_of_descriptor(std::string_view descriptor);

// For messages: "integer", "'java/lang/String'", "uninitialized 4", ...
std::string to_text(const Type& type);

// State between two instructions.
struct Frame {
  std::vector<Type> locals;  // only as far as known; those beyond are top
  std::vector<Type> stack;
  bool this_uninitialized = false;  // flagThisUninit
};

}  // namespace uvm::rt::classfile
