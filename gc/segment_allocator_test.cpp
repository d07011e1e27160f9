// Native memory: blocks, their sizes, and the count of bytes that are handed out.
#include "gc/segment_allocator.h"

#include <gtest/gtest.h>
#include <sys/mman.h>

#include <cstring>
#include <vector>

#include "gc/layout.h"

namespace uvm::gc {
namespace {

class SegmentAllocatorTest : public ::testing::Test {
 protected:
  static constexpr RegionOffset kSize = kNativeStart + (std::uint64_t{64} << 20);

  void SetUp() override {
    memory_ =
        mmap(nullptr, kSize, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    ASSERT_NE(memory_, MAP_FAILED);
    g_region_base = static_cast<std::byte*>(memory_);
    state_.top = kNativeStart;
    state_.end = kSize;
  }
  void TearDown() override {
    g_region_base = nullptr;
    munmap(memory_, kSize);
  }

  void* memory_ = nullptr;
  SegmentAllocatorState state_{};
  SegmentAllocator allocator_{&state_, nullptr};
};

TEST_F(SegmentAllocatorTest, ReleasedBlocksAreNotCounted) {
  std::vector<RegionOffset> blocks;
  for (std::uint64_t bytes = 0; bytes < 3000; bytes += 7) {
    const std::uint64_t before = state_.allocated_bytes;
    const RegionOffset block = allocator_.allocate(bytes);
    ASSERT_NE(block, 0U);
    EXPECT_EQ(block % 16, 0U);
    EXPECT_GE(SegmentAllocator::usable_size(block), bytes);
    // The usable bytes, and the header of 16 bytes.
    EXPECT_EQ(state_.allocated_bytes - before, SegmentAllocator::usable_size(block) + 16) << bytes;
    blocks.push_back(block);
  }
  EXPECT_EQ(state_.allocated_bytes, state_.top - kNativeStart);
  for (const RegionOffset block : blocks) allocator_.release(block);
  EXPECT_EQ(state_.allocated_bytes, 0U);
}

TEST_F(SegmentAllocatorTest, AllOfABlockCanBeUsed) {
  std::vector<RegionOffset> blocks;
  for (std::uint64_t bytes = 1; bytes < 500; ++bytes) {
    const RegionOffset block = allocator_.allocate(bytes);
    std::memset(at_offset<std::byte>(block), static_cast<int>(blocks.size() & 0xff),
                SegmentAllocator::usable_size(block));
    blocks.push_back(block);
  }
  for (std::size_t i = 0; i < blocks.size(); ++i) {
    const auto* bytes = at_offset<std::uint8_t>(blocks[i]);
    const std::uint64_t size = SegmentAllocator::usable_size(blocks[i]);
    EXPECT_EQ(bytes[0], i & 0xff);
    EXPECT_EQ(bytes[size - 1], i & 0xff);
  }
}

TEST_F(SegmentAllocatorTest, ABlockIsReused) {
  const RegionOffset block = allocator_.allocate(1000);
  allocator_.release(block);
  EXPECT_EQ(allocator_.allocate(1000), block);
}

}  // namespace
}  // namespace uvm::gc
