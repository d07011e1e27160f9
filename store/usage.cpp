#include "store/usage.h"

#include <algorithm>
#include <bit>
#include <memory>
#include <utility>

#include "store/reader.h"
#include "store/space.h"

namespace uvm::store {
namespace {

constexpr std::size_t kWords = kBlocksPerBitmap / 64;

std::uint64_t bytes_in(const std::uint64_t* words) {
  std::uint64_t blocks = 0;
  for (std::size_t i = 0; i < kWords; ++i) blocks += static_cast<unsigned>(std::popcount(words[i]));
  return blocks * kBlockSize;
}

// Adds what the versions hold of one chunk of the file.
void add_chunk(std::uint32_t index, const std::vector<BlockSet>& sets, HeapUsage& usage) {
  BitmapBlock held{}, shared{};
  for (const BlockSet& set : sets) {
    const BitmapBlock* chunk = set.chunk(index);
    for (std::size_t i = 0; chunk != nullptr && i < kWords; ++i) {
      shared.word[i] |= held.word[i] & chunk->word[i];
      held.word[i] |= chunk->word[i];
    }
  }
  usage.held += bytes_in(held.word);
  for (std::size_t v = 0; v < sets.size(); ++v) {
    const BitmapBlock* chunk = sets[v].chunk(index);
    if (chunk == nullptr) continue;
    BitmapBlock alone{};
    for (std::size_t i = 0; i < kWords; ++i) alone.word[i] = chunk->word[i] & ~shared.word[i];
    usage.versions[v].held += bytes_in(chunk->word);
    usage.versions[v].alone += bytes_in(alone.word);
  }
}

}  // namespace

Result<HeapUsage> measure_usage(const std::string& path) {
  auto heap = open_unlocked(path);
  if (!heap) return Unexpected<Error>{heap.error()};
  const Root& root = heap->root();
  HeapUsage usage;
  usage.file = heap->device->allocated();
  HeldSets held_sets(heap->reader);
  std::vector<std::shared_ptr<const VersionRecord>> records;  // held_sets looks at the one before
  std::vector<BlockSet> sets;
  std::uint32_t chunks = 0;
  for (std::uint32_t i = 0; i < root.version_count; ++i) {
    auto record = heap->reader.read_version(root.versions[i], heap->start.header.heap_id);
    if (!record) return Unexpected<Error>{record.error()};
    records.push_back(*record);
    auto held = held_sets.held(root.versions[i], **record);
    if (!held) return Unexpected<Error>{held.error()};
    chunks = std::max(chunks, held->blocks.chunk_count());
    sets.push_back(std::move(held->blocks));
    usage.versions.push_back({.version = root.versions[i].version});
  }
  for (std::uint32_t index = 0; index < chunks; ++index) add_chunk(index, sets, usage);
  return usage;
}

}  // namespace uvm::store
