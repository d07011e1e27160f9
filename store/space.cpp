#include "store/space.h"

#include <algorithm>
#include <bit>
#include <mutex>

namespace uvm::store {

namespace {
constexpr std::uint32_t kWordsPerChunk = kBlocksPerBitmap / 64;
// Free runs are taken in order of falling length, so that short ones can grow together as the blocks between
// them are freed. In steady state (random lines, a file 70 to 80 % full) the runs that are written are half
// as long again as when the next run is taken whatever its length.
constexpr std::uint32_t kRunLengths[] = {64, 32, 16, 8, 6, 5, 4, 3, 2, 1};
// A free run shorter than this is a crumb: writing to it costs the device as much as a longer one.
constexpr std::uint32_t kCrumb = 8;

std::uint64_t bit_of(BlockNumber block) { return std::uint64_t{1} << (block % 64); }
}  // namespace

const BlockSet::Chunk* BlockSet::chunk(std::uint32_t index) const {
  return index < chunks_.size() ? chunks_[index].get() : nullptr;
}

bool BlockSet::test(BlockNumber block) const {
  const Chunk* bits = chunk(block / kBlocksPerBitmap);
  return bits != nullptr && (bits->word[block % kBlocksPerBitmap / 64] & bit_of(block)) != 0;
}

BlockSet::Chunk& BlockSet::own(std::uint32_t index) {
  if (index >= chunks_.size()) chunks_.resize(index + 1);
  auto& chunk = chunks_[index];
  if (!chunk) {
    chunk = std::make_shared<Chunk>();
  } else if (chunk.use_count() > 1) {
    chunk = std::make_shared<Chunk>(*chunk);
  }
  return *chunk;
}

void BlockSet::set(BlockNumber block) {
  own(block / kBlocksPerBitmap).word[block % kBlocksPerBitmap / 64] |= bit_of(block);
}

void BlockSet::clear(BlockNumber block) {
  if (!test(block)) return;
  own(block / kBlocksPerBitmap).word[block % kBlocksPerBitmap / 64] &= ~bit_of(block);
}

void BlockSet::set_range(BlockNumber first, std::uint32_t count) {
  for (std::uint32_t i = 0; i < count; ++i) set(first + i);
}

void BlockSet::clear_range(BlockNumber first, std::uint32_t count) {
  for (std::uint32_t i = 0; i < count; ++i) clear(first + i);
}

void BlockSet::put_chunk(std::uint32_t index, const Chunk& content) { own(index) = content; }

std::uint64_t BlockSet::end() const {
  for (std::size_t c = chunks_.size(); c-- > 0;) {
    if (!chunks_[c]) continue;
    for (std::uint32_t i = kWordsPerChunk; i-- > 0;) {
      const std::uint64_t word = chunks_[c]->word[i];
      if (word != 0) return (c * kWordsPerChunk + i + 1) * 64 - static_cast<unsigned>(std::countl_zero(word));
    }
  }
  return 0;
}

std::uint8_t BlockSet::byte(std::uint32_t i) const {
  const Chunk* bits = chunk(i / (kBlocksPerBitmap / 8));
  if (bits == nullptr) return 0;
  return static_cast<std::uint8_t>(bits->word[i % (kBlocksPerBitmap / 8) / 8] >> (i % 8 * 8));
}

static_assert(kSlots == 8, "the slots of a block are a byte of the slot map");

bool Holding::has(BlockNumber number) const {
  return is_packed(number) ? slots.test(slot_number(number)) : blocks.test(number);
}

void Holding::add(BlockNumber number) {
  if (is_packed(number)) slots.set(slot_number(number));
  blocks.set(block_in_file(number));
}

void Holding::remove(BlockNumber number) {
  if (!has(number)) return;
  if (is_packed(number)) slots.clear(slot_number(number));
  if (!is_packed(number) || slots.byte(block_in_file(number)) == 0) blocks.clear(block_in_file(number));
}

bool BlockAllocator::reserve() {
  if (!slots_.reserve(kMaxPackedBlocks)) return false;
  if (!used_.reserve(kMaxBlocks / 64) || !deferred_.reserve(kMaxBlocks / 64)) return false;
  if (!holes_.reserve(kMaxHoles + 1) || !longest_.reserve(kMaxBlocks / kGroup + 1)) return false;
  used_[0] = (std::uint64_t{1} << kFirstFreeBlock) - 1;
  return true;
}

void BlockAllocator::set_capacity(std::uint64_t blocks) noexcept {
  std::lock_guard guard(lock_);
  blocks = std::min<std::uint64_t>(blocks, kMaxBlocks);
  const std::uint64_t before = capacity_.load(std::memory_order_relaxed);
  if (blocks <= before) return;
  const std::uint64_t reserved = before == 0 ? kFirstFreeBlock : 0;
  free_.fetch_add(blocks - before - reserved, std::memory_order_relaxed);
  capacity_.store(blocks, std::memory_order_relaxed);
  for (std::uint64_t group = before / kGroup; group * kGroup < blocks; ++group) longest_[group] = kGroup;
  longest_of_all_ = kGroup;
}

void BlockAllocator::mark(BlockNumber first, std::uint32_t count, bool used) noexcept {
  for (std::uint64_t block = first; block < std::uint64_t{first} + count;) {
    const std::uint64_t in_word =
        std::min<std::uint64_t>(64 - block % 64, std::uint64_t{first} + count - block);
    const std::uint64_t mask = (in_word == 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << in_word) - 1)
                               << (block % 64);
    if (used) {
      used_[block / 64] |= mask;
    } else {
      used_[block / 64] &= ~mask;
    }
    block += in_word;
  }
}

