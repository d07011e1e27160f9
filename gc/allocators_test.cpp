// The allocators against models, in plain memory: blocks neither overlap nor leave their segment.
#include <gtest/gtest.h>
#include <sys/mman.h>

#include <cstring>
#include <iterator>
#include <map>
#include <random>
#include <set>
#include <thread>
#include <vector>

#include "gc/heap.h"
#include "gc/region_walk.h"
#include "gc/segment_allocator.h"

namespace uvm::gc {
namespace {

class Allocators : public ::testing::Test {
 protected:
  static constexpr RegionOffset kHeapEnd = kOldStart + 16 * kOldRegionSize;

  Allocators() {
    memory_ = mmap(nullptr, kRegionSize, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE,
                   -1, 0);
    EXPECT_NE(memory_, MAP_FAILED);
    g_region_base = static_cast<std::byte*>(memory_);
    native_.top = kNativeStart;
    native_.end = kNativeStart + 64 * kMiB;
    metadata_.top = kMetadataStart;
    metadata_.end = kMetadataStart + kMetadataSize;
    SegmentAllocator metadata(&metadata_, nullptr);
    heap_.old_end = kHeapEnd;
    heap_.next_region = heap_.shared_top = heap_.shared_end = kOldStart;
    heap_.region_kinds = metadata.make<std::uint8_t>(kMaxOldSize / kOldRegionSize);
    auto* filler = metadata.make<Shape>();
    filler->kind = ShapeKind::kFiller;
    filler->instance_size = sizeof(Array);
    heap_.filler_shape = filler;
    bytes_ = metadata.make<Shape>();
    bytes_->kind = ShapeKind::kPrimitiveArray;
    bytes_->instance_size = sizeof(Array);
  }
  ~Allocators() override {
    munmap(memory_, kRegionSize);
    g_region_base = nullptr;
  }

  // A byte array of `bytes` bytes, header included.
  Array* write_array(std::byte* memory, std::uint64_t bytes) const {
    set_header(memory, bytes_);
    auto* array = reinterpret_cast<Array*>(memory);
    array->length = static_cast<std::int32_t>(bytes - sizeof(Array));
    return array;
  }

