// The codec of references: the only code that turns a stored reference into an address and back.
//
// A Reference<T> is the form in the region: a 32-bit offset from the region's base, scaled by 8; 0 is null.
// It is plain data, valid in every process and at every base address. A T* is what C++ code works with; it is
// valid until the region is unmapped and must not be stored in the region (law 1 of docs/design.md).
//
// The base is one process-wide variable: a process has at most one region mapped for running Java code at a
// time, and sets the base before the first Reference is followed.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/persisted.h"
#include "gc/layout.h"

namespace uvm::gc {

// Base address of the mapped region; set by map_region(), null when none is mapped.
extern std::byte* g_region_base;

// A reference as it is stored; 0 is null.
using ReferenceBits = std::uint32_t;
inline constexpr unsigned kReferenceSizeLog2 = 2;
inline constexpr std::size_t kReferenceSize = std::size_t{1} << kReferenceSizeLog2;  // bytes
static_assert(sizeof(ReferenceBits) == kReferenceSize);

inline constexpr unsigned kReferenceShift = 3;

constexpr RegionOffset offset_of_bits(ReferenceBits bits) { return RegionOffset{bits} << kReferenceShift; }

template <typename T>
inline T* at_offset(RegionOffset offset) {
  return reinterpret_cast<T*>(g_region_base + offset);
}

inline RegionOffset offset_of(const void* address) {
  return static_cast<RegionOffset>(static_cast<const std::byte*>(address) - g_region_base);
}

// Decodes reference bits; null for 0.
template <typename T>
inline T* decode(std::uint32_t bits) {
  return bits == 0 ? nullptr : reinterpret_cast<T*>(g_region_base + offset_of_bits(bits));
}

// Decodes reference bits that are known not to be null.
template <typename T>
inline T* decode_nonnull(std::uint32_t bits) {
  return reinterpret_cast<T*>(g_region_base + offset_of_bits(bits));
}

inline std::uint32_t encode(const void* address) {
  return address == nullptr ? 0 : static_cast<std::uint32_t>(offset_of(address) >> kReferenceShift);
}

// The same with the base in a local variable, for loops that cannot have the compiler read it again after each store.
// Bits and addresses are not null.
class Codec {
 public:
  Codec() : base_(g_region_base) {}
  template <typename T>
  [[nodiscard]] T* decode(ReferenceBits bits) const {
    return reinterpret_cast<T*>(base_ + offset_of_bits(bits));
  }
  // The address `offset` bytes into an object.
  template <typename T>
  [[nodiscard]] T* decode(ReferenceBits bits, std::uint32_t offset) const {
    return reinterpret_cast<T*>(base_ + (offset_of_bits(bits) + offset));
  }
  [[nodiscard]] std::byte* at(RegionOffset offset) const { return base_ + offset; }
  [[nodiscard]] ReferenceBits encode(const void* address) const {
    return static_cast<ReferenceBits>((static_cast<const std::byte*>(address) - base_) >> kReferenceShift);
  }

 private:
  std::byte* const base_;
};

template <typename T>
struct Reference {
  std::uint32_t bits;

  [[nodiscard]] T* get() const {
    static_assert(Persisted<T>, "what is in the region has a UVM_PERSISTED line");
    return decode<T>(bits);
  }
  T* operator->() const {
    static_assert(Persisted<T>, "what is in the region has a UVM_PERSISTED line");
    return decode_nonnull<T>(bits);
  }
  T& operator*() const { return *decode_nonnull<T>(bits); }
  T& operator[](std::size_t index) const { return decode_nonnull<T>(bits)[index]; }
  explicit operator bool() const { return bits != 0; }
  Reference& operator=(T* target) {
    bits = encode(target);
    return *this;
  }
  Reference& operator=(std::nullptr_t) {
    bits = 0;
    return *this;
  }
  bool operator==(const Reference& other) const = default;
};

// Whatever it refers to: a reference to another type is another field by its name.
template <typename T>
constexpr std::uint64_t persisted_layout(const Reference<T>* /*type*/) {
  return add_to_layout(kLayoutSeed, "Reference");
}

static_assert(sizeof(Reference<int>) == 4);

}  // namespace uvm::gc