// Calls visit(run) for the free runs in [from, to) until it returns true.
template <typename Visit>
void BlockAllocator::each_free_run(std::uint64_t from, std::uint64_t to, Visit visit) const noexcept {
  for (std::uint64_t block = from; block < to;) {
    const std::uint64_t word = used_[block / 64] >> (block % 64);
    const std::uint64_t left = std::min(64 - block % 64, to - block);
    if ((word & 1) != 0) {
      block += std::min<std::uint64_t>(left, static_cast<unsigned>(std::countr_one(word)));
      continue;
    }
    const std::uint64_t first = block;
    for (std::uint64_t step = 64; step != 0 && block < to && (block == first || block % 64 == 0);
         block += step) {
      const auto zeros = static_cast<unsigned>(std::countr_zero(used_[block / 64] >> (block % 64)));
      step = std::min<std::uint64_t>({zeros, 64 - block % 64, to - block});
    }
    if (visit(BlockRun{static_cast<BlockNumber>(first), static_cast<std::uint32_t>(block - first)})) return;
  }
}

void BlockAllocator::freed(std::uint64_t group, std::uint64_t blocks) noexcept {
  // Each block may join two of the longest runs.
  const std::uint64_t longest = (std::uint64_t{longest_[group]} + 1) * (blocks + 1) - 1;
  longest_[group] = static_cast<std::uint16_t>(std::min<std::uint64_t>(longest, kGroup));
  longest_of_all_ = std::max<std::uint32_t>(longest_of_all_, longest_[group]);
}

// The first run of `at_least` free blocks in the group, from block `from` on.
BlockRun BlockAllocator::find_in_group(std::uint64_t group, std::uint64_t from,
                                       std::uint32_t at_least) noexcept {
  const std::uint64_t begin = std::max(from, group * kGroup);
  const std::uint64_t end = std::min((group + 1) * kGroup, capacity_.load(std::memory_order_relaxed));
  BlockRun found;
  std::uint32_t longest = 0;
  each_free_run(begin, end, [&](BlockRun run) {
    longest = std::max(longest, run.count);
    if (run.count >= at_least) found = run;
    return found.count != 0;
  });
  if (found.count == 0 && begin == group * kGroup) longest_[group] = static_cast<std::uint16_t>(longest);
  return found;
}

// The next run of `at_least` free blocks after the cursor, limited to `want`.
BlockRun BlockAllocator::find(std::uint32_t want, std::uint32_t at_least) noexcept {
  if (at_least > longest_of_all_) return {};
  const std::uint64_t end = capacity_.load(std::memory_order_relaxed);
  if (cursor_ >= end) cursor_ = kFirstFreeBlock;
  const std::uint64_t groups = (end + kGroup - 1) / kGroup;
  const std::uint64_t first = cursor_ / kGroup;
  // The cursor's own group comes once more at the end, for the part before the cursor.
  for (std::uint64_t i = 0; i <= groups; ++i) {
    const std::uint64_t group = (first + i) % groups;
    if (longest_[group] < at_least) continue;
    BlockRun run = find_in_group(group, i == 0 ? cursor_ : 0, at_least);
    if (run.count == 0) continue;
    run.count = std::min(run.count, want);
    return run;
  }
  longest_of_all_ = at_least - 1;
  return {};
}

