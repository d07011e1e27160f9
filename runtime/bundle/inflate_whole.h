// Decompresses whole entries of jars, and computes their checksums. For the readers of bundles and jars. Any
// thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace uvm::rt::bundle {

// Whether deflate can compress `size` bytes to `stored` bytes at all. A larger claim is a lie, and no memory
// is allocated for it.
bool possible_size(std::uint64_t stored, std::uint64_t size);

// Inflates a raw deflate stream (RFC 1951) that produces exactly the bytes of `to`. False: it does not.
bool inflate_whole(std::span<const std::byte> from, std::span<std::byte> to);

// CRC-32 as in zip files.
std::uint32_t crc_of(std::span<const std::byte> bytes);

}  // namespace uvm::rt::bundle
