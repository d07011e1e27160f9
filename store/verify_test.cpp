// Damage: a flipped bit in any block that a heap uses is found by verify and at read; elsewhere it is not
// reported.
#include "store/verify.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstring>
#include <random>
#include <set>

#include "store/file_store.h"
#include "store/reader.h"
#include "store/test_util.h"

namespace uvm::store {
namespace {

using testing::cut_and_commit;
using testing::line_is;
using testing::MemoryDisk;

constexpr LineNumber kLines = 20000;

std::shared_ptr<MemoryDisk> write_heap() {
  auto disk = testing::new_disk();
  auto store = testing::open_disk(disk, {.keep = {.versions = 3}, .line_limit = kLines});
  std::mt19937_64 random(3);
  for (int version = 1; version <= 5; ++version) {
    std::map<LineNumber, std::uint64_t> lines;
    const int count = version <= 3 ? 6000 : 300;
    for (int i = 0; i < count; ++i) {
      const LineNumber line = version <= 3 ? static_cast<LineNumber>(i) : random() % kLines;
      lines[line] = std::uint64_t(version) * 10 + std::uint64_t(i) % 3;
    }
    EXPECT_TRUE(testing::write_lines(*store, lines));
    EXPECT_TRUE(cut_and_commit(*store));
  }
  return disk;
}

// Three versions with page tables, space maps and segments in use.
std::shared_ptr<MemoryDisk> make_heap() {
  static const std::shared_ptr<const MemoryDisk> heap = write_heap();
  return std::make_shared<MemoryDisk>(*heap);
}

std::vector<Finding> verify(const std::shared_ptr<MemoryDisk>& disk) {
  testing::MemoryDevice device(disk);
  auto findings = verify_device(device, "memory");
  EXPECT_TRUE(findings);
  return findings ? *findings : std::vector<Finding>{};
}

BlockSet live_blocks(const std::shared_ptr<MemoryDisk>& disk) {
  testing::MemoryDevice device(disk);
  HeapReader reader(device, "memory");
  const auto start = reader.read_start();
  EXPECT_TRUE(start);
  const Root& root = start->root[start->newest];
  HeldSets sets(reader);
  BlockSet live;
  std::vector<std::shared_ptr<const VersionRecord>> records;
  bool has_segments = false;
  bool has_map = false;
  live.set_range(0, kFirstFreeBlock);
  for (std::uint32_t i = 0; i < root.version_count; ++i) {
    records.push_back(*reader.read_version(root.versions[i], start->header.heap_id));
    has_segments = has_segments || records.back()->segment_count != 0;
    has_map = has_map || records.back()->space_map.is_block();
    const auto held = sets.held(root.versions[i], *records.back());
    EXPECT_TRUE(held);
    for (std::uint32_t b = 0; b < disk->bytes.size() / kBlockSize; ++b) {
      if (held->blocks.test(b)) live.set(b);
    }
  }
  EXPECT_TRUE(has_segments && has_map);  // else the test would miss kinds of blocks
  return live;
}

TEST(StoreVerifyTest, AWholeHeapHasNoFindings) {
  const auto disk = make_heap();
  for (const Finding& finding : verify(disk)) ADD_FAILURE() << finding.message;
}

TEST(StoreVerifyTest, EveryFlippedBitIsFoundWhereItIs) {
  const auto disk = make_heap();
  const BlockSet live = live_blocks(disk);
  std::mt19937_64 random(4);
  const auto blocks = static_cast<BlockNumber>(disk->bytes.size() / kBlockSize);
  std::uint64_t flips = 0;
  for (BlockNumber block = 0; block < blocks; ++block) {
    // Lines are many and all alike, so some are sampled; other blocks are damaged in several places.
    const bool sampled = block < 16 || random() % (kSanitized ? 512 : 64) == 0;
    if (!sampled) continue;
    ++flips;
    const std::uint64_t bit = random() % (kBlockSize * 8);
    std::byte& byte = disk->bytes[std::uint64_t{block} * kBlockSize + bit / 8];
    byte ^= std::byte{1} << (bit % 8);
    const auto findings = verify(disk);
    bool named = false;
    for (const Finding& finding : findings) named = named || finding.block == block;
    if (live.test(block)) {
      // In a segment of several blocks the first one is named.
      EXPECT_FALSE(findings.empty()) << "block " << block << " bit " << bit;
      EXPECT_TRUE(named || findings[0].message.find("segment") != std::string::npos ||
                  findings[0].message.find("space map") != std::string::npos)
          << "block " << block << ": " << (findings.empty() ? "" : findings[0].message);
    } else {
      EXPECT_TRUE(findings.empty()) << "block " << block << ": " << findings[0].message;
    }
    byte ^= std::byte{1} << (bit % 8);
    if (::testing::Test::HasFailure()) return;
  }
  EXPECT_GT(flips, kSanitized ? 40U : 200U);
  EXPECT_TRUE(verify(disk).empty());
}

TEST(StoreVerifyTest, ADamagedLineIsNamedAndReportedAtRead) {
  const auto disk = make_heap();
  std::mt19937_64 random(5);
  int damaged_lines = 0;
  for (int i = 0; i < (kSanitized ? 40 : 300); ++i) {
    const auto block =
        static_cast<BlockNumber>(kFirstFreeBlock + random() % (disk->bytes.size() / kBlockSize - 4));
    std::byte& byte = disk->bytes[std::uint64_t{block} * kBlockSize + random() % kBlockSize];
    byte ^= std::byte{0x10};
    const auto findings = verify(disk);
    const Version newest = 5;
    if (findings.size() == 1 && findings[0].line && findings[0].version == newest &&
        findings[0].message.find("content") != std::string::npos) {
      ++damaged_lines;
      EXPECT_EQ(findings[0].block, block);
      EXPECT_NE(findings[0].message.find(std::to_string(std::uint64_t{block} * kBlockSize)),
                std::string::npos);
      auto store = testing::open_disk(disk, {.line_limit = kLines});
      const AlignedBuffer buffer = make_aligned(4 * kLineSize);
      const LineNumber first = *findings[0].line < 2 ? 0 : *findings[0].line - 2;
      ReadStatus status[4];
      ASSERT_TRUE(store->read(first, 4, buffer.get(), status));
      for (LineNumber line = first; line < first + 4; ++line) {
        const bool bad = line == *findings[0].line;
        EXPECT_EQ(status[line - first] == ReadStatus::kCorrupt, bad) << line;
        if (bad) {
          EXPECT_EQ(std::count(buffer.get() + (line - first) * kLineSize,
                               buffer.get() + (line - first + 1) * kLineSize, std::byte{0}),
                    static_cast<std::ptrdiff_t>(kLineSize));
        }
      }
    }
    byte ^= std::byte{0x10};
  }
  EXPECT_GT(damaged_lines, kSanitized ? 2 : 20);
}

// In a block that lines share, a flipped bit costs the line that it is in, or all of them. It never changes
// what is read, and verify finds everything that reading finds.
TEST(StoreVerifyTest, DamageInASharedBlockIsFoundByEachOfItsLines) {
  auto disk = testing::new_disk();
  std::map<LineNumber, std::uint64_t> lines;
  for (LineNumber line = 0; line < 60; ++line) lines[line] = line % 3 == 0 ? 3 : 1;
  {
    auto store = testing::open_disk(disk, {.compress = true, .line_limit = kLines});
    ASSERT_TRUE(testing::write_lines(*store, lines));
    ASSERT_TRUE(cut_and_commit(*store));
  }
  std::mt19937_64 random(6);
  const AlignedBuffer buffer = make_aligned(60 * kLineSize);
  const AlignedBuffer expected = make_aligned(60 * kLineSize);
  for (const auto& [line, tag] : lines) testing::fill_line(expected.get() + line * kLineSize, line, tag);
  std::set<LineNumber> ever_damaged;
  for (int i = 0; i < (kSanitized ? 100 : 500); ++i) {
    const std::uint64_t at = kFirstFreeBlock * kBlockSize + random() % (24 * kBlockSize);
    const std::byte flipped = std::byte{1} << (random() % 8);
    disk->bytes[at] ^= flipped;
    std::set<LineNumber> found;
    bool of_lines_only = true;
    for (const Finding& finding : verify(disk)) {
      const bool content = finding.line && finding.message.find("content") != std::string::npos;
      if (content) found.insert(*finding.line);
      of_lines_only = of_lines_only && content;
    }
    if (of_lines_only) {
      auto store = testing::open_disk(disk, {.line_limit = kLines});
      ReadStatus status[60];
      ASSERT_TRUE(store->read(0, 60, buffer.get(), status));
      for (LineNumber line = 0; line < 60; ++line) {
        ASSERT_EQ(status[line], found.contains(line) ? ReadStatus::kCorrupt : ReadStatus::kOk) << line;
        if (status[line] == ReadStatus::kOk) {
          ASSERT_EQ(
              std::memcmp(buffer.get() + line * kLineSize, expected.get() + line * kLineSize, kLineSize), 0);
        }
      }
      ever_damaged.merge(found);
    }
    disk->bytes[at] ^= flipped;
  }
  EXPECT_GT(ever_damaged.size(), kSanitized ? 20U : 45U);
}

TEST(StoreVerifyTest, OneGoodHeaderAndOneGoodRootAreEnough) {
  const auto disk = make_heap();
  for (const BlockNumber block : {kHeaderBlock, kHeaderCopyBlock}) {
    disk->bytes[block * kBlockSize + 100] ^= std::byte{1};
    EXPECT_EQ(testing::open_disk(disk, {.line_limit = kLines})->current_version().version, 5U);
    const auto findings = verify(disk);
    ASSERT_EQ(findings.size(), 1U);
    EXPECT_EQ(findings[0].block, block);
    disk->bytes[block * kBlockSize + 100] ^= std::byte{1};
  }
  // Without the newest root the heap is what the root before it says.
  testing::MemoryDevice device(disk);
  HeapReader reader(device, "memory");
  const unsigned newest = reader.read_start()->newest;
  std::fill_n(disk->bytes.begin() + kRootBlock[newest] * kBlockSize, 512, std::byte{0});
  EXPECT_EQ(testing::open_disk(disk, {.line_limit = kLines})->current_version().version, 4U);
  disk->bytes[kRootBlock[1 - newest] * kBlockSize + 4000] ^= std::byte{1};
  const auto none =
      FileStore::open_on(std::make_unique<testing::MemoryDevice>(disk), "memory", {.line_limit = kLines});
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().code, Errc::kCorrupt);
}

// A damaged root that names a version with unknown features was written by a later uvm: its version is not
// given up.
TEST(StoreVerifyTest, ADamagedRootOfALaterFormatIsNotRepaired) {
  const auto disk = make_heap();
  testing::MemoryDevice device(disk);
  HeapReader reader(device, "memory");
  const unsigned newest = reader.read_start()->newest;
  Root root;
  std::byte* const slot = disk->bytes.data() + kRootBlock[newest] * kBlockSize;
  std::memcpy(&root, slot, sizeof root);
  BlockPointer& named = root.versions[root.version_count - 1].record;
  VersionRecord record;
  std::byte* const place = disk->bytes.data() + std::uint64_t{named.block} * kBlockSize;
  std::memcpy(&record, place, sizeof record);
  record.incompatible_features |= std::uint64_t{1} << 40;
  seal(record);
  std::memcpy(place, &record, sizeof record);
  named.checksum = block_checksum(&record);
  root.checksum ^= 1;
  std::memcpy(slot, &root, sizeof root);
  const auto opened =
      FileStore::open_on(std::make_unique<testing::MemoryDevice>(disk), "memory", {.line_limit = kLines});
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, Errc::kNewerFormat);
}