BlockRun BlockAllocator::take(std::uint32_t want, bool accept_crumbs) noexcept {
  std::lock_guard guard(lock_);
  const std::uint64_t free = free_.load(std::memory_order_relaxed);
  if (free == 0 || want == 0) return {};
  // Accept crumbs while a fifth of the file is free, so that the file does not grow for ever to avoid them.
  const bool crumbs = accept_crumbs || free * 5 >= capacity_.load(std::memory_order_relaxed);
  for (const std::uint32_t length : kRunLengths) {
    const std::uint32_t at_least = std::min(length, want);
    if (at_least < kCrumb && at_least < want && !crumbs) break;
    const BlockRun run = find(want, at_least);
    if (run.count == 0) continue;
    mark(run.first, run.count, true);
    free_.fetch_sub(run.count, std::memory_order_relaxed);
    cursor_ = std::uint64_t{run.first} + run.count;
    return run;
  }
  return {};
}

void BlockAllocator::give_back(BlockNumber first, std::uint32_t count) noexcept {
  std::lock_guard guard(lock_);
  if (deferring_) {
    for (std::uint32_t i = 0; i < count; ++i) deferred_[(first + i) / 64] |= bit_of(first + i);
    return;
  }
  mark(first, count, false);
  free_.fetch_add(count, std::memory_order_relaxed);
  for (std::uint64_t group = first / kGroup; group * kGroup < std::uint64_t{first} + count; ++group)
    freed(group, count);
}

void BlockAllocator::fill_slots(BlockNumber block, std::uint32_t lines) noexcept {
  std::atomic_ref(slots_[block])
      .store(static_cast<std::uint8_t>((1U << lines) - 1), std::memory_order_relaxed);
}

void BlockAllocator::give_back(BlockNumber number) noexcept {
  const BlockNumber block = block_in_file(number);
  if (is_packed(number)) {
    const auto slot = static_cast<std::uint8_t>(1U << (slot_number(number) % kSlots));
    const std::uint8_t before =
        std::atomic_ref(slots_[block]).fetch_and(static_cast<std::uint8_t>(~slot), std::memory_order_acq_rel);
    if (before != slot) return;
  }
  give_back(block, 1);
}

void BlockAllocator::defer_frees() noexcept {
  std::lock_guard guard(lock_);
  deferring_ = true;
}

void BlockAllocator::release_deferred() noexcept {
  std::lock_guard guard(lock_);
  if (!deferring_) return;
  deferring_ = false;
  const std::uint64_t words = (capacity_.load(std::memory_order_relaxed) + 63) / 64;
  std::uint64_t total = 0;
  for (std::uint64_t i = 0; i < words; ++i) {
    if (deferred_[i] == 0) continue;
    const auto count = static_cast<unsigned>(std::popcount(deferred_[i] & used_[i]));
    used_[i] &= ~deferred_[i];
    freed(i * 64 / kGroup, count);
    total += count;
  }
  deferred_.clear(0, words);
  free_.fetch_add(total, std::memory_order_relaxed);
}

BlockRun BlockAllocator::begin_hole(std::uint32_t at_least, std::uint32_t most,
                                    std::uint64_t below) noexcept {
  std::lock_guard guard(lock_);
  if (hole_count_ == kMaxHoles) return {};
  for (std::uint64_t group = (below + kGroup - 1) / kGroup; group-- > 0;) {
    if (longest_[group] < at_least) continue;
    BlockRun run;
    each_free_run(std::max<std::uint64_t>(group * kGroup, kFirstFreeBlock),
                  std::min((group + 1) * kGroup, below), [&](BlockRun candidate) {
                    if (candidate.count >= at_least) run = candidate;
                    return false;
                  });
    if (run.count == 0) continue;
    const std::uint32_t count = std::min(run.count, most);
    run = {run.first + run.count - count, count};
    mark(run.first, run.count, true);
    free_.fetch_sub(run.count, std::memory_order_relaxed);
    return run;
  }
  return {};
}

