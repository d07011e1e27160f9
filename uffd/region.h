// Region: the address range in which a heap lives, much larger than the memory that holds it.
//
// A region is a sparse memfd mapped once, as the *view* that the program reads and writes; userfaultfd
// tells of the first touch of each absent line, write tracking of the first write to each clean one. The
// pager itself never touches the view: it fills lines with UFFDIO_COPY, reads them through the file
// descriptor of the memfd (its alias), and drops them by punching holes.
//
// Invariants
//   * Resident bytes (pages of the memfd) never exceed the memory limit by more than 1 MiB, but for a moment
//     after it was lowered. Beside them there are buffers: for reads, of a read-ahead window each, as many as
//     threads ever missed lines at once (at most 16) and at most 4 for reads under way; the staging area,
//     most of it around a cut only; and tables, which grow with what was ever touched (table_bytes()).
//   * A line that is not resident has its newest content in the store, or was never written (then it
//     reads zero).
//   * A resident line that differs from the store is dirty: written according to the write tracking of
//     its page table entry, or marked kDirty in the line table. Cleanliness is only ever concluded from
//     both.
//   * A line of a cut that is not yet in the store leaves memory only by being written to the current
//     transaction.
//   * Lock order: evict mutex, then line locks. No pager lock is held while the view is touched or while
//     code of the program runs.
//
// Two fault modes. kInThread resolves a fault in the faulting thread, inside a SIGBUS handler, about ten
// times cheaper than waking another thread; a system call that is handed an absent line then fails with
// EFAULT, so natives pin() what they hand to the kernel, in both modes. kHandlerThread wakes a thread of the
// region. ThreadSanitizer gets kHandlerThread only: its runtime touches the program's memory in its own
// interceptors, where a fault would run our instrumented handler inside the runtime. create() refuses
// kInThread there.
//
// Who may call: base(), size(), counters(), fault_latencies(), count_lines(), pin(), unpin(),
// populate_fresh(), discard(), evict_first(), evict_all(), state(), describe(), memory_limit(),
// set_memory_limit(), table_bytes(): any thread that is not inside a signal handler. preflush(), prepare_cut(), cut(), flush_cut(), abort_cut(): one
// thread, the checkpointer. A signal handler of the program must not touch the view, because it might
// interrupt the pager at work. An alternate signal stack needs at least 64 KiB: faults are resolved on it.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "base/error.h"
#include "base/sanitizers.h"
#include "store/line_store.h"
#include "uffd/latency_histogram.h"

