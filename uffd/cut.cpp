// Preflush, cut and flush: how changed lines get to the store consistently.
//
// Preflush and cut begin with a harvest: with the evict mutex held, so that no line is zapped at the same
// time, written page table entries are protected again and their lines marked kDirty. Then the line table
// knows every dirty line: those, and the lines that were found written when they were zapped. Between harvest
// and write a line never counts as clean.
#include <sys/mman.h>
#include <time.h>

#include <algorithm>
#include <cassert>
#include <mutex>
#include <system_error>

#include "uffd/region_impl.h"

namespace uvm::uffd {
namespace {

using Flags = LineTable::Flags;

// Lines of staging that are kept between two cuts, if memory is at least 32 times that: as many as
// prepare_cut() takes for the largest cut that the checkpointer makes without another pre-flush.
constexpr std::size_t kKeptStaging = 1600;

}  // namespace

void RegionImpl::note_written(std::uint64_t first, std::uint64_t count) {
  // The scan may report address space that holds no lines; find() skips it chunk by chunk.
  std::uint64_t last = first + count;
  for (std::uint64_t line = first; (line = table_.find(line, last, LineTable::kResident)) < last; ++line) {
    table_.lock(line);
    // A zapped line's dirtiness was settled when it was zapped.
    Flags flags = table_.get(line);
    if ((flags & LineTable::kResident) != 0 && (flags & LineTable::kZapped) == 0)
      table_.set(line, LineTable::kDirty);
    table_.unlock(line);
  }
}

// Like note_written(), for lines that the kernel may have unmapped after they were written. Their page table
// entries have nothing left to protect, so a marker is put there; otherwise they would be found again and
// again.
void RegionImpl::note_unmapped(std::uint64_t first, std::uint64_t count) {
  std::uint64_t last = first + count;
  for (std::uint64_t line = first; (line = table_.find(line, last, LineTable::kResident)) < last; ++line) {
    table_.lock(line);
    Flags flags = table_.get(line);
    if ((flags & LineTable::kResident) != 0 && (flags & LineTable::kZapped) == 0) {
      table_.set(line, LineTable::kDirty);
      tracker_.forget_unmapped(line);
    }
    table_.unlock(line);
  }
}

// Called with the evict mutex held.
void RegionImpl::harvest(const Segment& segment) {
  std::uint64_t count = segment.last - segment.first;
  tracker_.harvest(
      segment.first, count,
      [](void* context, std::uint64_t first, std::uint64_t lines) {
        static_cast<RegionImpl*>(context)->note_written(first, lines);
      },
      this);
  if (!swap_) return;
  tracker_.unmapped_written(
      segment.first, count,
      [](void* context, std::uint64_t first, std::uint64_t lines) {
        static_cast<RegionImpl*>(context)->note_unmapped(first, lines);
      },
      this);
}

void RegionImpl::prepare_cut(std::uint64_t lines) {
  const std::uint64_t more = std::min<std::uint64_t>(staging_lines_, lines + lines / 4);
  // Kernels before Linux 5.14 refuse this; then the cut populates the memory.
  if (more != 0) madvise(staging_, more * kLineSize, MADV_POPULATE_WRITE);
}

// Keeps what a small cut needs, as long as that is little compared with the memory limit: taking it anew each
// time costs more than the cut.
void RegionImpl::clear_staging() {
  const std::size_t kept =
      std::min<std::size_t>({staging_lines_, kKeptStaging, static_cast<std::size_t>(limit_lines() / 32)});
  madvise(staging_ + kept * kLineSize, (staging_lines_ - kept) * kLineSize, MADV_DONTNEED);
  staged_.clear();
}

// State that the writers of one preflush() share.
struct RegionImpl::Preflush {
  struct Lines {
    std::uint64_t first, last;
  };

