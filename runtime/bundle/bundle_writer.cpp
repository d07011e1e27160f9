#include "runtime/bundle/bundle_writer.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <xxhash.h>

#include <bit>
#include <cerrno>
#include <cstring>
#include <memory>
#include <tuple>
#include <utility>

#include "pmem/descriptor.h"

namespace uvm::rt::bundle {
namespace {

constexpr std::uint64_t kAlignment = 8;

std::uint64_t aligned(std::uint64_t offset) { return (offset + kAlignment - 1) & ~(kAlignment - 1); }

template <typename T>
void store(std::vector<std::byte>& bytes, std::uint64_t offset, const T& value) {
  std::memcpy(bytes.data() + offset, &value, sizeof value);
}

}  // namespace

BundleWriter::Blob BundleWriter::add_blob(std::vector<std::byte> bytes) {
  blobs_.push_back(std::move(bytes));
  return Blob(blobs_.size() - 1);
}

std::uint32_t BundleWriter::add_origin(OriginKind kind, std::string path, Blob manifest) {
  origins_.push_back({kind, std::move(path), manifest});
  return static_cast<std::uint32_t>(origins_.size() - 1);
}

void BundleWriter::add_entry(std::string name, std::uint32_t origin, Blob content) {
  entries_[std::move(name)][origin] = content;
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
  const auto add_blob = [&](Blob blob) { add(blobs_[index(blob)].data(), blobs_[index(blob)].size()); };
  add(main_class.data(), main_class.size());
  for (const auto& origin : origins_) {
    const auto kind = static_cast<std::uint64_t>(origin.kind) << 1 | (origin.manifest != kNoBlob ? 1 : 0);
    add(&kind, sizeof kind);
    if (origin.manifest != kNoBlob) add_blob(origin.manifest);
  }
  for (const auto& [name, by_origin] : entries_) {
    for (const auto& [origin, blob] : by_origin) {
      add(name.data(), name.size());
      add(&origin, sizeof origin);
      add_blob(blob);
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
    origins.push_back({path, length, origin.kind, 0, 0, 0});
  }
  std::vector<BundleEntry> entries;
  std::vector<Blob> contents;
  std::uint64_t distinct = 0;
  for (const auto& [name, by_origin] : entries_) {
    const auto [offset, length] = add_name(name);
    if (names.size() > UINT32_MAX) return refuse("the names of all entries together exceed 4 GiB");
    distinct++;
    for (const auto& [origin, blob] : by_origin) {
      if (blobs_[index(blob)].size() > kMaxEntrySize) return refuse(name + ": larger than 2 GiB");
      entries.push_back({offset, length, name_hash(name), origin, 0, 0});
      contents.push_back(blob);
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

  // A blob gets its place when it is first named.
  std::vector<std::uint64_t> places(blobs_.size(), 0);
  std::uint64_t end = header.data;
  const auto place = [&](Blob blob) {
    auto& at = places[index(blob)];
    if (at == 0) {
      at = end;
      end = aligned(end + blobs_[index(blob)].size());
    }
    return at;
  };
  for (std::size_t i = 0; i < origins.size(); i++) {
    if (origins_[i].manifest == kNoBlob) continue;
    origins[i].manifest = place(origins_[i].manifest);
    origins[i].manifest_size = blobs_[index(origins_[i].manifest)].size();
  }
  for (std::size_t i = 0; i < entries.size(); i++) {
    entries[i].data = place(contents[i]);
    entries[i].size = blobs_[index(contents[i])].size();
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
  for (std::size_t i = 0; i < blobs_.size(); i++) {
    if (places[i] != 0 && !blobs_[i].empty())
      std::memcpy(file.data() + places[i], blobs_[i].data(), blobs_[i].size());
  }
  store(file, 0, header);
  header.checksum = XXH3_64bits(file.data(), file.size());  // the field is still 0 in the file
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
  if (!write_all(fd, bytes.data(), bytes.size())) what = "write";
  const mode_t mask = ::umask(0);  // the only way to read it
  ::umask(mask);
  if (what == nullptr && ::fchmod(fd, 0666 & ~mask) != 0) what = "set the mode of";
  if (what == nullptr && ::fsync(fd) != 0) what = "sync";
  int error = errno;
  if (::close(fd) != 0 && what == nullptr) {
    what = "close";
    error = errno;
  }
  if (what == nullptr && ::rename(temporary.c_str(), path.c_str()) != 0) {
    what = "rename to";
    error = errno;
  }
  if (what == nullptr) return {};
  ::unlink(temporary.c_str());
  return failed(what, error);
}

}  // namespace uvm::rt::bundle
