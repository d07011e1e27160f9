// A file of the heap's folder that is mapped into memory: what is stored there is in the file at once, even
// if the process is killed, and costs no system call. It is never flushed.
//
// Space in the file is allocated before it is mapped: a store into a page without space would be a SIGBUS.
//
// Not for several threads at once.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/error.h"

namespace uvm::rt {

class MappedFile {
 public:
  MappedFile() = default;
  ~MappedFile() { close(); }
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;

  // Takes over `fd`, which is open for reading and writing, and maps the first `bytes` bytes of its file.
  // After an error nothing is mapped, and `fd` is still open.
  IoResult<void> open(int fd, std::uint64_t bytes);
  // Maps `bytes` bytes, more than now. After an error everything is as before.
  IoResult<void> grow(std::uint64_t bytes);
  // Drops what is beyond `bytes`, from the mapping and from the file.
  void shrink(std::uint64_t bytes);
  // Unmaps and closes.
  void close();

  [[nodiscard]] bool is_open() const { return memory_ != nullptr; }
  [[nodiscard]] std::byte* memory() const { return memory_; }
  [[nodiscard]] std::uint64_t bytes() const { return bytes_; }

 private:
  std::byte* memory_ = nullptr;
  std::uint64_t bytes_ = 0;
  int fd_ = -1;
};

}  // namespace uvm::rt