  std::mutex mutex;          // guards all that follows
  std::vector<Lines> parts;  // parts of the region, in the order of the pass
  std::size_t part = 0;      // where the pass continues
  std::uint64_t line = 0;
  std::uint64_t lines_left;  // how many may still be taken
  PreflushResult result;
  IoResult<void> outcome;
};

// Takes the next dirty lines, which count as clean from now on and are on their way to the store. False when
// there are none.
bool RegionImpl::take_dirty(Preflush& run, Batch& batch) {
  std::lock_guard guard(run.mutex);
  for (; run.part < run.parts.size(); ++run.part) {
    const std::uint64_t last = run.parts[run.part].last;
    std::uint64_t line = std::max(run.line, run.parts[run.part].first);
    for (; (line = table_.find(line, last, LineTable::kDirty)) < last; ++line) {
      if (!run.outcome || run.lines_left == 0) {
        preflush_hand_ = line;
        run.result.more = true;
        run.part = run.parts.size();
        return batch.count != 0;
      }
      if (!table_.try_lock(line)) continue;  // another thread works on it; it stays dirty
      Flags flags = table_.get(line);
      // A line that the kernel may write to without a fault cannot become clean under sync tracking.
      bool stays = !tracker_.async() && LineTable::pinned(flags);
      if ((flags & LineTable::kDirty) != 0 && (flags & (LineTable::kWriting | LineTable::kInCut)) == 0 &&
          !stays) {
        if ((flags & LineTable::kZapped) == 0) tracker_.protect(line, 1);
        table_.clear(line, LineTable::kDirty);
        table_.set(line, LineTable::kWriting);
        batch.add(line);
        --run.lines_left;
      }
      table_.unlock(line);
      if (batch.full()) {
        run.line = line + 1;
        return true;
      }
    }
    run.line = 0;
  }
  return batch.count != 0;
}

// Writes the lines of a batch, and then what else can be taken. The buffer holds one batch.
void RegionImpl::write_taken(Preflush& run, Batch& batch, std::byte* buffer) {
  do {
    // The program may write to the lines now. Then they are dirty again, and what is read here may be torn,
    // but the cut will write them once more.
    read_memory(batch.lines.data(), batch.count, buffer);
    const auto written = write_store(store::Transaction::kCurrent, batch.lines.data(), batch.count, buffer);
    for (unsigned i = 0; i < batch.count; ++i) {
      std::uint64_t line = batch.lines[i];
      table_.lock(line);
      table_.clear(line, LineTable::kWriting);
      if (!written) table_.set(line, LineTable::kDirty);
      table_.unlock(line);
    }
    {
      std::lock_guard guard(run.mutex);
      if (written) {
        run.result.lines_written += batch.count;
      } else if (run.outcome) {
        run.outcome = written;
      }
    }
    batch.count = 0;
  } while (take_dirty(run, batch));
}

// If there is much to write, several threads do it: some copy and checksum while others wait for the device.
IoResult<PreflushResult> RegionImpl::preflush(std::uint64_t max_lines) {
  assert(!cut_outstanding_);
  {
    std::lock_guard guard(evict_mutex_);
    for (const Segment& segment : segments_) {
      if (segment.flushed) harvest(segment);
    }
  }
  Preflush run;
  run.lines_left = max_lines;
  // Continues where the last round stopped, so that bounded rounds reach every part of the heap in time.
  for (const Preflush::Lines& round :
       {Preflush::Lines{preflush_hand_, table_.lines()}, {0, preflush_hand_}}) {
    for (const Segment& segment : segments_) {
      std::uint64_t first = std::max(round.first, segment.first), last = std::min(round.last, segment.last);
      if (segment.flushed && first < last) run.parts.push_back({first, last});
    }
  }
  std::array<Batch, kPreflushThreads> batches;
  std::array<std::thread, kPreflushThreads> others;  // the first one stays unused: it is this thread
  unsigned writers = 0;
  // Start another thread only when all before it are busy.
  while (writers < kPreflushThreads && (writers + 1) * kBatch <= staging_lines_ &&
         (writers == 0 || batches[writers - 1].full()) && take_dirty(run, batches[writers])) {
    ++writers;
  }
  for (unsigned i = 1; i < writers; ++i) {
    const auto write = [this, &run, &batch = batches[i], i] {
      write_taken(run, batch, staging_ + i * kBatch * kLineSize);
    };
    try {
      others[i] = start_thread("uvm-flush", write);
    } catch (const std::system_error&) {  // no more threads can be created now
      write();
    }
  }
  if (writers != 0) write_taken(run, batches[0], staging_);
  for (std::thread& other : others) {
    if (other.joinable()) other.join();
  }
  if (run.outcome) return run.result;
  clear_staging();  // no cut will follow
  return Unexpected{run.outcome.error()};
}

// Writes captured lines to the store while the program is stopped; the evict mutex is held.
IoResult<void> RegionImpl::capture_direct(const std::uint32_t* lines, unsigned count) {
  read_memory(lines, count, evict_buffer_);
  return write_store(store::Transaction::kCurrent, lines, count, evict_buffer_);
}

void RegionImpl::make_dirty_again(const std::uint32_t* lines, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) {
    table_.lock(lines[i]);
    table_.clear(lines[i], LineTable::kInCut);
    // A line that has left memory since was either written to the current transaction or discarded.
    if ((table_.get(lines[i]) & LineTable::kResident) != 0) table_.set(lines[i], LineTable::kDirty);
    table_.unlock(lines[i]);
  }
}

