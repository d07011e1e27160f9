#include "store/verify.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <functional>
#include <map>
#include <set>

#include "base/memory.h"
#include "store/reader.h"

namespace uvm::store {

namespace {

// This many findings of one kind are written out; the rest are only counted.
constexpr std::size_t kMaxListed = 20;

std::string at_block(BlockNumber block) {
  return "block " + std::to_string(block) + " (file offset " +
         std::to_string(std::uint64_t{block} * kBlockSize) + ")";
}

class Verifier {
 public:
  Verifier(Device& device, const std::string& name)
      : device_(device), reader_(device, name), held_(reader_), node_buffer_(make_aligned(kBlockSize)) {}

  Result<std::vector<Finding>> run() {
    auto start = reader_.read_start();
    if (!start) {
      if (start.error().code != Errc::kCorrupt) return Unexpected<Error>{start.error()};
      findings_.push_back({Finding::Severity::kDamage, {}, {}, {}, start.error().message});
      return std::move(findings_);
    }
    check_fixed_blocks(*start);
    const Root& root = start->root[start->newest];
    features_ = root.incompatible_features;
    for (std::uint32_t i = 0; i < root.version_count; ++i)
      check_version(root.versions[i], start->header.heap_id);
    check_lines();
    return std::move(findings_);
  }

 private:
  using Severity = Finding::Severity;
  struct Tree {
    Version version;
    BlockPointer table;
    std::map<LineNumber, BlockPointer> changes;  // newest of the segments
  };

  void report(Severity severity, std::optional<Version> version, std::optional<LineNumber> line,
              std::optional<BlockNumber> block, const std::string& what) {
    std::string message = what;
    if (line) message += ", line " + std::to_string(*line);
    if (version) message += ", version " + std::to_string(*version);
    if (block) message += ", in " + at_block(*block);
    findings_.push_back({severity, version, line, block, message});
  }

  void check_fixed_blocks(const HeapStart& start) {
    const BlockNumber header_blocks[2] = {kHeaderBlock, kHeaderCopyBlock};
    for (int i = 0; i < 2; ++i) {
      if (!start.header_good[i]) {
        report(Severity::kDamage, {}, {}, header_blocks[i], "one of the two copies of the header is damaged");
      }
    }
    if (!start.root_damage) return;
    // If only an empty heap is left, a version is gone; otherwise this cannot be told.
    const bool gone = start.root_damage->newer && start.root[start.newest].version_count == 0;
    findings_.push_back({gone ? Severity::kDamage : Severity::kNote,
                         {},
                         {},
                         kRootBlock[1 - start.newest],
                         start.root_damage->message});
  }

  void check_version(const VersionRef& ref, const HeapId& heap_id) {
    auto record = reader_.read_version(ref, heap_id);
    if (!record) {
      report(Severity::kDamage, ref.version, {}, ref.record.block, record.error().message);
      return;
    }
    records_.push_back(*record);
    Holding used;  // what is reachable, to compare with what the version says it holds
    used.add(ref.record.block);
    Tree tree{ref.version, (*record)->table, {}};
    bool whole = true;
    for (std::uint32_t i = 0; i < (*record)->segment_count; ++i) {
      const SegmentPointer& segment = (*record)->segments[i];
      auto changes = held_.changes(segment);
      if (!changes) {
        report(Severity::kDamage, ref.version, {}, segment.block, changes.error().message);
        whole = false;
        continue;
      }
      for (const Change& change : **changes) tree.changes[change.line] = change.now;
      claim(used, segment.block, segment.blocks(), ref.version, {});
    }
    for (const BlockPointer root : {(*record)->space_map, (*record)->slot_map})
      whole = check_map(root, used, ref.version) && whole;
    std::uint64_t lines = 0;
    const bool table_whole = walk(
        tree,
        [&](int level, std::uint64_t index, BlockPointer pointer) {
          claim(used, pointer.block, 1, ref.version, index << (level * kFanoutBits));
        },
        [&](LineNumber line, BlockPointer pointer) {
          if (pointer.is_block() || pointer.block == kZeroBlock) ++lines;
          if (!pointer.is_block()) return;
          if (is_packed(pointer.block) && (features_ & kFeaturePackedBlocks) == 0) {
            report(Severity::kDamage, ref.version, line, block_in_file(pointer.block),
                   "a line is compressed in a heap without compression");
          }
          claim(used, pointer.block, 1, ref.version, line);
          to_check_.push_back(std::uint64_t{pointer.block} << 32 | pointer.checksum);
        },
        true);
    trees_.push_back(std::move(tree));
    // Blocks that several versions share are read once.
    std::sort(to_check_.begin(), to_check_.end());
    to_check_.erase(std::unique(to_check_.begin(), to_check_.end()), to_check_.end());
    if (!whole || !table_whole) return;
    if (lines != (*record)->lines) {
      report(Severity::kDamage, ref.version, {}, {},
             "there are " + std::to_string(lines) + " lines where there should be " +
                 std::to_string((*record)->lines));
    }
    auto held = held_.held(ref, **record);
    if (held) {
      compare(used.blocks, held->blocks, ref.version, 1);
      compare(used.slots, held->slots, ref.version, kSlots);
    }
  }

