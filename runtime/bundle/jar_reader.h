// Reads jar (zip) files for packing: central directory, zip64, stored and deflated entries (PKWARE APPNOTE
// 6.3.9).
//
// Accepts what java.util.zip.ZipFile of OpenJDK accepts, including bytes before and after the archive and a
// wrong count of entries. Everything is checked against the actual bytes: a hostile archive yields an Error
// with the entry's name. Content is checked against its CRC. One thread at a time.
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

  // In the order of the central directory. Of entries with equal names the last counts, as in java.util.zip.
  [[nodiscard]] const std::vector<JarEntry>& entries() const { return entries_; }

  // The place in the file of the stored bytes of an entry of entries(). It is checked that they are inside,
  // and that the sizes are possible.
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
