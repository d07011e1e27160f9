// Makes the bytes of a bundle (bundle.h), and puts them into a file. Deterministic: equal calls give equal
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
  // Names bytes that entries and manifests may share.
  enum class Blob : std::uint32_t {};
  static constexpr Blob kNoBlob{0xffffffff};

  Blob add_blob(std::vector<std::byte> bytes);

  // Adds the next input of the class path; returns its number. `path` is UTF-8.
  std::uint32_t add_origin(OriginKind kind, std::string path, Blob manifest = kNoBlob);

  // Precondition: `name` is not empty and UTF-8. Of two entries with one name and one origin the later stays.
  void add_entry(std::string name, std::uint32_t origin, Blob content);

  [[nodiscard]] std::span<const std::byte> content(Blob blob) const { return blobs_[index(blob)]; }

  // The bundle. `main_class` is the binary name with dots. kBadInput if a limit of the format is exceeded.
  [[nodiscard]] Result<std::vector<std::byte>> finish(const std::string& main_class) const;

 private:
  struct Origin {
    OriginKind kind;
    std::string path;
    Blob manifest;
  };
  static std::size_t index(Blob blob) { return static_cast<std::size_t>(blob); }
  [[nodiscard]] ContentHash content_hash(const std::string& main_class) const;

  std::vector<std::vector<std::byte>> blobs_;
  std::vector<Origin> origins_;
  std::map<std::string, std::map<std::uint32_t, Blob>, std::less<>> entries_;  // name -> origin -> content
};

// Writes a file so that it is either complete or as it was before: a temporary file beside it, fsync, rename.
Result<void> write_file(const std::string& path, std::span<const std::byte> bytes);

}  // namespace uvm::rt::bundle
