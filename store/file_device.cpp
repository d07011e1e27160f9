#include "store/file_device.h"

#include <fcntl.h>
#include <liburing.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <utility>

#include "base/die.h"
#include "base/file_space.h"
#include "base/memory.h"
#include "pmem/pmem_file.h"
#include "store/file_lock.h"
#include "store/lock_holder.h"
#include "store/pmem_device.h"

namespace uvm::store {

namespace {

constexpr unsigned kRingDepth = 256;
constexpr std::size_t kTransferRings = 8;
// Separate rings for started reads, whose results may not be asked for until much later.
constexpr std::size_t kStartedRings = 4;

// The rings of the process, for all its heap files: a ring is tied to a file only by each operation, and
// making rings takes longer than opening a heap. Each ring serves one transfer, or one started read, at a
// time.
class RingPool {
 public:
  struct Slot {
    std::atomic<bool> busy{false};
    bool usable = false;
    std::size_t under_way = 0;  // operations
    io_uring ring{};
  };

  // The first call makes the rings, so it must not come from a signal handler; it is made by FileDevice's
  // constructor. Where io_uring is forbidden (seccomp, the kernel.io_uring_disabled sysctl) there are no
  // rings, and every transfer uses preadv and pwritev. Never destroyed: a transfer may still run at exit.
  static RingPool& instance() {
    static auto& pool = *new RingPool;
    return pool;
  }

  // A ring for the caller alone until it is released; nullptr when all are taken. Any thread, at any time.
  Slot* claim_for_transfer() noexcept { return claim(std::span(slots_).first<kTransferRings>()); }
  Slot* claim_for_started() noexcept { return claim(std::span(slots_).last<kStartedRings>()); }
  [[nodiscard]] bool usable() const {
    return std::any_of(slots_.begin(), slots_.end(), [](const Slot& slot) { return slot.usable; });
  }
  static void release(Slot* slot) noexcept { slot->busy.store(false, std::memory_order_release); }

 private:
  RingPool() {
    for (auto& slot : slots_) {
      if (io_uring_queue_init(kRingDepth, &slot.ring, 0) != 0) continue;
      slot.usable = answers(slot.ring);
      if (slot.usable) continue;
      io_uring_queue_exit(&slot.ring);
      return;  // io_uring_enter is denied, so the others would fail too
    }
  }

  // A filter of system calls may allow rings to be made but not to be used.
  static bool answers(io_uring& ring) noexcept {
    io_uring_prep_nop(io_uring_get_sqe(&ring));
    int submitted = 0;
    do {
      submitted = io_uring_submit_and_wait(&ring, 1);
    } while (submitted == -EINTR || submitted == -EAGAIN);
    io_uring_cqe* cqe = nullptr;
    if (submitted < 0 || io_uring_peek_cqe(&ring, &cqe) != 0) return false;
    io_uring_cqe_seen(&ring, cqe);
    return true;
  }

  static Slot* claim(std::span<Slot> slots) noexcept {
    for (auto& slot : slots) {
      if (slot.usable && try_claim(slot.busy)) return &slot;
    }
    return nullptr;
  }

  std::array<Slot, kTransferRings + kStartedRings> slots_;
};

class FileDevice final : public Device {
 public:
  FileDevice(int fd, bool direct) : fd_(fd), direct_(direct), rings_(RingPool::instance()) {}
  ~FileDevice() override { close(fd_); }

  void read(std::span<IoOp> ops) noexcept override { transfer(ops, false); }
  void write(std::span<IoOp> ops) noexcept override { transfer(ops, true); }

  void* start_read(std::span<IoOp> ops) noexcept override {
    if (ops.size() > kRingDepth) return nullptr;
    RingPool::Slot* slot = rings_.claim_for_started();
    if (slot == nullptr) return nullptr;
    for (auto& op : ops) op.result = 0;
    prepare(*slot, ops, false);
    io_uring_submit(&slot->ring);  // collect() submits what is not taken now
    return slot;
  }
  // Completions are posted by the thread that submitted them. While that thread sleeps uninterruptibly, a
  // read does not complete.
  bool end_read(void* started, std::span<IoOp> ops, std::chrono::nanoseconds patience) noexcept override {
    auto* slot = static_cast<RingPool::Slot*>(started);
    if (!collect(*slot, ops, patience)) return false;
    RingPool::release(slot);
    for (auto& op : ops) {
      if (!op.complete()) finish(op, false);
    }
    return true;
  }

  int flush() noexcept override { return fdatasync(fd_) == 0 ? 0 : errno; }

