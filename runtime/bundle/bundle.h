// The bundle (`.bc`): a Java program in one mappable file, and its reader.
//
// A bundle holds the class path of a program: its jars byte for byte, the files of its folders, and an index
// over the entries of both, in class path order. So a bundle costs what its inputs cost; a class loader finds
// an entry through the index without reading a jar's own directory, and who opens a jar finds the jar. The
// whole file can be copied anywhere, into the region too, and read there: it holds offsets only, from its
// first byte, little endian.
//
//     BundleHeader
//     BundleOrigin[origin_count]    the inputs, in class path order
//     BundleEntry[entry_count]      sorted by name (as bytes); equal names in class path order, so that the
//                                   first is the one a class loader takes and the rest are what
//                                   getResources() adds
//     u32[bucket_count]             hash table: 1 + index of the first entry of a name, 0 is free; a power of
//                                   two, at least one free; linear probing from
//                                   name_hash & (bucket_count - 1)
//     names                         UTF-8 of all names and paths, not terminated
//     data                          jars and the files of folders, each at a multiple of 8; the entries of a
//                                   jar lie inside it, as they are stored there
//
// Invariant of a BundleView made with Check::kAll: every offset, length and index above is in range, so
// accessors with valid indexes cannot leave the bytes. Bundles from outside must be opened with it before
// anything but main_class() and the identity is asked for, which Check::kIndexSum suffices for: it reads the
// index only. Check::kHeader is for bytes that were checked when they were put where they are now.
//
// Who may call: any thread; views are immutable and live as long as their bytes.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "base/result.h"

namespace uvm::rt::bundle {

enum class Errc : std::uint8_t {
  kIo,           // a system call failed: see sys_errno
  kNotABundle,   // wrong magic
  kNewerFormat,  // written by a later uvmc
  kCorrupt,      // truncated, wrong checksum, or inconsistent
  kBadInput,     // what was to be packed is malformed
};

struct Error {
  Errc code;
  int sys_errno = 0;
  std::string message;  // for people: which file, which class, why
};

template <typename T>
using Result = BasicResult<T, Error>;

inline constexpr std::array<char, 8> kMagic = {'U', 'V', 'M', 'B', 'C', '\r', '\n', '\x1a'};
inline constexpr std::uint32_t kFormat = 2;
inline constexpr std::uint32_t kNone = 0xffffffff;  // no such entry

// Larger entries could not become Java arrays.
inline constexpr std::uint64_t kMaxEntrySize = 0x7ffffff0;
inline constexpr std::uint32_t kMaxEntries = 0x10000000;

using ContentHash = std::array<std::uint8_t, 16>;

struct BundleHeader {
  std::array<char, 8> magic;
  std::uint32_t format;
  std::uint32_t header_size;  // sizeof(BundleHeader)
  std::uint64_t file_size;    // bytes
  std::uint64_t checksum;     // XXH3, 64 bits, of everything before the data, with this field 0
  // XXH3, 128 bits, canonical byte order, of the main class, jars and entries with their names, but not of
  // the inputs' paths and times: the name of the program, the same wherever it was packed.
  ContentHash content_hash;
  std::uint32_t main_class;  // offset in names; binary name with dots
  std::uint32_t main_class_length;
  std::uint32_t origin_count;
  std::uint32_t entry_count;
  std::uint32_t bucket_count;
  std::uint32_t reserved;  // 0
  std::uint64_t origins;   // offsets in the file
  std::uint64_t entries;
  std::uint64_t buckets;
  std::uint64_t names;
  std::uint64_t names_size;
  std::uint64_t data;
  std::uint64_t data_size;
  std::uint64_t data_checksum;  // XXH3, 64 bits, of the data
};
static_assert(sizeof(BundleHeader) == 136 && std::is_trivially_copyable_v<BundleHeader>);

enum class OriginKind : std::uint32_t {
  kJar = 0,     // path names the jar
  kFolder = 1,  // path names the folder
};

// Flags of an origin.
inline constexpr std::uint32_t kNamed = 1;  // an input; others were led to by the Class-Path of a manifest

struct BundleOrigin {
  std::uint32_t path;  // offset in names; absolute path at pack time, or a name if it was no file
  std::uint32_t path_length;
  OriginKind kind;
  std::uint32_t flags;    // kNamed
  std::uint64_t data;     // offset in the file of a jar's bytes; 0 for a folder
  std::uint64_t size;     // bytes of the jar; 0 for a folder
  std::int64_t modified;  // last modification, nanoseconds since 1970; 0 unknown
};
static_assert(sizeof(BundleOrigin) == 40 && std::is_trivially_copyable_v<BundleOrigin>);

// How the bytes of an entry are stored: the zip methods (APPNOTE 4.4.5) that java.util.zip knows.
enum class Method : std::uint32_t { kStored = 0, kDeflated = 8 };

struct BundleEntry {
  std::uint32_t name;  // offset in names
  std::uint32_t name_length;
  std::uint32_t name_hash;  // low half of XXH3 of the name
  std::uint32_t origin;
  std::uint64_t data;         // offset in the file
  std::uint32_t stored_size;  // bytes there
  std::uint32_t size;         // bytes of the content
  Method method;
  std::uint32_t crc;      // CRC-32 of the content
  std::int64_t modified;  // of a file in a folder, nanoseconds since 1970; 0 unknown
};
static_assert(sizeof(BundleEntry) == 48 && std::is_trivially_copyable_v<BundleEntry>);

// The low half of XXH3 of a name.
[[nodiscard]] std::uint32_t name_hash(std::string_view name);

enum class Check : std::uint8_t { kAll, kIndexSum, kHeader };

class BundleView {
 public:
  // `name` is for messages. kHeader costs the same for any size; kIndexSum reads the index, kAll reads all
  // bytes.
  static Result<BundleView> view(std::span<const std::byte> bytes, Check check, const std::string& name);