namespace uvm::uffd {

using store::kLineSize;
using store::LineNumber;

// A part of the region with one purpose. Offsets and sizes are multiples of kLineSize. Address space of the
// region that lies in no segment is inaccessible (SIGSEGV).
//
//   pinned  flushed
//   no      yes      paged: the ordinary heap. Dirty lines go to the store, clean ones are dropped.
//   yes     yes      stays resident once touched, and is part of every cut when dirty.
//   no      no       read from the store and dropped when clean; a line that was written stays resident and
//                    is not part of cuts (the system image).
//   yes     no       plain anonymous memory: not paged, not in the store, not counted in the memory limit
//                    (nursery).
struct SegmentSpec {
  const char* name;
  std::uint64_t offset;  // bytes from the base of the region
  std::uint64_t size;    // bytes
  bool pinned;
  bool flushed;
};

enum class FaultMode : std::uint8_t { kInThread, kHandlerThread };
inline constexpr FaultMode kDefaultFaultMode =
    UVM_THREAD_SANITIZER ? FaultMode::kHandlerThread : FaultMode::kInThread;

// kAuto takes kAsync (UFFD_FEATURE_WP_ASYNC + PAGEMAP_SCAN, Linux 6.7) where the kernel offers it, else kSync
// (write-protect faults, Linux 5.19).
enum class TrackMode : std::uint8_t { kAuto, kAsync, kSync };

// What a region reports to its owner: failures of the store and, for a collector, lines that come and go
// (with discard(), evict_first() and state(), this is the collector's contract with the pager). Called by any
// thread that serves a fault, evicts, pre-flushes or cuts, and in kInThread mode inside the SIGBUS handler,
// partly with locks of the pager held: async-signal-safe, must not touch the view, must not call the region.
struct RegionCallbacks {
  void* context = nullptr;
  // A line cannot be read: kCorrupt or kIoError. The content is never delivered: when the callback returns,
  // or if it is null, the process says so on stderr and ends with status 74 (EX_IOERR).
  void (*on_damage)(void* context, LineNumber line, store::ReadStatus status) = nullptr;
  // The store refused to write dirty lines, which stay in memory. `fatal`: memory is full and nothing can be
  // evicted any more; after the call the process says so on stderr and aborts.
  void (*on_store_failure)(void* context, int sys_errno, bool fatal) = nullptr;
  // Lines were read from the store and are about to be mapped, read-ahead included; `content` is theirs, side
  // by side. It may be changed, as references to objects that have moved are: the program sees what is left
  // there, and the lines count as clean all the same. So what is changed must be changed again each time that
  // the line comes in, until something has made it dirty.
  void (*paged_in)(void* context, LineNumber first, std::size_t count, std::byte* content) = nullptr;
  // A line is about to leave memory; if it was dirty, it has been written. Not called for discarded lines.
  void (*will_evict)(void* context, LineNumber line) = nullptr;
};

// Lines. With little memory windows are smaller: a sixty-fourth of it, but at least 16 lines.
inline constexpr unsigned kMaxReadAhead = 256;
static_assert(kMaxReadAhead <= store::LineStore::kMaxStartedLines);

struct RegionOptions {
  std::span<const SegmentSpec> segments = {};  // sorted by offset, not overlapping; copied, the names too
  std::uint64_t size = 0;          // bytes of address space, a multiple of kLineSize, at most 16 TiB
  std::uint64_t memory_limit = 0;  // bytes of resident lines; at least kMinMemoryLimit
  FaultMode fault_mode = kDefaultFaultMode;
  TrackMode track_mode = TrackMode::kAuto;
  store::LineStore* store = nullptr;              // outlives the region
  unsigned read_ahead_max_lines = kMaxReadAhead;  // largest read-ahead window; 0 or 1: none
  void* address_hint = nullptr;  // where the base should be, if that is free; nullptr: anywhere
  // Memory for the captured lines of a cut, taken around a cut only; at least 128 lines.
  std::uint64_t staging_bytes = 8 << 20;
  // How long a thread looks for memory while nothing changes, before the process gives up. A write that the
  // device has not answered yet is waited for however long it takes.
  std::chrono::milliseconds patience{10'000};
  // The kernel may unmap lines on its own: true on machines with swap space whatever is said here.
  bool kernel_may_unmap = false;
  RegionCallbacks callbacks = {};
};

inline constexpr std::uint64_t kMinMemoryLimit = 16 * kLineSize;

struct RegionCounters {
  // Faults by how they were resolved.
  std::uint64_t faults_zero = 0;   // a line never written before: zeroes
  std::uint64_t faults_minor = 0;  // still in memory, mapped again (rescued from eviction)
  std::uint64_t faults_disk = 0;   // read from the store
  // First write to a clean line, kSync only (kAsync has no fault to count).
  std::uint64_t faults_write_protect = 0;
  std::uint64_t faults_spurious = 0;  // resolved by another thread meanwhile
  std::uint64_t lines_read = 0;       // from the store, read-ahead included
  std::uint64_t lines_written = 0;    // to the store, by eviction, preflush and cuts
  std::uint64_t evictions_clean = 0;
  std::uint64_t evictions_dirty = 0;
  std::uint64_t evictions_direct = 0;  // of these, by a faulting thread itself
  std::uint64_t zaps = 0;              // lines unmapped for their second chance
  std::uint64_t read_ahead_lines = 0;  // lines brought in beside the one that faulted
  std::uint64_t read_ahead_hits = 0;   // of these, in windows that the program ran through to the end
  std::uint64_t read_ahead_begun = 0;  // lines whose read was under way before their window was missed
  std::uint64_t write_failures = 0;    // batches that the store refused
  std::uint64_t resident_bytes = 0;
  std::uint64_t resident_bytes_peak = 0;
};

// How long faults took, by how they were resolved (see RegionCounters); those of pin() too. From the entry
// into fault service until the line is mapped, waiting for memory, for another thread's work on the line and
// for the store included. Not included is what the kernel does around it: trap and signal, or waking a
// handler thread (one to a few microseconds, tens with a handler thread). A fault's count may be in
// RegionCounters a moment before it is here.
struct FaultLatencies {
  LatencyCounts zero, minor, disk, write_protect, spurious;
};

// Lines of the paged segments by what they are at a moment.
struct LineCounts {
  std::uint64_t resident = 0;       // in memory
  std::uint64_t second_chance = 0;  // of these, unmapped: evicted unless they are touched soon
  std::uint64_t dirty = 0;  // of those resident in flushed segments, the ones that differ from the store
  friend bool operator==(const LineCounts&, const LineCounts&) = default;
};

struct PreflushResult {
  std::uint64_t lines_written = 0;
  bool more = false;  // max_lines was reached: dirty lines are left
};

struct Cut {
  std::uint64_t lines = 0;         // lines harvested while stopped
  std::uint64_t lines_staged = 0;  // of these, copied to staging: flush_cut() writes them
  std::uint64_t lines_direct = 0;  // of these, written while stopped because staging was full
  std::uint64_t nanoseconds = 0;   // duration of cut()
};

// The state of one line, for tests, tools and the collector's residency map. A snapshot: it may change at
// once.
enum class LineState : std::uint8_t {
  kAbsent,    // not resident: in the store, or empty
  kResident,  // resident and mapped
  kZapped,    // resident, unmapped for its second chance
};

class Region {
 public:
  // Reserves, maps and registers. kInvalid: the options contradict each other; kPermission: userfaultfd is
  // not allowed; kIo: a system call failed.
  static Result<std::unique_ptr<Region>> create(const RegionOptions& options);