  int reserve(std::uint64_t from, std::uint64_t to) noexcept override {
    int failed = 0;
    do {
      failed = fallocate(fd_, 0, static_cast<off_t>(from), static_cast<off_t>(to - from));
    } while (failed != 0 && errno == EINTR);
    if (failed == 0) return 0;
    if (errno != EOPNOTSUPP && errno != ENOSYS) return errno;
    return size() >= to || ftruncate(fd_, static_cast<off_t>(to)) == 0 ? 0 : errno;
  }

  int release(std::uint64_t from, std::uint64_t to) noexcept override { return punch_hole(fd_, from, to); }

  std::uint64_t size() const noexcept override {
    struct stat info {};
    return fstat(fd_, &info) == 0 ? static_cast<std::uint64_t>(info.st_size) : 0;
  }
  std::uint64_t allocated() const noexcept override { return allocated_bytes(fd_); }
  bool direct() const noexcept override { return direct_; }

 private:
  void transfer(std::span<IoOp> ops, bool is_write) noexcept {
    for (auto& op : ops) op.result = 0;
    // A single operation gains nothing from a ring. On file systems where io_uring uses a worker thread
    // (tmpfs), it would cost two context switches.
    RingPool::Slot* slot = ops.size() > 1 ? rings_.claim_for_transfer() : nullptr;
    if (slot != nullptr) {
      while (!ops.empty()) {
        const auto batch = ops.first(std::min<std::size_t>(ops.size(), kRingDepth));
        prepare(*slot, batch, is_write);
        collect(*slot, batch, kForEver);
        for (auto& op : batch) {
          if (!op.complete()) finish(op, is_write);
        }
        ops = ops.subspan(batch.size());
      }
      RingPool::release(slot);
      return;
    }
    for (auto& op : ops) finish(op, is_write);
  }

  void prepare(RingPool::Slot& slot, std::span<IoOp> ops, bool is_write) noexcept {
    for (std::size_t i = 0; i < ops.size(); ++i) {
      io_uring_sqe* sqe = io_uring_get_sqe(&slot.ring);  // never null: the ring is empty and large enough
      const IoOp& op = ops[i];
      if (is_write) {
        io_uring_prep_writev(sqe, fd_, op.iov, op.iov_count, op.offset);
      } else {
        io_uring_prep_readv(sqe, fd_, op.iov, op.iov_count, op.offset);
      }
      io_uring_sqe_set_data64(sqe, i);
    }
    slot.under_way = ops.size();
  }

  // Interrupted, or the kernel was out of memory for a moment: the queues are unchanged, so it can be asked
  // again. With any other error, operations would be in flight for ever, in buffers that cannot be given
  // back.
  static void ask_again(int result) noexcept {
    if (result >= 0 || result == -EINTR || result == -EAGAIN || result == -EBUSY || result == -ENOMEM ||
        result == -ETIME)
      return;
    die("waiting for the store with io_uring_enter", -result);
  }

  // Stores the kernel's result in each op; ops that it never took keep result 0. Returns true with nothing in
  // flight, because the kernel must not write into buffers that the caller has taken back; false if time runs
  // out before.
  static bool collect(RingPool::Slot& slot, std::span<IoOp> ops, std::chrono::nanoseconds patience) noexcept {
    const auto begin = std::chrono::steady_clock::now();
    for (;;) {
      io_uring_cqe* cqe = nullptr;
      while (io_uring_peek_cqe(&slot.ring, &cqe) == 0 && cqe != nullptr) {
        ops[io_uring_cqe_get_data64(cqe)].result = cqe->res;
        io_uring_cqe_seen(&slot.ring, cqe);
        --slot.under_way;
      }
      if (slot.under_way == 0) return true;
      if (patience == kForEver) {
        ask_again(io_uring_submit_and_wait(&slot.ring, 1));
        continue;
      }
      const auto left = patience - (std::chrono::steady_clock::now() - begin);
      if (left.count() <= 0) return false;
      __kernel_timespec time{left.count() / 1'000'000'000, left.count() % 1'000'000'000};
      ask_again(io_uring_submit_and_wait_timeout(&slot.ring, &cqe, 1, &time, nullptr));
    }
  }

