// The layout of objects and of the part of a class that the heap must know to walk them.
//
//   Object   [ shape : u32 reference to Shape | identity hash : u32 ] fields from offset 8
//   Array    [ header 8 ][ length : i32 ][ unused : u32 ] elements from offset 16 (as on HotSpot, so that
//            byte array views have the alignment programs expect)
//   Mirror   a java.lang.Class instance: [ header 8 ][ mirrored : u32 ][ size in bytes : u32 ] Java fields
//            from offset 16, then the static fields of the class that it mirrors
//
// Every object is 8-aligned and a multiple of 8 bytes. An object gets its identity hash at allocation, with
// the header store that happens anyway, so hashing never writes to an object; locks, marks and ages live in
// side tables (law 8).
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <type_traits>

#include "base/persisted.h"
#include "gc/reference.h"

namespace uvm::gc {

enum class ShapeKind : std::uint8_t {
  kInstance = 0,        // fixed size, references at ref_offsets
  kReferenceArray = 1,  // elements are references
  kPrimitiveArray = 2,  // elements are not
  kMirror = 3,          // java.lang.Class: instance part plus static fields
  kFiller = 4,          // dead space in a region, made walkable: a primitive byte array of no class
};
UVM_PERSISTED_ENUM(ShapeKind, kInstance, kReferenceArray, kPrimitiveArray, kMirror, kFiller)

// What the heap knows about a class. First member of rt::Class. Lives in the metadata segment.
struct Shape {
  std::uint32_t instance_size;  // bytes; of arrays: 16
  ShapeKind kind;
  std::uint8_t element_shift;            // arrays: log2 of the element size
  std::uint16_t ref_count;               // entries of ref_offsets
  Reference<std::uint32_t> ref_offsets;  // byte offsets of reference fields, inherited ones included
  std::uint32_t static_ref_count;        // entries of static_ref_offsets
  // Byte offsets in this class's mirror of its static references.
  Reference<std::uint32_t> static_ref_offsets;
  std::uint32_t reserved;
};
UVM_PERSISTED(Shape, instance_size, kind, element_shift, ref_count, ref_offsets, static_ref_count,
              static_ref_offsets, reserved)
static_assert(sizeof(Shape) == 24);

// A place in an object, a mirror or an array that holds a reference to an object. References get into objects by its
// functions and nowhere else, so that a write barrier has one place.
class ReferenceSlot {
 public:
  [[nodiscard]] ReferenceBits bits() const { return bits_; }
  [[nodiscard]] ReferenceBits bits_volatile() const { return __atomic_load_n(&bits_, __ATOMIC_SEQ_CST); }

  void store(ReferenceBits value) { bits_ = value; }
  void store_volatile(ReferenceBits value) { __atomic_store_n(&bits_, value, __ATOMIC_SEQ_CST); }
  // Replaces the content by `desired` if it is `expected`. Returns the content before. Sequentially
  // consistent.
  ReferenceBits compare_exchange(ReferenceBits expected, ReferenceBits desired) {
    __atomic_compare_exchange_n(&bits_, &expected, desired, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);
    return expected;
  }

  // Copies `count` references, each as a whole; the two may overlap.
  static void copy(ReferenceSlot* to, const ReferenceSlot* from, std::size_t count) {
    std::memmove(to, from, count * sizeof(ReferenceSlot));
  }

 private:
  ReferenceBits bits_;
};
static_assert(sizeof(ReferenceSlot) == kReferenceSize);

struct Object {
  Reference<Shape> shape;
  std::uint32_t identity_hash;

  // A field that is not a reference. (For an int use std::int32_t: the type of reference bits is rejected as
  // a mistake.)
  template <typename T>
  T& field(std::uint32_t offset) {
    static_assert(!std::is_same_v<T, ReferenceBits>, "references are in slots");
    return *reinterpret_cast<T*>(reinterpret_cast<std::byte*>(this) + offset);
  }
  template <typename T>
  const T& field(std::uint32_t offset) const {
    static_assert(!std::is_same_v<T, ReferenceBits>, "references are in slots");
    return *reinterpret_cast<const T*>(reinterpret_cast<const std::byte*>(this) + offset);
  }
  // The reference field at `offset`.
  [[nodiscard]] ReferenceSlot& slot(std::uint32_t offset) {
    return *reinterpret_cast<ReferenceSlot*>(reinterpret_cast<std::byte*>(this) + offset);
  }
  [[nodiscard]] const ReferenceSlot& slot(std::uint32_t offset) const {
    return *reinterpret_cast<const ReferenceSlot*>(reinterpret_cast<const std::byte*>(this) + offset);
  }
  [[nodiscard]] Object* reference(std::uint32_t offset) const { return decode<Object>(slot(offset).bits()); }
  void set_reference(std::uint32_t offset, const Object* value) { slot(offset).store(encode(value)); }
};
UVM_PERSISTED(Object, shape, identity_hash)
static_assert(sizeof(Object) == 8);

struct Array : Object {
  std::int32_t length;
  std::uint32_t unused;

  // Elements that are not references.
  template <typename T>
  T* elements() {
    static_assert(!std::is_same_v<T, ReferenceBits>, "references are in slots");
    return reinterpret_cast<T*>(reinterpret_cast<std::byte*>(this) + sizeof(Array));
  }
  template <typename T>
  const T* elements() const {
    static_assert(!std::is_same_v<T, ReferenceBits>, "references are in slots");
    return reinterpret_cast<const T*>(reinterpret_cast<const std::byte*>(this) + sizeof(Array));
  }
  // Elements of an array of references.
  ReferenceSlot* slots() { return elements<ReferenceSlot>(); }
  [[nodiscard]] const ReferenceSlot* slots() const { return elements<ReferenceSlot>(); }
};
UVM_PERSISTED_OVER(Array, Object, length, unused)
static_assert(sizeof(Array) == 16);

inline constexpr std::uint32_t kArrayBase = sizeof(Array);

struct Mirror : Object {
  std::uint32_t mirrored;  // Reference<rt::Class>; 0 while being made
  std::uint32_t size;      // bytes of this object
};
UVM_PERSISTED_OVER(Mirror, Object, mirrored, size)
static_assert(sizeof(Mirror) == 16);

inline constexpr std::uint64_t align_object(std::uint64_t bytes) { return (bytes + 7) & ~std::uint64_t{7}; }

// Bytes the object occupies.
inline std::uint64_t object_size(const Object* object) {
  const Shape* shape = object->shape.get();
  switch (shape->kind) {
    case ShapeKind::kInstance:
      return shape->instance_size;
    case ShapeKind::kMirror:
      return static_cast<const Mirror*>(object)->size;
    default:
      return align_object(
          sizeof(Array) +
          (static_cast<std::uint64_t>(static_cast<std::uint32_t>(static_cast<const Array*>(object)->length))
           << shape->element_shift));
  }
}

}  // namespace uvm::gc
