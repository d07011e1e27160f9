#include "runtime/bundle/inflate_whole.h"

#include <zlib.h>

#include <algorithm>

namespace uvm::rt::bundle {

bool possible_size(std::uint64_t stored, std::uint64_t size) {
  constexpr std::uint64_t kMaxDeflateRatio = 1032;  // how many bytes deflate can make of one
  return size / kMaxDeflateRatio <= stored;
}

bool inflate_whole(std::span<const std::byte> from, std::span<std::byte> to) {
  z_stream stream{};
  if (inflateInit2(&stream, -MAX_WBITS) != Z_OK) return false;
  // zlib counts in 32 bits, so both sides are passed in pieces.
  constexpr std::size_t kPiece = std::size_t{1} << 30;
  std::byte nothing{};
  stream.next_out = reinterpret_cast<Bytef*>(to.empty() ? &nothing : to.data());
  std::size_t fed = 0, room = 0;
  int status = Z_OK;
  while (status == Z_OK) {
    if (stream.avail_in == 0) {
      const std::size_t piece = std::min(from.size() - fed, kPiece);
      stream.next_in = reinterpret_cast<Bytef*>(const_cast<std::byte*>(from.data() + fed));
      stream.avail_in = static_cast<uInt>(piece);
      fed += piece;
    }
    if (stream.avail_out == 0) {
      const std::size_t piece = std::min(to.size() - room, kPiece);
      stream.avail_out = static_cast<uInt>(piece);
      room += piece;
    }
    status = inflate(&stream, Z_NO_FLUSH);  // Z_BUF_ERROR when input or space is used up
  }
  const std::size_t produced = stream.total_out;
  inflateEnd(&stream);
  return status == Z_STREAM_END && produced == to.size();
}

std::uint32_t crc_of(std::span<const std::byte> bytes) {
  // For no bytes the pointer may be null, which has another meaning for zlib.
  if (bytes.empty()) return 0;
  return static_cast<std::uint32_t>(crc32_z(0, reinterpret_cast<const Bytef*>(bytes.data()), bytes.size()));
}

}  // namespace uvm::rt::bundle
