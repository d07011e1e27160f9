#include "gc/marker.h"

#include "gc/object_references.h"

namespace uvm::gc {

Marker::Marker(RegionOffset end, std::size_t stack_entries)
    : marks_(kOldStart, end),
      end_(end),
      stack_limit_(stack_entries),
      rescan_((end - kOldStart) / kOldRegionSize) {}

void Marker::mark(std::uint32_t bits) {
  const RegionOffset offset = offset_of_bits(bits);
  if (offset < kOldStart || offset >= end_ || !marks_.set(offset)) return;
  marked_objects_++;
  if (stack_.size() < stack_limit_) {
    stack_.push_back(bits);
    return;
  }
  overflows_++;
  overflowed_ = true;
  rescan_[(offset - kOldStart) / kOldRegionSize] = true;
}

void Marker::scan(Object* object) {
  const RegionOffset shape = offset_of_bits(object->shape.bits);
  if (weak_shapes_ == nullptr || !weak_shapes_->test(shape)) {
    for_each_reference(object, [this](const ReferenceSlot& slot) { mark(slot.bits()); });
    return;
  }
  const ReferenceSlot* weak = &object->slot(weak_field_);
  if (weak->bits() != 0) weak_objects_.push_back(encode(object));
  for_each_reference(object, [this, weak](const ReferenceSlot& slot) {
    if (&slot != weak) mark(slot.bits());
  });
}

void Marker::empty_stack() {
  while (!stack_.empty()) {
    const std::uint32_t bits = stack_.back();
    stack_.pop_back();
    scan(decode_nonnull<Object>(bits));
  }
}

// Each overflow is of an object that was not marked before, so this ends.
void Marker::drain() {
  empty_stack();
  while (overflowed_) {
    overflowed_ = false;
    for (std::size_t i = 0; i < rescan_.size(); i++) {
      if (!rescan_[i]) continue;
      rescan_[i] = false;
      const RegionOffset region = kOldStart + i * kOldRegionSize;
      marks_.for_each(region, region + kOldRegionSize, [this](RegionOffset offset) {
        scan(at_offset<Object>(offset));
        empty_stack();
      });
    }
  }
}

}  // namespace uvm::gc
