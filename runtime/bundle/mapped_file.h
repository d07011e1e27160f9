// Files mapped read-only (any file, or a bundle), and files read as a whole. Any thread may use them.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "runtime/bundle/bundle.h"

namespace uvm::rt::bundle {

// The bytes of a regular file. For files that others may write to at the same time: with a mapping, reading
// what they have cut off would end the process.
Result<std::vector<std::byte>> read_file(const std::string& path);

class MappedFile {
 public:
  // Maps a regular file; an empty one has an empty mapping. The error's message names file, operation and
  // cause.
  static Result<MappedFile> open(const std::string& path);
  MappedFile(MappedFile&& other) noexcept;
  MappedFile& operator=(MappedFile&&) = delete;
  ~MappedFile();

  [[nodiscard]] std::span<const std::byte> bytes() const { return bytes_; }

 private:
  explicit MappedFile(std::span<const std::byte> bytes) : bytes_(bytes) {}
  std::span<const std::byte> bytes_;
};

// A bundle mapped from its file.
class BundleFile {
 public:
  static Result<BundleFile> open(const std::string& path, Check check = Check::kAll);

  [[nodiscard]] const BundleView& view() const { return view_; }

 private:
  BundleFile(MappedFile file, BundleView view) : file_(std::move(file)), view_(view) {}
  MappedFile file_;
  BundleView view_;
};

}  // namespace uvm::rt::bundle