  // Claims the blocks of a space map or slot map.
  bool check_map(BlockPointer root, Holding& used, Version version) {
    auto map = held_.space_map(root);
    if (!map) {
      report(Severity::kDamage, version, {}, root.block, map.error().message);
      return false;
    }
    if (root.is_block()) claim(used, root.block, 1, version, {});
    for (const auto& node : (*map)->nodes) {
      if (node.is_block()) claim(used, node.block, 1, version, {});
    }
    for (const auto& bitmap : (*map)->bitmaps) {
      if (bitmap.is_block()) claim(used, bitmap.block, 1, version, {});
    }
    return true;
  }

  // Notes that something reachable is in these blocks, or is this compressed line.
  void claim(Holding& used, BlockNumber first, std::uint32_t count, Version version,
             std::optional<LineNumber> line) {
    for (std::uint32_t i = 0; i < count; ++i) {
      const BlockNumber number = first + i;
      const BlockNumber block = block_in_file(number);
      // A packed block may be shared by its slots only.
      const bool shared = is_packed(number) && used.slots.byte(block) != 0 && !used.has(number);
      if (std::uint64_t{block} * kBlockSize >= device_.size()) {
        report(Severity::kDamage, version, line, block, "a block beyond the end of the file is in use");
      } else if (used.blocks.test(block) && !shared) {
        report(Severity::kDamage, version, line, block, "a block is in use twice");
      } else {
        used.add(number);
      }
    }
  }

  // For blocks, or for slots, of which a block has several.
  void compare(const BlockSet& used, const BlockSet& held, Version version, std::uint32_t to_a_block) {
    const std::string what = to_a_block == 1 ? "a block" : "a slot of a block";
    const std::string map = to_a_block == 1 ? "the space map" : "the slot map";
    std::size_t listed = 0;
    std::size_t more = 0;
    for (std::uint32_t c = 0; c < std::max(used.chunk_count(), held.chunk_count()); ++c) {
      const BitmapBlock* a = used.chunk(c);
      const BitmapBlock* b = held.chunk(c);
      if (a == b) continue;
      for (std::uint32_t w = 0; w < kBlocksPerBitmap / 64; ++w) {
        const std::uint64_t in_used = a != nullptr ? a->word[w] : 0;
        const std::uint64_t in_held = b != nullptr ? b->word[w] : 0;
        for (std::uint64_t bits = in_used ^ in_held; bits != 0; bits &= bits - 1) {
          if (listed++ >= kMaxListed) {
            ++more;
            continue;
          }
          const auto bit = static_cast<unsigned>(std::countr_zero(bits));
          report(Severity::kDamage, version, {}, (c * kBlocksPerBitmap + w * 64 + bit) / to_a_block,
                 (in_used >> bit & 1) != 0 ? map + " marks " + what + " as free although it is in use"
                                           : map + " marks " + what + " as used although nothing uses it");
        }
      }
    }
    if (more != 0) {
      report(Severity::kDamage, version, {}, {},
             map + " is wrong about " + std::to_string(more) + " more " +
                 (to_a_block == 1 ? "blocks" : "slots"));
    }
  }

