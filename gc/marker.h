// Marker: finds every reachable object while the program is stopped.
//
// Marks are bits on the host; nothing is written into objects, so marking makes no line dirty (law 8). The
// stack of objects that are marked but not scanned is bounded: when it is full, the region of an object that
// does not fit is remembered, and the marked objects of such regions are scanned again later.
//
// Weak fields: objects of given shapes have one field that is not followed; they are collected in
// weak_objects(). The layer above decides what that means (runtime/reference_processing.h).
#pragma once

#include <cstdint>
#include <vector>

#include "gc/object.h"
#include "gc/side_bitmap.h"

namespace uvm::gc {

class Marker {
 public:
  // Marks objects at offsets from kOldStart to `end`, a multiple of kOldRegionSize. `stack_entries` at
  // least 1.
  explicit Marker(RegionOffset end, std::size_t stack_entries = std::size_t{1} << 18);

  // The field at byte `field` is weak in objects whose shape's offset is set in `shapes`, which must outlive
  // this.
  void set_weak(const SideBitmap& shapes, std::uint32_t field) {
    weak_shapes_ = &shapes;
    weak_field_ = field;
  }

  // Marks an object (not yet what it refers to). Ignores null and values that are not offsets of the heap.
  void mark(std::uint32_t bits);
  // Marks everything that marked objects refer to, until nothing is left.
  void drain();

  // Precondition: an object of the heap.
  [[nodiscard]] bool is_marked(std::uint32_t bits) const {
    return marks_.test(RegionOffset{bits} << kReferenceShift);
  }
  // Marked objects that have a weak field which is not null, in the order in which they were found; some
  // perhaps several times.
  [[nodiscard]] const std::vector<std::uint32_t>& weak_objects() const { return weak_objects_; }
  [[nodiscard]] std::uint64_t marked_objects() const { return marked_objects_; }
  [[nodiscard]] std::uint64_t overflows() const { return overflows_; }

 private:
  void scan(Object* object);
  void empty_stack();

  SideBitmap marks_;
  RegionOffset end_;
  const SideBitmap* weak_shapes_ = nullptr;
  std::uint32_t weak_field_ = 0;
  std::size_t stack_limit_;
  std::vector<std::uint32_t> stack_;
  std::vector<bool> rescan_;  // by region: has marked objects that are not scanned yet
  bool overflowed_ = false;
  std::vector<std::uint32_t> weak_objects_;
  std::uint64_t marked_objects_ = 0;
  std::uint64_t overflows_ = 0;
};

}  // namespace uvm::gc
