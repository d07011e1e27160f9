#include "runtime/jimage/jimage.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <set>
#include <utility>

namespace uvm::rt::jimage {
namespace {

constexpr std::uint32_t kHashMultiplier = 0x01000193;  // also the seed of the first hash

enum AttributeKind : std::uint8_t {
  kEnd,
  kModule,
  kParent,
  kBase,
  kExtension,
  kOffset,
  kCompressed,
  kUncompressed,
  kKinds
};

std::uint32_t hash_piece(std::string_view piece, std::uint32_t seed) {
  for (char c : piece) seed = (seed * kHashMultiplier) ^ static_cast<unsigned char>(c);
  return seed;
}

// The hash of "/module/path" without building the string.
std::uint32_t hash_name(std::string_view module, std::string_view path, std::uint32_t seed) {
  seed = hash_piece("/", seed);
  seed = hash_piece(module, seed);
  seed = hash_piece("/", seed);
  return hash_piece(path, seed) & 0x7fffffff;
}

// Whether `text` starts with `prefix`, which is then cut off.
bool take(std::string_view& text, std::string_view prefix) {
  if (!text.starts_with(prefix)) return false;
  text.remove_prefix(prefix.size());
  return true;
}

bool matches(const Location& location, std::string_view module, std::string_view path) {
  if (location.module != module) return false;
  if (!location.parent.empty() && !(take(path, location.parent) && take(path, "/"))) return false;
  if (!take(path, location.base)) return false;
  if (!location.extension.empty() && !(take(path, ".") && take(path, location.extension))) return false;
  return path.empty();
}

}  // namespace

std::string Location::path() const {
  std::string result(parent);
  if (!result.empty()) result += '/';
  result += base;
  if (!extension.empty()) (result += '.') += extension;
  return result;
}

JImage::JImage(JImage&& other) noexcept { *this = std::move(other); }

JImage& JImage::operator=(JImage&& other) noexcept {
  std::swap(name_, other.name_);
  std::swap(image_, other.image_);
  std::swap(owned_, other.owned_);
  std::swap(resource_count_, other.resource_count_);
  std::swap(table_length_, other.table_length_);
  std::swap(redirect_, other.redirect_);
  std::swap(offsets_, other.offsets_);
  std::swap(locations_, other.locations_);
  std::swap(strings_, other.strings_);
  std::swap(content_, other.content_);
  return *this;
}

JImage::~JImage() {
  if (owned_) ::munmap(const_cast<std::byte*>(image_.data()), image_.size());
}

Result<JImage> JImage::open(const std::string& path) {
  const auto failed = [&](const char* what) {
    const int error = errno;
    return Unexpected<Error>{{Errc::kIo, error, path + ": cannot " + what + ": " + std::strerror(error)}};
  };
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return failed("open");
  struct stat status {};
  if (::fstat(fd, &status) != 0) {
    auto error = failed("stat");
    ::close(fd);
    return error;
  }
  if (status.st_size < static_cast<off_t>(sizeof(ImageHeader))) {
    ::close(fd);
    return Unexpected<Error>{{Errc::kCorrupt, 0, path + ": too short for a jimage header"}};
  }
  const auto size = static_cast<std::size_t>(status.st_size);
  void* memory = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, fd, 0);
  if (memory == MAP_FAILED) {
    auto error = failed("map");
    ::close(fd);
    return error;
  }
  ::close(fd);
  JImage image;
  image.name_ = path;
  image.image_ = {static_cast<const std::byte*>(memory), size};
  image.owned_ = true;
  if (auto parsed = image.parse(); !parsed) return Unexpected<Error>{parsed.error()};
  return image;
}

Result<JImage> JImage::view(std::span<const std::byte> bytes, std::string name) {
  JImage image;
  image.name_ = std::move(name);
  image.image_ = bytes;
  if (auto parsed = image.parse(); !parsed) return Unexpected<Error>{parsed.error()};
  return image;
}

Error JImage::corrupt(const std::string& what) const {
  return {Errc::kCorrupt, 0, name_ + ": damaged jimage: " + what};
}

std::uint32_t JImage::read_u32(std::size_t offset) const {
  std::uint32_t value;
  std::memcpy(&value, image_.data() + offset, sizeof value);
  return value;
}

Result<void> JImage::parse() {
  if (image_.size() < sizeof(ImageHeader)) return Unexpected<Error>{corrupt("truncated header")};
  ImageHeader header;
  std::memcpy(&header, image_.data(), sizeof header);
  if (header.magic != kMagic) return Unexpected<Error>{{Errc::kNotAnImage, 0, name_ + ": not a jimage file"}};
  if (header.version != kVersion) {
    return Unexpected<Error>{{Errc::kVersion, 0,
                              name_ + ": jimage version " + std::to_string(header.version >> 16) + "." +
                                  std::to_string(header.version & 0xffff) + ", only 1.0 can be read"}};
  }
  // All sums fit in 64 bits: each term is below 2^35.
  const std::uint64_t table_bytes = std::uint64_t{header.table_length} * 4;
  const std::uint64_t locations = sizeof(ImageHeader) + 2 * table_bytes;
  const std::uint64_t strings = locations + header.locations_size;
  const std::uint64_t content = strings + header.strings_size;
  if (content > image_.size()) return Unexpected<Error>{corrupt("the index is longer than the file")};
  resource_count_ = header.resource_count;
  table_length_ = header.table_length;
  redirect_ = sizeof(ImageHeader);
  offsets_ = redirect_ + table_bytes;
  locations_ = image_.subspan(locations, header.locations_size);
  strings_ = image_.subspan(strings, header.strings_size);
  content_ = image_.subspan(content);
  return {};
}