  // Visits every node of the table and every line, with the changes applied. False if a node could not be
  // read; everything below it is left out.
  template <typename OnNode, typename OnLine>
  bool walk(const Tree& tree, OnNode on_node, OnLine on_line, bool complain) {
    auto change = tree.changes.begin();
    bool whole = true;
    // Changed lines where the table has no leaf.
    const auto loose_until = [&](LineNumber end) {
      for (; change != tree.changes.end() && change->first < end; ++change)
        on_line(change->first, change->second);
    };
    const std::function<void(int, std::uint64_t, BlockPointer)> visit = [&](int level, std::uint64_t index,
                                                                            BlockPointer pointer) {
      if (!pointer.is_block()) return;
      const int bits = level * static_cast<int>(kFanoutBits);
      const LineNumber first = index << bits;
      loose_until(first);
      on_node(level, index, pointer);
      std::vector<bool> good;
      reader_.read_blocks({&pointer, 1}, node_buffer_.get(), good);
      if (!good[0] || is_packed(pointer.block)) {
        if (complain && bad_nodes_.insert(pointer.block).second) {
          report(Severity::kDamage, tree.version, first, pointer.block,
                 "page table node over " + std::to_string(std::uint64_t{1} << bits) + " lines is damaged");
        }
        whole = false;
        while (change != tree.changes.end() && change->first < first + (std::uint64_t{1} << bits)) ++change;
        return;
      }
      const auto node = std::make_unique<Node>();
      std::memcpy(node.get(), node_buffer_.get(), kBlockSize);
      for (std::uint32_t i = 0; i < kFanout; ++i) {
        const std::uint64_t child = index * kFanout + i;
        if (level > 1) {
          visit(level - 1, child, node->entry[i]);
          continue;
        }
        BlockPointer entry = node->entry[i];
        if (change != tree.changes.end() && change->first == child) entry = (change++)->second;
        on_line(child, entry);
      }
    };
    visit(kTableLevels, 0, tree.table);
    loose_until(kMaxLines);
    return whole;
  }

  // Reads all lines in file order, then finds out to which lines the bad blocks belong.
  void check_lines() {
    constexpr std::size_t kBatch = 1024;
    const AlignedBuffer buffer = make_aligned(kBatch * kBlockSize);
    std::set<std::uint64_t> bad;
    for (std::size_t done = 0; done < to_check_.size(); done += kBatch) {
      std::vector<BlockPointer> pointers;
      for (std::size_t i = done; i < std::min(done + kBatch, to_check_.size()); ++i) {
        pointers.push_back(
            {static_cast<BlockNumber>(to_check_[i] >> 32), static_cast<std::uint32_t>(to_check_[i])});
      }
      std::vector<bool> good;
      reader_.read_blocks(pointers, buffer.get(), good);
      for (std::size_t i = 0; i < pointers.size(); ++i) {
        if (good[i]) continue;
        // Read singly: in a read that failed, only one block of many may be unreadable.
        std::vector<bool> alone;
        reader_.read_blocks({&pointers[i], 1}, buffer.get(), alone);
        if (!alone[0]) bad.insert(to_check_[done + i]);
      }
    }
    if (bad.empty()) return;
    for (auto tree = trees_.rbegin(); tree != trees_.rend(); ++tree) {
      walk(
          *tree, [](int, std::uint64_t, BlockPointer) {},
          [&](LineNumber line, BlockPointer pointer) {
            if (bad.erase(std::uint64_t{pointer.block} << 32 | pointer.checksum) == 0) return;
            report(Severity::kDamage, tree->version, line, block_in_file(pointer.block),
                   "content is damaged");
          },
          false);
    }
  }

  Device& device_;
  std::uint64_t features_ = 0;
  HeapReader reader_;
  HeldSets held_;
  AlignedBuffer node_buffer_;
  std::vector<Finding> findings_;
  std::vector<Tree> trees_;
  std::vector<std::shared_ptr<const VersionRecord>> records_;  // held_ looks at the one before
  std::vector<std::uint64_t> to_check_;                        // block in the high half, checksum in the low
  std::set<BlockNumber> bad_nodes_;
};

}  // namespace

Result<std::vector<Finding>> verify_device(Device& device, const std::string& name) {
  return Verifier(device, name).run();
}

Result<std::vector<Finding>> verify_heap(const std::string& path) {
  auto device = open_file_device(path, {.create = false, .read_only = true, .ownership = Ownership::kAny});
  if (!device) return Unexpected<Error>{device.error()};
  return verify_device(**device, path);
}

}  // namespace uvm::store