// An unreadable root slot is reported, with what is known of its content.
TEST(StoreVerifyTest, ADamagedRootIsNeverSilent) {
  const auto disk = make_heap();
  testing::MemoryDevice device(disk);
  HeapReader reader(device, "memory");
  const unsigned newest = reader.read_start()->newest;
  const auto damage = [&](unsigned slot, std::size_t at) {
    std::byte& byte = disk->bytes[kRootBlock[slot] * kBlockSize + at];
    byte ^= std::byte{4};
    const auto opened = testing::open_disk(disk, {.line_limit = kLines})->root_damage();
    byte ^= std::byte{4};
    EXPECT_TRUE(opened.has_value());
    return opened.value_or(RootDamage{});
  };
  EXPECT_FALSE(testing::open_disk(disk, {.line_limit = kLines})->root_damage().has_value());
  const RootDamage older = damage(1 - newest, 3000);
  EXPECT_FALSE(older.newer) << older.message;
  EXPECT_NE(older.message.find("nothing is lost"), std::string::npos) << older.message;
  // The version that it names is found all the same.
  const std::string place = "root slot " + std::to_string(newest) + " (block " +
                            std::to_string(kRootBlock[newest]) + ") of memory is damaged";
  for (const std::size_t at : {std::size_t{0}, offsetof(Root, sequence), std::size_t{3000}}) {
    const RootDamage newer = damage(newest, at);
    EXPECT_FALSE(newer.newer) << newer.message;
    EXPECT_NE(newer.message.find(place), std::string::npos) << newer.message;
    EXPECT_NE(newer.message.find("version 5, which it names, is whole"), std::string::npos) << newer.message;
  }
  // The damage is in the version's place: then the version before counts.
  const std::size_t ref = offsetof(Root, versions) + 2 * sizeof(VersionRef);
  for (const std::size_t at : {offsetof(Root, version_count), ref, ref + 8, ref + 12}) {
    const RootDamage newer = damage(newest, at);
    EXPECT_TRUE(newer.newer) << newer.message;
    EXPECT_NE(newer.message.find(place), std::string::npos) << newer.message;
    EXPECT_NE(newer.message.find("newest version is 4"), std::string::npos) << newer.message;
  }
}

