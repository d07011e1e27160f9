#include "gc/region_walk.h"

#include <algorithm>

namespace uvm::gc {

RegionWalker::RegionWalker(const HeapState& state, std::vector<AllocationBuffer> buffers,
                           std::function<bool(std::uint32_t)> known_shape)
    : state_(state), buffers_(std::move(buffers)), known_shape_(std::move(known_shape)) {
  std::erase_if(buffers_, [](const AllocationBuffer& b) { return b.top >= b.end; });
  std::sort(buffers_.begin(), buffers_.end(),
            [](const AllocationBuffer& a, const AllocationBuffer& b) { return a.top < b.top; });
}

RegionOffset RegionWalker::limit_of(RegionOffset region) const {
  const auto kind = static_cast<RegionKind>(state_.region_kinds[(region - kOldStart) / kOldRegionSize]);
  switch (kind) {
    case RegionKind::kOld:
      return state_.shared_end == region + kOldRegionSize ? state_.shared_top : region + kOldRegionSize;
    case RegionKind::kLargeStart: {
      RegionOffset end = region + kOldRegionSize;
      while (end < state_.next_region &&
             static_cast<RegionKind>(state_.region_kinds[(end - kOldStart) / kOldRegionSize]) ==
                 RegionKind::kLargeContinued) {
        end += kOldRegionSize;
      }
      return end;
    }
    case RegionKind::kFree:
    case RegionKind::kLargeContinued:
      break;
  }
  return region;
}

RegionOffset RegionWalker::skip_buffer(RegionOffset at) const {
  const auto owner = std::lower_bound(buffers_.begin(), buffers_.end(), at,
                                      [](const AllocationBuffer& b, RegionOffset o) { return b.top < o; });
  return owner != buffers_.end() && owner->top == at ? owner->end : at;
}

std::optional<WalkProblem> RegionWalker::measure(RegionOffset at, RegionOffset limit, std::uint64_t* size,
                                                 bool* filler) const {
  const auto* object = at_offset<Object>(at);
  const RegionOffset in_region = (at - kOldStart) % kOldRegionSize;
  const bool large =
      in_region == 0 && static_cast<RegionKind>(state_.region_kinds[(at - kOldStart) / kOldRegionSize]) ==
                            RegionKind::kLargeStart;
  const std::uint32_t shape_bits = object->shape.bits;
  if (large && shape_bits == 0) return std::nullopt;  // allocated, its owner has not written the header yet
  *filler = shape_bits != 0 && shape_bits == state_.filler_shape.bits;
  const RegionOffset shape_at = offset_of_bits(shape_bits);
  const bool known =
      *filler || (known_shape_ ? known_shape_(shape_bits)
                               : shape_at >= kMetadataStart && shape_at < kMetadataStart + kMetadataSize);
  if (!known) return WalkProblem{at, "header names no class: " + std::to_string(shape_bits)};
  if (*filler && object->identity_hash == 0) {
    *size = sizeof(Object);
    return std::nullopt;
  }
  const Shape* shape = object->shape.get();
  const bool array = shape->kind != ShapeKind::kInstance && shape->kind != ShapeKind::kMirror;
  if (array && limit - at < sizeof(Array))
    return WalkProblem{at, "array header passes the end of the region"};
  if (array && static_cast<const Array*>(object)->length < 0)
    return WalkProblem{at, "array length is negative"};
  *size = object_size(object);
  if (*size < sizeof(Object) || *size % 8 != 0)
    return WalkProblem{at, "size " + std::to_string(*size) + " is none"};
  if (*size > limit - at)
    return WalkProblem{at, "size " + std::to_string(*size) + " passes the end of the region"};
  if (large) *size = limit - at;  // alone in its regions
  return std::nullopt;
}

bool ObjectStarts::is_start(std::uint32_t bits) {
  const RegionOffset offset = offset_of_bits(bits);
  if (!starts_.covers(offset)) return false;
  const std::size_t index = (offset - kOldStart) / kOldRegionSize;
  if (!walked_[index]) {
    walked_[index] = true;
    walker_.walk(kOldStart + index * kOldRegionSize, [&](Object* object) { starts_.set(offset_of(object)); });
  }
  return starts_.test(offset);
}

}  // namespace uvm::gc
