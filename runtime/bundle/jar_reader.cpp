#include "runtime/bundle/jar_reader.h"

#include <algorithm>
#include <cstring>
#include <optional>
#include <utility>

#include "runtime/bundle/byte_ranges.h"
#include "runtime/bundle/inflate_whole.h"
#include "runtime/bundle/utf8.h"

namespace uvm::rt::bundle {
namespace {

constexpr std::uint32_t kLocalSignature = 0x04034b50;
constexpr std::uint32_t kCentralSignature = 0x02014b50;
constexpr std::uint32_t kEndSignature = 0x06054b50;
constexpr std::uint32_t kEnd64Signature = 0x06064b50;
constexpr std::uint32_t kLocator64Signature = 0x07064b50;
constexpr std::size_t kLocalSize = 30, kCentralSize = 46, kEndSize = 22, kEnd64Size = 56, kLocator64Size = 20;
constexpr std::size_t kMaxComment = 0xffff;
constexpr std::uint16_t kEncrypted = 1;   // bit of the general purpose flags
constexpr std::uint16_t kZip64Extra = 1;  // header id

// Whether the end record at `at` leads to a directory and to a first entry, even if its comment does not end
// at the end of the file.
bool leads_to_directory(std::span<const std::byte> bytes, std::size_t at) {
  const std::uint64_t size = load<std::uint32_t>(bytes, at + 12);
  const std::uint64_t offset = load<std::uint32_t>(bytes, at + 16);
  if (size < kCentralSize || size > at || offset > at - size) return false;
  return load<std::uint32_t>(bytes, at - size) == kCentralSignature &&
         load<std::uint32_t>(bytes, at - size - offset) == kLocalSignature;
}

// The offset of the end record: the last one whose comment reaches exactly to the end of the file, or one
// that is valid although something is appended to the archive.
std::optional<std::size_t> find_end(std::span<const std::byte> bytes) {
  if (bytes.size() < kEndSize) return std::nullopt;
  const std::size_t last = bytes.size() - kEndSize;
  const std::size_t first = last > kMaxComment ? last - kMaxComment : 0;
  for (std::size_t at = last;; at--) {
    if (load<std::uint32_t>(bytes, at) == kEndSignature &&
        (at + kEndSize + load<std::uint16_t>(bytes, at + 20) == bytes.size() ||
         leads_to_directory(bytes, at))) {
      return at;
    }
    if (at == first) return std::nullopt;
  }
}

}  // namespace

Result<JarReader> JarReader::read(std::span<const std::byte> bytes, std::string name) {
  JarReader reader;
  reader.bytes_ = bytes;
  reader.name_ = std::move(name);
  if (auto done = reader.read_directory(); !done) return Unexpected<Error>{std::move(done.error())};
  return reader;
}

Result<void> JarReader::read_directory() {
  const auto refuse = [&](const std::string& why) {
    return Unexpected<Error>{{Errc::kBadInput, 0, name_ + ": " + why}};
  };
  const auto end = find_end(bytes_);
  if (!end) return refuse("not a jar: no end of central directory");
  // The count of entries is ignored: archives with more than 65535 have been written without zip64.
  std::uint64_t size = load<std::uint32_t>(bytes_, *end + 12);
  std::uint64_t offset = load<std::uint32_t>(bytes_, *end + 16);
  std::uint64_t directory_end = *end;
  if (*end >= kLocator64Size && load<std::uint32_t>(bytes_, *end - kLocator64Size) == kLocator64Signature) {
    // If there are bytes before the archive the recorded place is too low; the record is then just before the
    // locator.
    std::uint64_t end64 = load<std::uint64_t>(bytes_, *end - kLocator64Size + 8);
    const auto is_end64 = [&] {
      return in_range(end64, kEnd64Size, bytes_.size()) &&
             load<std::uint32_t>(bytes_, end64) == kEnd64Signature;
    };
    if (!is_end64() && *end >= kLocator64Size + kEnd64Size) end64 = *end - kLocator64Size - kEnd64Size;
    if (!is_end64()) return refuse("damaged jar: no zip64 end of central directory");
    size = load<std::uint64_t>(bytes_, end64 + 40);
    offset = load<std::uint64_t>(bytes_, end64 + 48);
    directory_end = end64;
  }
  if (size > directory_end) return refuse("damaged jar: the central directory is longer than the file");
  const std::uint64_t start = directory_end - size;
  if (offset > start) return refuse("damaged jar: the central directory lies outside");
  const std::uint64_t in_front = start - offset;  // bytes before the archive

  for (std::uint64_t at = start; at < directory_end;) {
    const std::string which = "damaged jar: entry " + std::to_string(entries_.size());
    if (!in_range(at, kCentralSize, directory_end) || load<std::uint32_t>(bytes_, at) != kCentralSignature) {
      return refuse(which + ": no central directory header");
    }
    const auto flags = load<std::uint16_t>(bytes_, at + 8);
    const std::uint64_t name_length = load<std::uint16_t>(bytes_, at + 28);
    const std::uint64_t extra_length = load<std::uint16_t>(bytes_, at + 30);
    const std::uint64_t comment_length = load<std::uint16_t>(bytes_, at + 32);
    const std::uint64_t total = kCentralSize + name_length + extra_length + comment_length;
    if (!in_range(at, total, directory_end)) return refuse(which + ": longer than the central directory");
    JarEntry entry;
    entry.name.assign(reinterpret_cast<const char*>(bytes_.data()) + at + kCentralSize, name_length);
    entry.method = Method{load<std::uint16_t>(bytes_, at + 10)};
    entry.crc = load<std::uint32_t>(bytes_, at + 16);
    entry.compressed_size = load<std::uint32_t>(bytes_, at + 20);
    entry.size = load<std::uint32_t>(bytes_, at + 24);
    entry.local_header = load<std::uint32_t>(bytes_, at + 42);
    if (entry.name.empty() || !is_utf8(entry.name)) return refuse(which + ": the name is empty or not UTF-8");
    if ((flags & kEncrypted) != 0) return refuse(entry.name + ": encrypted");
    if (entry.method != Method::kStored && entry.method != Method::kDeflated) {
      const auto number = static_cast<std::uint32_t>(entry.method);
      return refuse(entry.name + ": compression method " + std::to_string(number) + " is not known");
    }
    // A zip64 extra field has, in this order, those of the three numbers whose 32-bit field is all ones.
    const std::uint64_t extra_end = at + kCentralSize + name_length + extra_length;
    for (std::uint64_t field = extra_end - extra_length; in_range(field, 4, extra_end);) {
      const auto id = load<std::uint16_t>(bytes_, field);
      const std::uint64_t length = load<std::uint16_t>(bytes_, field + 2);
      field += 4;
      if (!in_range(field, length, extra_end)) break;
      std::uint64_t value_at = field;
      field += length;
      if (id != kZip64Extra) continue;
      for (std::uint64_t* value : {&entry.size, &entry.compressed_size, &entry.local_header}) {
        if (*value != UINT32_MAX) continue;
        if (!in_range(value_at, 8, field)) return refuse(entry.name + ": damaged zip64 field");
        *value = load<std::uint64_t>(bytes_, value_at);
        value_at += 8;
      }
    }
    if (entry.local_header > bytes_.size() - in_front) return refuse(entry.name + ": lies outside the file");
    entry.local_header += in_front;
    entries_.push_back(std::move(entry));
    at += total;
  }
  return {};
}

Result<std::uint64_t> JarReader::place(const JarEntry& entry) const {
  const auto refuse = [&](const std::string& why) {
    return Unexpected<Error>{{Errc::kBadInput, 0, name_ + ": " + entry.name + ": " + why}};
  };
  if (!in_range(entry.local_header, kLocalSize, bytes_.size()) ||
      load<std::uint32_t>(bytes_, entry.local_header) != kLocalSignature) {
    return refuse("no local header");
  }
  const std::uint64_t start = entry.local_header + kLocalSize +
                              load<std::uint16_t>(bytes_, entry.local_header + 26) +
                              load<std::uint16_t>(bytes_, entry.local_header + 28);
  if (!in_range(start, entry.compressed_size, bytes_.size())) return refuse("lies outside the file");
  if (entry.size > kMaxEntrySize || entry.compressed_size > UINT32_MAX) return refuse("larger than 2 GiB");
  if (entry.method == Method::kStored && entry.size != entry.compressed_size)
    return refuse("stored with two different sizes");
  if (entry.method == Method::kDeflated && !possible_size(entry.compressed_size, entry.size))
    return refuse("claims an impossible size");
  return start;
}

Result<std::vector<std::byte>> JarReader::content(const JarEntry& entry) const {
  const auto refuse = [&](const std::string& why) {
    return Unexpected<Error>{{Errc::kBadInput, 0, name_ + ": " + entry.name + ": " + why}};
  };
  const auto start = place(entry);
  if (!start) return Unexpected<Error>{start.error()};
  const auto packed = bytes_.subspan(*start, entry.compressed_size);
  std::vector<std::byte> content(entry.size);
  if (entry.method == Method::kStored) {
    content.assign(packed.begin(), packed.end());
  } else if (!inflate_whole(packed, content)) {
    return refuse("damaged compressed data");
  }
  if (!content.empty() && crc_of(content) != entry.crc) return refuse("the checksum does not match");
  return content;
}

}  // namespace uvm::rt::bundle
