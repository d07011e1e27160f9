// Makes the bytes of a bundle (bundle.h), and writes them to a file. Deterministic: equal calls produce equal
// bytes. One thread at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/bundle/bundle.h"

namespace uvm::rt::bundle {

class BundleWriter {
 public:
  // The part of a jar's bytes that is an entry.
  struct Part {
    std::uint64_t offset;       // in the jar
    std::uint32_t stored_size;  // bytes there
    std::uint32_t size;         // bytes of the content
    Method method;
    std::uint32_t crc;  // of the content
  };

  // Adds the next input of the class path and returns its number. `path` is UTF-8; `modified` as in
  // BundleOrigin.
  std::uint32_t add_jar(std::string path, std::vector<std::byte> bytes, bool named, std::int64_t modified);
  std::uint32_t add_folder(std::string path, bool named, std::int64_t modified);

  // Precondition: `name` is not empty and UTF-8. If two entries have the same name and origin, the later one
  // stays. `part` lies inside the jar, as JarReader::place ensures.
  void add_entry(std::string name, std::uint32_t jar, const Part& part);
  void add_file(std::string name, std::uint32_t folder, std::vector<std::byte> bytes, std::int64_t modified);

  // The bundle. `main_class` is the binary name with dots. kBadInput if a limit of the format is exceeded.
  [[nodiscard]] Result<std::vector<std::byte>> finish(const std::string& main_class) const;

 private:
  struct Origin {
    OriginKind kind;
    std::string path;
    bool named;
    std::int64_t modified;
    std::vector<std::byte> jar;
  };
  struct Entry {
    Part part;  // of the jar, or of `file`
    std::vector<std::byte> file;
    std::int64_t modified;
  };
  [[nodiscard]] ContentHash content_hash(const std::string& main_class) const;

  std::vector<Origin> origins_;
  std::map<std::string, std::map<std::uint32_t, Entry>, std::less<>> entries_;  // by name and origin
};

// Writes a file so that it is either complete or as it was before: a temporary file next to it, fsync,
// rename.
Result<void> write_file(const std::string& path, std::span<const std::byte> bytes);

}  // namespace uvm::rt::bundle