  [[nodiscard]] std::span<const std::byte> bytes() const { return bytes_; }
  [[nodiscard]] const ContentHash& content_hash() const { return header_.content_hash; }
  // Bytes that differ for any two bundles, even if only their inputs' paths and times differ: the header,
  // whose checksums cover the rest.
  [[nodiscard]] std::span<const std::byte> identity() const { return bytes_.first(sizeof(BundleHeader)); }
  // Binary name with dots, for example "org.mozilla.javascript.tools.shell.Main". Empty if the bundle is a
  // library.
  [[nodiscard]] std::string_view main_class() const;
  [[nodiscard]] std::uint32_t entry_count() const { return header_.entry_count; }
  [[nodiscard]] std::uint32_t origin_count() const { return header_.origin_count; }

  // The first entry, in class path order, of a name such as "java/lang/Object.class" or
  // "META-INF/services/x"; kNone if there is none. Names of folders end with a slash.
  [[nodiscard]] std::uint32_t find(std::string_view name) const;
  // The next entry of the same name, or kNone. Precondition here and below: entry < entry_count().
  [[nodiscard]] std::uint32_t next(std::uint32_t entry) const;
  [[nodiscard]] std::string_view name(std::uint32_t entry) const;
  // Bytes of the entry's content.
  [[nodiscard]] std::uint32_t size(std::uint32_t entry) const { return entry_at(entry).size; }
  // Writes the content to `to`, size() bytes. False: it is damaged, and the content of `to` is undefined.
  [[nodiscard]] bool read(std::uint32_t entry, std::span<std::byte> to) const;
  // The content; nothing if it is damaged.
  [[nodiscard]] std::optional<std::vector<std::byte>> content(std::uint32_t entry) const;
  // The bytes as they are stored: the content itself, if the entry is from a folder.
  [[nodiscard]] std::span<const std::byte> stored(std::uint32_t entry) const;
  [[nodiscard]] std::int64_t modified(std::uint32_t entry) const { return entry_at(entry).modified; }
  [[nodiscard]] std::uint32_t origin(std::uint32_t entry) const { return entry_at(entry).origin; }
  // The first entry, in the order of names, whose name is `name` or comes after it; entry_count() if none.
  [[nodiscard]] std::uint32_t lower_bound(std::string_view name) const;

  // Precondition: origin < origin_count().
  [[nodiscard]] OriginKind origin_kind(std::uint32_t origin) const { return origin_at(origin).kind; }
  [[nodiscard]] std::string_view origin_path(std::uint32_t origin) const;
  [[nodiscard]] bool origin_is_named(std::uint32_t origin) const;
  [[nodiscard]] std::int64_t origin_modified(std::uint32_t origin) const {
    return origin_at(origin).modified;
  }
  // The bytes of a jar; empty for a folder.
  [[nodiscard]] std::span<const std::byte> jar(std::uint32_t origin) const;
  // The entry META-INF/MANIFEST.MF of a jar; kNone if it has none, or for a folder.
  [[nodiscard]] std::uint32_t manifest(std::uint32_t origin) const;
  // The entry of that name of one input; kNone if it has none.
  [[nodiscard]] std::uint32_t find_in(std::uint32_t origin, std::string_view name) const;

 private:
  BundleView() = default;
  // kCorrupt: something is wrong with it.
  [[nodiscard]] Result<void> check_header() const;
  [[nodiscard]] Result<void> check_all() const;
  [[nodiscard]] BundleEntry entry_at(std::uint32_t entry) const;
  [[nodiscard]] BundleOrigin origin_at(std::uint32_t origin) const;
  [[nodiscard]] std::uint32_t bucket_at(std::uint32_t bucket) const;
  [[nodiscard]] std::string_view names(std::uint64_t offset, std::uint64_t length) const;

  std::span<const std::byte> bytes_;
  BundleHeader header_{};
};

// 32 hexadecimal digits.
[[nodiscard]] std::string to_string(const ContentHash& hash);

}  // namespace uvm::rt::bundle
