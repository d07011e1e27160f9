// The format of a heap file, version 1. docs/store-format.md explains it; this header defines it.
//
// The file is an array of 4 KiB blocks, all numbers little endian:
//
//   block 0   header          written once, at creation
//   block 1   root slot 0     two alternating root records; the newest valid one (by sequence) counts,
//   block 2   root slot 1     the other one is overwritten by the next commit
//   block 3   header copy     as block 0
//   block 4.. lines, page-table nodes, change segments, space-map nodes, version records, in any order
//
//   root -> version records (one per retained version) -> page table  -> lines
//                                                      -> space map   (which blocks the version holds)
//                                                      -> segments    (changes since both were written)
//
// Invariants:
//   * Whatever a valid root reaches is never overwritten while that root is the newest valid one.
//   * Every block but the fixed four is named by exactly one kind of pointer that carries its checksum, so
//     the root's own checksum covers the whole tree. The fixed four carry their own. A packed block is named
//     by up to eight pointers, each with the checksum of its line.
//   * A version holds: the blocks of its space map and the slots of its slot map, changed by its segments in
//     order, plus the blocks of these segments, plus its version record. What no retained version holds is
//     free. A packed block is held as long as one of its slots is.
//
// Used by the file store; a store on persistent memory keeps the same bytes.
#pragma once

#include <xxhash.h>

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <type_traits>

#include "store/line_store.h"

namespace uvm::store {

static_assert(std::endian::native == std::endian::little, "the format is little endian and read in place");

inline constexpr std::size_t kBlockSize = 4096;
static_assert(kBlockSize == kLineSize, "one line is one block; packed lines have numbers of their own");

using BlockNumber = std::uint32_t;

inline constexpr std::uint32_t kFormatVersion = 1;

// Block numbers with a meaning of their own in a page-table entry.
inline constexpr BlockNumber kAbsentBlock = 0;  // never written; with a base image: its line shows through
inline constexpr BlockNumber kZeroBlock = 1;    // a line of zeros, which takes no block
inline constexpr BlockNumber kErasedBlock = 2;  // erased; hides the line of the base image
inline constexpr BlockNumber kHeaderBlock = 0;
inline constexpr BlockNumber kRootBlock[2] = {1, 2};
inline constexpr BlockNumber kHeaderCopyBlock = 3;
inline constexpr BlockNumber kFirstFreeBlock = 4;

// Blocks are numbered below this (8 TiB). Higher numbers name compressed lines in packed blocks.
inline constexpr BlockNumber kMaxBlocks = BlockNumber{1} << 31;

// A packed block has up to eight compressed lines, one in each slot. It is written once, whole; slots die one
// by one and are not filled again. Slot s of block b has the slot number 8 b + s, and what names it in a
// page-table entry is kMaxBlocks + that; so packed blocks lie in the file's first TiB.
inline constexpr std::uint32_t kSlotBits = 3;
inline constexpr std::uint32_t kSlots = 1 << kSlotBits;
inline constexpr BlockNumber kMaxPackedBlocks = kMaxBlocks >> kSlotBits;

constexpr bool is_packed(BlockNumber number) { return number >= kMaxBlocks; }
constexpr BlockNumber packed_number(BlockNumber block, std::uint32_t slot) {
  return kMaxBlocks + (block << kSlotBits) + slot;
}
// Of the number of a packed line.
constexpr std::uint32_t slot_number(BlockNumber number) { return number - kMaxBlocks; }
// Where the content lies that a number names, packed or not.
constexpr BlockNumber block_in_file(BlockNumber number) {
  return is_packed(number) ? slot_number(number) >> kSlotBits : number;
}

// Whether both name lines in the same packed block.
constexpr bool share_block(BlockNumber a, BlockNumber b) {
  return is_packed(a) && a >> kSlotBits == b >> kSlotBits;
}

struct PackedBlock {
  // The line in slot s, a zstd frame, is content [end[s - 1], end[s]), the first one from 0 on; an empty
  // range: nothing is in the slot.
  std::uint16_t end[kSlots];
  std::byte content[kBlockSize - 2 * kSlots];
};
static_assert(sizeof(PackedBlock) == kBlockSize && std::is_trivially_copyable_v<PackedBlock>);

// Features of a root without which the file cannot be read. A reader refuses bits that it does not know.
inline constexpr std::uint64_t kFeaturePackedBlocks = 1;   // there may be packed blocks
inline constexpr std::uint64_t kFeatureLongCatalogue = 2;  // reserved: Root::more_versions is in use
inline constexpr std::uint64_t kKnownFeatures = kFeaturePackedBlocks;
// Features of a root that only matter to a writer that knows them.
inline constexpr std::uint64_t kFeatureCompress = 1;  // compress lines unless the user decides otherwise

// Names a block and its content. A line or node entry.
struct BlockPointer {
  BlockNumber block = 0;
  // Low half of XXH3-64 of the block, or of the line that was compressed; 0 where block < kFirstFreeBlock.
  std::uint32_t checksum = 0;

