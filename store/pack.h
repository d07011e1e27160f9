// Compression of lines: several of them in one block (PackedBlock, format.h). A line by itself is
// compressed to half a block or less, or stays as it is: a line that shares a block never takes more room
// than one that has its own, and reading it takes one block and a few microseconds. docs/store-format.md
// explains why lines are compressed one by one and not in extents.
//
// Codecs are made when a store is opened and used in signal handlers: after LineCodec::make() none of this
// allocates.
#pragma once

#include <atomic>
#include <cstddef>
#include <memory>
#include <span>
#include <vector>

#include "store/format.h"

struct ZSTD_CCtx_s;
struct ZSTD_DCtx_s;

namespace uvm::store {

// What is left of a line that is worth compressing: two of them fit into one block.
inline constexpr std::size_t kMaxPackedBytes = sizeof(PackedBlock::content) / 2;

// Working memory for one compression or decompression at a time.
class LineCodec {
 public:
  // Throws std::bad_alloc. Not in signal handlers.
  static std::unique_ptr<LineCodec> make();
  ~LineCodec();
  LineCodec(const LineCodec&) = delete;
  LineCodec& operator=(const LineCodec&) = delete;

  // How many bytes of `out`, which has room for kMaxPackedBytes, the line takes; 0: more than that.
  [[nodiscard]] std::size_t compress(const std::byte* line, std::byte* out) noexcept;

  // The line that a number names in a packed block, whatever is in the block. False: there is none. That it
  // is the right one only its checksum tells.
  [[nodiscard]] bool unpack(const void* block, BlockNumber number, std::byte* line) noexcept;

 private:
  friend class CodecPool;
  LineCodec() = default;
  ZSTD_CCtx_s* compressor_ = nullptr;
  ZSTD_DCtx_s* decompressor_ = nullptr;
  std::atomic<bool> busy_{false};
};

// The codecs that the threads of a store share, as many as processors can use at the same time.
class CodecPool {
 public:
  // Throws std::bad_alloc. Not in signal handlers.
  static std::shared_ptr<CodecPool> make();

  // Waits for a free one. Whoever has one only computes and waits for nothing. Async-signal-safe.
  class Claim {
   public:
    explicit Claim(CodecPool& pool) noexcept : codec_(pool.claim()) {}
    ~Claim() { codec_.busy_.store(false, std::memory_order_release); }
    Claim(const Claim&) = delete;
    Claim& operator=(const Claim&) = delete;
    LineCodec* operator->() const { return &codec_; }
    LineCodec& operator*() const { return codec_; }

   private:
    LineCodec& codec_;
  };

 private:
  LineCodec& claim() noexcept;
  std::vector<std::unique_ptr<LineCodec>> codecs_;
};

// Fills packed blocks with the lines of one batch. Async-signal-safe.
class LinePacker {
 public:
  static constexpr std::uint32_t kMaxLines = 256;
  static constexpr std::uint32_t kNoBlock = ~std::uint32_t{0};

  struct Block {
    std::uint32_t lines;            // slots 0 to lines - 1 are in use; 0: the block is not to be written
    std::uint32_t op;               // the caller's
    BlockNumber number;             // the caller's: where it goes in the file
    std::uint16_t line_in[kSlots];  // index in the batch
  };

  // Before each batch.
  void begin() noexcept { count_ = 0; }
  // Line `index` of the batch; it comes to block_of(index) if it can be compressed.
  void add(std::uint32_t index, const std::byte* line, LineCodec& codec) noexcept;
  void leave_out(std::uint32_t index) noexcept { block_of_[index] = kNoBlock; }
  // After the last line: a line that has a block for itself is taken out of it.
  void finish() noexcept;

  // Index of the line's block, or kNoBlock.
  [[nodiscard]] std::uint32_t block_of(std::uint32_t index) const { return block_of_[index]; }
  [[nodiscard]] std::span<Block> blocks() { return {blocks_, count_}; }
  [[nodiscard]] Block& block(std::uint32_t at) { return blocks_[at]; }
  [[nodiscard]] std::byte* content(std::uint32_t at) { return reinterpret_cast<std::byte*>(&packed_[at]); }
  // Gives its lines blocks of their own after all.
  void dissolve(std::uint32_t at) noexcept;

 private:
  // Of the blocks with room, the newest few are tried: what is adjacent stays together.
  static constexpr std::uint32_t kOpen = 4;
  // At most one block has less than two lines, since any two fit.
  static constexpr std::uint32_t kMaxPacked = kMaxLines / 2 + 1;

  alignas(kBlockSize) PackedBlock packed_[kMaxPacked];
  std::byte compressed_[kMaxPackedBytes];
  Block blocks_[kMaxPacked];
  std::uint32_t block_of_[kMaxLines];
  std::uint32_t count_;
};

}  // namespace uvm::store