  void* memory_;
  SegmentAllocatorState native_{}, metadata_{};
  HeapState heap_{};
  Shape* bytes_ = nullptr;
};

TEST_F(Allocators, BlocksAreLargeEnoughAndDoNotOverlap) {
  SegmentAllocator allocator(&native_, nullptr);
  struct Block {
    std::uint64_t bytes;
    std::uint8_t content;
  };
  std::map<RegionOffset, Block> live;
  std::mt19937 random(1);
  for (int step = 0; step < 20000; ++step) {
    if (live.size() < 200 && random() % 5 < 3) {
      const std::uint64_t bytes = random() % 20 == 0 ? random() % 100000 : random() % 300;
      const RegionOffset block = allocator.allocate(bytes);
      ASSERT_NE(block, 0U);
      ASSERT_EQ(block % 16, 0U);
      ASSERT_GE(SegmentAllocator::usable_size(block), bytes);
      ASSERT_GE(block, kNativeStart);
      ASSERT_LE(block + SegmentAllocator::usable_size(block), native_.top);
      const auto after = live.lower_bound(block);
      if (after != live.end()) {
        ASSERT_LE(block + SegmentAllocator::usable_size(block), after->first);
      }
      if (after != live.begin()) {
        const RegionOffset before = std::prev(after)->first;
        ASSERT_LE(before + SegmentAllocator::usable_size(before), block);
      }
      const auto content = static_cast<std::uint8_t>(random());
      std::memset(at_offset<void>(block), content, SegmentAllocator::usable_size(block));
      live[block] = {bytes, content};
    } else if (!live.empty()) {
      auto victim = live.begin();
      std::advance(victim, random() % live.size());
      const auto* bytes = at_offset<std::uint8_t>(victim->first);
      for (std::uint64_t i = 0; i < victim->second.bytes; ++i) ASSERT_EQ(bytes[i], victim->second.content);
      allocator.release(victim->first);
      live.erase(victim);
    }
  }
  for (const auto& [block, content] : live) allocator.release(block);
  EXPECT_LT(native_.top - kNativeStart, 8 * kMiB);  // released blocks are reused
}

TEST_F(Allocators, AFullSegmentRefusesUntilABlockIsReleased) {
  native_.end = kNativeStart + 1 * kMiB;
  SegmentAllocator allocator(&native_, nullptr);
  std::vector<RegionOffset> blocks;
  while (const RegionOffset block = allocator.allocate(10000)) blocks.push_back(block);
  EXPECT_GT(blocks.size(), 80U);
  EXPECT_LE(native_.top, native_.end);
  EXPECT_EQ(allocator.allocate(~std::uint64_t{0} - 20), 0U);
  allocator.release(blocks.back());
  EXPECT_EQ(allocator.allocate(10000), blocks.back());
}

TEST_F(Allocators, ObjectsOfManyThreadsDoNotOverlapAndCanBeWalked) {
  constexpr unsigned kThreads = 4;
  Heap heap(&heap_, nullptr);
  AllocationBuffer buffers[kThreads]{};
  std::vector<std::pair<Array*, std::uint64_t>> made[kThreads];
  std::vector<std::thread> threads;
  for (unsigned t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      std::mt19937 random(t);
      for (int i = 0; i < 3000; ++i) {
        const std::uint64_t bytes = random() % 400 == 0  ? 600 * 1024
                                    : random() % 50 == 0 ? 20000
                                                         : 16 + random() % 60 * 8;
        std::byte* memory = heap.allocate(buffers[t], bytes);
        if (memory == nullptr) break;
        for (std::uint64_t at = 0; at < bytes; at += 8) {
          if (*reinterpret_cast<const std::uint64_t*>(memory + at) != 0) ADD_FAILURE() << "not zero";
        }
        Array* array = write_array(memory, bytes);
        std::memset(array + 1, static_cast<int>(t) + 1, bytes - sizeof(Array));
        made[t].emplace_back(array, bytes);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();

  // The walk finds each object once, while buffers are open and when they are retired.
  std::set<const Object*> expected;
  std::map<const std::byte*, std::uint64_t> sizes;
  for (const auto& list : made) {
    for (const auto& [array, bytes] : list) {
      EXPECT_TRUE(expected.insert(array).second);
      sizes[reinterpret_cast<const std::byte*>(array)] = bytes;
    }
  }
  const std::byte* end = nullptr;
  for (const auto& [start, bytes] : sizes) {
    EXPECT_GE(start, end);
    end = start + bytes;
  }
  EXPECT_LE(end, g_region_base + kHeapEnd);
  const auto walked = [&](const std::vector<AllocationBuffer>& open) {
    const RegionWalker walker(heap_, open);
    std::set<const Object*> found;
    for (RegionOffset region = kOldStart; region < walker.end(); region += kOldRegionSize) {
      const auto problem =
          walker.walk(region, [&](Object* object) { EXPECT_TRUE(found.insert(object).second); });
      EXPECT_FALSE(problem) << problem->what;
    }
    return found;
  };
  EXPECT_EQ(walked({std::begin(buffers), std::end(buffers)}), expected);
  for (AllocationBuffer& buffer : buffers) heap.retire(buffer);
  EXPECT_EQ(walked({}), expected);
}

TEST_F(Allocators, AFullHeapRefusesAndOpensItsReserveForErrors) {
  Heap heap(&heap_, nullptr);
  heap_.reserve = 2 * kReservePiece;
  AllocationBuffer buffer{};
  std::uint64_t objects = 0;
  while (std::byte* memory = heap.allocate(buffer, 1024)) {
    write_array(memory, 1024);
    ++objects;
  }
  EXPECT_EQ(objects, (16 * kOldRegionSize - 2 * kReservePiece) / 1024);
  EXPECT_EQ(heap.allocate(buffer, 4 * kOldRegionSize), nullptr);
  for (int piece = 0; piece < 2; ++piece) {
    EXPECT_TRUE(heap.make_room_for_error(kReservePiece));
    std::uint64_t more = 0;
    while (std::byte* memory = heap.allocate(buffer, 1024)) {
      write_array(memory, 1024);
      ++more;
    }
    EXPECT_EQ(more, kReservePiece / 1024);
  }
  EXPECT_FALSE(heap.make_room_for_error(kReservePiece));
}

}  // namespace
}  // namespace uvm::gc