  // Unregisters, unmaps and closes everything. No thread may touch the view or be inside a call any more.
  // Dirty lines are not written: what no cut has captured is given up.
  virtual ~Region() = default;
  Region(const Region&) = delete;
  Region& operator=(const Region&) = delete;

  [[nodiscard]] std::byte* base() const { return base_; }
  [[nodiscard]] std::uint64_t size() const { return size_; }
  [[nodiscard]] FaultMode fault_mode() const { return fault_mode_; }
  [[nodiscard]] TrackMode track_mode() const { return track_mode_; }  // never kAuto
  // Which kernel features serve this region, for --stats and bug reports.
  [[nodiscard]] virtual std::string describe() const = 0;

  // Makes whole lines that the caller knows to be new resident, zero and writable, in batches; they count as
  // dirty. Lines of the range that are resident already stay as they are. Respects the memory limit: of a
  // range larger than the limit, early lines may be evicted again when the call returns.
  virtual void populate_fresh(std::uint64_t offset, std::uint64_t length) = 0;

  // Brings the lines under [offset, offset + length) in and keeps them mapped until as many unpin() calls, so
  // that they may be handed to system calls. With `for_write` the kernel may write to them; they then count
  // as dirty. A checkpoint may happen meanwhile; what a system call writes into a pinned line after the cut
  // belongs to the next version. Pinned lines cannot be evicted: keep pins short and small against the memory
  // limit.
  virtual void pin(std::uint64_t offset, std::uint64_t length, bool for_write) = 0;
  virtual void unpin(std::uint64_t offset, std::uint64_t length) = 0;

  // The content of whole lines is no longer needed: they leave memory without a write, are erased in the
  // store's current transaction, and read zero afterwards. Fails when the store refused an erasure: a
  // beginning of the range may be discarded then, the rest is as before. Lines must not be pinned, nor
  // touched by others during the call. In a segment that is not flushed only what is in memory goes.
  virtual IoResult<void> discard(std::uint64_t offset, std::uint64_t length) = 0;