// No line may be on its way to the current transaction: content older than the cut must not arrive after it.
RegionImpl::EvictGuard RegionImpl::lock_out_eviction() {
  Backoff backoff;
  for (;;) {
    EvictGuard guard(evict_mutex_);
    if (!writing_back_) return guard;
    guard.unlock();
    backoff.wait();
  }
}

IoResult<Cut> RegionImpl::cut() {
  assert(!cut_outstanding_);
  std::uint64_t begin = now_ns();
  Cut result;
  EvictGuard guard = lock_out_eviction();
  Batch direct;
  std::uint64_t protect_first = 0, protect_count = 0;  // a run of lines to protect (sync tracking)
  auto protect = [&] {
    if (protect_count != 0) tracker_.protect(protect_first, protect_count);
    protect_count = 0;
  };
  IoResult<void> captured;
  for (const Segment& segment : segments_) {
    if (!segment.flushed) continue;
    harvest(segment);
    for (std::uint64_t line = segment.first;
         captured && (line = table_.find(line, segment.last, LineTable::kDirty)) < segment.last; ++line) {
      table_.lock(line);
      Flags flags = table_.get(line);
      if ((flags & LineTable::kDirty) == 0) {  // a system call's thread may discard or unpin
        table_.unlock(line);
        continue;
      }
      if (!tracker_.async() && LineTable::pinned(flags)) {
        // The kernel may be writing to it, so it stays writable, and dirty for the next cut.
      } else {
        table_.clear(line, LineTable::kDirty);
        if ((flags & LineTable::kZapped) == 0) {
          if (protect_count != 0 && line != protect_first + protect_count) protect();
          if (protect_count == 0) protect_first = line;
          ++protect_count;
        }
      }
      if (staged_.size() < staging_lines_) {
        table_.clear(line, LineTable::kWrittenBack);
        table_.set(line, LineTable::kInCut);
        staged_.push_back(static_cast<std::uint32_t>(line));
      } else {
        direct.add(line);
      }
      table_.unlock(line);
      ++result.lines;
      if (direct.full()) {
        protect();
        captured = capture_direct(direct.lines.data(), direct.count);
        if (!captured) break;
        result.lines_direct += direct.count;
        direct.count = 0;
      }
    }
    protect();
  }
  if (captured && direct.count != 0) {
    captured = capture_direct(direct.lines.data(), direct.count);
    result.lines_direct += direct.count;
  }
  if (!captured) {
    make_dirty_again(direct.lines.data(), direct.count);
    make_dirty_again(staged_.data(), staged_.size());
    clear_staging();
    return Unexpected{captured.error()};
  }
  read_memory(staged_.data(), staged_.size(), staging_);
  store_->cut();
  flushed_ = 0;
  cut_outstanding_ = true;
  result.lines_staged = staged_.size();
  result.nanoseconds = now_ns() - begin;
  return result;
}

IoResult<void> RegionImpl::flush_cut() {
  assert(cut_outstanding_);
  while (flushed_ < staged_.size()) {
    auto count = static_cast<unsigned>(std::min<std::size_t>(kBatch, staged_.size() - flushed_));
    const std::uint32_t* lines = staged_.data() + flushed_;
    const std::byte* content = staging_ + flushed_ * kLineSize;
    if (const auto written = write_store(store::Transaction::kPending, lines, count, content); !written)
      return written;
    for (unsigned i = 0; i < count; ++i) {
      table_.lock(lines[i]);
      table_.clear(lines[i], LineTable::kInCut);
      table_.unlock(lines[i]);
    }
    flushed_ += count;
  }
  clear_staging();
  cut_outstanding_ = false;
  return {};
}

void RegionImpl::abort_cut() {
  if (!cut_outstanding_) return;  // all is in the pending transaction, and the store merges that back
  make_dirty_again(staged_.data() + flushed_, staged_.size() - flushed_);
  clear_staging();
  cut_outstanding_ = false;
}

}  // namespace uvm::uffd
