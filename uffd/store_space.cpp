#include "uffd/store_space.h"

#include <algorithm>
#include <bit>
#include <mutex>

namespace uvm::store {

namespace {
constexpr std::uint32_t kWordsPerChunk = kBlocksPerBitmap / 64;
// A free run shorter than this is a crumb: writing to it costs the device as much as a longer one.
constexpr std::uint32_t kCrumb = 8;
constexpr std::uint32_t kGoodRun = 64;

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

bool BlockAllocator::reserve() {
  if (!used_.reserve(kMaxBlocks / 64) || !deferred_.reserve(kMaxBlocks / 64)) return false;
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
  no_run_of_ = ~std::uint32_t{0};
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

// The first run of `at_least` free blocks in [from, to), cut at `want`.
BlockRun BlockAllocator::find_between(std::uint64_t from, std::uint64_t to, std::uint32_t want,
                                      std::uint32_t at_least) noexcept {
  std::uint64_t run = 0;  // length of the free run that ends before `block`
  for (std::uint64_t block = from; block < to;) {
    const std::uint64_t word = used_[block / 64] >> (block % 64);
    const std::uint64_t left = 64 - block % 64;
    if ((word & 1) != 0) {
      if (run >= at_least) break;
      run = 0;
      from = block + std::min<std::uint64_t>(left, static_cast<unsigned>(std::countr_one(word)));
      block = from;
    } else {
      const std::uint64_t zeros =
          std::min<std::uint64_t>(left, static_cast<unsigned>(std::countr_zero(word)));
      const std::uint64_t step = std::min(zeros, to - block);
      run += step;
      block += step;
      if (run >= want) break;
    }
  }
  if (run < at_least || run == 0) return {};
  return {static_cast<BlockNumber>(from), static_cast<std::uint32_t>(std::min<std::uint64_t>(run, want))};
}

BlockRun BlockAllocator::find(std::uint32_t want, std::uint32_t at_least) noexcept {
  const std::uint64_t end = capacity_.load(std::memory_order_relaxed);
  if (cursor_ >= end) cursor_ = kFirstFreeBlock;
  const BlockRun ahead = find_between(cursor_, end, want, at_least);
  return ahead.count != 0 ? ahead : find_between(kFirstFreeBlock, end, want, at_least);
}

BlockRun BlockAllocator::take(std::uint32_t want, bool accept_crumbs) noexcept {
  std::lock_guard guard(lock_);
  const std::uint64_t free = free_.load(std::memory_order_relaxed);
  if (free == 0 || want == 0) return {};
  // A crumb is welcome while a quarter of the file is free: the file should not grow for ever to avoid them.
  const bool crumbs = accept_crumbs || free * 4 >= capacity_.load(std::memory_order_relaxed);
  const std::uint32_t classes[] = {kGoodRun, kCrumb, 1};
  for (const std::uint32_t size : classes) {
    const std::uint32_t at_least = std::min(size, want);
    if (at_least < kCrumb && at_least < want && !crumbs) break;
    if (at_least >= no_run_of_) continue;
    const BlockRun run = find(want, at_least);
    if (run.count == 0) {
      no_run_of_ = at_least;
      continue;
    }
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
  // A single free block makes runs of one possible again; longer ones are found after the next bulk free.
  if (no_run_of_ <= count) no_run_of_ = count + 1;
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
  std::uint64_t freed = 0;
  for (std::uint64_t i = 0; i < words; ++i) {
    if (deferred_[i] == 0) continue;
    freed += static_cast<unsigned>(std::popcount(deferred_[i] & used_[i]));
    used_[i] &= ~deferred_[i];
  }
  deferred_.clear(0, words);
  free_.fetch_add(freed, std::memory_order_relaxed);
  no_run_of_ = ~std::uint32_t{0};
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
  std::vector<std::uint64_t> freed(kWordsPerChunk);
  for (std::uint32_t c = 0; c < chunks; ++c) {
    std::fill(freed.begin(), freed.end(), 0);
    bool any = false;
    for (const BlockSet* set : dropped) {
      const BlockSet::Chunk* chunk = set->chunk(c);
      // A chunk that a kept version shares frees nothing.
      const bool shared =
          std::any_of(kept.begin(), kept.end(), [&](auto* k) { return k->chunk(c) == chunk; });
      if (chunk == nullptr || shared) continue;
      any = true;
      for (std::uint32_t i = 0; i < kWordsPerChunk; ++i) freed[i] |= chunk->word[i];
    }
    if (!any) continue;
    for (const BlockSet* set : kept) {
      const BlockSet::Chunk* chunk = set->chunk(c);
      if (chunk == nullptr) continue;
      for (std::uint32_t i = 0; i < kWordsPerChunk; ++i) freed[i] &= ~chunk->word[i];
    }
    std::lock_guard guard(lock_);
    std::uint64_t count = 0;
    for (std::uint32_t i = 0; i < kWordsPerChunk; ++i) {
      std::uint64_t& word = used_[std::uint64_t{c} * kWordsPerChunk + i];
      count += static_cast<unsigned>(std::popcount(word & freed[i]));
      word &= ~freed[i];
    }
    free_.fetch_add(count, std::memory_order_relaxed);
    if (count != 0) no_run_of_ = ~std::uint32_t{0};
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
