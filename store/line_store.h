// LineStore: the contract of a store of lines, on a disk or on persistent memory (file_store.h). One
// LineStore object is one heap opened by one process.
//
// A heap is a map from line number to 4 KiB of content, with history: version 0 is empty, and each commit
// makes one new version out of all writes and erasures since the one before, atomically. The implementation
// promises:
//
//   * Nothing of a transaction is visible after a crash until commit() has returned, and all of it is
//     afterwards.
//   * The newest committed version is never overwritten. A failed commit leaves it valid.
//   * Every byte read back is checked; damage is reported as kCorrupt with the line, never returned as
//     content.
//   * read() sees the newest content written, committed or not, of this process.
//
// Transactions. There is one *current* transaction, into which write() and erase() go. cut() freezes it: what
// has been written so far becomes the *pending* transaction, the content of the next version, and later
// writes go to a new current one. The captured rest of the cut is added with write(kPending, ...). commit()
// then makes pending durable while the program goes on writing to current. There is at most one pending
// transaction.
//
// Who may call: read() and write(kCurrent) are called by the pager from any thread, inside the SIGBUS handler
// too, so they are async-signal-safe: no allocation, no lock that non-handler code holds while touching the
// heap. The others are called by the checkpointer, one thread at a time, never from a signal handler.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "base/error.h"

namespace uvm::store {

inline constexpr std::size_t kLineSize = 4096;

// Index of a line: its region offset / kLineSize. At most kMaxLines lines per heap (16 TiB).
using LineNumber = std::uint64_t;
inline constexpr LineNumber kMaxLines = LineNumber{1} << 32;

// Version numbers rise by one per commit and are never reused; 0 is the empty heap.
using Version = std::uint64_t;

enum class ReadStatus : std::uint8_t {
  kOk,       // content delivered
  kAbsent,   // never written, or erased: the buffer is zero-filled
  kCorrupt,  // the checksum does not match; the buffer is zero-filled
  kIoError,  // the device failed
};

enum class Transaction : std::uint8_t { kCurrent, kPending };

struct LineWrite {
  LineNumber line;
  const std::byte* content;  // kLineSize bytes, aligned to kLineSize where the store asks for direct I/O
};

struct LineRange {
  LineNumber first;
  std::uint64_t count;
};

struct VersionInfo {
  Version version = 0;
  std::uint64_t wall_time_ns = 0;   // CLOCK_REALTIME at commit
  std::uint64_t lines = 0;          // lines present in this version
  std::uint64_t lines_written = 0;  // lines written by this commit
  std::uint64_t bytes_written = 0;  // all bytes this commit sent to the device, metadata included
};

// What commit() stores in addition to the lines: opaque to the store, at most kMaxBlob bytes.
inline constexpr std::size_t kMaxBlob = 2048;

struct StoreCounters {
  std::uint64_t lines_read = 0, lines_written = 0, bytes_read = 0, bytes_written = 0, flushes = 0;
  std::uint64_t lines_compressed = 0;  // of those written
  std::uint64_t file_bytes = 0;        // size of the store file, holes not counted
  std::uint64_t free_bytes = 0;        // reusable space inside it
};

// A read under way: see LineStore::start_read().
class StartedRead {
 protected:
  StartedRead() = default;
  ~StartedRead() = default;
};

class LineStore {
 public:
  virtual ~LineStore() = default;
  LineStore(const LineStore&) = delete;
  LineStore& operator=(const LineStore&) = delete;

  // Reads lines [first, first + count) to buffer (count * kLineSize bytes, aligned to kLineSize); status gets
  // one entry per line. Reads what is adjacent in the store in one operation. The result is an error if the
  // device failed, that of the first line with kIoError; damage is told by the lines' status alone.
  // Async-signal-safe.
  virtual IoResult<void> read(LineNumber first, std::size_t count, std::byte* buffer,
                              ReadStatus* status) noexcept = 0;

  // The same read, continuing while the caller does other things. start_read() returns nullptr when no read
  // can be started now, or ever, since only few can be under way. At most kMaxStartedLines lines. end_read()
  // waits for the read, at most the given time, and sets the status of each of its first `count` lines; the
  // caller makes sure that nobody writes or erases these meanwhile. It delivers their newest content at that
  // time, however long ago the read was started; the buffer beyond them is undefined. A count of 0 means that
  // nothing is wanted any more. False: the read is still under way and still owns the buffer. Each read must
  // be ended, by any thread, before the store is closed. Async-signal-safe.
  static constexpr std::size_t kMaxStartedLines = 256;
  [[nodiscard]] virtual StartedRead* start_read(LineNumber /*first*/, std::size_t /*count*/,
                                                std::byte* /*buffer*/) noexcept {
    return nullptr;
  }
  [[nodiscard]] virtual std::optional<IoResult<void>> end_read(
      StartedRead* /*read*/, std::size_t /*count*/, ReadStatus* /*status*/,
      std::chrono::nanoseconds /*patience*/) noexcept {
    return IoResult<void>();
  }

  // Writes lines into a transaction. Fails when any of them could not be written (ENOSPC, EIO), with the
  // error of the first; those keep their former content. A line written to kPending does not hide a newer one
  // already written to kCurrent. No line may occur twice in a call. Content must not change until it returns.
  // A line that equals what the transaction would otherwise hold is not written again. Async-signal-safe for
  // kCurrent.
  virtual IoResult<void> write(Transaction transaction, std::span<const LineWrite> lines) noexcept = 0;

  // Makes lines absent in the current transaction. Fails when that is not possible for any of them, which
  // stay as they are. May be called by any thread beside the others, not in a handler.
  virtual IoResult<void> erase(std::span<const LineRange> ranges) noexcept = 0;

  // Freezes current as pending. Precondition: nothing is pending. Takes microseconds, does no I/O.
  virtual void cut() noexcept = 0;

  // Makes pending durable as a new version with `blob`. After an error the last version stays valid,
  // pending's changes are merged back under current, and the commit may be tried again with a new cut().
  virtual Result<VersionInfo> commit(std::span<const std::byte> blob) = 0;

  // Gives up the pending transaction without trying to commit it: its changes are merged back under current,
  // as after a failed commit, and the last version stays valid. For a cut that could not be written whole.
  // Does no I/O; nothing happens when nothing is pending.
  virtual void abandon() = 0;

  // True when read() would deliver content: the line was written (zeros count) and not erased since, in this
  // heap or in its base image. Also true when the store cannot tell because of damage, which read() then
  // reports. Async-signal-safe; seldom reads the device.
  [[nodiscard]] virtual bool present(LineNumber line) const noexcept = 0;

  // The blob of the version this store was opened at, or of the last commit.
  [[nodiscard]] virtual std::vector<std::byte> blob() const = 0;
  [[nodiscard]] virtual VersionInfo current_version() const = 0;
  [[nodiscard]] virtual std::vector<VersionInfo> versions() const = 0;

  [[nodiscard]] virtual StoreCounters counters() const noexcept = 0;

 protected:
  LineStore() = default;
};

}  // namespace uvm::store
