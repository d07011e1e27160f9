#include "runtime/bundle/bundle_writer.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <xxhash.h>

#include <algorithm>
#include <bit>
#include <cerrno>
#include <cstring>
#include <memory>
#include <tuple>
#include <utility>

#include "base/descriptor.h"
#include "runtime/bundle/inflate_whole.h"

namespace uvm::rt::bundle {
namespace {

constexpr std::uint64_t kAlignment = 8;

std::uint64_t aligned(std::uint64_t offset) { return (offset + kAlignment - 1) & ~(kAlignment - 1); }

template <typename T>
void store(std::vector<std::byte>& bytes, std::uint64_t offset, const T& value) {
  std::memcpy(bytes.data() + offset, &value, sizeof value);
}

}  // namespace

std::uint32_t BundleWriter::add_jar(std::string path, std::vector<std::byte> bytes, bool named,
                                    std::int64_t modified) {
  origins_.push_back({OriginKind::kJar, std::move(path), named, modified, std::move(bytes)});
  return static_cast<std::uint32_t>(origins_.size() - 1);
}

std::uint32_t BundleWriter::add_folder(std::string path, bool named, std::int64_t modified) {
  origins_.push_back({OriginKind::kFolder, std::move(path), named, modified, {}});
  return static_cast<std::uint32_t>(origins_.size() - 1);
}

void BundleWriter::add_entry(std::string name, std::uint32_t jar, const Part& part) {
  entries_[std::move(name)][jar] = {part, {}, 0};
}

void BundleWriter::add_file(std::string name, std::uint32_t folder, std::vector<std::byte> bytes,
                            std::int64_t modified) {
  const auto size = static_cast<std::uint32_t>(std::min<std::uint64_t>(bytes.size(), UINT32_MAX));
  const Part part{0, size, size, Method::kStored, crc_of(bytes)};
  entries_[std::move(name)][folder] = {part, std::move(bytes), modified};
}

ContentHash BundleWriter::content_hash(const std::string& main_class) const {
  const std::unique_ptr<XXH3_state_t, XXH_errorcode (*)(XXH3_state_t*)> state(XXH3_createState(),
                                                                              XXH3_freeState);
  XXH3_128bits_reset(state.get());
  // Each part is preceded by its length, so that different programs give different streams.
  const auto add = [&](const void* bytes, std::uint64_t size) {
    XXH3_128bits_update(state.get(), &size, sizeof size);
    XXH3_128bits_update(state.get(), bytes, size);
  };
  add(main_class.data(), main_class.size());
  for (const auto& origin : origins_) {
    const auto kind = static_cast<std::uint64_t>(origin.kind) << 1 | (origin.named ? 1 : 0);
    add(&kind, sizeof kind);
    add(origin.jar.data(), origin.jar.size());
  }
  // The entries of jars are covered by the jars.
  for (const auto& [name, by_origin] : entries_) {
    for (const auto& [origin, entry] : by_origin) {
      if (origins_[origin].kind != OriginKind::kFolder) continue;
      add(name.data(), name.size());
      add(&origin, sizeof origin);
      add(entry.file.data(), entry.file.size());
    }
  }
  XXH128_canonical_t canonical;
  XXH128_canonicalFromHash(&canonical, XXH3_128bits_digest(state.get()));
  ContentHash hash;
  std::memcpy(hash.data(), canonical.digest, hash.size());
  return hash;
}

Result<std::vector<std::byte>> BundleWriter::finish(const std::string& main_class) const {
  const auto refuse = [](const std::string& why) { return Unexpected<Error>{{Errc::kBadInput, 0, why}}; };
  std::string names;
  const auto add_name = [&](std::string_view name) {
    const auto offset = static_cast<std::uint32_t>(names.size());
    names += name;
    return std::pair{offset, static_cast<std::uint32_t>(name.size())};
  };

  BundleHeader header{};
  header.magic = kMagic;
  header.format = kFormat;
  header.header_size = sizeof header;
  std::tie(header.main_class, header.main_class_length) = add_name(main_class);
  std::vector<BundleOrigin> origins;
  for (const auto& origin : origins_) {
    const auto [path, length] = add_name(origin.path);
    origins.push_back({path, length, origin.kind, origin.named ? kNamed : 0, 0, 0, origin.modified});
  }
  std::vector<BundleEntry> entries;
  std::vector<const Entry*> contents;
  std::uint64_t distinct = 0;
  for (const auto& [name, by_origin] : entries_) {
    const auto [offset, length] = add_name(name);
    if (names.size() > UINT32_MAX) return refuse("the names of all entries together exceed 4 GiB");
    distinct++;
    for (const auto& [origin, entry] : by_origin) {
      if (entry.file.size() > kMaxEntrySize) return refuse(name + ": larger than 2 GiB");
      const Part& part = entry.part;
      entries.push_back({offset, length, name_hash(name), origin, part.offset, part.stored_size, part.size,
                         part.method, part.crc, entry.modified});
      contents.push_back(&entry);
    }
  }
  if (entries.size() > kMaxEntries) return refuse("more than " + std::to_string(kMaxEntries) + " entries");
  const auto buckets = static_cast<std::uint32_t>(std::bit_ceil(2 * distinct + 1));

  header.content_hash = content_hash(main_class);
  header.origin_count = static_cast<std::uint32_t>(origins.size());
  header.entry_count = static_cast<std::uint32_t>(entries.size());
  header.bucket_count = buckets;
  header.origins = sizeof header;
  header.entries = header.origins + origins.size() * sizeof(BundleOrigin);
  header.buckets = header.entries + entries.size() * sizeof(BundleEntry);
  header.names = header.buckets + std::uint64_t{buckets} * sizeof(std::uint32_t);
  header.names_size = names.size();
  header.data = aligned(header.names + names.size());

  std::uint64_t end = header.data;
  const auto place = [&](const std::vector<std::byte>& bytes) {
    const std::uint64_t at = end;
    end = aligned(end + bytes.size());
    return at;
  };
  for (std::size_t i = 0; i < origins.size(); i++) {
    if (origins[i].kind == OriginKind::kFolder) continue;
    origins[i].data = place(origins_[i].jar);
    origins[i].size = origins_[i].jar.size();
  }
  for (std::size_t i = 0; i < entries.size(); i++) {
    const BundleOrigin& origin = origins[entries[i].origin];
    entries[i].data =
        origin.kind == OriginKind::kJar ? origin.data + entries[i].data : place(contents[i]->file);
  }
  header.data_size = end - header.data;
  header.file_size = end;

  std::vector<std::byte> file(end);
  for (std::size_t i = 0; i < origins.size(); i++)
    store(file, header.origins + i * sizeof(BundleOrigin), origins[i]);
  for (std::size_t i = 0; i < entries.size(); i++)
    store(file, header.entries + i * sizeof(BundleEntry), entries[i]);
  std::vector<std::uint32_t> table(buckets, 0);
  for (std::uint32_t i = 0; i < entries.size(); i++) {
    if (i > 0 && entries[i].name == entries[i - 1].name) continue;
    std::uint32_t bucket = entries[i].name_hash & (buckets - 1);
    while (table[bucket] != 0) bucket = (bucket + 1) & (buckets - 1);
    table[bucket] = i + 1;
  }
  std::memcpy(file.data() + header.buckets, table.data(), table.size() * sizeof(std::uint32_t));
  std::memcpy(file.data() + header.names, names.data(), names.size());
  const auto copy = [&](std::uint64_t to, const std::vector<std::byte>& bytes) {
    if (!bytes.empty()) std::memcpy(file.data() + to, bytes.data(), bytes.size());
  };
  for (std::size_t i = 0; i < origins.size(); i++) copy(origins[i].data, origins_[i].jar);
  for (std::size_t i = 0; i < entries.size(); i++) copy(entries[i].data, contents[i]->file);
  header.data_checksum = XXH3_64bits(file.data() + header.data, header.data_size);
  store(file, 0, header);
  header.checksum = XXH3_64bits(file.data(), header.data);  // the field is still 0 in the file
  store(file, 0, header);
  return file;
}

Result<void> write_file(const std::string& path, std::span<const std::byte> bytes) {
  std::string temporary = path + ".XXXXXX";
  const auto failed = [&](const char* what, int error) {
    return Unexpected<Error>{{Errc::kIo, error, path + ": cannot " + what + ": " + std::strerror(error)}};
  };
  struct stat status {};
  if (::stat(path.c_str(), &status) == 0 && !S_ISREG(status.st_mode)) {
    return Unexpected<Error>{{Errc::kIo, 0, path + ": exists and is not a regular file"}};
  }
  const int fd = ::mkostemp(temporary.data(), O_CLOEXEC);
  if (fd < 0) return failed("create", errno);
  const char* what = nullptr;
  int error = 0;
  if (const auto written = write_all(fd, bytes.data(), bytes.size()); !written) {
    what = "write";
    error = written.error().sys_errno;
  }
  const mode_t mask = ::umask(0);  // the only way to read it
  ::umask(mask);
  (void)!::fchmod(fd, 0666 & ~mask);  // some file systems have no modes
  if (what == nullptr && ::fsync(fd) != 0 && !nothing_to_flush(errno)) {
    what = "flush";
    error = errno;
  }
  if (::close(fd) != 0 && what == nullptr) {
    what = "close";
    error = errno;
  }
  if (what == nullptr && ::rename(temporary.c_str(), path.c_str()) != 0) {
    what = "give it its name";
    error = errno;
  }
  if (what == nullptr) return {};
  ::unlink(temporary.c_str());
  return failed(what, error);
}

}  // namespace uvm::rt::bundle
