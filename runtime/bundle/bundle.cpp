#include "runtime/bundle/bundle.h"

#include <xxhash.h>

#include <bit>
#include <cstring>
#include <memory>

#include "runtime/bundle/byte_ranges.h"
#include "runtime/bundle/inflate_whole.h"
#include "runtime/bundle/utf8.h"

namespace uvm::rt::bundle {
namespace {

constexpr std::string_view kManifest = "META-INF/MANIFEST.MF";

// The checksum of the index: all bytes before the data.
std::uint64_t checksum_of(std::span<const std::byte> bytes) {
  constexpr std::size_t kField = offsetof(BundleHeader, checksum);
  const std::uint64_t zero = 0;
  const std::unique_ptr<XXH3_state_t, XXH_errorcode (*)(XXH3_state_t*)> state(XXH3_createState(),
                                                                              XXH3_freeState);
  XXH3_64bits_reset(state.get());
  XXH3_64bits_update(state.get(), bytes.data(), kField);
  XXH3_64bits_update(state.get(), &zero, sizeof zero);
  XXH3_64bits_update(state.get(), bytes.data() + kField + sizeof zero, bytes.size() - kField - sizeof zero);
  return XXH3_64bits_digest(state.get());
}

Unexpected<Error> damaged(const std::string& why) { return {{Errc::kCorrupt, 0, "damaged bundle: " + why}}; }

}  // namespace

std::uint32_t name_hash(std::string_view name) {
  return static_cast<std::uint32_t>(XXH3_64bits(name.data(), name.size()));
}

std::string to_string(const ContentHash& hash) {
  std::string digits;
  for (const std::uint8_t byte : hash) {
    digits += "0123456789abcdef"[byte >> 4];
    digits += "0123456789abcdef"[byte & 15];
  }
  return digits;
}

Result<BundleView> BundleView::view(std::span<const std::byte> bytes, Check check, const std::string& name) {
  const auto refuse = [&](Errc code, const std::string& why) {
    return Unexpected<Error>{{code, 0, name + ": " + why}};
  };
  if (bytes.size() < sizeof(kMagic) || std::memcmp(bytes.data(), kMagic.data(), sizeof(kMagic)) != 0) {
    return refuse(Errc::kNotABundle, "not a bundle; uvmc makes bundles from jars and class files");
  }
  if (bytes.size() < sizeof(BundleHeader)) return refuse(Errc::kCorrupt, "damaged bundle: truncated header");
  BundleView view;
  view.bytes_ = bytes;
  view.header_ = load<BundleHeader>(bytes, 0);
  if (view.header_.format != kFormat) {
    return refuse(Errc::kNewerFormat, "bundle format " + std::to_string(view.header_.format) +
                                          ", this uvm reads " + std::to_string(kFormat) +
                                          "; pack the program again");
  }
  if (const auto checked = view.check_header(); !checked)
    return refuse(checked.error().code, checked.error().message);
  if (check != Check::kHeader) {
    const BundleHeader& h = view.header_;
    if (checksum_of(bytes.first(h.data)) != h.checksum ||
        (check == Check::kAll && XXH3_64bits(bytes.data() + h.data, h.data_size) != h.data_checksum)) {
      return refuse(Errc::kCorrupt, "damaged bundle: the checksum does not match");
    }
  }
  if (check == Check::kAll) {
    if (const auto checked = view.check_all(); !checked)
      return refuse(checked.error().code, checked.error().message);
  }
  return view;
}

Result<void> BundleView::check_header() const {
  const auto& h = header_;
  if (h.header_size != sizeof(BundleHeader)) return damaged("wrong header size");
  if (h.file_size != bytes_.size()) return damaged("the file is truncated or has something appended");
  if (h.reserved != 0) return damaged("a reserved field is not zero");
  if (h.entry_count > kMaxEntries) return damaged("too many entries");
  if (!std::has_single_bit(h.bucket_count))
    return damaged("the size of the hash table is not a power of two");
  const std::uint64_t size = bytes_.size();
  if (!in_range(h.origins, std::uint64_t{h.origin_count} * sizeof(BundleOrigin), size))
    return damaged("origins lie outside");
  if (!in_range(h.entries, std::uint64_t{h.entry_count} * sizeof(BundleEntry), size))
    return damaged("entries lie outside");
  if (!in_range(h.buckets, std::uint64_t{h.bucket_count} * sizeof(std::uint32_t), size)) {
    return damaged("the hash table lies outside");
  }
  if (!in_range(h.names, h.names_size, size)) return damaged("names lie outside");
  // The two checksums cover every byte.
  if (h.data < sizeof(BundleHeader) || h.data > size || h.data_size != size - h.data)
    return damaged("data lies outside");
  if (!in_range(h.main_class, h.main_class_length, h.names_size))
    return damaged("the main class lies outside");
  return {};
}

Result<void> BundleView::check_all() const {
  const auto& h = header_;
  const auto in_data = [&](std::uint64_t offset, std::uint64_t length) {
    return offset >= h.data && in_range(offset - h.data, length, h.data_size);
  };
  if (!is_utf8(main_class())) return damaged("the main class is not UTF-8");
  for (std::uint32_t i = 0; i < h.origin_count; i++) {
    const BundleOrigin origin = origin_at(i);
    const std::string which = "origin " + std::to_string(i);
    if (!in_range(origin.path, origin.path_length, h.names_size))
      return damaged(which + ": the path lies outside");
    if (!is_utf8(origin_path(i))) return damaged(which + ": the path is not UTF-8");
    if (origin.kind != OriginKind::kJar && origin.kind != OriginKind::kFolder)
      return damaged(which + ": unknown kind");
    if ((origin.flags & ~kNamed) != 0) return damaged(which + ": an unknown flag is set");
    const bool none = origin.data == 0 && origin.size == 0;
    if (origin.kind == OriginKind::kFolder ? !none : !in_data(origin.data, origin.size)) {
      return damaged(which + ": the jar lies outside");
    }
  }
  for (std::uint32_t i = 0; i < h.entry_count; i++) {
    const BundleEntry entry = entry_at(i);
    const std::string which = "entry " + std::to_string(i);
    if (entry.name_length == 0 || !in_range(entry.name, entry.name_length, h.names_size)) {
      return damaged(which + ": the name lies outside");
    }
    if (!is_utf8(name(i))) return damaged(which + ": the name is not UTF-8");
    if (entry.name_hash != name_hash(name(i))) return damaged(which + ": the hash of the name is wrong");
    if (entry.origin >= h.origin_count) return damaged(which + ": no such origin");
    if (entry.size > kMaxEntrySize || !in_data(entry.data, entry.stored_size))
      return damaged(which + ": the data lies outside");
    if (entry.method != Method::kStored && entry.method != Method::kDeflated)
      return damaged(which + ": unknown compression method");
    const bool folder = origin_at(entry.origin).kind == OriginKind::kFolder;
    if (folder && entry.method != Method::kStored) return damaged(which + ": compressed, but not in a jar");
    if (entry.method == Method::kStored ? entry.size != entry.stored_size
                                        : !possible_size(entry.stored_size, entry.size)) {
      return damaged(which + ": the size is impossible");
    }
    if (i == 0) continue;
    const int order = name(i - 1).compare(name(i));
    if (order > 0 || (order == 0 && origin(i - 1) > entry.origin)) return damaged(which + ": out of order");
  }
  std::uint32_t free = 0;
  for (std::uint32_t i = 0; i < h.bucket_count; i++) {
    const std::uint32_t bucket = bucket_at(i);
    if (bucket == 0) free++;
    if (bucket > h.entry_count) return damaged("the hash table names an entry that does not exist");
  }
  if (free == 0) return damaged("the hash table is full");  // a search for a missing name would not end
  for (std::uint32_t i = 0; i < h.entry_count; i++) {
    const bool first = i == 0 || name(i - 1) != name(i);
    if (first && find(name(i)) != i) return damaged("entry " + std::to_string(i) + ": not in the hash table");
  }
  return {};
}

BundleEntry BundleView::entry_at(std::uint32_t entry) const {
  return load<BundleEntry>(bytes_, header_.entries + std::uint64_t{entry} * sizeof(BundleEntry));
}

BundleOrigin BundleView::origin_at(std::uint32_t origin) const {
  return load<BundleOrigin>(bytes_, header_.origins + std::uint64_t{origin} * sizeof(BundleOrigin));
}

std::uint32_t BundleView::bucket_at(std::uint32_t bucket) const {
  return load<std::uint32_t>(bytes_, header_.buckets + std::uint64_t{bucket} * sizeof(std::uint32_t));
}

std::string_view BundleView::names(std::uint64_t offset, std::uint64_t length) const {
  return {reinterpret_cast<const char*>(bytes_.data()) + header_.names + offset, length};
}

std::string_view BundleView::main_class() const {
  return names(header_.main_class, header_.main_class_length);
}

std::uint32_t BundleView::find(std::string_view wanted) const {
  const std::uint32_t hash = name_hash(wanted);
  const std::uint32_t mask = header_.bucket_count - 1;
  for (std::uint32_t bucket = hash & mask;; bucket = (bucket + 1) & mask) {
    const std::uint32_t one_more = bucket_at(bucket);
    if (one_more == 0) return kNone;
    const BundleEntry entry = entry_at(one_more - 1);
    if (entry.name_hash == hash && names(entry.name, entry.name_length) == wanted) return one_more - 1;
  }
}

std::uint32_t BundleView::next(std::uint32_t entry) const {
  if (entry + 1 >= header_.entry_count || name(entry) != name(entry + 1)) return kNone;
  return entry + 1;
}

std::string_view BundleView::name(std::uint32_t entry) const {
  const BundleEntry e = entry_at(entry);
  return names(e.name, e.name_length);
}

std::span<const std::byte> BundleView::stored(std::uint32_t entry) const {
  const BundleEntry e = entry_at(entry);
  return bytes_.subspan(e.data, e.stored_size);
}

bool BundleView::read(std::uint32_t entry, std::span<std::byte> to) const {
  const BundleEntry e = entry_at(entry);
  const auto from = bytes_.subspan(e.data, e.stored_size);
  if (to.size() != e.size) return false;
  if (e.method == Method::kDeflated) {
    if (!inflate_whole(from, to)) return false;
  } else if (!from.empty()) {
    std::memcpy(to.data(), from.data(), from.size());
  }
  return crc_of(to) == e.crc;
}

std::optional<std::vector<std::byte>> BundleView::content(std::uint32_t entry) const {
  std::vector<std::byte> bytes(size(entry));
  if (!read(entry, bytes)) return std::nullopt;
  return bytes;
}

std::uint32_t BundleView::lower_bound(std::string_view wanted) const {
  std::uint32_t first = 0;
  for (std::uint32_t count = header_.entry_count; count > 0;) {
    const std::uint32_t half = count / 2;
    if (name(first + half) < wanted) {
      first += half + 1;
      count -= half + 1;
    } else {
      count = half;
    }
  }
  return first;
}

std::string_view BundleView::origin_path(std::uint32_t origin) const {
  const BundleOrigin o = origin_at(origin);
  return names(o.path, o.path_length);
}

bool BundleView::origin_is_named(std::uint32_t origin) const {
  return (origin_at(origin).flags & kNamed) != 0;
}

std::span<const std::byte> BundleView::jar(std::uint32_t origin) const {
  const BundleOrigin o = origin_at(origin);
  return bytes_.subspan(o.data, o.size);
}

std::uint32_t BundleView::manifest(std::uint32_t origin) const {
  return origin_kind(origin) == OriginKind::kJar ? find_in(origin, kManifest) : kNone;
}

std::uint32_t BundleView::find_in(std::uint32_t wanted, std::string_view name) const {
  std::uint32_t entry = find(name);
  while (entry != kNone && origin(entry) != wanted) entry = next(entry);
  return entry;
}

}  // namespace uvm::rt::bundle