TEST(StoreVerifyTest, RunContinuesFromAVersionOfADamagedRoot) {
  const auto disk = make_heap();
  testing::MemoryDevice device(disk);
  const unsigned newest = HeapReader(device, "memory").read_start()->newest;
  disk->bytes[kRootBlock[newest] * kBlockSize + 3000] ^= std::byte{1};
  {
    auto store = testing::open_disk(disk, {.keep = {.versions = 3}, .line_limit = kLines});
    EXPECT_EQ(store->current_version().version, 5U);
    ASSERT_TRUE(testing::write_line(*store, 1, 99));
    const auto committed = cut_and_commit(*store);
    ASSERT_TRUE(committed);
    EXPECT_EQ(committed->version, 6U);
  }
  EXPECT_TRUE(verify(disk).empty());
  const auto store = testing::open_disk(disk, {.keep = {.versions = 3}, .line_limit = kLines});
  EXPECT_FALSE(store->root_damage().has_value());
  EXPECT_TRUE(line_is(*store, 1, 99));
  EXPECT_EQ(store->versions().size(), 3U);
}

TEST(StoreVerifyTest, ALostRootOfTheOnlyVersionIsNoticed) {
  const auto disk = testing::new_disk();
  {
    auto store = testing::open_disk(disk, {.line_limit = kLines});
    ASSERT_TRUE(testing::write_line(*store, 1, 1));
    ASSERT_TRUE(cut_and_commit(*store));
  }
  disk->bytes[kRootBlock[0] * kBlockSize + offsetof(Root, versions)] ^= std::byte{4};
  const auto store = testing::open_disk(disk, {.line_limit = kLines});
  EXPECT_EQ(store->current_version().version, 0U);
  ASSERT_TRUE(store->root_damage().has_value());
  EXPECT_TRUE(store->root_damage()->newer);
  const auto findings = verify(disk);
  ASSERT_EQ(findings.size(), 1U);
  EXPECT_EQ(findings[0].severity, Finding::Severity::kDamage);
}

