#include "gc/heap.h"

#include <algorithm>

#include "uffd/region.h"

namespace uvm::gc {

std::byte* g_region_base = nullptr;

namespace {
constexpr std::uint64_t kLargeObject = kOldRegionSize / 2;

std::size_t region_index(RegionOffset offset) { return (offset - kOldStart) / kOldRegionSize; }

// Only lines that lie wholly inside: a line shared with a neighbour may have content that is not resident any
// more, and populating would replace it by zeroes.
void populate(uffd::Region* region, RegionOffset from, RegionOffset to) {
  const RegionOffset first = (from + uffd::kLineSize - 1) / uffd::kLineSize * uffd::kLineSize;
  const RegionOffset last = to / uffd::kLineSize * uffd::kLineSize;
  if (region != nullptr && first < last) region->populate_fresh(first, last - first);
}
}  // namespace

std::uint64_t Heap::free_bytes() const {
  return (state_->old_end - state_->next_region) + (state_->shared_end - state_->shared_top);
}

bool Heap::make_room_for_error(std::uint64_t bytes) {
  const auto available = [this] {
    return limit() - std::min(limit(), state_->next_region) + (state_->shared_end - state_->shared_top);
  };
  const std::lock_guard guard(lock_);
  if (available() < bytes) state_->reserve -= std::min(state_->reserve, kReservePiece);
  return available() >= bytes;
}

void Heap::fill(RegionOffset from, RegionOffset to) {
  if (from >= to) return;
  if (to - from == sizeof(Object)) {
    // Too small for an array header: a bare object of the filler's instance form. The length field of the
    // following object is not ours, so a header alone marks one word of dead space.
    at_offset<std::uint64_t>(from)[0] = encode(state_->filler_shape.get());
    return;
  }
  auto* filler = at_offset<Array>(from);
  set_header(filler, state_->filler_shape.get());
  filler->length = static_cast<std::int32_t>(to - from - sizeof(Array));
}

void Heap::retire(AllocationBuffer& buffer) {
  fill(buffer.top, buffer.end);
  buffer.top = buffer.end = 0;
}

bool Heap::refill_shared() {
  if (state_->next_region + kOldRegionSize > limit()) return false;
  fill(state_->shared_top, state_->shared_end);
  state_->region_kinds[region_index(state_->next_region)] = static_cast<std::uint8_t>(RegionKind::kOld);
  state_->shared_top = state_->next_region;
  state_->shared_end = state_->next_region + kOldRegionSize;
  state_->next_region += kOldRegionSize;
  return true;
}

std::byte* Heap::allocate_large(std::uint64_t bytes) {
  const std::uint64_t span = (bytes + kOldRegionSize - 1) / kOldRegionSize * kOldRegionSize;
  const std::lock_guard guard(lock_);
  if (span < bytes || state_->next_region + span > limit()) return nullptr;
  const RegionOffset start = state_->next_region;
  state_->next_region += span;
  std::uint8_t* kinds = state_->region_kinds.get() + region_index(start);
  kinds[0] = static_cast<std::uint8_t>(RegionKind::kLargeStart);
  for (std::uint64_t i = 1; i < span / kOldRegionSize; i++) {
    kinds[i] = static_cast<std::uint8_t>(RegionKind::kLargeContinued);
  }
  std::atomic_ref(state_->allocated_bytes).fetch_add(bytes, std::memory_order_relaxed);
  return g_region_base + start;
}

std::byte* Heap::allocate_slow(AllocationBuffer& buffer, std::uint64_t bytes) {
  if (bytes >= kLargeObject) return allocate_large(bytes);
  // An object that would waste much of a buffer is cut from the shared region directly.
  const bool direct = bytes > kAllocationBufferSize / 4;
  const std::uint64_t want = direct ? bytes : kAllocationBufferSize;
  std::unique_lock guard(lock_);
  if (state_->shared_end - state_->shared_top < want) {
    const bool enough_left = !direct && state_->shared_end - state_->shared_top >= bytes;
    if (!enough_left && !refill_shared()) return nullptr;
  }
  const std::uint64_t take = std::min(want, state_->shared_end - state_->shared_top);
  const RegionOffset start = state_->shared_top;
  state_->shared_top += take;
  std::atomic_ref(state_->allocated_bytes).fetch_add(take, std::memory_order_relaxed);
  guard.unlock();
  populate(region_, start, start + take);
  if (direct) return g_region_base + start;
  retire(buffer);
  buffer.top = start + bytes;
  buffer.end = start + take;
  return g_region_base + start;
}

}  // namespace uvm::gc
