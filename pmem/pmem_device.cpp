#include "pmem/pmem_device.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <utility>
#include <vector>

#include "pmem/libpmem.h"

namespace uvm::store {
namespace {

// The file is mapped in windows as it grows. A window may reach past the end of the file; nothing is stored
// there before the file has grown.
constexpr std::uint64_t kWindow = std::uint64_t{1} << 30;
constexpr std::uint64_t kMaxBytes = std::uint64_t{1} << 43;  // 2^31 blocks: docs/store-format.md

class PmemDevice final : public Device {
 public:
  PmemDevice(int fd, std::uint64_t size, const LibPmem& pmem)
      : fd_(fd), pmem_(pmem), windows_(kMaxBytes / kWindow), size_(size) {}
  ~PmemDevice() override {
    for (auto& window : windows_) {
      if (std::byte* base = window.load(std::memory_order_relaxed)) munmap(base, kWindow);
    }
    close(fd_);
  }

  void read(std::span<IoOp> ops) noexcept override {
    for (IoOp& op : ops) {
      op.result = 0;
      std::uint64_t offset = op.offset;
      for (std::uint32_t i = 0; i < op.iov_count; ++i) {
        const ssize_t moved = read_fully(op.iov[i], offset);
        if (moved < 0) {
          op.result = static_cast<std::int32_t>(moved);
          break;
        }
        op.result += static_cast<std::int32_t>(moved);
        offset += static_cast<std::uint64_t>(moved);
        if (static_cast<std::size_t>(moved) < op.iov[i].iov_len) break;
      }
    }
  }

  void write(std::span<IoOp> ops) noexcept override {
    for (IoOp& op : ops) op.result = store(op);
    pmem_.drain();
  }

  int flush() noexcept override {
    // Without MAP_SYNC it is no persistent memory, but was declared to be (see on_persistent_memory()).
    return synchronous_.load(std::memory_order_relaxed) || fdatasync(fd_) == 0 ? 0 : errno;
  }

  int reserve(std::uint64_t from, std::uint64_t to) noexcept override {
    if (to > kMaxBytes) return EFBIG;
    if (fallocate(fd_, 0, static_cast<off_t>(from), static_cast<off_t>(to - from)) != 0) return errno;
    if (to <= size_.load(std::memory_order_relaxed)) return 0;
    // The new length is no part of what a synchronous page fault makes durable.
    if (fsync(fd_) != 0) return errno;
    size_.store(to, std::memory_order_release);
    return 0;
  }

  int release(std::uint64_t from, std::uint64_t to) noexcept override { return punch_hole(fd_, from, to); }

  std::uint64_t size() const noexcept override { return size_.load(std::memory_order_acquire); }
  std::uint64_t allocated() const noexcept override { return allocated_bytes(fd_); }
  bool direct() const noexcept override { return false; }  // any alignment will do

 private:
  // Bytes read, fewer only at the end of the file, or -errno.
  ssize_t read_fully(const iovec& part, std::uint64_t offset) noexcept {
    std::size_t done = 0;
    while (done < part.iov_len) {
      const ssize_t moved = pread(fd_, static_cast<std::byte*>(part.iov_base) + done, part.iov_len - done,
                                  static_cast<off_t>(offset + done));
      if (moved < 0 && errno == EINTR) continue;
      if (moved < 0) return -errno;
      if (moved == 0) break;
      done += static_cast<std::size_t>(moved);
    }
    return static_cast<ssize_t>(done);
  }

  // What the op's result is to be.
  std::int32_t store(const IoOp& op) noexcept {
    if (op.offset + op.length > size()) return -EINVAL;
    std::uint64_t offset = op.offset;
    for (std::uint32_t i = 0; i < op.iov_count; ++i) {
      const auto* from = static_cast<const std::byte*>(op.iov[i].iov_base);
      for (std::size_t left = op.iov[i].iov_len; left != 0;) {
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
    return static_cast<std::int32_t>(op.length);
  }

  // The mapping of a window, made when first asked for; nullptr when address space or mappings are short.
  std::byte* window(std::uint64_t index) noexcept {
    std::byte* base = windows_[index].load(std::memory_order_acquire);
    if (base != nullptr) return base;
    const auto offset = static_cast<off_t>(index * kWindow);
    void* mapped =
        mmap(nullptr, kWindow, PROT_READ | PROT_WRITE, MAP_SHARED_VALIDATE | MAP_SYNC, fd_, offset);
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

  const int fd_;
  const LibPmem& pmem_;
  std::vector<std::atomic<std::byte*>> windows_;
  std::atomic<std::uint64_t> size_;
  std::atomic<bool> synchronous_{true};
};

}  // namespace

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

Result<std::unique_ptr<Device>> make_pmem_device(int fd, const std::string& path) {
  struct stat info {};
  int error = fstat(fd, &info) == 0 ? 0 : errno;
  // A copy may have come with holes where blocks are zero.
  if (error == 0 && info.st_size != 0 && fallocate(fd, 0, 0, info.st_size) != 0) error = errno;
  if (error != 0) {
    close(fd);
    return Unexpected<Error>{system_error("cannot map", path, error)};
  }
  return std::unique_ptr<Device>(
      std::make_unique<PmemDevice>(fd, static_cast<std::uint64_t>(info.st_size), *LibPmem::load()));
}

}  // namespace uvm::store
