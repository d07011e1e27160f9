// JImage: the reader of OpenJDK's lib/modules, the container of the class library (jimage format 1.0).
//
// The file is mapped read-only and used in place: a find() is one perfect-hash probe and one comparison of
// the name. Layout, all in the byte order of the machine that wrote it (jdk/internal/jimage/ImageHeader and
// imageFile.hpp of OpenJDK describe it):
//
//     header           28 bytes, ImageHeader
//     redirect table   table_length * i32: > 0 is the seed of a second hash, < 0 is -1 - index, 0 is nothing
//     offsets table    table_length * u32: offset of each location inside `locations`
//     locations        attribute streams: a byte (kind << 3 | size - 1), then the value, most significant
//                      byte first
//     strings          NUL-terminated modified UTF-8; string 0 is empty
//     content          the resources, from the end of the index on
//
// Invariants: every number read from the file is checked against the mapping before it is used; a damaged or
// hostile image yields an Error, never a read outside the mapping. A JImage is immutable after open(); any
// thread may call any const member. Spans and string_views that it hands out live as long as it does.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace uvm::rt::jimage {

enum class Errc : std::uint8_t {
  kIo,          // a system call failed: see sys_errno
  kNotFound,    // no such resource or package; the message is empty, because asking is normal
  kNotAnImage,  // wrong magic
  kVersion,     // a jimage, but not 1.0
  kCorrupt,     // truncated, or a number in it points outside
  kCompressed,  // the resource is stored compressed, which jlink does only when asked to
  kNoJavaHome,  // no usable OpenJDK 17 on this machine
};

struct Error {
  Errc code;
  int sys_errno = 0;
  std::string message;  // for people: what, where, what to do
};

template <typename T>
using Result = BasicResult<T, Error>;

// The first bytes of the file.
struct ImageHeader {
  std::uint32_t magic;           // kMagic
  std::uint32_t version;         // major << 16 | minor
  std::uint32_t flags;           // 0
  std::uint32_t resource_count;  // resources in the image
  std::uint32_t table_length;    // entries of the redirect and of the offsets table
  std::uint32_t locations_size;  // bytes
  std::uint32_t strings_size;    // bytes
};
static_assert(sizeof(ImageHeader) == 28);

inline constexpr std::uint32_t kMagic = 0xCAFEDADA;
inline constexpr std::uint32_t kVersion = 1u << 16;

// One resource, "/module/parent/base.extension"; parent and extension may be empty. The two roots of the
// image's own directory index, "/modules" and "/packages", have no module and their whole name as base:
// find() does not find them.
struct Location {
  std::string_view module;
  std::string_view parent;
  std::string_view base;
  std::string_view extension;
  std::uint64_t offset = 0;             // from the end of the index
  std::uint64_t compressed_size = 0;    // bytes, 0 if stored as it is
  std::uint64_t uncompressed_size = 0;  // bytes

  // "parent/base.extension": the path inside the module.
  [[nodiscard]] std::string path() const;
};

class JImage {
 public:
  // Maps the image. Reads the header only.
  static Result<JImage> open(const std::string& path);

  // An image that the caller keeps in memory as long as this object lives.
  static Result<JImage> view(std::span<const std::byte> image, std::string name);

  JImage(JImage&& other) noexcept;
  JImage& operator=(JImage&& other) noexcept;
  JImage(const JImage&) = delete;
  JImage& operator=(const JImage&) = delete;
  ~JImage();

  // The content of a resource, for example find("java.base", "java/lang/Object.class"). kNotFound if there is
  // no such resource.
  [[nodiscard]] Result<std::span<const std::byte>> find(std::string_view module, std::string_view path) const;

  // The module that holds a package, which may be written "java/lang" or "java.lang". kNotFound if no module
  // has resources in it.
  [[nodiscard]] Result<std::string_view> module_of_package(std::string_view package) const;

  // Calls `visit` for every resource of the image, in the order of the file, /packages/ and /modules/ entries
  // included, until it returns false. Fails at the first damaged location.
  Result<void> for_each(const std::function<bool(const Location&)>& visit) const;

  // The names of all modules of the image, sorted.
  [[nodiscard]] Result<std::vector<std::string>> modules() const;

  [[nodiscard]] std::size_t resource_count() const { return resource_count_; }
  [[nodiscard]] const std::string& name() const { return name_; }

 private:
  JImage() = default;
  Result<void> parse();
  [[nodiscard]] Error corrupt(const std::string& what) const;
  [[nodiscard]] std::uint32_t read_u32(std::size_t offset) const;
  [[nodiscard]] std::optional<std::string_view> string(std::uint64_t offset) const;
  [[nodiscard]] Result<Location> location(std::uint32_t index) const;
  [[nodiscard]] Result<std::span<const std::byte>> content(const Location& location) const;
  [[nodiscard]] Result<Location> lookup(std::string_view module, std::string_view path) const;

  std::string name_;
  std::span<const std::byte> image_;
  bool owned_ = false;  // image_ is our mapping
  std::uint32_t resource_count_ = 0;
  std::uint32_t table_length_ = 0;
  std::size_t redirect_ = 0;  // offsets of the tables in image_
  std::size_t offsets_ = 0;
  std::span<const std::byte> locations_;
  std::span<const std::byte> strings_;
  std::span<const std::byte> content_;
};

}  // namespace uvm::rt::jimage
