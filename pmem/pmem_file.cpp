#include "pmem/pmem_file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>

namespace uvm::pmem {
namespace {

// Bytes read, fewer only at the end of the file, or -errno.
ssize_t read_fully(int fd, const iovec& part, std::uint64_t offset) noexcept {
  std::size_t done = 0;
  while (done < part.iov_len) {
    const ssize_t moved = pread(fd, static_cast<std::byte*>(part.iov_base) + done, part.iov_len - done,
                                static_cast<off_t>(offset + done));
    if (moved < 0 && errno == EINTR) continue;
    if (moved < 0) return -errno;
    if (moved == 0) break;
    done += static_cast<std::size_t>(moved);
  }
  return static_cast<ssize_t>(done);
}

}  // namespace

PmemFile::~PmemFile() {
  for (auto& window : windows_) {
    if (std::byte* base = window.load(std::memory_order_relaxed)) munmap(base, kWindow);
  }
  close(fd_);
}

std::int32_t PmemFile::read(std::uint64_t offset, std::span<const iovec> parts) noexcept {
  std::int32_t total = 0;
  for (const iovec& part : parts) {
    const ssize_t moved = read_fully(fd_, part, offset);
    if (moved < 0) return static_cast<std::int32_t>(moved);
    total += static_cast<std::int32_t>(moved);
    offset += static_cast<std::uint64_t>(moved);
    if (static_cast<std::size_t>(moved) < part.iov_len) break;
  }
  return total;
}

std::int32_t PmemFile::write(std::uint64_t offset, std::span<const iovec> parts) noexcept {
  std::uint64_t length = 0;
  for (const iovec& part : parts) length += part.iov_len;
  if (offset + length > size()) return -EINVAL;
  for (const iovec& part : parts) {
    const auto* from = static_cast<const std::byte*>(part.iov_base);
    for (std::size_t left = part.iov_len; left != 0;) {
      std::byte* base = window(offset / kWindow);
      if (base == nullptr) return -ENOMEM;
      const std::uint64_t within = offset % kWindow;
      const std::size_t count = std::min<std::size_t>(left, kWindow - within);
      pmem_.memcpy(base + within, from, count, PMEM_F_MEM_NONTEMPORAL | PMEM_F_MEM_NODRAIN);
      from += count;
      offset += count;
      left -= count;
    }
  }
  return static_cast<std::int32_t>(length);
}

int PmemFile::flush() noexcept {
  // Without MAP_SYNC this is not persistent memory, but was declared to be (see on_persistent_memory()).
  return synchronous_.load(std::memory_order_relaxed) || fdatasync(fd_) == 0 ? 0 : errno;
}

int PmemFile::reserve(std::uint64_t from, std::uint64_t to) noexcept {
  if (to > kMaxBytes) return EFBIG;
  if (fallocate(fd_, 0, static_cast<off_t>(from), static_cast<off_t>(to - from)) != 0) return errno;
  if (to <= size_.load(std::memory_order_relaxed)) return 0;
  // A synchronous page fault does not make the new length durable.
  if (fsync(fd_) != 0) return errno;
  size_.store(to, std::memory_order_release);
  return 0;
}

// The mapping of a window, made when first asked for; nullptr when address space or mappings are short.
std::byte* PmemFile::window(std::uint64_t index) noexcept {
  std::byte* base = windows_[index].load(std::memory_order_acquire);
  if (base != nullptr) return base;
  const auto offset = static_cast<off_t>(index * kWindow);
  void* mapped = mmap(nullptr, kWindow, PROT_READ | PROT_WRITE, MAP_SHARED_VALIDATE | MAP_SYNC, fd_, offset);
  if (mapped == MAP_FAILED && errno == EOPNOTSUPP) {
    synchronous_.store(false, std::memory_order_relaxed);
    mapped = mmap(nullptr, kWindow, PROT_READ | PROT_WRITE, MAP_SHARED, fd_, offset);
  }
  if (mapped == MAP_FAILED) return nullptr;
  auto* fresh = static_cast<std::byte*>(mapped);
  if (windows_[index].compare_exchange_strong(base, fresh, std::memory_order_acq_rel)) return fresh;
  munmap(mapped, kWindow);  // another thread was faster
  return base;
}

bool on_persistent_memory(int fd, const std::string& path) {
  struct statx info {};
  const bool dax = statx(fd, "", AT_EMPTY_PATH, STATX_BASIC_STATS, &info) == 0 &&
                   (info.stx_attributes & STATX_ATTR_DAX) != 0;
  const char* forced = std::getenv("PMEM_IS_PMEM_FORCE");
  if (!dax && (forced == nullptr || std::strcmp(forced, "1") != 0)) return false;
  const LibPmem* pmem = LibPmem::load();
  if (pmem == nullptr) return false;
  std::size_t length = 0;
  int is_pmem = 0;
  void* mapped = pmem->map_file(path.c_str(), 0, 0, 0, &length, &is_pmem);
  if (mapped == nullptr) return false;
  pmem->unmap(mapped, length);
  return is_pmem != 0;
}

Result<std::unique_ptr<PmemFile>> PmemFile::open(int fd, const std::string& path) {
  struct stat info {};
  int error = fstat(fd, &info) == 0 ? 0 : errno;
  // A copied file may have holes where its blocks are zero.
  if (error == 0 && info.st_size != 0 && fallocate(fd, 0, 0, info.st_size) != 0) error = errno;
  if (error != 0) {
    close(fd);
    return Unexpected<Error>{system_error("cannot map", path, error)};
  }
  return std::unique_ptr<PmemFile>(
      new PmemFile(fd, static_cast<std::uint64_t>(info.st_size), *LibPmem::load()));
}

}  // namespace uvm::pmem
