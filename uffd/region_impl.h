// The implementation of Region, one class in five files by subject:
//   region_impl.cpp    creation, destruction, the calls of the program (pin, populate_fresh, discard)
//   fault_service.cpp  the memory budget and the resolution of faults
//   evictor.cpp        second chance, write-back, dropping
//   cut.cpp            preflush, cut, flush
//   line_count.cpp     which lines are resident and dirty
// Nothing outside uffd/ includes this.
#pragma once

#include <pthread.h>
#include <signal.h>
#include <sys/types.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "base/futex.h"
#include "uffd/buffer_pool.h"
#include "uffd/evict_queue.h"
#include "uffd/fault_registry.h"
#include "uffd/line_table.h"
#include "uffd/prefetch.h"
#include "uffd/probation.h"
#include "uffd/read_ahead.h"
#include "uffd/region.h"
#include "uffd/user_fault.h"
#include "uffd/write_tracker.h"

namespace uvm::uffd {

// Threads of the pager must not run signal handlers of the program. Throws std::system_error when there can
// be no more threads.
template <typename Body>
std::thread start_thread(const char* name, Body body) {
  class AllBlocked {
   public:
    AllBlocked() {
      sigset_t all;
      sigfillset(&all);
      pthread_sigmask(SIG_SETMASK, &all, &before_);
    }
    ~AllBlocked() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
    AllBlocked(const AllBlocked&) = delete;
    AllBlocked& operator=(const AllBlocked&) = delete;

   private:
    sigset_t before_;
  };
  const AllBlocked inherited;
  std::thread thread(body);
  pthread_setname_np(thread.native_handle(), name);
  return thread;
}

class RegionImpl final : public Region, private FaultTarget {
 public:
  RegionImpl() = default;
  ~RegionImpl() override;

  Result<void> open(const RegionOptions& options);

  std::string describe() const override;
  void populate_fresh(std::uint64_t offset, std::uint64_t length) override;
  void pin(std::uint64_t offset, std::uint64_t length, bool for_write) override;
  void unpin(std::uint64_t offset, std::uint64_t length) override;
  IoResult<void> discard(std::uint64_t offset, std::uint64_t length) override;
  void evict_first(std::uint64_t offset, std::uint64_t length) override;
  std::uint64_t memory_limit() const override { return limit_lines() * kLineSize; }
  void set_memory_limit(std::uint64_t bytes) override;
  std::uint64_t table_bytes() const override;
  std::uint64_t evict_all() override;
  LineState state(LineNumber line) const override;
  RegionCounters counters() const override;
  FaultLatencies fault_latencies() const override;
  LineCounts count_lines() const override;
  IoResult<PreflushResult> preflush(std::uint64_t max_lines) override;
  void prepare_cut(std::uint64_t lines) override;
  IoResult<Cut> cut() override;
  IoResult<void> flush_cut() override;
  void abort_cut() override;

 private:
  // Lines written to the store in one call, and evicted in one step.
  static constexpr unsigned kBatch = 128;

  struct Segment {
    std::string name;
    std::uint64_t first, last;  // lines, last exclusive
    bool pinned, flushed;
    [[nodiscard]] bool paged() const { return flushed || !pinned; }
    [[nodiscard]] bool evictable() const { return !pinned; }
  };

  struct Counters {
    std::atomic<std::uint64_t> faults_zero{0}, faults_minor{0}, faults_disk{0}, faults_write_protect{0},
        faults_spurious{0}, lines_read{0}, lines_written{0}, evictions_clean{0}, evictions_dirty{0},
        evictions_direct{0}, zaps{0}, read_ahead_lines{0}, read_ahead_hits{0}, read_ahead_begun{0},
        write_failures{0};
  };
  // How a fault was resolved; an index of latencies_.
  enum class FaultKind : std::uint8_t { kZero, kMinor, kDisk, kWriteProtect, kSpurious };
  [[nodiscard]] LatencyCounts latency_of(FaultKind kind) const {
    return latencies_[static_cast<std::size_t>(kind)].counts();
  }
  static void bump(std::atomic<std::uint64_t>& counter, std::uint64_t by = 1) {
    counter.fetch_add(by, std::memory_order_relaxed);
  }

  static constexpr unsigned kPreflushThreads = 3;

