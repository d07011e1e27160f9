#include "gc/segment_allocator.h"

#include <bit>
#include <cstdlib>
#include <cstring>

#include <spdlog/spdlog.h>

#include "uffd/region.h"

namespace uvm::gc {
namespace {

constexpr std::uint64_t kLine = 4096;

// Four classes per power of two, header included: up to 32, 40, 48, 56, 64, 80, ... bytes.
unsigned class_of(std::uint64_t bytes) {
  if (bytes <= 32) return 0;
  const auto log = static_cast<unsigned>(std::bit_width(bytes - 1)) - 1;  // 2^log <= bytes-1 < 2^(log+1)
  const std::uint64_t step = (std::uint64_t{1} << log) / 4;
  const auto quarter = static_cast<unsigned>((bytes - 1 - (std::uint64_t{1} << log)) / step);
  return (log - 5) * 4 + quarter + 1;
}

// Bytes of a block, a multiple of 16 so that the next one is aligned.
std::uint64_t size_of_class(unsigned size_class) {
  if (size_class == 0) return 32;
  const unsigned log = (size_class - 1) / 4 + 5;
  const unsigned quarter = (size_class - 1) % 4 + 1;
  const std::uint64_t size = (std::uint64_t{1} << log) + ((std::uint64_t{1} << log) / 4) * quarter;
  return (size + 15) & ~std::uint64_t{15};
}

}  // namespace

void* SegmentAllocator::allocate_forever(std::uint64_t bytes) {
  bytes = (bytes + 7) & ~std::uint64_t{7};
  const std::lock_guard guard(lock_);
  const RegionOffset start = state_->top;
  if (bytes > state_->end - start) {
    spdlog::critical("metadata segment is full: " + std::to_string(bytes) + " bytes asked, " +
                     std::to_string(state_->end - start) + " left; the program loads too many classes");
    std::abort();
  }
  state_->top = start + bytes;
  state_->allocated_bytes += bytes;
  return g_region_base + start;
}

RegionOffset SegmentAllocator::allocate(std::uint64_t bytes) {
  if (bytes > state_->end - kNativeStart) return 0;
  const unsigned size_class = class_of(bytes + sizeof(BlockHeader));
  const std::uint64_t size = size_of_class(size_class);
  const std::lock_guard guard(lock_);
  RegionOffset block = state_->free_lists[size_class];
  if (block != 0) {
    state_->free_lists[size_class] = at_offset<BlockHeader>(block)->next_free;
  } else {
    block = (state_->top + 15) & ~RegionOffset{15};
    if (size > state_->end - block) return 0;
    state_->top = block + size;
  }
  auto* header = at_offset<BlockHeader>(block);
  header->size_class = size_class;
  header->next_free = 0;
  state_->allocated_bytes += size;
  return block + sizeof(BlockHeader);
}

std::uint64_t SegmentAllocator::usable_size(RegionOffset block) {
  const auto size_class = at_offset<BlockHeader>(block - sizeof(BlockHeader))->size_class;
  return size_of_class(static_cast<unsigned>(size_class)) - sizeof(BlockHeader);
}

void SegmentAllocator::release(RegionOffset block) {
  if (block == 0) return;
  block -= sizeof(BlockHeader);
  auto* header = at_offset<BlockHeader>(block);
  const auto size_class = static_cast<unsigned>(header->size_class);
  const std::uint64_t size = size_of_class(size_class);
  // The lines wholly inside the block have no content any more; the first one keeps the header.
  const RegionOffset first = (block + sizeof(BlockHeader) + kLine - 1) & ~(kLine - 1);
  const RegionOffset last = (block + size) & ~(kLine - 1);
  // If the store cannot erase them now, it just keeps them longer.
  if (region_ != nullptr && last > first) (void)region_->discard(first, last - first);
  const std::lock_guard guard(lock_);
  header->next_free = state_->free_lists[size_class];
  state_->free_lists[size_class] = block;
  state_->allocated_bytes -= size;
}

}  // namespace uvm::gc
