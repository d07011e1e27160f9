// A file on persistent memory (a file system mounted with DAX), written through a mapping.
//
// Writes go to a mapping of the file with non-temporal stores. They are durable after drain(), which each
// thread calls for its own stores, because a fence orders only the stores of the processor that executes it.
// The mapping is synchronous (MAP_SYNC): before a store succeeds, the file system has made durable where the
// bytes lie.
//
// Reads go through pread(), which copies from the medium just as a mapping would, without page cache, but
// reports a bad cell as EIO where a load would raise SIGBUS; the reader may be a SIGBUS handler itself.
//
// Knows nothing of what the file holds. read(), write() and drain() are async-signal-safe and callable from
// several threads at a time.
#pragma once

#include <sys/uio.h>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/error.h"
#include "pmem/libpmem.h"

namespace uvm::pmem {

// Whether libpmem counts the file as persistent memory: because it is, or because the environment variable
// PMEM_IS_PMEM_FORCE=1 says so (for tests). The file is open for writing as `fd`.
bool on_persistent_memory(int fd, const std::string& path);

class PmemFile {
 public:
  static constexpr std::uint64_t kMaxBytes = std::uint64_t{1} << 43;

  // Takes over the descriptor; closes it when it fails. kNoSpace when the file has holes that the file system
  // has no room to fill: a store into one would raise SIGBUS.
  static Result<std::unique_ptr<PmemFile>> open(int fd, const std::string& path);

  ~PmemFile();
  PmemFile(const PmemFile&) = delete;
  PmemFile& operator=(const PmemFile&) = delete;

  // Bytes read to the parts, fewer only at the end of the file, or -errno.
  std::int32_t read(std::uint64_t offset, std::span<const iovec> parts) noexcept;
  // Bytes written from the parts, all of them, or -errno: -EINVAL beyond the end of the file.
  std::int32_t write(std::uint64_t offset, std::span<const iovec> parts) noexcept;
  // Makes durable what this thread has written.
  void drain() noexcept { pmem_.drain(); }
  // Makes durable what drain() cannot where the mapping is not synchronous. 0 or an errno.
  [[nodiscard]] int flush() noexcept;

  // Allocates bytes [from, to); extends the file, durably, if it ends before `to`. 0 or an errno. One
  // thread at a time.
  [[nodiscard]] int reserve(std::uint64_t from, std::uint64_t to) noexcept;

  [[nodiscard]] std::uint64_t size() const noexcept { return size_.load(std::memory_order_acquire); }
  [[nodiscard]] int descriptor() const noexcept { return fd_; }

 private:
  // The file is mapped in windows as it grows. A window may reach past the end of the file; nothing is stored
  // there before the file has grown.
  static constexpr std::uint64_t kWindow = std::uint64_t{1} << 30;

  PmemFile(int fd, std::uint64_t size, const LibPmem& pmem)
      : fd_(fd), pmem_(pmem), windows_(kMaxBytes / kWindow), size_(size) {}
  std::byte* window(std::uint64_t index) noexcept;

  const int fd_;
  const LibPmem& pmem_;
  std::vector<std::atomic<std::byte*>> windows_;
  std::atomic<std::uint64_t> size_;
  std::atomic<bool> synchronous_{true};
};

}  // namespace uvm::pmem