std::optional<std::string_view> JImage::string(std::uint64_t offset) const {
  if (offset >= strings_.size()) return std::nullopt;
  const auto* start = reinterpret_cast<const char*>(strings_.data()) + offset;
  const void* end = std::memchr(start, 0, strings_.size() - offset);
  if (end == nullptr) return std::nullopt;
  return std::string_view(start, static_cast<const char*>(end) - start);
}

Result<Location> JImage::location(std::uint32_t index) const {
  const auto damaged = [&](const char* what) {
    return Unexpected<Error>{corrupt("location " + std::to_string(index) + ": " + what)};
  };
  std::uint64_t values[kKinds] = {};
  std::size_t at = read_u32(offsets_ + std::size_t{index} * 4);
  while (true) {
    if (at >= locations_.size()) return damaged("runs out of the location table");
    const auto head = static_cast<std::uint8_t>(locations_[at]);
    const std::uint8_t kind = head >> 3;
    const std::size_t length = (head & 7) + 1;
    if (kind == kEnd) break;
    if (kind >= kKinds) return damaged("unknown attribute");
    if (length > locations_.size() - at - 1) return damaged("runs out of the location table");
    std::uint64_t value = 0;
    for (std::size_t i = 1; i <= length; i++)
      value = value << 8 | static_cast<std::uint8_t>(locations_[at + i]);
    values[kind] = value;
    at += 1 + length;
  }
  const auto module = string(values[kModule]);
  const auto parent = string(values[kParent]);
  const auto base = string(values[kBase]);
  const auto extension = string(values[kExtension]);
  if (!module || !parent || !base || !extension) return damaged("a name lies outside the string table");
  return Location{*module,
                  *parent,
                  *base,
                  *extension,
                  values[kOffset],
                  values[AttributeKind::kCompressed],
                  values[kUncompressed]};
}

Result<std::span<const std::byte>> JImage::content(const Location& location) const {
  if (location.compressed_size != 0) {
    return Unexpected<Error>{{Errc::kCompressed, 0,
                              name_ + ": /" + std::string(location.module) + "/" + location.path() +
                                  " is compressed; use a JDK image made without jlink --compress"}};
  }
  if (location.offset > content_.size() || location.uncompressed_size > content_.size() - location.offset) {
    return Unexpected<Error>{
        corrupt("/" + std::string(location.module) + "/" + location.path() + " lies outside the file")};
  }
  return content_.subspan(location.offset, location.uncompressed_size);
}

Result<Location> JImage::lookup(std::string_view module, std::string_view path) const {
  const auto absent = Unexpected<Error>{{Errc::kNotFound, 0, {}}};
  if (table_length_ == 0) return absent;
  const std::uint32_t slot = hash_name(module, path, kHashMultiplier) % table_length_;
  const auto redirect = static_cast<std::int32_t>(read_u32(redirect_ + std::size_t{slot} * 4));
  if (redirect == 0) return absent;
  const std::uint32_t index =
      redirect < 0 ? static_cast<std::uint32_t>(-1 - redirect)
                   : hash_name(module, path, static_cast<std::uint32_t>(redirect)) % table_length_;
  if (index >= table_length_) return Unexpected<Error>{corrupt("a redirection leaves the table")};
  auto found = location(index);
  if (found && !matches(*found, module, path)) return absent;
  return found;
}

Result<std::span<const std::byte>> JImage::find(std::string_view module, std::string_view path) const {
  auto found = lookup(module, path);
  if (!found) return Unexpected<Error>{std::move(found.error())};
  return content(*found);
}

Result<std::string_view> JImage::module_of_package(std::string_view package) const {
  std::string dotted(package);
  std::replace(dotted.begin(), dotted.end(), '/', '.');
  // "/packages/<package>" lists the modules that have the package, as pairs of u32: 1 if the package is empty
  // in that module (it has only subpackages), and the offset of the module's name.
  auto list = find("packages", dotted);
  if (!list) return Unexpected<Error>{std::move(list.error())};
  for (std::size_t at = 0; at + 8 <= list->size(); at += 8) {
    std::uint32_t pair[2];
    std::memcpy(pair, list->data() + at, sizeof pair);
    if (pair[0] != 0) continue;
    const auto name = string(pair[1]);
    if (!name)
      return Unexpected<Error>{corrupt("package " + dotted + ": the module's name is outside the strings")};
    return *name;
  }
  return Unexpected<Error>{{Errc::kNotFound, 0, {}}};
}

Result<void> JImage::for_each(const std::function<bool(const Location&)>& visit) const {
  for (std::uint32_t index = 0; index < table_length_; index++) {
    auto found = location(index);
    if (!found) return Unexpected<Error>{std::move(found.error())};
    if (!visit(*found)) break;
  }
  return {};
}

Result<std::vector<std::string>> JImage::modules() const {
  std::set<std::string, std::less<>> names;
  auto walked = for_each([&](const Location& location) {
    if (location.base == "module-info" && location.parent.empty() && location.extension == "class") {
      names.emplace(location.module);
    }
    return true;
  });
  if (!walked) return Unexpected<Error>{std::move(walked.error())};
  return std::vector<std::string>(names.begin(), names.end());
}

}  // namespace uvm::rt::jimage
