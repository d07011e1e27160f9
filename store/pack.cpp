#include "store/pack.h"

#include <sched.h>
#include <zstd.h>

#include <algorithm>
#include <cstring>
#include <new>
#include <thread>

#include "base/memory.h"

namespace uvm::store {

namespace {
// The fastest level with entropy coding: it compresses lines of Java heaps to 0.37. The levels above gain 2
// %; with those below, or LZ4, packing gains half as much (docs/store-format.md).
constexpr int kLevel = 1;
}  // namespace

std::unique_ptr<LineCodec> LineCodec::make() {
  std::unique_ptr<LineCodec> codec(new LineCodec);
  codec->compressor_ = ZSTD_createCCtx();
  codec->decompressor_ = ZSTD_createDCtx();
  if (codec->compressor_ == nullptr || codec->decompressor_ == nullptr) throw std::bad_alloc();
  // zstd allocates its tables at the first use and keeps them for later uses of the same size.
  std::byte line[kLineSize];
  for (std::size_t i = 0; i < kLineSize; ++i) line[i] = static_cast<std::byte>(i * i >> 7 & 31);
  PackedBlock block{};
  const std::size_t size = codec->compress(line, block.content);
  block.end[0] = static_cast<std::uint16_t>(size);
  std::byte back[kLineSize];
  if (size == 0 || !codec->unpack(&block, packed_number(0, 0), back) ||
      std::memcmp(line, back, kLineSize) != 0) {
    throw std::bad_alloc();
  }
  return codec;
}

LineCodec::~LineCodec() {
  ZSTD_freeCCtx(compressor_);
  ZSTD_freeDCtx(decompressor_);
}

std::size_t LineCodec::compress(const std::byte* line, std::byte* out) noexcept {
  const std::size_t size = ZSTD_compressCCtx(compressor_, out, kMaxPackedBytes, line, kLineSize, kLevel);
  return ZSTD_isError(size) != 0 ? 0 : size;
}

bool LineCodec::unpack(const void* block, BlockNumber number, std::byte* line) noexcept {
  std::uint16_t end_of[kSlots];
  std::memcpy(end_of, static_cast<const std::byte*>(block) + offsetof(PackedBlock, end), sizeof end_of);
  const std::uint32_t slot = slot_number(number) % kSlots;
  const std::size_t begin = slot == 0 ? 0 : end_of[slot - 1];
  const std::size_t end = end_of[slot];
  if (begin >= end || end > sizeof(PackedBlock::content)) return false;
  const std::byte* frame = static_cast<const std::byte*>(block) + offsetof(PackedBlock, content) + begin;
  const std::size_t size = end - begin;
  // Accept exactly one frame in today's format. A damaged byte can make it look like an older format, whose
  // decoder allocates.
  std::uint32_t magic = 0;
  if (size < sizeof magic) return false;
  std::memcpy(&magic, frame, sizeof magic);
  if (magic != ZSTD_MAGICNUMBER || ZSTD_findFrameCompressedSize(frame, size) != size ||
      ZSTD_getFrameContentSize(frame, size) != kLineSize) {
    return false;
  }
  return ZSTD_decompressDCtx(decompressor_, line, kLineSize, frame, size) == kLineSize;
}

std::shared_ptr<CodecPool> CodecPool::make() {
  auto pool = std::make_shared<CodecPool>();
  const unsigned processors = std::clamp(std::thread::hardware_concurrency(), 2U, 16U);
  for (unsigned i = 0; i < processors; ++i) pool->codecs_.push_back(LineCodec::make());
  return pool;
}

LineCodec& CodecPool::claim() noexcept {
  for (;;) {
    for (const auto& codec : codecs_) {
      if (try_claim(codec->busy_)) return *codec;
    }
    sched_yield();
  }
}

void LinePacker::add(std::uint32_t index, const std::byte* line, LineCodec& codec) noexcept {
  const std::size_t size = codec.compress(line, compressed_);
  if (size == 0) {
    leave_out(index);
    return;
  }
  const auto used = [&](std::uint32_t at) { return packed_[at].end[blocks_[at].lines - 1]; };
  std::uint32_t at = count_ - std::min(count_, kOpen);
  while (at < count_ && (blocks_[at].lines == kSlots || used(at) + size > sizeof(PackedBlock::content))) {
    ++at;
  }
  PackedBlock& packed = packed_[at];
  if (at == count_) {
    std::memset(&packed, 0, sizeof packed);  // unused bytes are defined, and show nothing of other lines
    blocks_[count_++] = {};
  }
  Block& block = blocks_[at];
  const std::size_t begin = block.lines == 0 ? 0 : used(at);
  std::memcpy(packed.content + begin, compressed_, size);
  std::fill(packed.end + block.lines, packed.end + kSlots, static_cast<std::uint16_t>(begin + size));
  block.line_in[block.lines++] = static_cast<std::uint16_t>(index);
  block_of_[index] = at;
}

void LinePacker::finish() noexcept {
  for (std::uint32_t at = 0; at < count_; ++at) {
    if (blocks_[at].lines == 1) dissolve(at);
  }
}

void LinePacker::dissolve(std::uint32_t at) noexcept {
  Block& block = blocks_[at];
  for (std::uint32_t slot = 0; slot < block.lines; ++slot) leave_out(block.line_in[slot]);
  block.lines = 0;
}

}  // namespace uvm::store