  // A set of at most kBatch lines.
  struct Batch {
    std::array<std::uint32_t, kBatch> lines;
    unsigned count = 0;
    void add(std::uint64_t line) { lines[count++] = static_cast<std::uint32_t>(line); }
    [[nodiscard]] bool full() const { return count == kBatch; }
  };

  // region_impl.cpp
  Result<void> check(const RegionOptions& options);
  Result<void> map_view(void* hint);
  Result<void> map_work_memory();
  void apply_limit(std::uint64_t lines);
  [[nodiscard]] std::uint64_t limit_lines() const { return limit_lines_.load(std::memory_order_relaxed); }
  // The evictor starts when fewer lines than this are free: enough for what faults while it wakes up and
  // writes a batch; more would only be memory unused.
  static std::uint64_t low_free(std::uint64_t limit) {
    return std::min(std::clamp<std::uint64_t>(limit / 64, 64, 1024), limit / 4);
  }
  // And stops here. Evicting little at a time leaves lines on probation the time between for their second
  // chance.
  static std::uint64_t high_free(std::uint64_t limit) {
    return low_free(limit) + std::max<std::uint64_t>(1, low_free(limit) / 2);
  }
  [[nodiscard]] const Segment* segment_of(std::uint64_t line) const;
  std::byte* address_of(std::uint64_t line) const { return base_ + line * kLineSize; }
  void read_memory(std::uint64_t line, std::uint64_t count, std::byte* buffer) const;
  void read_memory(const std::uint32_t* lines, std::size_t count, std::byte* buffer) const;
  void drop_memory(std::uint64_t line, std::uint64_t count);
  template <typename Visit>
  void for_paged_lines(std::uint64_t offset, std::uint64_t length, Visit visit);
  // Writes lines whose content lies side by side at `content`.
  IoResult<void> write_store(store::Transaction transaction, const std::uint32_t* lines, unsigned count,
                             const std::byte* content);

  // fault_service.cpp
  bool fault(const std::byte* address, bool write) override;
  void resolve(std::uint64_t line, const Segment& segment, bool write);
  FaultKind resolve_untimed(std::uint64_t line, const Segment& segment, bool write);
  FaultKind rescue(std::uint64_t line, LineTable::Flags flags, bool write);
  FaultKind resolve_again(std::uint64_t line, LineTable::Flags flags, bool write);
  FaultKind bring_in(std::uint64_t line, const Segment& segment, bool write);
  unsigned extend(std::uint64_t line, std::uint64_t last, unsigned wanted, bool present);
  void prefetch(std::uint64_t first, std::uint64_t last, unsigned wanted);
  void note_resident(const Segment& segment, std::uint64_t first, std::uint64_t count);
  void mark_written(std::uint64_t line);
  void reserve(std::uint64_t lines);
  bool try_reserve(std::uint64_t lines, std::uint64_t keep_free);
  void unreserve(std::uint64_t lines) { resident_.fetch_sub(lines, std::memory_order_acq_rel); }
  [[noreturn]] void damaged(std::uint64_t line, store::ReadStatus status);
  [[noreturn]] void out_of_memory();
  void serve_faults();  // the handler threads

  // evictor.cpp: with the evict mutex held, except run_evictor(), and write_dirty() while it writes
  using EvictGuard = std::unique_lock<FutexMutex>;
  void run_evictor();
  std::uint64_t evict_some(EvictGuard& guard, std::uint64_t wanted);
  // What is zapped, and where it waits for its end.
  enum class Zap : std::uint8_t {
    kMain,         // main lines; at the back of the queues
    kAll,          // all lines, which become main lines; at the back of the queues
    kAllFirst,     // the same, at the front
    kOnProbation,  // lines on probation; where they are
  };
  [[nodiscard]] bool is_target(std::uint64_t line, LineTable::Flags flags, Zap what) const;
  std::uint64_t zap_some(std::uint64_t wanted, std::uint64_t first, std::uint64_t last, std::uint64_t* hand,
                         Zap what);
  std::uint64_t zap_chunk(std::uint64_t first, std::uint64_t last, std::uint64_t wanted, std::uint64_t* hand,
                          Zap what);
  std::uint64_t zap_run(std::uint64_t first, std::uint64_t last, Zap what);
  void zap_listed(Batch& batch);
  void advance_hand(std::uint64_t wanted, Zap what);
  void zap_probation();
  std::uint64_t end_probation(std::uint64_t wanted);
  void end_all_probation();
  void queue_zapped(std::uint64_t line, LineTable::Flags flags, bool first);
  std::uint64_t evict_main(std::uint64_t wanted);
  std::uint64_t evict_clean(std::uint64_t wanted, std::uint64_t looks);
  void write_dirty(EvictGuard& guard);
  std::uint64_t drop(Batch& batch);
  void drop_run(std::uint64_t first, std::uint64_t last);
  [[nodiscard]] std::uint64_t queued() const { return clean_.size() + dirty_.size(); }