  // A hint that these lines will not be used soon; they are evicted before all others.
  virtual void evict_first(std::uint64_t offset, std::uint64_t length) = 0;

  // The limit on bytes of resident lines.
  [[nodiscard]] virtual std::uint64_t memory_limit() const = 0;
  // Changes that: at least kMinMemoryLimit, at most RegionOptions::memory_limit; what is beyond counts as
  // these. When it is lowered, lines leave before the call returns, as far as they can: those that are
  // pinned, in use, or refused by the store stay, and no line comes in until enough have left. Callers take
  // turns.
  virtual void set_memory_limit(std::uint64_t bytes) = 0;
  // About what the tables take of what was touched since the region was made: the line table, the store's
  // page table, the kernel's. It is not part of the memory limit, and never gets less.
  [[nodiscard]] virtual std::uint64_t table_bytes() const = 0;

  // Evicts everything that can be (tests, torture mode, low memory): what was in memory before the call and
  // is neither pinned nor touched during it, provided that the store takes it. Returns lines evicted.
  virtual std::uint64_t evict_all() = 0;

  [[nodiscard]] virtual LineState state(LineNumber line) const = 0;
  [[nodiscard]] virtual RegionCounters counters() const = 0;
  [[nodiscard]] virtual FaultLatencies fault_latencies() const = 0;

  // Looks at each resident line: with async tracking at its page table entry, which stays as it is. Takes no
  // lock of the pager, about 5 ms for each GiB resident. Exact while nothing changes; a line that is faulted
  // in, evicted or written meanwhile, or that eviction or a checkpoint is just taking note of, may be counted
  // as before or as after, and one that goes from the page table to the line table in that moment not as
  // dirty. What a cut has captured is not dirty, whether it is in the store yet or not.
  [[nodiscard]] virtual LineCounts count_lines() const = 0;

  // --- For the checkpointer --------------------------------------------------------------------------------
  //
  //   preflush() until count_lines() says that little is left;  prepare_cut();
  //   stop the program;  cut();  let it run;
  //   flush_cut();  store.commit(blob), and abort_cut() when that fails
  //
  // When flush_cut() fails it may be tried again, or the cut is given up: store.abandon(), then abort_cut().

  // Writes dirty lines to the current transaction while the program runs, at most max_lines of them; they
  // become clean (dirty again if written meanwhile). Fails when the store refused a write, with its error;
  // these lines are dirty as before. Precondition: no cut is outstanding.
  virtual IoResult<PreflushResult> preflush(std::uint64_t max_lines) = 0;

  // Takes the memory for a cut of so many lines, and some more, so that the program does not stand still for
  // it. cut() takes what is missing; when no cut comes, the memory stays until one was flushed or given up.
  virtual void prepare_cut(std::uint64_t lines) = 0;

  // Called while the program is stopped (no thread writes to the view, except system calls into pinned
  // lines). Harvests every dirty line of the flushed segments, copies it to staging, makes it clean again,
  // and freezes the store's current transaction as pending. When staging is full the rest is written to the
  // store right away. On an error, the store's, nothing is pending and the lines are dirty as before.
  // Precondition: no cut is outstanding.
  virtual IoResult<Cut> cut() = 0;

  // Writes the staged lines to the pending transaction, with the program running. Fails when the store
  // refused: commit() must not be called then, for a part of the version is missing. It may be tried again at
  // any time; the captured lines stay in staging until it succeeds.
  virtual IoResult<void> flush_cut() = 0;

  // The cut will not become a version: lines that flush_cut() has not written are dirty again. Call it after
  // commit() has failed or the store has abandoned the cut: it merges what the pending transaction held back
  // under the current one.
  virtual void abort_cut() = 0;

 protected:
  Region() = default;

  std::byte* base_ = nullptr;
  std::uint64_t size_ = 0;
  FaultMode fault_mode_ = FaultMode::kInThread;
  TrackMode track_mode_ = TrackMode::kAsync;
};

}  // namespace uvm::uffd
