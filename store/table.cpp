#include "store/table.h"

#include <algorithm>
#include <bit>
#include <cerrno>
#include <mutex>

namespace uvm::store {

namespace {
constexpr std::uint64_t kLeafBits = kFanoutBits;

// A thread that loads a leaf sets its entries at any time, without a lock. So even the holder of the stripe's
// lock must access them atomically.
Entry load_entry(Entry& slot) noexcept { return std::atomic_ref(slot).load(std::memory_order_acquire); }
void store_entry(Entry& slot, Entry entry) noexcept {
  std::atomic_ref(slot).store(entry, std::memory_order_release);
}

// Bits of leaves share words between stripes, so they are set atomically.
void set_bit(SparseArray<std::uint64_t>& bits, std::uint64_t index) noexcept {
  const std::uint64_t mask = std::uint64_t{1} << (index % 64);
  std::atomic_ref word(bits[index / 64]);
  if ((word.load(std::memory_order_relaxed) & mask) == 0) word.fetch_or(mask, std::memory_order_relaxed);
}
}  // namespace

bool PageTable::reserve(std::uint64_t lines) {
  // Whole nodes of level 3, so that each node below the top one fits entirely and is rewritten without loss.
  constexpr std::uint64_t kUnit = std::uint64_t{1} << (3 * kFanoutBits);
  lines = (lines + kUnit - 1) / kUnit * kUnit;
  std::uint64_t entries = lines;
  for (auto& level : levels_) {
    if (!level.reserve(entries)) return false;
    // Round up to whole nodes: a node covers 512 entries of the level below it. The root is a single node.
    entries = (entries / kFanout + kFanout - 1) / kFanout * kFanout;
  }
  const std::uint64_t leaf_words = (lines / kFanout + 63) / 64;
  if (!touched_.reserve(leaf_words)) return false;
  for (auto& transaction : transactions_) {
    if (!transaction.has.reserve(lines / 64) || !transaction.leaves.reserve(leaf_words) ||
        !transaction.before.reserve(lines)) {
      return false;
    }
  }
  set_root({});
  return true;
}

void PageTable::set_changes(std::vector<Change> changes) {
  const auto by_line = [](const Change& a, const Change& b) { return a.line < b.line; };
  std::stable_sort(changes.begin(), changes.end(), by_line);
  changes_.clear();
  for (const Change& change : changes) {
    if (!changes_.empty() && changes_.back().line == change.line) {
      changes_.back() = change;
    } else {
      changes_.push_back(change);
      set_bit(touched_, change.line >> kLeafBits);
    }
  }
  changes_.shrink_to_fit();
}

IoResult<void> PageTable::load(int level, std::uint64_t index, NodeReader& reader, Node& scratch) noexcept {
  Entry tried = kUnknownEntry;
  while (entry(level, index) == kUnknownEntry) {
    const std::uint64_t parent_index = index >> kFanoutBits;
    if (entry(level + 1, parent_index) == kUnknownEntry) {
      if (const auto loaded = load(level + 1, parent_index, reader, scratch); !loaded) return loaded;
    }
    const Entry parent = entry(level + 1, parent_index);
    if (is_block(parent)) {
      const auto read = reader.read_node(to_pointer(parent), scratch);
      if (!read && read.error().sys_errno == EBADMSG && tried != parent) {
        // A commit may have moved the node, and its block may have been reused: look again before reporting
        // an error.
        tried = parent;
        continue;
      }
      if (!read) return read;
    } else {
      scratch = Node{};
    }
    const std::uint64_t first = parent_index << kFanoutBits;
    if (level == 0) {
      auto change = std::lower_bound(changes_.begin(), changes_.end(), first,
                                     [](const Change& c, std::uint64_t line) { return c.line < line; });
      for (; change != changes_.end() && change->line < first + kFanout; ++change) {
        scratch.entry[change->line - first] = change->now;
      }
    }
    const std::uint64_t count = std::min<std::uint64_t>(kFanout, levels_[level].size() - first);
    for (std::uint64_t i = 0; i < count; ++i) {
      Entry unknown = kUnknownEntry;
      std::atomic_ref(levels_[level][first + i])
          .compare_exchange_strong(unknown, to_entry(scratch.entry[i]), std::memory_order_acq_rel);
    }
  }
  return {};
}

void PageTable::TransactionLines::add(LineNumber line, Entry entry_before) noexcept {
  before[line] = entry_before;
  has[line / 64] |= std::uint64_t{1} << (line % 64);
  const std::uint64_t leaf = line >> kLeafBits;
  set_bit(leaves, leaf);
  std::uint64_t end = leaf_end.load(std::memory_order_relaxed);
  while (end <= leaf && !leaf_end.compare_exchange_weak(end, leaf + 1, std::memory_order_relaxed)) {
  }
}

template <typename Visit>
void PageTable::TransactionLines::for_each(Visit visit) const {
  const std::uint64_t leaf_words = (leaf_end.load(std::memory_order_relaxed) + 63) / 64;
  for (std::uint64_t w = 0; w < leaf_words; ++w) {
    for (std::uint64_t leaf_bits = leaves[w]; leaf_bits != 0; leaf_bits &= leaf_bits - 1) {
      const std::uint64_t leaf = w * 64 + static_cast<unsigned>(std::countr_zero(leaf_bits));
      for (std::uint64_t i = leaf * (kFanout / 64); i < (leaf + 1) * (kFanout / 64); ++i) {
        for (std::uint64_t bits = has[i]; bits != 0; bits &= bits - 1) {
          visit(LineNumber{i * 64 + static_cast<unsigned>(std::countr_zero(bits))});
        }
      }
    }
  }
}

void PageTable::TransactionLines::clear() noexcept {
  const std::uint64_t end = leaf_end.load(std::memory_order_relaxed);
  has.clear(0, end * (kFanout / 64));
  leaves.clear(0, (end + 63) / 64);
  before.clear(0, end * kFanout);
  leaf_end.store(0, std::memory_order_relaxed);
}

BlockNumber PageTable::put(Transaction transaction, LineNumber line, Entry now) noexcept {
  std::lock_guard guard(stripe(line));
  set_bit(touched_, line >> kLeafBits);
  if (transaction == Transaction::kCurrent) {
    const Entry old = load_entry(newest(line));
    const bool own = current().contains(line);
    if (!own) current().add(line, old);
    store_entry(newest(line), now);
    return own && is_block(old) ? block_of(old) : 0;
  }
  Entry& slot = pending_slot(line);
  const Entry old = load_entry(slot);
  const bool own = pending().contains(line);
  if (!own) pending().add(line, old);
  store_entry(slot, now);
  return own && is_block(old) ? block_of(old) : 0;
}

Entry PageTable::pending_entry(LineNumber line) noexcept {
  std::lock_guard guard(stripe(line));
  return load_entry(pending_slot(line));
}

bool PageTable::current_has(LineNumber line) noexcept {
  std::lock_guard guard(stripe(line));
  return current().contains(line);
}

void PageTable::cut() noexcept {
  for (auto& s : stripes_) s.lock.lock();
  current_ = 1 - current_;
  for (auto& s : stripes_) s.lock.unlock();
}

std::vector<LineNumber> PageTable::pending_lines() const {
  std::vector<LineNumber> lines;
  pending().for_each([&](LineNumber line) { lines.push_back(line); });
  return lines;
}

PageTable::PendingChange PageTable::pending_change(LineNumber line) noexcept {
  std::lock_guard guard(stripe(line));
  return {pending().before[line], load_entry(pending_slot(line))};
}

void PageTable::pending_leaf(std::uint64_t leaf, Node& node) noexcept {
  const LineNumber first = leaf << kLeafBits;
  std::lock_guard guard(stripe(first));
  for (std::uint32_t i = 0; i < kFanout; ++i) node.entry[i] = to_pointer(load_entry(pending_slot(first + i)));
}

void PageTable::end_pending_committed() noexcept { pending().clear(); }

void PageTable::end_pending_failed(std::vector<BlockNumber>& superseded) {
  TransactionLines& ended = pending();
  ended.for_each([&](LineNumber line) {
    std::lock_guard guard(stripe(line));
    if (!current().contains(line)) {
      current().add(line, ended.before[line]);
      return;
    }
    if (is_block(current().before[line])) superseded.push_back(block_of(current().before[line]));
    current().before[line] = ended.before[line];
  });
  ended.clear();
}

IoResult<LineNumber> PageTable::skip_unused(LineNumber line, NodeReader& reader, Node& scratch) noexcept {
  const std::uint64_t leaf = line >> kLeafBits;
  const std::uint64_t node = leaf >> kFanoutBits;
  if (const auto loaded = load(2, node, reader, scratch); !loaded) return Unexpected{loaded.error()};
  if (!is_block(entry(2, node))) {
    bool touched = false;
    const std::uint64_t first_word = node * (kFanout / 64);
    for (std::uint64_t i = first_word;
         i < std::min<std::uint64_t>(first_word + kFanout / 64, touched_.size()); ++i) {
      touched = touched || std::atomic_ref(touched_[i]).load(std::memory_order_relaxed) != 0;
    }
    if (!touched) return (node + 1) << (2 * kFanoutBits);
  }
  const std::uint64_t word = std::atomic_ref(touched_[leaf / 64]).load(std::memory_order_relaxed);
  if ((word >> (leaf % 64) & 1) != 0) return line;
  if (const auto loaded = load(1, leaf, reader, scratch); !loaded) return Unexpected{loaded.error()};
  if (is_block(entry(1, leaf))) return line;
  return (leaf + 1) << kLeafBits;
}

}  // namespace uvm::store