  friend bool operator==(const BlockPointer&, const BlockPointer&) = default;
  [[nodiscard]] bool is_block() const { return block >= kFirstFreeBlock; }
};
static_assert(sizeof(BlockPointer) == 8 && std::is_trivially_copyable_v<BlockPointer>);

// A node of the page table (levels 1..4 of pointers above the lines, level 1 being a leaf whose entries are
// lines) or of the space map.
inline constexpr std::uint32_t kFanout = 512;
inline constexpr std::uint32_t kFanoutBits = 9;
struct Node {
  BlockPointer entry[kFanout];
};
static_assert(sizeof(Node) == kBlockSize);
inline constexpr int kTableLevels = 4;  // nodes on the way from the version record to a line

// The space map has a bit for each block, the slot map for each slot of packed blocks. Both are bitmap blocks
// of 32768 bits each under two levels of nodes.
struct BitmapBlock {
  std::uint64_t word[kBlockSize / 8];  // bit set: the version holds the block, or slot
};
inline constexpr std::uint32_t kBlocksPerBitmap = kBlockSize * 8;
inline constexpr std::uint32_t kBitmapBlocks = kMaxBlocks / kBlocksPerBitmap;  // 65536
inline constexpr std::uint32_t kBitmapNodes = kBitmapBlocks / kFanout;         // 128
static_assert(kBitmapNodes <= kFanout);

// One changed line in a segment.
struct Change {
  std::uint32_t line;
  BlockPointer now;      // the line's new entry
  BlockNumber replaced;  // the block that the line had in the version before, or 0
};
static_assert(sizeof(Change) == 16 && std::is_trivially_copyable_v<Change>);
inline constexpr std::uint32_t kChangesPerBlock = kBlockSize / sizeof(Change);

// An extent of `changes` changes in ceil(changes / kChangesPerBlock) adjacent blocks, the last one
// zero-filled.
struct SegmentPointer {
  BlockNumber block;
  std::uint32_t changes;
  std::uint64_t checksum;  // XXH3-64 over all its blocks

