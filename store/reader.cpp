#include "store/reader.h"

#include <algorithm>
#include <cstring>

#include "base/memory.h"

namespace uvm::store {

VersionInfo info_of(const VersionRecord& record) {
  return {record.version, record.wall_time_ns, record.lines, record.lines_written, record.bytes_written};
}

void apply_changes(std::span<const Change> changes, Holding& held) {
  for (const Change& change : changes) {
    if (change.replaced >= kFirstFreeBlock) held.remove(change.replaced);
  }
  // A block that one line gave up can belong to another line only in a later segment, never in the same one.
  for (const Change& change : changes) {
    if (change.now.is_block()) held.add(change.now.block);
  }
}

// Performs one operation, and repeats it once if it fails: a passing failure must not cost a version that
// nobody may need just now.
int HeapReader::read_whole(IoOp& op) {
  device_.read({&op, 1});
  if (read_error(device_, op) == 0) return 0;
  op.result = 0;
  device_.read({&op, 1});
  return read_error(device_, op);
}

int HeapReader::read_blocks(std::span<const BlockPointer> pointers, std::byte* buffer,
                            std::vector<bool>& good) {
  constexpr std::size_t kBatch = 256;
  constexpr std::uint32_t kMaxRead = 64;
  IoOp ops[kBatch];
  iovec iov[kBatch];
  int error = 0;
  good.assign(pointers.size(), false);
  for (std::size_t done = 0; done < pointers.size(); done += kBatch) {
    const auto batch = pointers.subspan(done, std::min(kBatch, pointers.size() - done));
    OpBuilder builder(ops, iov, kMaxRead);
    std::uint32_t op_of[kBatch] = {};
    for (std::size_t i = 0; i < batch.size(); ++i) {
      op_of[i] = builder.add(block_in_file(batch[i].block), buffer + (done + i) * kBlockSize);
    }
    device_.read(builder.ops());
    for (IoOp& op : builder.ops()) {
      const int failed = read_error(device_, op) == 0 ? 0 : read_whole(op);
      if (failed != 0) error = failed;
    }
    for (std::size_t i = 0; i < batch.size(); ++i) {
      const IoOp& op = ops[op_of[i]];
      std::byte* content = buffer + (done + i) * kBlockSize;
      // In a read that ended early, blocks before the end still count: their checksums decide.
      good[done + i] = op.result > 0 && (!is_packed(batch[i].block) || unpack(batch[i].block, content)) &&
                       block_checksum(content) == batch[i].checksum;
    }
  }
  return error;
}

// Replaces a packed block by the decompressed line.
bool HeapReader::unpack(BlockNumber number, std::byte* content) {
  if (!codec_) codec_ = LineCodec::make();
  PackedBlock block;
  std::memcpy(&block, content, sizeof block);
  return codec_->unpack(&block, number, content);
}

Result<void> HeapReader::read_checked(BlockPointer pointer, void* buffer, const std::string& what) {
  std::vector<bool> good;
  if (is_packed(pointer.block)) return Unexpected<Error>{corrupt(what)};
  const AlignedBuffer aligned = make_aligned(kBlockSize);
  const int error = read_blocks({&pointer, 1}, aligned.get(), good);
  if (error != 0) return Unexpected<Error>{system_error("cannot read " + what + " of", name_, error)};
  if (!good[0]) return Unexpected<Error>{corrupt(what + " in block " + std::to_string(pointer.block))};
  std::memcpy(buffer, aligned.get(), kBlockSize);
  return {};
}

// A root is written only when everything that it names is durable. So a version whose record is named by a
// damaged root, with the right checksum, is whole, whether a crash tore the root or something damaged it
// later.
Result<RootDamage> HeapReader::repair(Root& good, const Root& bad, unsigned slot) {
  const auto newest_of = [](const Root& root) {
    const bool plausible = root.version_count != 0 && root.version_count <= kMaxRetainedVersions;
    return plausible ? root.versions[root.version_count - 1] : VersionRef{};
  };
  const Version stands = newest_of(good).version;
  const std::string place = "root slot " + std::to_string(slot) + " (block " +
                            std::to_string(kRootBlock[slot]) + ") of " + name_ + " is damaged";
  const VersionRef named = newest_of(bad);
  // Believe that it is the older root only if two places say so.
  if (bad.sequence + 1 == good.sequence && named.version <= stands) {
    return RootDamage{
        false, place + ": it is the older one of two, so nothing is lost; the next checkpoint replaces it"};
  }
  std::shared_ptr<const VersionRecord> whole;
  if (named.version > stands && named.record.is_block() && good.version_count < kMaxRetainedVersions) {
    auto record = read_version(named, good.heap_id);
    if (record) whole = *record;
    // Written by a later uvm, and whole: this is not damage.
    if (!record && record.error().code == Errc::kNewerFormat) return Unexpected<Error>{record.error()};
  }
  if (whole) {
    good.versions[good.version_count++] = named;
    good.incompatible_features |= whole->incompatible_features;
    good.compatible_features = whole->compatible_features;
    good.highest_version = std::max(good.highest_version, named.version);
    return RootDamage{false,
                      place + ", but version " + std::to_string(named.version) +
                          ", which it names, is whole: nothing is lost; the next checkpoint replaces it"};
  }
  return RootDamage{
      true, place + "; the other slot's newest version is " +
                (stands == 0 ? "the empty heap" : std::to_string(stands)) +
                ". Nothing is lost if the machine stopped while a checkpoint was being committed; otherwise "
                "what came after that version is"};
}

Result<HeapStart> HeapReader::read_start() {
  const AlignedBuffer buffer = make_aligned(kFirstFreeBlock * kBlockSize);
  std::memset(buffer.get(), 0, kFirstFreeBlock * kBlockSize);
  iovec iov{buffer.get(), kFirstFreeBlock * kBlockSize};
  IoOp op{0, &iov, 1, kFirstFreeBlock * kBlockSize, 0};
  if (const int error = read_whole(op); error != 0)
    return Unexpected<Error>{system_error("cannot read", name_, error)};

  HeapStart start{};
  Header headers[2];
  std::memcpy(&headers[0], buffer.get() + kHeaderBlock * kBlockSize, kBlockSize);
  std::memcpy(&headers[1], buffer.get() + kHeaderCopyBlock * kBlockSize, kBlockSize);
  bool magic = false;
  bool newer = false;
  for (int i = 1; i >= 0; --i) {
    const Header& header = headers[i];
    if (header.magic != kHeaderMagic) continue;
    magic = true;
    // A later format may keep its checksum elsewhere, so the format number alone decides if no header of this
    // format is good.
    newer = newer || header.format_version > kFormatVersion;
    start.header_good[i] =
        header.format_version == kFormatVersion && header.block_size == kBlockSize && is_sealed(header);
    if (start.header_good[i]) start.header = header;
  }
  if (!start.header_good[0] && !start.header_good[1]) {
    if (newer) {
      return Unexpected<Error>{{Errc::kNewerFormat, 0, name_ + " was written by a later version of uvm"}};
    }
    if (magic) return Unexpected<Error>{corrupt("both copies of the header")};
    return Unexpected<Error>{{Errc::kNotAStore, 0, name_ + " is not a heap of uvm"}};
  }

  for (unsigned slot = 0; slot < 2; ++slot) {
    Root& root = start.root[slot];
    std::memcpy(&root, buffer.get() + kRootBlock[slot] * kBlockSize, kBlockSize);
    start.root_good[slot] = root.magic == kRootMagic && is_sealed(root) &&
                            root.heap_id == start.header.heap_id &&
                            root.version_count <= kMaxRetainedVersions;
  }
  if (!start.root_good[0] && !start.root_good[1]) return Unexpected<Error>{corrupt("both roots")};
  start.newest = start.root_good[0] ? 0 : 1;
  if (start.root_good[0] && start.root_good[1] && start.root[1].sequence > start.root[0].sequence)
    start.newest = 1;
  const Root& root = start.root[start.newest];
  if ((root.incompatible_features & ~kKnownFeatures) != 0) {
    return Unexpected<Error>{newer_features()};
  }
  if (device_.size() < root.file_blocks * kBlockSize) {
    return Unexpected<Error>{corrupt("it is cut off at " + std::to_string(device_.size()) + " of " +
                                     std::to_string(root.file_blocks * kBlockSize) + " bytes")};
  }
  const unsigned other = 1 - start.newest;
  if (!start.root_good[other]) {
    auto damage = repair(start.root[start.newest], start.root[other], other);
    if (!damage) return Unexpected<Error>{damage.error()};
    start.root_damage = *damage;
  }
  return start;
}

Result<UnlockedHeap> open_unlocked(const std::string& path) {
  auto device = open_file_device(path, {.read_only = true, .lock = false, .ownership = Ownership::kAny});
  if (!device) return Unexpected<Error>{device.error()};
  HeapReader reader(**device, path);
  auto start = reader.read_start();
  if (!start) return Unexpected<Error>{start.error()};
  return UnlockedHeap{std::move(*device), std::move(reader), *start};
}

Result<std::shared_ptr<const VersionRecord>> HeapReader::read_version(const VersionRef& ref,
                                                                      const HeapId& heap_id) {
  auto record = std::make_shared<VersionRecord>();
  const std::string what = "record of version " + std::to_string(ref.version);
  if (auto read = read_checked(ref.record, record.get(), what); !read) return Unexpected<Error>{read.error()};
  if (record->magic != kVersionMagic || !is_sealed(*record) || record->version != ref.version ||
      record->heap_id != heap_id || record->segment_count > kMaxSegments || record->blob_size > kMaxBlob) {
    return Unexpected<Error>{corrupt(what)};
  }
  if ((record->incompatible_features & ~kKnownFeatures) != 0) return Unexpected<Error>{newer_features()};
  return std::shared_ptr<const VersionRecord>(std::move(record));
}

Result<std::vector<Change>> HeapReader::read_segment(const SegmentPointer& segment) {
  const std::string what = "change segment in block " + std::to_string(segment.block);
  if (segment.changes == 0 || segment.changes > kMaxLogChanges) return Unexpected<Error>{corrupt(what)};
  const std::size_t bytes = std::size_t{segment.blocks()} * kBlockSize;
  const AlignedBuffer buffer = make_aligned(bytes);
  iovec iov{buffer.get(), bytes};
  IoOp op{std::uint64_t{segment.block} * kBlockSize, &iov, 1, static_cast<std::uint32_t>(bytes), 0};
  if (const int error = read_whole(op); error != 0)
    return Unexpected<Error>{system_error("cannot read " + what + " of", name_, error)};
  if (!op.complete() || XXH3_64bits(buffer.get(), bytes) != segment.checksum) {
    return Unexpected<Error>{corrupt(what)};
  }
  std::vector<Change> changes(segment.changes);
  std::memcpy(changes.data(), buffer.get(), changes.size() * sizeof(Change));
  return changes;
}

Result<SpaceMap> HeapReader::read_space_map(BlockPointer root) {
  SpaceMap map;
  map.root = root;
  if (!root.is_block()) return map;
  Node top;
  if (auto read = read_checked(root, &top, "space map"); !read) return Unexpected<Error>{read.error()};
  map.nodes.assign(top.entry, top.entry + kBitmapNodes);
  while (!map.nodes.empty() && !map.nodes.back().is_block()) map.nodes.pop_back();

  // For both levels below: collect the pointers, then read them all at once.
  const auto read_level = [&](const std::vector<BlockPointer>& pointers, auto&& use) -> Result<void> {
    std::vector<BlockPointer> blocks;
    std::vector<std::uint32_t> index;
    for (std::uint32_t i = 0; i < pointers.size(); ++i) {
      if (!pointers[i].is_block()) continue;
      blocks.push_back(pointers[i]);
      index.push_back(i);
    }
    const AlignedBuffer buffer = make_aligned(blocks.size() * kBlockSize + kBlockSize);
    std::vector<bool> good;
    const int error = read_blocks(blocks, buffer.get(), good);
    if (error != 0) return Unexpected<Error>{system_error("cannot read the space map of", name_, error)};
    for (std::size_t i = 0; i < blocks.size(); ++i) {
      if (!good[i]) {
        return Unexpected<Error>{corrupt("space map in block " + std::to_string(blocks[i].block))};
      }
      use(index[i], buffer.get() + i * kBlockSize);
    }
    return {};
  };
  auto nodes = read_level(map.nodes, [&](std::uint32_t i, const std::byte* content) {
    Node node;
    std::memcpy(&node, content, kBlockSize);
    map.bitmaps.resize((i + 1) * kFanout);
    std::copy(node.entry, node.entry + kFanout, map.bitmaps.begin() + i * kFanout);
  });
  if (!nodes) return Unexpected<Error>{nodes.error()};
  while (!map.bitmaps.empty() && !map.bitmaps.back().is_block()) map.bitmaps.pop_back();
  auto bitmaps = read_level(map.bitmaps, [&](std::uint32_t i, const std::byte* content) {
    BitmapBlock bits;
    std::memcpy(&bits, content, kBlockSize);
    map.held.put_chunk(i, bits);
  });
  if (!bitmaps) return Unexpected<Error>{bitmaps.error()};
  return map;
}

Result<const std::vector<Change>*> HeldSets::changes(const SegmentPointer& segment) {
  auto [at, fresh] = segments_.try_emplace({segment.block, segment.checksum});
  if (fresh) {
    auto read = reader_.read_segment(segment);
    if (!read) {
      segments_.erase(at);
      return Unexpected<Error>{read.error()};
    }
    at->second = std::move(*read);
  }
  return &at->second;
}

Result<const SpaceMap*> HeldSets::space_map(BlockPointer root) {
  auto [at, fresh] = maps_.try_emplace({root.block, root.checksum});
  if (fresh) {
    auto read = reader_.read_space_map(root);
    if (!read) {
      maps_.erase(at);
      return Unexpected<Error>{read.error()};
    }
    at->second = std::move(*read);
  }
  return &at->second;
}

Result<Holding> HeldSets::held(const VersionRef& ref, const VersionRecord& record) {
  Holding set;
  std::uint32_t known = 0;
  if (previous_ != nullptr && previous_->space_map == record.space_map &&
      previous_->slot_map == record.slot_map && previous_->segment_count <= record.segment_count &&
      std::memcmp(previous_->segments, record.segments, previous_->segment_count * sizeof(SegmentPointer)) ==
          0) {
    set = previous_held_;  // the usual case: one segment more than the version before
    known = previous_->segment_count;
  } else {
    auto map = space_map(record.space_map);
    if (!map) return Unexpected<Error>{map.error()};
    set.blocks = (*map)->held;
    auto slots = space_map(record.slot_map);
    if (!slots) return Unexpected<Error>{slots.error()};
    set.slots = (*slots)->held;
  }
  for (std::uint32_t i = known; i < record.segment_count; ++i) {
    auto list = changes(record.segments[i]);
    if (!list) return Unexpected<Error>{list.error()};
    apply_changes(**list, set);
  }
  for (std::uint32_t i = known; i < record.segment_count; ++i) {
    set.blocks.set_range(record.segments[i].block, record.segments[i].blocks());
  }
  previous_ = &record;
  previous_held_ = set;
  set.blocks.set(ref.record.block);
  return set;
}

}  // namespace uvm::store
