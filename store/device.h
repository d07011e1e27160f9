// Device: a heap file as the store above sees it, on a disk or on persistent memory. Tests replace it by
// recording and failing devices.
//
// The fault model that the store is built for:
//   * Any operation may fail with an errno.
//   * A failed or short write leaves its range with any mixture of old and new content.
//   * What was written is durable only once a later flush() has returned 0.
//   * At a crash, any subset of the unflushed writes survives, in any order, torn at 512 bytes on a disk and
//     at 8 bytes on persistent memory.
//   * After a failed flush() nothing is known about the writes before it, and a later successful flush() says
//     nothing about them.
#pragma once

#include <sys/uio.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "store/line_store.h"

namespace uvm::store {

// One contiguous transfer. `length` is the sum of the iov lengths.
struct IoOp {
  std::uint64_t offset = 0;
  iovec* iov = nullptr;
  std::uint32_t iov_count = 0;
  std::uint32_t length = 0;
  std::int32_t result = 0;  // bytes moved, or -errno; less than length: end of file, or the device gave up

  [[nodiscard]] bool complete() const { return result == static_cast<std::int32_t>(length); }
  // 0 if the transfer is complete, otherwise an errno that says what went wrong.
  [[nodiscard]] int error() const;
};

class Device {
 public:
  virtual ~Device() = default;
  Device(const Device&) = delete;
  Device& operator=(const Device&) = delete;

  // Perform all operations, in any order, and return when all have ended. Callable from several threads at a
  // time and async-signal-safe. Buffers, offsets and lengths are multiples of 4096 when direct() is true.
  virtual void read(std::span<IoOp> ops) noexcept = 0;
  virtual void write(std::span<IoOp> ops) noexcept = 0;

  // A read that continues while its caller does other things. start_read() returns at once, with a handle for
  // end_read(), or nullptr when none can be started now, or ever. `ops` and what they point to stay in place
  // until the read has ended. end_read() waits at most the given time; false: the read is still under way.
  // Each read must be ended, by any thread. Both are async-signal-safe.
  virtual void* start_read(std::span<IoOp> /*ops*/) noexcept { return nullptr; }
  [[nodiscard]] virtual bool end_read(void* /*started*/, std::span<IoOp> /*ops*/,
                                      std::chrono::nanoseconds /*patience*/) noexcept {
    return true;
  }
  static constexpr std::chrono::nanoseconds kForEver = std::chrono::nanoseconds::max();

  // Makes all completed writes durable. 0 or an errno. Not async-signal-safe by contract.
  [[nodiscard]] virtual int flush() noexcept = 0;

  // Allocates bytes [from, to) of the file on the device; extends the file if it ends before `to`. Existing
  // content stays. 0 or an errno. Async-signal-safe. Called by one thread at a
  // time.
  [[nodiscard]] virtual int reserve(std::uint64_t from, std::uint64_t to) noexcept = 0;
  // Returns the space of bytes [from, to) to the device and drops their content; the length stays. 0, or an
  // errno: EOPNOTSUPP where the file system cannot do it. Nobody may write to the range meanwhile, nor read
  // it, except by started reads, which may get anything. Not async-signal-safe by contract.
  [[nodiscard]] virtual int release(std::uint64_t from, std::uint64_t to) noexcept = 0;

  [[nodiscard]] virtual std::uint64_t size() const noexcept = 0;       // length of the file
  [[nodiscard]] virtual std::uint64_t allocated() const noexcept = 0;  // bytes the device spends on it
  [[nodiscard]] virtual bool direct() const noexcept = 0;

 protected:
  Device() = default;
};

// Builds the operations of a batch of blocks in the caller's arrays: adjacent blocks share an operation, up
// to max_blocks. Async-signal-safe.
class OpBuilder {
 public:
  OpBuilder(IoOp* ops, iovec* iov, std::uint32_t max_lines)
      : ops_(ops), iov_(iov), max_bytes_(max_lines * kLineSize) {}

  // Returns the index of the op that the block was added to.
  std::uint32_t add(std::uint32_t block, std::byte* buffer) {
    const std::uint64_t offset = std::uint64_t{block} * kLineSize;
    IoOp* op = count_ == 0 ? nullptr : &ops_[count_ - 1];
    if (op == nullptr || op->offset + op->length != offset || op->length == max_bytes_) {
      op = &ops_[count_++];
      *op = {offset, &iov_[iov_count_], 0, 0, 0};
    }
    iovec* tail = op->iov_count == 0 ? nullptr : &op->iov[op->iov_count - 1];
    if (tail != nullptr && static_cast<std::byte*>(tail->iov_base) + tail->iov_len == buffer) {
      tail->iov_len += kLineSize;
    } else {
      iov_[iov_count_++] = {buffer, kLineSize};
      ++op->iov_count;
    }
    op->length += kLineSize;
    return count_ - 1;
  }

  [[nodiscard]] std::span<IoOp> ops() const { return {ops_, count_}; }

 private:
  IoOp* ops_;
  iovec* iov_;
  std::uint32_t max_bytes_;
  std::uint32_t count_ = 0;
  std::uint32_t iov_count_ = 0;
};

// The errno of a finished read; 0 if it reached its end or the end of the file, where a checksum then reveals
// what is missing. A transfer that the device gave up half-way is an error, not damage.
[[nodiscard]] int read_error(const Device& device, const IoOp& op) noexcept;

}  // namespace uvm::store