  [[nodiscard]] std::uint32_t blocks() const { return (changes + kChangesPerBlock - 1) / kChangesPerBlock; }
};
static_assert(sizeof(SegmentPointer) == 16 && std::is_trivially_copyable_v<SegmentPointer>);
inline constexpr std::uint32_t kMaxSegments = 64;
// The most changes that segments may hold before the page table is rewritten. Bounds what opening reads
// (1 MiB).
inline constexpr std::uint32_t kMaxLogChanges = 64 * 1024;

struct HeapId {
  std::uint64_t word[2] = {0, 0};
  friend bool operator==(const HeapId&, const HeapId&) = default;
  [[nodiscard]] bool is_null() const { return word[0] == 0 && word[1] == 0; }
};
// Identity of the content of one version: XXH3-128 of its version record.
using ContentId = HeapId;

inline constexpr std::uint64_t kHeaderMagic = 0x31706165686d7675;   // "uvmheap1"
inline constexpr std::uint64_t kRootMagic = 0x31746f6f726d7675;     // "uvmroot1"
inline constexpr std::uint64_t kVersionMagic = 0x31737265766d7675;  // "uvmvers1"

struct Header {
  std::uint64_t magic;
  std::uint32_t format_version;
  std::uint32_t block_size;
  HeapId heap_id;  // random
  std::uint64_t created_ns;
  std::uint8_t reserved[4096 - 48];
  std::uint64_t checksum;
};
static_assert(sizeof(Header) == kBlockSize && std::is_trivially_copyable_v<Header>);
static_assert(offsetof(Header, checksum) == kBlockSize - 8);

struct VersionRef {
  std::uint64_t version;
  BlockPointer record;
  std::uint32_t flags;
  std::uint32_t reserved;
};
static_assert(sizeof(VersionRef) == 24);
inline constexpr std::uint32_t kVersionPinned = 1;
inline constexpr std::uint32_t kMaxRetainedVersions = 128;

struct Root {
  std::uint64_t magic;
  std::uint64_t
      sequence;    // rises with every root written; the older slot is overwritten, whatever the parity
  HeapId heap_id;  // as in the header
  std::uint64_t incompatible_features;
  std::uint64_t compatible_features;
  std::uint64_t highest_version;  // the highest number ever given to a version
  std::uint64_t file_blocks;      // the file is at least so long
  ContentId base;                 // content id of the base image, 0 when there is none
  std::uint32_t version_count;
  std::uint32_t reserved0;
  BlockPointer more_versions;  // reserved to kFeatureLongCatalogue
  std::uint64_t reserved1;
  VersionRef versions[kMaxRetainedVersions];  // by rising number
  std::uint8_t reserved[4096 - 104 - sizeof(VersionRef) * kMaxRetainedVersions - 8];
  std::uint64_t checksum;
};
static_assert(sizeof(Root) == kBlockSize && std::is_trivially_copyable_v<Root>);
static_assert(offsetof(Root, versions) == 104 && offsetof(Root, checksum) == kBlockSize - 8);

struct VersionRecord {
  std::uint64_t magic;
  std::uint64_t version;
  std::uint64_t parent;  // the version it was made from
  HeapId heap_id;
  std::uint64_t wall_time_ns;
  std::uint64_t lines;
  std::uint64_t lines_written;
  std::uint64_t bytes_written;
  BlockPointer table;      // node of level kTableLevels, or absent
  BlockPointer space_map;  // node over bitmap nodes, or absent
  std::uint32_t segment_count;
  std::uint32_t blob_size;
  BlockPointer slot_map;  // the same for slots; absent where no slot is held
  SegmentPointer segments[kMaxSegments];
  std::uint8_t blob[kMaxBlob];
  // Copied from the root that was to name this version, for use when that root is damaged.
  std::uint64_t incompatible_features;
  std::uint64_t compatible_features;
  std::uint8_t reserved[4096 - 104 - sizeof(SegmentPointer) * kMaxSegments - kMaxBlob - 24];
  std::uint64_t checksum;
};
static_assert(sizeof(VersionRecord) == kBlockSize && std::is_trivially_copyable_v<VersionRecord>);
static_assert(offsetof(VersionRecord, segments) == 104 &&
              offsetof(VersionRecord, checksum) == kBlockSize - 8);

// Checksum of a whole block as a pointer carries it. Async-signal-safe.
inline std::uint32_t block_checksum(const void* block) {
  return static_cast<std::uint32_t>(XXH3_64bits(block, kBlockSize));
}

// Self-checking blocks (header, root, version record): XXH3-64 of all before the last eight bytes, in these.
template <typename T>
void seal(T& record) {
  static_assert(sizeof(T) == kBlockSize);
  record.checksum = XXH3_64bits(&record, kBlockSize - 8);
}
template <typename T>
[[nodiscard]] bool is_sealed(const T& record) {
  static_assert(sizeof(T) == kBlockSize);
  return record.checksum == XXH3_64bits(&record, kBlockSize - 8);
}

inline ContentId content_id_of(const VersionRecord& record) {
  const XXH128_hash_t hash = XXH3_128bits(&record, kBlockSize);
  return {{hash.low64, hash.high64}};
}

}  // namespace uvm::store
