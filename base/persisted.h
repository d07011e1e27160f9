// Persisted structures and enumerations: what lies in heaps, of which other builds of uvm read the bytes (law 9).
//
// A structure is followed by one line that names all its fields in order,
//
//   struct MonitorTable {
//     Ref<std::uint32_t> buckets;
//     std::uint32_t bucket_count;
//   };
//   UVM_PERSISTED(MonitorTable, buckets, bucket_count)
//
// which does not compile when a byte of it is in no field (padding is a field, too), and defines
// persisted_layout(const MonitorTable*): a hash of its name and of the name, place, size and kind of each field,
// computed at compile time. UVM_PERSISTED_OVER(Type, Base, ...) is for a structure that begins with another one.
//
// An enumeration has explicit numbers, which stand for ever, and is followed by
//
//   UVM_PERSISTED_ENUM(WaitKind, kNone, kMonitorEnter, ...)
//
// which does not compile (-Wswitch) when an enumerator is left out.
//
// What gc::Reference leads to must be persisted in this sense. All hashes together are the fingerprint that a heap
// has in its roots and that is compared at resume (runtime/boot/heap_format.cpp, which lists them).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <type_traits>

namespace uvm {

// FNV-1a, 64 bits.
inline constexpr std::uint64_t kLayoutSeed = 0xcbf29ce484222325;
constexpr std::uint64_t add_to_layout(std::uint64_t hash, std::uint64_t value) {
  for (unsigned i = 0; i < 8; ++i) hash = (hash ^ (value >> (8 * i) & 0xff)) * 0x100000001b3;
  return hash;
}
constexpr std::uint64_t add_to_layout(std::uint64_t hash, std::string_view text) {
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  return add_to_layout(hash, text.size());
}

template <typename T>
struct IsStdArray : std::false_type {};
template <typename T, std::size_t N>
struct IsStdArray<std::array<T, N>> : std::true_type {};

// What tells one type of field from another of the same size.
template <typename T>
constexpr std::uint64_t kind_of_field() {
  if constexpr (std::is_array_v<T>) {
    return add_to_layout(kind_of_field<std::remove_extent_t<T>>(), std::extent_v<T>);
  } else if constexpr (IsStdArray<T>::value) {
    return add_to_layout(kind_of_field<typename T::value_type>(), sizeof(T) / sizeof(typename T::value_type));
  } else if constexpr (std::is_arithmetic_v<T>) {
    return sizeof(T) | (std::is_signed_v<T> ? 0x100 : 0) | (std::is_floating_point_v<T> ? 0x200 : 0);
  } else {
    return persisted_layout(static_cast<const T*>(nullptr));
  }
}

template <typename T>
concept Persisted = std::is_arithmetic_v<T> || std::is_same_v<T, std::byte> || requires(const T* type) {
  persisted_layout(type);
};

struct FieldLayout {
  std::string_view name;
  std::size_t offset;
  std::size_t size;
  std::uint64_t kind;
};

// Whether each byte from `from` up to `size` belongs to exactly one field.
template <std::size_t N>
constexpr bool covers(const std::array<FieldLayout, N>& fields, std::size_t from, std::size_t size) {
  std::size_t at = from;
  for (const FieldLayout& field : fields) {
    if (field.offset != at) return false;
    at += field.size;
  }
  return at == size;
}

template <std::size_t N>
constexpr std::uint64_t layout_hash(std::string_view type, const std::array<FieldLayout, N>& fields) {
  std::uint64_t hash = add_to_layout(kLayoutSeed, type);
  for (const FieldLayout& field : fields) {
    hash = add_to_layout(hash, field.name);
    hash = add_to_layout(hash, field.offset);
    hash = add_to_layout(hash, field.size);
    hash = add_to_layout(hash, field.kind);
  }
  return hash;
}

}  // namespace uvm

// UVM_FOR_EACH(MACRO, type, a, b, ...): MACRO(type, a) MACRO(type, b) ... The preprocessor does not expand a
// macro inside itself, so each element costs one scan; there are more than 300 scans.
#define UVM_PARENTHESES ()
#define UVM_SCAN(...) UVM_SCAN4(UVM_SCAN4(UVM_SCAN4(UVM_SCAN4(__VA_ARGS__))))
#define UVM_SCAN4(...) UVM_SCAN3(UVM_SCAN3(UVM_SCAN3(UVM_SCAN3(__VA_ARGS__))))
#define UVM_SCAN3(...) UVM_SCAN2(UVM_SCAN2(UVM_SCAN2(UVM_SCAN2(__VA_ARGS__))))
#define UVM_SCAN2(...) UVM_SCAN1(UVM_SCAN1(UVM_SCAN1(UVM_SCAN1(__VA_ARGS__))))
#define UVM_SCAN1(...) __VA_ARGS__
#define UVM_FOR_EACH(macro, type, ...) __VA_OPT__(UVM_SCAN(UVM_FOR_FIRST(macro, type, __VA_ARGS__)))
#define UVM_FOR_FIRST(macro, type, first, ...) \
  macro(type, first) __VA_OPT__(UVM_FOR_REST UVM_PARENTHESES(macro, type, __VA_ARGS__))
#define UVM_FOR_REST() UVM_FOR_FIRST

#define UVM_FIELD_LAYOUT(type, field)                                    \
  ::uvm::FieldLayout{#field, offsetof(type, field), sizeof(type::field), \
                     ::uvm::kind_of_field<decltype(type::field)>()},

// The body of persisted_layout(), also for templates.
#define UVM_LAYOUT_OF(type, name, from, ...)                                                           \
  static_assert(std::is_trivially_copyable_v<type>);                                                   \
  _Pragma("GCC diagnostic push")                                                                       \
      _Pragma("GCC diagnostic ignored \"-Winvalid-offsetof\"") constexpr auto fields =                 \
          std::to_array<::uvm::FieldLayout>({UVM_FOR_EACH(UVM_FIELD_LAYOUT, type, __VA_ARGS__)});      \
  _Pragma("GCC diagnostic pop") static_assert(::uvm::covers(fields, from, sizeof(type)),               \
                                              "bytes of it are in no field, or the order is another"); \
  return ::uvm::layout_hash(name, fields);

#define UVM_PERSISTED(type, ...) \
  constexpr std::uint64_t persisted_layout(const type*) { UVM_LAYOUT_OF(type, #type, 0, __VA_ARGS__) }
#define UVM_PERSISTED_OVER(type, base, ...)               \
  constexpr std::uint64_t persisted_layout(const type*) { \
    UVM_LAYOUT_OF(type, #type, sizeof(base), __VA_ARGS__) \
  }

#define UVM_ENUMERATOR_CASE(type, name) case type::name:
#define UVM_ENUMERATOR_LAYOUT(type, name)   \
  hash = ::uvm::add_to_layout(hash, #name); \
  hash = ::uvm::add_to_layout(hash, static_cast<std::uint64_t>(type::name));
#define UVM_PERSISTED_ENUM(type, ...)                                                    \
  constexpr bool persisted_enumerator(type value) {                                      \
    switch (value) { UVM_FOR_EACH(UVM_ENUMERATOR_CASE, type, __VA_ARGS__) return true; } \
    return false;                                                                        \
  }                                                                                      \
  constexpr std::uint64_t persisted_layout(const type*) {                                \
    std::uint64_t hash = ::uvm::add_to_layout(::uvm::kLayoutSeed, #type);                \
    hash = ::uvm::add_to_layout(hash, sizeof(type));                                     \
    UVM_FOR_EACH(UVM_ENUMERATOR_LAYOUT, type, __VA_ARGS__)                               \
    return hash;                                                                         \
  }
