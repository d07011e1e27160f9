// Making versions durable. The order is: lines and metadata into fresh blocks, flush, the root into the slot
// that does not hold the newest good root, flush. Nothing in memory changes before the last step has
// succeeded.
#include <time.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <mutex>
#include <set>

#include "store/file_store.h"
#include "store/reader.h"

namespace uvm::store {

// A commit in progress: everything that is adopted when it succeeds and forgotten when it fails.
struct FileStore::Attempt {
  std::vector<Change> changes;       // by ascending line
  std::int64_t line_delta = 0;       // lines that were added, minus lines that were erased
  std::vector<std::uint64_t> stale;  // leaves that lag behind the segments, these changes included
  Holding held;                      // of the new version
  std::vector<BlockNumber> fresh;    // blocks taken for metadata

  bool rewrite = false;  // the page table and space map are brought up to date, and the segments end
  std::vector<SegmentPointer> segments;
  struct NodeUpdate {
    int level;
    std::uint64_t index;
    BlockPointer pointer;
  };
  std::vector<NodeUpdate> nodes;
  BlockPointer table;
  SpaceMap space_map, slot_map;

  VersionRef ref{};
  std::shared_ptr<VersionRecord> record;

  // Metadata blocks that are about to be written.
  static constexpr std::uint32_t kOut = 64;
  AlignedBuffer out = make_aligned(kOut * kBlockSize);
  BlockNumber out_blocks[kOut];
  std::uint32_t out_count = 0;
  BlockRun reserve;  // taken from the allocator, not used yet
  std::uint64_t bytes = 0;
};

Error FileStore::io_error(const std::string& what, IoError error) const {
  return system_error(what, name_, error.sys_errno);
}

std::vector<const BlockSet*> FileStore::held_sets() const {
  std::vector<const BlockSet*> sets;
  for (const Retained& version : retained_) sets.push_back(&version.held.blocks);
  for (const Retained& version : only_read_) sets.push_back(&version.held.blocks);
  return sets;
}

const FileStore::Retained* FileStore::find_retained(Version version) const {
  for (const Retained& candidate : retained_) {
    if (candidate.ref.version == version) return &candidate;
  }
  return nullptr;
}

void FileStore::cut() noexcept {
  pending_ = true;  // first, so that a concurrent write is careful too early rather than too late
  {
    std::lock_guard guard(publish_lock_);
    table_.cut();
  }
  current_tally_.fetch_xor(1, std::memory_order_relaxed);
}

Result<BlockNumber> FileStore::take_block(Attempt& attempt) {
  if (attempt.reserve.count == 0) {
    const auto run = allocate(attempt.rewrite ? Attempt::kOut : 1);
    if (!run) return Unexpected<Error>{io_error("no room in", run.error())};
    attempt.reserve = *run;
  }
  --attempt.reserve.count;
  attempt.fresh.push_back(attempt.reserve.first);
  return attempt.reserve.first++;
}

Result<void> FileStore::write_out(Attempt& attempt) {
  if (attempt.out_count == 0) return {};
  IoOp ops[Attempt::kOut];
  iovec iov[Attempt::kOut];
  OpBuilder builder(ops, iov, Attempt::kOut);
  for (std::uint32_t i = 0; i < attempt.out_count; ++i) {
    builder.add(attempt.out_blocks[i], attempt.out.get() + i * kBlockSize);
  }
  attempt.bytes += std::uint64_t{attempt.out_count} * kBlockSize;
  bytes_written_.fetch_add(std::uint64_t{attempt.out_count} * kBlockSize, std::memory_order_relaxed);
  attempt.out_count = 0;
  device_->write(builder.ops());
  for (const IoOp& op : builder.ops()) {
    if (!op.complete()) return Unexpected<Error>{io_error("cannot write", {op.error()})};
  }
  return {};
}

Result<BlockPointer> FileStore::put_block(Attempt& attempt, BlockNumber block, const void* content) {
  if (attempt.out_count == Attempt::kOut) {
    if (auto out = write_out(attempt); !out) return Unexpected<Error>{out.error()};
  }
  std::memcpy(attempt.out.get() + attempt.out_count * kBlockSize, content, kBlockSize);
  attempt.out_blocks[attempt.out_count++] = block;
  return BlockPointer{block, block_checksum(content)};
}

// After a failed flush the device may hold anything in the blocks that should have been flushed. Copies
// pending's lines from those blocks to fresh ones, with their checksums checked.
Result<void> FileStore::relocate_untrusted() {
  if (!distrust_) return {};
  std::vector<LineNumber> lines;
  for (const LineNumber line : table_.pending_lines()) {
    const Entry entry = table_.pending_entry(line);
    if (is_block(entry) && untrusted_.test(block_in_file(block_of(entry)))) lines.push_back(line);
  }
  const AlignedBuffer buffer = make_aligned(kBatch * kBlockSize);
  HeapReader reader(*device_, name_);
  auto work = std::make_unique<Workspace>();
  for (std::size_t done = 0; done < lines.size(); done += kBatch) {
    const std::size_t count = std::min(kBatch, lines.size() - done);
    std::vector<BlockPointer> pointers;
    std::vector<LineWrite> writes;
    for (std::size_t i = 0; i < count; ++i) {
      pointers.push_back(to_pointer(table_.pending_entry(lines[done + i])));
      writes.push_back({lines[done + i], buffer.get() + i * kBlockSize});
    }
    std::vector<bool> good;
    const int error = reader.read_blocks(pointers, buffer.get(), good);
    const auto bad = std::find(good.begin(), good.end(), false);
    if (bad != good.end()) {
      const std::string line = std::to_string(lines[done + static_cast<std::size_t>(bad - good.begin())]);
      if (error != 0) return Unexpected<Error>{io_error("cannot read line " + line + " again from", {error})};
      return Unexpected<Error>{reader.corrupt("line " + line + " was lost by a failed flush")};
    }
    if (const auto written = write_batch(Transaction::kPending, writes, *work, true); !written)
      return Unexpected<Error>{io_error("cannot write", written.error())};
  }
  return {};
}

void FileStore::collect_changes(Attempt& attempt) {
  if (const Retained* parent = find_retained(info_.version)) {
    attempt.held = parent->held;
    attempt.held.remove(parent->ref.record.block);
  }
  for (const LineNumber line : table_.pending_lines()) {
    const auto [committed, now] = table_.pending_change(line);
    if (committed == now) continue;
    Change change{};
    change.line = static_cast<std::uint32_t>(line);
    change.now = to_pointer(now);
    if (is_block(committed)) change.replaced = block_of(committed);
    attempt.changes.push_back(change);
    attempt.line_delta += int{is_content(now)} - int{is_content(committed)};
  }
  apply_changes(attempt.changes, attempt.held);
  std::vector<std::uint64_t> leaves;
  for (const Change& change : attempt.changes) {
    const std::uint64_t leaf = change.line / kFanout;
    if (leaves.empty() || leaves.back() != leaf) leaves.push_back(leaf);
  }
  std::set_union(stale_leaves_.begin(), stale_leaves_.end(), leaves.begin(), leaves.end(),
                 std::back_inserter(attempt.stale));
}

// Appends the changes to the segments. False if there are too many of them.
Result<bool> FileStore::write_segments(Attempt& attempt) {
  attempt.segments = segments_;
  std::size_t done = 0;
  while (done < attempt.changes.size()) {
    const auto left = static_cast<std::uint32_t>(attempt.changes.size() - done);
    SegmentPointer segment{0, left, 0};
    if (attempt.segments.size() == kMaxSegments) return false;
    const auto taken = allocate(segment.blocks());
    if (!taken) return Unexpected<Error>{io_error("no room in", taken.error())};
    const BlockRun run = *taken;
    for (std::uint32_t i = 0; i < run.count; ++i) attempt.fresh.push_back(run.first + i);
    segment.block = run.first;
    segment.changes = std::min(left, run.count * kChangesPerBlock);
    const std::size_t bytes = std::size_t{run.count} * kBlockSize;
    const AlignedBuffer buffer = make_aligned(bytes);
    std::memset(buffer.get(), 0, bytes);
    std::memcpy(buffer.get(), attempt.changes.data() + done, segment.changes * sizeof(Change));
    segment.checksum = XXH3_64bits(buffer.get(), bytes);
    for (std::uint32_t i = 0; i < run.count; ++i) {
      auto put = put_block(attempt, run.first + i, buffer.get() + i * kBlockSize);
      if (!put) return Unexpected<Error>{put.error()};
    }
    attempt.segments.push_back(segment);
    attempt.held.blocks.set_range(segment.block, segment.blocks());
    done += segment.changes;
  }
  return true;
}

// Rewrites the stale leaves and the nodes above them.
Result<void> FileStore::write_table(Attempt& attempt) {
  const AlignedBuffer memory = make_aligned(sizeof(Node));  // nodes are read into it past the page cache
  auto* const node = new (memory.get()) Node;
  attempt.table = to_pointer(table_.entry(kTableLevels, 0));
  std::vector<Attempt::NodeUpdate> below;  // what changed one level down, by ascending index
  std::vector<std::uint64_t> indexes = attempt.stale;
  for (int level = 1; level <= kTableLevels && !indexes.empty(); ++level) {
    std::vector<Attempt::NodeUpdate> updates;
    std::size_t next_below = 0;
    for (const std::uint64_t index : indexes) {
      // The node's own entry and those in it must be loaded.
      auto loaded = table_.load(level, index, *this, *node);
      for (std::uint32_t i = 0; loaded && i < kFanout; ++i) {
        // Load each one: another thread may be half-way through filling the node.
        if (index * kFanout + i < table_.level_size(level - 1)) {
          loaded = table_.load(level - 1, index * kFanout + i, *this, *node);
        }
      }
      if (!loaded && loaded.error().sys_errno == EBADMSG) {
        return Unexpected<Error>{
            {Errc::kCorrupt, 0,
             name_ + " is damaged: page table at line " + std::to_string(index << (level * kFanoutBits))}};
      }
      if (!loaded) return Unexpected<Error>{io_error("cannot read", loaded.error())};

      if (level == 1) {
        table_.pending_leaf(index, *node);
      } else {
        for (std::uint32_t i = 0; i < kFanout; ++i) {
          const std::uint64_t child = index * kFanout + i;
          node->entry[i] = child < table_.level_size(level - 1) ? to_pointer(table_.entry(level - 1, child))
                                                                : BlockPointer{};
        }
        for (; next_below < below.size() && below[next_below].index / kFanout == index; ++next_below) {
          node->entry[below[next_below].index % kFanout] = below[next_below].pointer;
        }
      }
      BlockPointer pointer;
      const bool empty = std::all_of(node->entry, node->entry + kFanout,
                                     [](const BlockPointer& entry) { return entry.block == kAbsentBlock; });
      if (!empty) {
        auto block = take_block(attempt);
        if (!block) return Unexpected<Error>{block.error()};
        auto put = put_block(attempt, *block, node);
        if (!put) return Unexpected<Error>{put.error()};
        pointer = *put;
        attempt.held.add(pointer.block);
      }
      const BlockPointer old = to_pointer(table_.entry(level, index));
      if (old.is_block()) attempt.held.remove(old.block);
      updates.push_back({level, index, pointer});
    }
    attempt.nodes.insert(attempt.nodes.end(), updates.begin(), updates.end());
    if (level == kTableLevels) attempt.table = updates.back().pointer;
    indexes.clear();
    for (const auto& update : updates) {
      const std::uint64_t parent = update.index / kFanout;
      if (indexes.empty() || indexes.back() != parent) indexes.push_back(parent);
    }
    below = std::move(updates);
  }
  return {};
}

// Writes the changed parts of a space map or slot map, whose new state is `now`. Its own blocks may be among
// those that it describes, so all of them are taken before the first is written.
Result<void> FileStore::write_space_map(Attempt& attempt, const BlockSet& now, SpaceMap& map) {
  static constexpr BitmapBlock kEmpty{};
  if (now.end() == 0) {  // there is no compression, or no longer
    for (const auto* pointers : {&map.bitmaps, &map.nodes}) {
      for (const BlockPointer& pointer : *pointers) attempt.held.remove(pointer.block);
    }
    attempt.held.remove(map.root.block);
    map = {};
    return {};
  }
  std::set<std::uint32_t> changed, changed_nodes;
  const auto replace = [&](BlockPointer& pointer) -> Result<void> {
    if (pointer.is_block()) attempt.held.remove(pointer.block);
    pointer = {};
    auto block = take_block(attempt);
    if (!block) return Unexpected<Error>{block.error()};
    attempt.held.add(*block);
    pointer.block = *block;
    return {};
  };
  for (bool grown = true; grown;) {
    grown = false;
    for (std::uint32_t c = 0; c < std::max(now.chunk_count(), map.held.chunk_count()); ++c) {
      const BitmapBlock* bits = now.chunk(c);
      const BitmapBlock* before = map.held.chunk(c);
      if (bits == before || changed.contains(c)) continue;
      if (std::memcmp(bits ? bits : &kEmpty, before ? before : &kEmpty, sizeof kEmpty) == 0) continue;
      if (map.bitmaps.size() <= c) map.bitmaps.resize(c + 1);
      if (auto taken = replace(map.bitmaps[c]); !taken) return taken;
      changed.insert(c);
      grown = true;
      const std::uint32_t n = c / kFanout;
      if (!changed_nodes.insert(n).second) continue;
      if (map.nodes.size() <= n) map.nodes.resize(n + 1);
      if (auto taken = replace(map.nodes[n]); !taken) return taken;
      if (changed_nodes.size() == 1) {
        if (auto taken = replace(map.root); !taken) return taken;
      }
    }
  }
  if (!changed.empty()) {
    for (const std::uint32_t c : changed) {
      const BitmapBlock* bits = now.chunk(c);
      auto put = put_block(attempt, map.bitmaps[c].block, bits ? bits : &kEmpty);
      if (!put) return Unexpected<Error>{put.error()};
      map.bitmaps[c] = *put;
    }
    const auto node = std::make_unique<Node>();
    for (const std::uint32_t n : changed_nodes) {
      *node = {};
      for (std::uint32_t i = 0; i < kFanout && n * kFanout + i < map.bitmaps.size(); ++i) {
        node->entry[i] = map.bitmaps[n * kFanout + i];
      }
      auto put = put_block(attempt, map.nodes[n].block, node.get());
      if (!put) return Unexpected<Error>{put.error()};
      map.nodes[n] = *put;
    }
    *node = {};
    std::copy(map.nodes.begin(), map.nodes.end(), node->entry);
    auto put = put_block(attempt, map.root.block, node.get());
    if (!put) return Unexpected<Error>{put.error()};
    map.root = *put;
  }
  map.held = now;
  return {};
}

Result<void> FileStore::write_version_record(Attempt& attempt, std::span<const std::byte> blob) {
  auto block = take_block(attempt);
  if (!block) return Unexpected<Error>{block.error()};
  attempt.held.add(*block);
  attempt.record = std::make_shared<VersionRecord>();
  VersionRecord& record = *attempt.record;
  timespec now{};
  clock_gettime(CLOCK_REALTIME, &now);
  record.magic = kVersionMagic;
  record.version = root_.highest_version + 1;
  record.parent = info_.version;
  record.heap_id = heap_id_;
  record.wall_time_ns =
      static_cast<std::uint64_t>(now.tv_sec) * 1'000'000'000 + static_cast<std::uint64_t>(now.tv_nsec);
  record.lines = info_.lines + static_cast<std::uint64_t>(attempt.line_delta);
  record.lines_written = attempt.changes.size();
  // Still to come: the blocks in the buffer, this record, and the root.
  const unsigned pending_tally = 1 - current_tally_.load(std::memory_order_relaxed);
  record.bytes_written = tallies_[pending_tally].bytes.load(std::memory_order_relaxed) + attempt.bytes +
                         (std::uint64_t{attempt.out_count} + 2) * kBlockSize;
  record.table = attempt.table;
  record.space_map = attempt.space_map.root;
  record.slot_map = attempt.slot_map.root;
  record.segment_count = static_cast<std::uint32_t>(attempt.segments.size());
  std::copy(attempt.segments.begin(), attempt.segments.end(), record.segments);
  record.blob_size = static_cast<std::uint32_t>(blob.size());
  if (!blob.empty()) std::memcpy(record.blob, blob.data(), blob.size());
  record.incompatible_features = incompatible_features();
  record.compatible_features = compatible_features();
  seal(record);
  auto put = put_block(attempt, *block, &record);
  if (!put) return Unexpected<Error>{put.error()};
  attempt.ref.version = record.version;
  attempt.ref.record = *put;
  return write_out(attempt);
}

void FileStore::distrust_unflushed() {
  allocator_.defer_frees();
  untrusted_ = allocator_.uncommitted(held_sets());
  distrust_ = true;
}

// Writes a root to the slot that does not hold the newest good one, and makes it durable.
Result<void> FileStore::publish_root(const std::vector<VersionRef>& refs, Version highest,
                                     std::uint64_t file_blocks) {
  const AlignedBuffer buffer = make_aligned(kBlockSize);
  Root root = root_;
  root.sequence = ++last_sequence_;
  root.highest_version = highest;
  root.file_blocks = file_blocks;
  root.incompatible_features = incompatible_features();
  root.compatible_features = compatible_features();
  root.version_count = static_cast<std::uint32_t>(refs.size());
  std::fill(std::begin(root.versions), std::end(root.versions), VersionRef{});
  std::copy(refs.begin(), refs.end(), root.versions);
  seal(root);
  std::memcpy(buffer.get(), &root, kBlockSize);
  const unsigned slot = 1 - root_slot_;
  iovec iov{buffer.get(), kBlockSize};
  IoOp op{std::uint64_t{kRootBlock[slot]} * kBlockSize, &iov, 1, kBlockSize, 0};
  device_->write({&op, 1});
  bytes_written_.fetch_add(kBlockSize, std::memory_order_relaxed);
  int error = op.error();
  if (error == 0) {
    error = device_->flush();
    flushes_.fetch_add(1, std::memory_order_relaxed);
  }
  if (error != 0) {
    // It is unknown whether this root counts after a crash, so the blocks that it names must stay, and so
    // must those that it drops.
    distrust_unflushed();
    return Unexpected<Error>{io_error("cannot write the root of", {error})};
  }
  root_ = root;
  root_slot_ = slot;
  return {};
}

Result<void> FileStore::attempt_commit(Attempt& attempt, std::span<const std::byte> blob) {
  if (auto relocated = relocate_untrusted(); !relocated) return relocated;
  collect_changes(attempt);

  attempt.table = to_pointer(table_.entry(kTableLevels, 0));
  attempt.space_map = space_map_;
  attempt.slot_map = slot_map_;
  // Segments cost one block per 256 changes; a rewrite costs one block per stale leaf and some blocks above.
  // A rewrite is due when it is cheaper, or when opening would have too much to replay.
  const std::size_t upper_nodes = 8;
  const std::size_t segment_blocks = (attempt.changes.size() + kChangesPerBlock - 1) / kChangesPerBlock;
  attempt.rewrite = log_changes_ + attempt.changes.size() > kMaxLogChanges ||
                    (!attempt.changes.empty() && attempt.stale.size() + upper_nodes <= segment_blocks);
  if (!attempt.rewrite) {
    const Holding held_before = attempt.held;
    auto written = write_segments(attempt);
    if (!written) return Unexpected<Error>{written.error()};
    if (!*written) {
      attempt.rewrite = true;
      attempt.held = held_before;
      attempt.out_count = 0;
      for (const BlockNumber block : attempt.fresh) allocator_.give_back(block);
      attempt.fresh.clear();
    }
  }
  if (attempt.rewrite) {
    attempt.segments.clear();
    for (const SegmentPointer& segment : segments_)
      attempt.held.blocks.clear_range(segment.block, segment.blocks());
    if (auto table = write_table(attempt); !table) return table;
    // The space map comes last, because it describes the blocks of the other one.
    if (auto map = write_space_map(attempt, attempt.held.slots, attempt.slot_map); !map) return map;
    if (auto map = write_space_map(attempt, attempt.held.blocks, attempt.space_map); !map) return map;
  }
  if (auto record = write_version_record(attempt, blob); !record) return record;

  // The length that this flush makes durable. The file may grow again before the root is written, and the
  // root must not promise the larger length.
  const std::uint64_t file_blocks = allocator_.capacity();
  flushes_.fetch_add(1, std::memory_order_relaxed);
  if (const int error = device_->flush(); error != 0) {
    distrust_unflushed();
    return Unexpected<Error>{io_error("cannot flush", {error})};
  }

  return publish_root(refs_to_keep(attempt.ref, attempt.record->wall_time_ns), attempt.ref.version,
                      file_blocks);
}

// Of the retained versions and the new one, those that a root names from now on. The rules apply to the
// opened version and older ones; newer ones were abandoned when the opened version was continued.
std::vector<VersionRef> FileStore::refs_to_keep(const VersionRef& newest, std::uint64_t time_ns) const {
  struct Candidate {
    VersionRef ref;
    bool by_age_only;
  };
  std::vector<const Retained*> older;
  for (const Retained& version : retained_) {
    if (version.ref.version <= info_.version) older.push_back(&version);
  }
  // No version may be younger than a later one. A version whose time lies in the future, because the clock
  // was set back, counts as old as that time is far away.
  std::vector<std::uint64_t> times(older.size());
  for (std::size_t i = older.size(), later = time_ns; i-- != 0; later = times[i])
    times[i] = std::min<std::uint64_t>(older[i]->info.wall_time_ns, later);
  // The first version of each step of time is the one that stays, so the choice never changes later.
  const std::uint64_t step = keep_.age_ns / Retention::kAgeSteps;
  std::uint64_t last_step = ~std::uint64_t{0};
  std::vector<Candidate> candidates;
  for (std::size_t i = 0; i < older.size(); ++i) {
    const Retained& version = *older[i];
    const std::uint64_t its_step = step == 0 ? 0 : version.info.wall_time_ns / step;
    const bool first_of_step = step != 0 && its_step != last_step;
    last_step = its_step;
    const bool young = time_ns - times[i] < keep_.age_ns;
    const bool by_rule = older.size() + 1 - i <= keep_.versions || (version.ref.flags & kVersionPinned) != 0;
    if (by_rule || (young && first_of_step)) candidates.push_back({version.ref, !by_rule});
  }
  std::size_t too_many =
      candidates.size() + 1 - std::min<std::size_t>(candidates.size() + 1, kMaxRetainedVersions);
  std::vector<VersionRef> kept;
  for (const Candidate& candidate : candidates) {
    if (candidate.by_age_only && too_many != 0) {
      --too_many;
    } else {
      kept.push_back(candidate.ref);
    }
  }
  kept.push_back(newest);
  return kept;
}

bool FileStore::has_reader(Version version) const {
  return std::any_of(readers_.begin(), readers_.end(), [&](const auto& known) {
    const auto reader = known.lock();
    return reader && reader->info_.version == version;
  });
}

// Drops the retained versions that `refs` does not name and takes over the flags of the others. A version
// that is being read keeps its blocks.
void FileStore::retain_only(const std::vector<VersionRef>& refs) {
  std::vector<Retained> kept, dropped = std::exchange(only_read_, {});
  for (Retained& version : retained_) {
    const auto at = std::find_if(refs.begin(), refs.end(),
                                 [&](const VersionRef& ref) { return ref.version == version.ref.version; });
    if (at != refs.end()) version.ref = *at;
    (at != refs.end() ? kept : dropped).push_back(std::move(version));
  }
  retained_ = std::move(kept);
  const auto read = std::partition(dropped.begin(), dropped.end(),
                                   [&](const Retained& version) { return !has_reader(version.ref.version); });
  only_read_.assign(std::make_move_iterator(read), std::make_move_iterator(dropped.end()));
  dropped.erase(read, dropped.end());
  std::vector<const BlockSet*> sets;
  sets.reserve(dropped.size());
  for (const Retained& version : dropped) sets.push_back(&version.held.blocks);
  allocator_.drop(sets, held_sets());
}

void FileStore::adopt(Attempt& attempt) {
  if (attempt.rewrite) {
    for (const auto& update : attempt.nodes) table_.set_node(update.level, update.index, update.pointer);
    space_map_ = std::move(attempt.space_map);
    slot_map_ = std::move(attempt.slot_map);
    stale_leaves_.clear();
    log_changes_ = 0;
  } else {
    stale_leaves_ = std::move(attempt.stale);
    log_changes_ += static_cast<std::uint32_t>(attempt.changes.size());
  }
  segments_ = std::move(attempt.segments);
  info_ = info_of(*attempt.record);
  content_id_ = content_id_of(*attempt.record);
  const auto* blob = reinterpret_cast<const std::byte*>(attempt.record->blob);
  blob_.assign(blob, blob + attempt.record->blob_size);
  retained_.push_back({attempt.ref, info_, attempt.record, std::move(attempt.held)});
  retain_only({root_.versions, root_.versions + root_.version_count});
  // The doubt that a failed commit left is gone: everything that this one needs was written again and
  // flushed, and the doubtful root slot has been overwritten.
  allocator_.release_deferred();
  distrust_ = false;
  untrusted_ = {};
  table_.end_pending_committed();
  tallies_[1 - current_tally_.load(std::memory_order_relaxed)].bytes.store(0, std::memory_order_relaxed);
}

// No transaction is pending any more; the caller decides about its changes.
void FileStore::end_pending() {
  pending_ = false;
  std::lock_guard guard(erased_lock_);
  erased_since_cut_.clear();
}

// Merges pending under current and gives back the blocks that were taken for its metadata.
void FileStore::roll_back(const std::vector<BlockNumber>& fresh) {
  for (const BlockNumber block : fresh) allocator_.give_back(block);
  std::vector<BlockNumber> superseded;
  table_.end_pending_failed(superseded);
  for (const BlockNumber block : superseded) allocator_.give_back(block);
  const unsigned current = current_tally_.load(std::memory_order_relaxed);
  tallies_[current].bytes.fetch_add(tallies_[1 - current].bytes.exchange(0));
}

Result<VersionInfo> FileStore::commit(std::span<const std::byte> blob) {
  if (read_only_) return Unexpected<Error>{{Errc::kPermission, 0, name_ + " is open for reading only"}};
  if (!pending_) return Unexpected<Error>{{Errc::kInvalid, 0, "commit() without cut()"}};
  if (blob.size() > kMaxBlob) {
    return Unexpected<Error>{
        {Errc::kInvalid, 0, "blob of " + std::to_string(blob.size()) + " bytes is too large"}};
  }
  Attempt attempt;
  auto committed = attempt_commit(attempt, blob);
  if (attempt.reserve.count != 0) allocator_.give_back(attempt.reserve.first, attempt.reserve.count);
  end_pending();
  if (!committed) {
    roll_back(attempt.fresh);
    return Unexpected<Error>{committed.error()};
  }
  adopt(attempt);
  trim();
  return info_;
}

void FileStore::abandon() {
  if (!pending_) return;
  end_pending();
  roll_back({});
}

// Its flush must not be one that a pending transaction relies on, because that would not learn of a failure.
Result<void> FileStore::may_publish() const {
  if (read_only_) return Unexpected<Error>{{Errc::kPermission, 0, name_ + " is open for reading only"}};
  if (pending_) return Unexpected<Error>{{Errc::kInvalid, 0, "a transaction of " + name_ + " is pending"}};
  return {};
}

Result<void> FileStore::pin(Version version, bool pinned) {
  if (auto may = may_publish(); !may) return may;
  const Retained* target = find_retained(version);
  if (target == nullptr) {
    return Unexpected<Error>{{Errc::kNotFound, 0, name_ + " has no version " + std::to_string(version)}};
  }
  std::vector<VersionRef> refs;
  std::uint32_t pins = 0;
  for (const Retained& candidate : retained_) {
    refs.push_back(candidate.ref);
    if (&candidate == target) {
      refs.back().flags = pinned ? refs.back().flags | kVersionPinned : refs.back().flags & ~kVersionPinned;
    }
    pins += refs.back().flags & kVersionPinned;
  }
  if (pins > kMaxPinned) {
    return Unexpected<Error>{
        {Errc::kInvalid, 0,
         name_ + " has " + std::to_string(kMaxPinned) + " pinned versions already; unpin one first"}};
  }
  if (auto published = publish_root(refs, root_.highest_version, root_.file_blocks); !published)
    return published;
  retain_only(refs);
  trim();
  return {};
}

Result<void> FileStore::remove_version(Version version) {
  if (auto may = may_publish(); !may) return may;
  const Retained* target = find_retained(version);
  if (target == nullptr) {
    return Unexpected<Error>{{Errc::kNotFound, 0, name_ + " has no version " + std::to_string(version)}};
  }
  if (version >= info_.version) {
    return Unexpected<Error>{{Errc::kInvalid, 0,
                              "version " + std::to_string(version) + " of " + name_ +
                                  " is in use: the opened version and newer ones stay"}};
  }
  if ((target->ref.flags & kVersionPinned) != 0) {
    return Unexpected<Error>{
        {Errc::kInvalid, 0,
         "version " + std::to_string(version) + " of " + name_ + " is pinned: unpin it first"}};
  }
  std::vector<VersionRef> refs;
  for (const Retained& candidate : retained_) {
    if (&candidate != target) refs.push_back(candidate.ref);
  }
  if (auto published = publish_root(refs, root_.highest_version, root_.file_blocks); !published)
    return published;
  retain_only(refs);
  trim();
  return {};
}

}  // namespace uvm::store