  // Completes an op that stopped short with plain calls, or gets a definite error for it.
  void finish(IoOp& op, bool is_write) noexcept {
    if (op.result < 0 && op.result != -EINTR && op.result != -EAGAIN) return;
    std::uint32_t done = op.result > 0 ? static_cast<std::uint32_t>(op.result) : 0;
    while (done < op.length) {
      // One iovec at a time: the tail of a partial transfer may begin inside one.
      std::uint32_t skip = done;
      std::uint32_t i = 0;
      while (skip >= op.iov[i].iov_len) skip -= static_cast<std::uint32_t>(op.iov[i++].iov_len);
      ssize_t moved = 0;
      if (skip == 0) {
        const int count = static_cast<int>(op.iov_count - i);
        const auto offset = static_cast<off_t>(op.offset + done);
        moved = is_write ? pwritev(fd_, op.iov + i, count, offset) : preadv(fd_, op.iov + i, count, offset);
      } else {
        auto* at = static_cast<std::byte*>(op.iov[i].iov_base) + skip;
        const std::size_t length = op.iov[i].iov_len - skip;
        const auto offset = static_cast<off_t>(op.offset + done);
        moved = is_write ? pwrite(fd_, at, length, offset) : pread(fd_, at, length, offset);
      }
      if (moved < 0 && errno == EINTR) continue;
      if (moved < 0) {
        op.result = -errno;
        return;
      }
      if (moved == 0) break;
      done += static_cast<std::uint32_t>(moved);
    }
    op.result = static_cast<std::int32_t>(done);
  }

  const int fd_;
  const bool direct_;
  RingPool& rings_;
};

// Whether block-aligned direct transfers work on this descriptor: opening with O_DIRECT alone is no proof.
bool direct_works(int fd) {
  struct statx info {};
  if (statx(fd, "", AT_EMPTY_PATH, STATX_DIOALIGN, &info) != 0 || (info.stx_mask & STATX_DIOALIGN) == 0) {
    return true;  // the kernel cannot tell (before 6.1), but it accepted O_DIRECT
  }
  return info.stx_dio_offset_align != 0 && info.stx_dio_offset_align <= 4096 &&
         info.stx_dio_mem_align <= 4096;
}

}  // namespace

bool io_uring_works() { return RingPool::instance().usable(); }

bool heap_in_use(const std::string& path) {
  const auto fd = open_file(path, O_RDONLY, Ownership::kAny);
  if (!fd) return false;
  const bool used = is_locked(*fd, FileLock::kExclusive);
  close(*fd);
  return used;
}

constexpr int kLockTries = 200;
constexpr useconds_t kLockPauseUs = 10'000;

Result<std::unique_ptr<Device>> open_file_device(const std::string& path, const FileDeviceOptions& options) {
  int flags = options.read_only ? O_RDONLY : O_RDWR;
  if (options.create) flags |= O_CREAT | O_EXCL;
  bool direct = options.direct;
  auto opened = open_file(path, flags | (direct ? O_DIRECT : 0), options.ownership);
  const auto refused = [&opened](int error) { return !opened && opened.error().sys_errno == error; };
  // A file system without direct I/O says so only after it has created the file.
  if (direct && (refused(EINVAL) || refused(EOPNOTSUPP))) {
    direct = false;
    opened = open_file(path, flags & ~O_EXCL, options.ownership);
  }
  if (refused(EEXIST)) return Unexpected<Error>{{Errc::kInvalid, EEXIST, path + " exists already"}};
  if (!opened) return Unexpected<Error>{opened.error()};
  const int fd = *opened;
  if (direct && !direct_works(fd)) {
    fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) & ~O_DIRECT);
    direct = false;
  }
  // A heap is created through the file interface: speed does not matter, and an empty file cannot be mapped.
  // libpmem is asked before the locks are taken, because it opens and closes the file, which would drop the
  // holder's record lock.
  const bool persistent =
      options.direct && !options.create && !options.read_only && pmem::on_persistent_memory(fd, path);
  if (persistent && direct) fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) & ~O_DIRECT);
  if (options.lock) {
    const FileLock kind = options.read_only ? FileLock::kShared : FileLock::kExclusive;
    int failed = try_lock(fd, kind);
    // When a process is killed, its parent sees it gone before the kernel has finished its io_urings, which
    // keep its files open and so the lock held. So if nobody can be named as the holder, wait a moment.
    for (int i = 0; failed == EAGAIN && i < kLockTries && lock_holder(fd) == 0; ++i) {
      usleep(kLockPauseUs);
      failed = try_lock(fd, kind);
    }
    if (failed != 0) {
      const pid_t holder = lock_holder(fd);
      close(fd);
      if (failed != EAGAIN) return Unexpected<Error>{cannot_lock(path, failed)};
      const std::string who = holder != 0
                                  ? "process " + std::to_string(holder)
                                  : "this process (" + std::to_string(getpid()) + ") or one out of sight";
      return Unexpected<Error>{{Errc::kLocked, failed, path + " is in use by " + who}};
    }
    name_holder(fd, kind == FileLock::kShared ? F_RDLCK : F_WRLCK);
  }
  if (persistent) return make_pmem_device(fd, path);
  return std::unique_ptr<Device>(std::make_unique<FileDevice>(fd, direct));
}

}  // namespace uvm::store
