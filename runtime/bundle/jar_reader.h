// Reads jar (zip) files for packing: central directory, zip64, stored and deflated entries (PKWARE
// APPNOTE 6.3.9).
//
// Takes what java.util.zip.ZipFile of OpenJDK takes, bytes in front of the archive included. Everything is
// checked against the bytes at hand: a hostile archive yields an Error with the entry's name. Content is
// checked against its CRC. One thread at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "runtime/bundle/bundle.h"

namespace uvm::rt::bundle {

struct JarEntry {
  std::string name;  // UTF-8; a folder's ends with a slash
  Method method;
  std::uint32_t crc;
  std::uint64_t compressed_size;
  std::uint64_t size;
  std::uint64_t local_header;  // offset in the file
};

class JarReader {
 public:
  // `name` is for messages. `bytes` must outlive the reader.
  static Result<JarReader> read(std::span<const std::byte> bytes, std::string name);

  // In the order of the central directory. Of equal names the last counts, as in java.util.zip.
  [[nodiscard]] const std::vector<JarEntry>& entries() const { return entries_; }

  // Where the bytes of an entry of entries() lie in the file, as they are stored: checked to be inside, and
  // the sizes to be possible.
  [[nodiscard]] Result<std::uint64_t> place(const JarEntry& entry) const;
  // The uncompressed content of an entry of entries().
  [[nodiscard]] Result<std::vector<std::byte>> content(const JarEntry& entry) const;

 private:
  JarReader() = default;
  Result<void> read_directory();

  std::span<const std::byte> bytes_;
  std::string name_;
  std::vector<JarEntry> entries_;
};

}  // namespace uvm::rt::bundle
