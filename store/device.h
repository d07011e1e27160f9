// Device: what a heap file is to the store above it, on a disk or on persistent memory. Tests put recording
// and failing devices in its place.
//
// Fault model that the store is built for: any operation may fail with an errno; a failed or short write
// leaves its range with any mixture of old and new content; what was written is durable only once a later
// flush() returned 0; at a crash, un-flushed writes survive in any subset, in any order, torn at 512 bytes on
// a disk and at 8 bytes on persistent memory; after a failed flush() nothing is known of the writes before
// it, and a later successful flush() says nothing about them.
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
  // errno that tells what went wrong, 0 when complete.
  [[nodiscard]] int error() const;
};

class Device {
 public:
  virtual ~Device() = default;
  Device(const Device&) = delete;
  Device& operator=(const Device&) = delete;

  // Perform all operations, in any order, and return when all are over. Callable from several threads at a
  // time and async-signal-safe. Buffers, offsets and lengths are multiples of 4096 when direct() is true.
  virtual void read(std::span<IoOp> ops) noexcept = 0;
  virtual void write(std::span<IoOp> ops) noexcept = 0;

  // A read that goes on while its caller does other things. start_read() returns at once, with a handle for
  // end_read(); nullptr when none can be started just now, or never. `ops` and what they point to stay in
  // place until the read has ended. end_read() waits for so long; false: it is not over, and goes on. Each
  // must be ended, by any thread. Both are async-signal-safe.
  virtual void* start_read(std::span<IoOp> /*ops*/) noexcept { return nullptr; }
  [[nodiscard]] virtual bool end_read(void* /*started*/, std::span<IoOp> /*ops*/,
                                      std::chrono::nanoseconds /*patience*/) noexcept {
    return true;
  }
  static constexpr std::chrono::nanoseconds kForEver = std::chrono::nanoseconds::max();

  // Makes all completed writes durable. 0 or an errno. Not async-signal-safe by contract.
  [[nodiscard]] virtual int flush() noexcept = 0;

  // Gives bytes [from, to) of the file room on the device; the file becomes longer if it ends before `to`.
  // What is there already keeps its content. 0 or an errno. Async-signal-safe. Called by one thread at a
  // time.
  [[nodiscard]] virtual int reserve(std::uint64_t from, std::uint64_t to) noexcept = 0;
  // Gives the room of bytes [from, to) back to the device, and forgets their content; the length stays. 0, or
  // an errno: EOPNOTSUPP where the file system cannot. Nobody writes to the range meanwhile, nor reads it,
  // except by reads that were started, which may get anything. Not async-signal-safe by contract.
  [[nodiscard]] virtual int release(std::uint64_t from, std::uint64_t to) noexcept = 0;

  [[nodiscard]] virtual std::uint64_t size() const noexcept = 0;       // length of the file
  [[nodiscard]] virtual std::uint64_t allocated() const noexcept = 0;  // bytes the device spends on it
  [[nodiscard]] virtual bool direct() const noexcept = 0;

 protected:
  Device() = default;
};

// Builds the operations of a batch of blocks in arrays of the caller's: a block that follows the one before
// goes to the same operation, up to max_blocks. Async-signal-safe.
class OpBuilder {
 public:
  OpBuilder(IoOp* ops, iovec* iov, std::uint32_t max_lines)
      : ops_(ops), iov_(iov), max_bytes_(max_lines * kLineSize) {}

  // Index of the op that the block went to.
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

// The errno of a read that is over; 0 if it reached its end, or that of the file: what is missing then is
// told by a checksum. What the device gave up half-way is an error, and no damage.
[[nodiscard]] int read_error(const Device& device, const IoOp& op) noexcept;

}  // namespace uvm::store