void BlockAllocator::end_hole(BlockRun run, bool is_hole) noexcept {
  std::lock_guard guard(lock_);
  if (is_hole) {
    holes_[hole_count_++] = run;
    in_holes_.fetch_add(run.count, std::memory_order_relaxed);
    return;
  }
  mark(run.first, run.count, false);
  free_.fetch_add(run.count, std::memory_order_relaxed);
  freed(run.first / kGroup, run.count);
}

BlockRun BlockAllocator::take_hole() noexcept {
  std::lock_guard guard(lock_);
  if (hole_count_ == 0) return {};
  const BlockRun run = holes_[--hole_count_];
  in_holes_.fetch_sub(run.count, std::memory_order_relaxed);
  return run;
}

void BlockAllocator::add(const BlockSet& held) {
  std::uint64_t taken = 0;
  for (std::uint32_t c = 0; c < held.chunk_count(); ++c) {
    const BlockSet::Chunk* chunk = held.chunk(c);
    if (chunk == nullptr) continue;
    for (std::uint32_t i = 0; i < kWordsPerChunk; ++i) {
      if (chunk->word[i] == 0) continue;
      std::uint64_t& word = used_[std::uint64_t{c} * kWordsPerChunk + i];
      taken += static_cast<unsigned>(std::popcount(chunk->word[i] & ~word));
      word |= chunk->word[i];
    }
  }
  free_.fetch_sub(taken, std::memory_order_relaxed);
}

void BlockAllocator::drop(std::span<const BlockSet* const> dropped, std::span<const BlockSet* const> kept) {
  std::uint32_t chunks = 0;
  for (const BlockSet* set : dropped) chunks = std::max(chunks, set->chunk_count());
  std::vector<std::uint64_t> gone(kWordsPerChunk);
  for (std::uint32_t c = 0; c < chunks; ++c) {
    std::fill(gone.begin(), gone.end(), 0);
    bool any = false;
    for (const BlockSet* set : dropped) {
      const BlockSet::Chunk* chunk = set->chunk(c);
      // A chunk that a kept version shares frees nothing.
      const bool shared =
          std::any_of(kept.begin(), kept.end(), [&](auto* k) { return k->chunk(c) == chunk; });
      if (chunk == nullptr || shared) continue;
      any = true;
      for (std::uint32_t i = 0; i < kWordsPerChunk; ++i) gone[i] |= chunk->word[i];
    }
    if (!any) continue;
    for (const BlockSet* set : kept) {
      const BlockSet::Chunk* chunk = set->chunk(c);
      if (chunk == nullptr) continue;
      for (std::uint32_t i = 0; i < kWordsPerChunk; ++i) gone[i] &= ~chunk->word[i];
    }
    std::lock_guard guard(lock_);
    std::uint64_t count = 0;
    for (std::uint32_t i = 0; i < kWordsPerChunk; ++i) {
      const std::uint64_t at = std::uint64_t{c} * kWordsPerChunk + i;
      const auto in_word = static_cast<unsigned>(std::popcount(used_[at] & gone[i]));
      if (in_word == 0) continue;
      used_[at] &= ~gone[i];
      freed(at * 64 / kGroup, in_word);
      count += in_word;
    }
    free_.fetch_add(count, std::memory_order_relaxed);
  }
}

BlockSet BlockAllocator::uncommitted(std::span<const BlockSet* const> kept) {
  BlockSet result;
  const std::uint64_t blocks = capacity_.load(std::memory_order_relaxed);
  const auto chunks = static_cast<std::uint32_t>((blocks + kBlocksPerBitmap - 1) / kBlocksPerBitmap);
  for (std::uint32_t c = 0; c < chunks; ++c) {
    BitmapBlock bits{};
    {
      std::lock_guard guard(lock_);
      for (std::uint32_t i = 0; i < kWordsPerChunk; ++i)
        bits.word[i] = used_[std::uint64_t{c} * kWordsPerChunk + i];
    }
    for (const BlockSet* set : kept) {
      const BlockSet::Chunk* chunk = set->chunk(c);
      if (chunk == nullptr) continue;
      for (std::uint32_t i = 0; i < kWordsPerChunk; ++i) bits.word[i] &= ~chunk->word[i];
    }
    result.put_chunk(c, bits);
  }
  return result;
}

}  // namespace uvm::store
