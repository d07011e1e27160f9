// The segments of a heap, and the page before them.
#include "runtime/boot/heap_format.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include "gc/layout.h"
#include "gc/reference.h"
#include "runtime/metadata/roots.h"
#include "uffd/region.h"
#include "uffd/region_test_store.h"

namespace uvm::rt {
namespace {

TEST(HeapSegments, FollowEachOtherAfterTheNullPage) {
  gc::RegionOffset end = 4096;
  for (const uffd::SegmentSpec& segment : heap_segments()) {
    EXPECT_GE(segment.offset, end) << segment.name;
    end = segment.offset + segment.size;
  }
  EXPECT_LE(end, gc::kRegionSize);
}

// write(2) reads the memory for us: EFAULT where there is none.
TEST(HeapSegments, TheNullPageIsNotMapped) {
  uffd::testing::PlainStore store(gc::kRegionSize / store::kLineSize);
  uffd::RegionOptions options;
  options.segments = heap_segments();
  options.size = gc::kRegionSize;
  options.memory_limit = 64 << 20;
  options.store = &store;
  auto region = uffd::Region::create(options);
  ASSERT_TRUE(region) << region.error().message;
  std::array<int, 2> ends{};
  ASSERT_EQ(::pipe(ends.data()), 0);
  EXPECT_EQ(::write(ends[1], (*region)->base() + sizeof(Roots) / 2, 1), -1);
  EXPECT_EQ(errno, EFAULT);
  // A fault inside the kernel cannot be served in the thread, so the line is touched first.
  const std::byte* roots_at = (*region)->base() + gc::kRootsStart;
  const std::byte touched = *static_cast<const volatile std::byte*>(roots_at);
  EXPECT_EQ(touched, std::byte{0});
  EXPECT_EQ(::write(ends[1], roots_at, 1), 1);
  ::close(ends[0]);
  ::close(ends[1]);
}

}  // namespace
}  // namespace uvm::rt