TEST(StoreVerifyTest, ADamagedOldVersionDoesNotStopTheNewest) {
  const auto disk = make_heap();
  testing::MemoryDevice device(disk);
  HeapReader reader(device, "memory");
  const auto start = reader.read_start();
  const VersionRef oldest = start->root[start->newest].versions[0];
  disk->bytes[std::uint64_t{oldest.record.block} * kBlockSize] ^= std::byte{1};
  {
    auto store = testing::open_disk(disk, {.keep = {.versions = 3}, .line_limit = kLines});
    EXPECT_EQ(store->current_version().version, 5U);
    EXPECT_EQ(store->versions().size(), 2U);
    ASSERT_TRUE(testing::write_line(*store, 1, 99));
    ASSERT_TRUE(cut_and_commit(*store));
    EXPECT_TRUE(line_is(*store, 1, 99));
  }
  EXPECT_TRUE(verify(disk).empty());
}

TEST(StoreVerifyTest, FilesAreVerifiedByPath) {
  const testing::TempFolder folder;
  const std::string path = folder / "heap";
  EXPECT_EQ(verify_heap(path).error().code, Errc::kNotFound);
  ASSERT_TRUE(FileStore::create(path));
  {
    auto store = FileStore::open(path);
    ASSERT_TRUE(store);
    ASSERT_TRUE(testing::write_line(**store, 1, 1));
    ASSERT_TRUE(cut_and_commit(**store));
    EXPECT_EQ(verify_heap(path).error().code, Errc::kLocked);
  }
  const auto findings = verify_heap(path);
  ASSERT_TRUE(findings);
  EXPECT_TRUE(findings->empty());
}

}  // namespace
}  // namespace uvm::store
