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

#include <cstdint>

#include "gc/reference.h"

namespace uvm::gc {

enum class ShapeKind : std::uint8_t {
  kInstance,        // fixed size, references at ref_offsets
  kReferenceArray,  // elements are references
  kPrimitiveArray,  // elements are not
  kMirror,          // java.lang.Class: instance part plus static fields
  kFiller,          // dead space in a region, made walkable: a primitive byte array of no class
};

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
static_assert(sizeof(Shape) == 24);

struct Object {
  Reference<Shape> shape;
  std::uint32_t identity_hash;

  template <typename T>
  T& field(std::uint32_t offset) {
    return *reinterpret_cast<T*>(reinterpret_cast<std::byte*>(this) + offset);
  }
  template <typename T>
  const T& field(std::uint32_t offset) const {
    return *reinterpret_cast<const T*>(reinterpret_cast<const std::byte*>(this) + offset);
  }
  // The reference field at `offset`.
  [[nodiscard]] Object* reference(std::uint32_t offset) const {
    return decode<Object>(field<std::uint32_t>(offset));
  }
  void set_reference(std::uint32_t offset, const Object* value) {
    field<std::uint32_t>(offset) = encode(value);
  }
};
static_assert(sizeof(Object) == 8);

struct Array : Object {
  std::int32_t length;
  std::uint32_t unused;

  template <typename T>
  T* elements() {
    return reinterpret_cast<T*>(reinterpret_cast<std::byte*>(this) + sizeof(Array));
  }
  template <typename T>
  const T* elements() const {
    return reinterpret_cast<const T*>(reinterpret_cast<const std::byte*>(this) + sizeof(Array));
  }
};
static_assert(sizeof(Array) == 16);

inline constexpr std::uint32_t kArrayBase = sizeof(Array);

struct Mirror : Object {
  std::uint32_t mirrored;  // Reference<rt::Class>; 0 while being made
  std::uint32_t size;      // bytes of this object
};
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
