#include "gc/marker.h"

#include <gtest/gtest.h>
#include <sys/mman.h>

#include <random>
#include <set>
#include <vector>

#include "gc/heap_verifier.h"
#include "gc/object_references.h"
#include "gc/region_walk.h"

namespace uvm::gc {
namespace {

// A heap in plain memory: the layout's addresses, without a pager. A handful of shapes and objects made by
// hand.
class SmallHeap : public ::testing::Test, public RootSource {
 protected:
  static constexpr RegionOffset kSize = kOldStart + 64 * kOldRegionSize;

  void SetUp() override {
    memory_ =
        mmap(nullptr, kSize, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    ASSERT_NE(memory_, MAP_FAILED);
    g_region_base = static_cast<std::byte*>(memory_);
    state_ = at_offset<HeapState>(kRootsStart + 64);
    state_->old_end = kSize;
    state_->next_region = kOldStart;
    state_->region_kinds = metadata<std::uint8_t>(4096);
    filler_ = shape(ShapeKind::kFiller, sizeof(Array), {});
    state_->filler_shape = filler_;
    pair_ = shape(ShapeKind::kInstance, 24, {8, 16});
    weak_ = shape(ShapeKind::kInstance, 24, {8, 16});
    array_ = shape(ShapeKind::kReferenceArray, sizeof(Array), {}, 2);
    bytes_ = shape(ShapeKind::kPrimitiveArray, sizeof(Array), {});
    heap_.emplace(state_, nullptr);
  }

  void TearDown() override {
    g_region_base = nullptr;
    munmap(memory_, kSize);
  }

  template <typename T>
  T* metadata(std::size_t count) {
    auto* at = at_offset<T>(metadata_top_);
    metadata_top_ += (count * sizeof(T) + 7) / 8 * 8;
    return at;
  }

  Shape* shape(ShapeKind kind, std::uint32_t size, const std::vector<std::uint32_t>& offsets,
               unsigned shift = 0) {
    auto* s = metadata<Shape>(1);
    s->kind = kind;
    s->instance_size = size;
    s->element_shift = static_cast<std::uint8_t>(shift);
    s->ref_count = static_cast<std::uint16_t>(offsets.size());
    auto* list = metadata<std::uint32_t>(offsets.size() + 1);
    std::copy(offsets.begin(), offsets.end(), list);
    s->ref_offsets = list;
    shapes_.insert(encode(s));
    return s;
  }

  Object* make(const Shape* s, std::int32_t length = 0) {
    std::uint64_t size = s->instance_size;
    if (s->kind != ShapeKind::kInstance) {
      size = align_object(sizeof(Array) + (static_cast<std::uint64_t>(length) << s->element_shift));
    }
    std::byte* memory = heap_->allocate(buffer_, size);
    EXPECT_NE(memory, nullptr);
    set_header(memory, s);
    auto* object = reinterpret_cast<Object*>(memory);
    if (s->kind != ShapeKind::kInstance) static_cast<Array*>(object)->length = length;
    return object;
  }

  Object* pair(const Object* first, const Object* second) {
    Object* o = make(pair_);
    o->set_reference(8, first);
    o->set_reference(16, second);
    return o;
  }

  static ReferenceSlot& element(Object* array, std::size_t i) {
    return static_cast<Array*>(array)->slots()[i];
  }

  void visit_roots(const Visitor& visit) override {
    for (const std::uint32_t bits : roots_) visit({.bits = bits, .exact = true, .what = "test"});
  }

  HeapFindings verify() {
    return verify_heap(
        *state_, {buffer_}, *this, [this](std::uint32_t bits) { return shapes_.count(bits) != 0; },
        [](const Object*) { return std::string("thing"); });
  }

  void* memory_ = nullptr;
  RegionOffset metadata_top_ = kMetadataStart;
  HeapState* state_ = nullptr;
  AllocationBuffer buffer_{};
  std::optional<Heap> heap_;
  std::set<std::uint32_t> shapes_;
  std::vector<std::uint32_t> roots_;
  Shape *filler_ = nullptr, *pair_ = nullptr, *weak_ = nullptr, *array_ = nullptr, *bytes_ = nullptr;
};

TEST_F(SmallHeap, MarksWhatIsReachableAndNothingElse) {
  Object* leaf = make(bytes_, 5);
  Object* cycle = pair(nullptr, leaf);
  cycle->set_reference(8, cycle);
  Object* dead = pair(cycle, leaf);
  Marker marker(state_->next_region);
  marker.mark(encode(cycle));
  marker.mark(0);
  marker.drain();
  EXPECT_TRUE(marker.is_marked(encode(cycle)));
  EXPECT_TRUE(marker.is_marked(encode(leaf)));
  EXPECT_FALSE(marker.is_marked(encode(dead)));
  EXPECT_EQ(marker.marked_objects(), 2U);
}

TEST_F(SmallHeap, FollowsMirrorsIntoStaticFields) {
  auto* mirrored = metadata<Shape>(1);
  mirrored->static_ref_count = 1;
  auto* offsets = metadata<std::uint32_t>(1);
  *offsets = 28;
  mirrored->static_ref_offsets = offsets;
  Shape* mirror_shape = shape(ShapeKind::kMirror, 24, {16});
  std::byte* memory = heap_->allocate(buffer_, 32);
  set_header(memory, mirror_shape);
  auto* mirror = reinterpret_cast<Mirror*>(memory);
  mirror->size = 32;
  mirror->mirrored = encode(mirrored);
  Object* in_field = make(bytes_, 1);
  Object* in_static = make(bytes_, 1);
  mirror->set_reference(16, in_field);
  mirror->set_reference(28, in_static);
  Marker marker(state_->next_region);
  marker.mark(encode(mirror));
  marker.drain();
  EXPECT_TRUE(marker.is_marked(encode(in_field)));
  EXPECT_TRUE(marker.is_marked(encode(in_static)));
}

TEST_F(SmallHeap, WeakFieldIsReportedInsteadOfFollowed) {
  Object* referent = make(bytes_, 1);
  Object* other = make(bytes_, 1);
  Object* reference = make(weak_);
  reference->set_reference(8, referent);
  reference->set_reference(16, other);
  Object* empty = make(weak_);
  SideBitmap shapes(kMetadataStart, kMetadataStart + kMetadataSize);
  shapes.set(offset_of(weak_));
  Marker marker(state_->next_region);
  marker.set_weak(shapes, 8);
  marker.mark(encode(pair(reference, empty)));
  marker.drain();
  EXPECT_FALSE(marker.is_marked(encode(referent)));
  EXPECT_TRUE(marker.is_marked(encode(other)));
  EXPECT_EQ(marker.weak_objects(), std::vector<std::uint32_t>{encode(reference)});
}

// A random graph over several regions, marked with a stack of one to a few entries, against a search over a
// plain copy of the graph.
TEST_F(SmallHeap, SmallStackMarksTheSameAsAPlainSearch) {
  for (unsigned seed = 0; seed < 8; seed++) {
    std::mt19937 random(seed);
    std::vector<Object*> objects;
    for (unsigned i = 0; i < 20000; i++) {
      objects.push_back(random() % 8 == 0 ? make(array_, static_cast<std::int32_t>(random() % 40))
                                          : make(pair_));
    }
    const auto any = [&] { return encode(objects[random() % objects.size()]); };
    for (Object* o : objects) {
      for_each_reference(o, [&](ReferenceSlot& slot) { slot.store(random() % 3 != 0 ? any() : 0); });
    }
    std::set<std::uint32_t> expected;
    std::vector<std::uint32_t> todo;
    Marker marker(state_->next_region, 1 + seed * 3);
    for (unsigned i = 0; i < 5; i++) {
      todo.push_back(any());
      marker.mark(todo.back());
    }
    while (!todo.empty()) {
      const std::uint32_t bits = todo.back();
      todo.pop_back();
      if (bits == 0 || !expected.insert(bits).second) continue;
      for_each_reference(decode<Object>(bits),
                         [&](const ReferenceSlot& slot) { todo.push_back(slot.bits()); });
    }
    marker.drain();
    EXPECT_EQ(marker.marked_objects(), expected.size());
    for (const Object* o : objects) {
      ASSERT_EQ(marker.is_marked(encode(o)), expected.count(encode(o)) != 0) << "seed " << seed;
    }
    EXPECT_GT(marker.overflows(), 0U) << "the stack was not small enough to test anything";
  }
}

TEST_F(SmallHeap, ObjectStartsAreDistinguishedFromInsides) {
  Object* first = make(bytes_, 100);
  Object* second = make(pair_);
  Object* large = make(bytes_, 3 << 20);
  const RegionWalker walker(*state_, {buffer_});
  ObjectStarts starts(walker);
  EXPECT_TRUE(starts.is_start(encode(first)));
  EXPECT_TRUE(starts.is_start(encode(second)));
  EXPECT_TRUE(starts.is_start(encode(large)));
  EXPECT_FALSE(starts.is_start(encode(first) + 1));
  EXPECT_FALSE(starts.is_start(encode(large) + (kOldRegionSize >> kReferenceShift)));
  EXPECT_FALSE(starts.is_start(static_cast<std::uint32_t>(buffer_.top >> kReferenceShift)));
  EXPECT_FALSE(starts.is_start(encode(pair_)));
  EXPECT_FALSE(starts.is_start(0xffffffff));
}

TEST_F(SmallHeap, VerifierAcceptsAGoodHeap) {
  Object* a = pair(make(bytes_, 3), nullptr);
  Object* b = make(array_, 200'000);
  element(b, 199'999).store(encode(a));
  heap_->retire(buffer_);
  roots_ = {encode(pair(a, b))};
  const HeapFindings findings = verify();
  EXPECT_EQ(findings.problems, 0U) << findings.text[0];
  EXPECT_EQ(findings.objects, 4U);
  EXPECT_EQ(findings.references, 4U);
  EXPECT_EQ(findings.roots, 1U);
}

TEST_F(SmallHeap, VerifierFindsADanglingReference) {
  Object* target = make(bytes_, 30);
  Object* a = pair(target, nullptr);
  a->slot(8).store(a->slot(8).bits() + 1);
  const HeapFindings findings = verify();
  ASSERT_EQ(findings.problems, 1U);
  EXPECT_NE(findings.text[0].find("reference at offset 8"), std::string::npos) << findings.text[0];
}

TEST_F(SmallHeap, VerifierFindsABadRoot) {
  roots_ = {encode(make(bytes_, 30)) + 2};
  const HeapFindings findings = verify();
  ASSERT_EQ(findings.problems, 1U);
  EXPECT_NE(findings.text[0].find("root, test"), std::string::npos) << findings.text[0];
}

TEST_F(SmallHeap, VerifierFindsABrokenHeader) {
  make(bytes_, 30);
  make(pair_)->shape.bits ^= 0x4000;
  EXPECT_EQ(verify().problems, 1U);
}

TEST_F(SmallHeap, VerifierFindsAnArrayThatIsTooLong) {
  auto* array = static_cast<Array*>(make(bytes_, 30));
  array->length = 2 << 20;
  EXPECT_EQ(verify().problems, 1U);
  array->length = -1;
  EXPECT_EQ(verify().problems, 1U);
}

TEST_F(SmallHeap, VerifierListsOnlyTheFirstFindings) {
  Object* array = make(array_, 1000);
  for (std::size_t i = 0; i < 1000; i++) element(array, i).store(encode(array) + 1);
  const HeapFindings findings = verify();
  EXPECT_EQ(findings.problems, 1000U);
  EXPECT_EQ(findings.text.size(), kMaxFindings);
}

}  // namespace
}  // namespace uvm::gc