  // cut.cpp
  EvictGuard lock_out_eviction();
  void harvest(const Segment& segment);
  void note_written(std::uint64_t first, std::uint64_t count);
  void note_unmapped(std::uint64_t first, std::uint64_t count);
  void clear_staging();
  struct Preflush;
  bool take_dirty(Preflush& run, Batch& batch);
  void write_taken(Preflush& run, Batch& batch, std::byte* buffer);
  IoResult<void> capture_direct(const std::uint32_t* lines, unsigned count);
  void make_dirty_again(const std::uint32_t* lines, std::size_t count);

  // line_count.cpp
  void count_window(const Segment& segment, std::uint64_t first, std::uint64_t last,
                    LineCounts& counts) const;

  store::LineStore* store_ = nullptr;
  RegionCallbacks callbacks_;
  std::vector<Segment> segments_;
  int memory_fd_ = -1;
  int stop_fd_ = -1;  // eventfd that ends the handler threads
  bool continue_wp_ = false;
  bool swap_ = false;
  UserFault faults_;
  LineTable table_;
  WriteTracker tracker_;
  BufferPool buffers_;
  ReadAhead read_ahead_;
  Prefetch prefetch_;
  const std::byte* zeroes_ = nullptr;  // kMaxReadAhead lines, never written, so never resident

  std::uint64_t most_lines_ = 0;  // RegionOptions::memory_limit
  std::atomic<std::uint64_t> limit_lines_{0};
  unsigned read_ahead_max_lines_ = 1;  // RegionOptions::read_ahead_max_lines
  std::atomic<std::uint64_t> resident_{0};
  std::atomic<std::uint64_t> resident_peak_{0};
  std::atomic<int> store_error_{0};            // errno of the last write if the store refused it, else 0
  std::atomic<unsigned> writes_under_way_{0};  // threads inside write_store()
  std::uint64_t patience_ns_ = 0;              // RegionOptions::patience
  Counters counters_;
  std::array<LatencyHistogram, 5> latencies_;

  FutexMutex evict_mutex_;
  bool writing_back_ = false;          // somebody is inside write_dirty(), and uses evict_buffer_
  bool met_locked_ = false;            // a line was passed over because somebody works on it
  Probation probation_;                // lines brought in lately
  EvictQueue clean_, dirty_;           // zapped lines, by what they were when they were queued
  std::uint64_t leading_ = 0;          // first entries of clean_, which leave before lines on probation do
  std::uint64_t hand_ = 0;             // where zapping goes on
  std::byte* evict_buffer_ = nullptr;  // kBatch lines
  FutexEvent evict_wanted_;
  std::atomic<bool> stopping_{false};
  std::thread evictor_;
  std::vector<std::thread> handlers_;

  // The outstanding cut; the checkpointer's own.
  std::byte* staging_ = nullptr;
  std::vector<std::uint32_t> staged_;  // line of each slot of staging
  std::size_t staging_lines_ = 0;
  std::size_t flushed_ = 0;  // staged lines that are in the pending transaction
  bool cut_outstanding_ = false;
  std::uint64_t preflush_hand_ = 0;

  void* work_memory_ = nullptr;
  std::size_t work_bytes_ = 0;
  bool registered_ = false;
};

// Visits the paged lines under a byte range, segment by segment: visit(segment, first, last).
template <typename Visit>
void RegionImpl::for_paged_lines(std::uint64_t offset, std::uint64_t length, Visit visit) {
  if (length == 0) return;
  std::uint64_t first = offset / kLineSize, last = (offset + length - 1) / kLineSize + 1;
  for (const Segment& segment : segments_) {
    if (!segment.paged()) continue;
    std::uint64_t from = std::max(first, segment.first), to = std::min(last, segment.last);
    if (from < to) visit(segment, from, to);
  }
}

}  // namespace uvm::uffd
