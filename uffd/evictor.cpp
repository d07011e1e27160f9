// Eviction: second chance without accessed bits.
//
// A hand goes round the region and *zaps* lines: they lose their page table entries and keep their memory. A
// line that is touched in its second chance is rescued by a minor fault. The others leave from the head of
// two queues, those that need no write first. A zap is followed by a scan, in this order, with the lines
// locked: whatever was written before the entry went away is seen, and nothing can be written afterwards
// without a fault that waits for the lock.
//
// Everything but run_evictor() runs with the evict mutex held, in the evictor's thread, in a faulting thread,
// or in the checkpointer.
#include <sys/mman.h>

#include <algorithm>
#include <cerrno>
#include <mutex>

#include "uffd/region_impl.h"

namespace uvm::uffd {
namespace {

using Flags = LineTable::Flags;

// Lines that are not resident may be zapped and punched along with their neighbours when that saves system
// calls.
constexpr std::uint64_t kMaxGap = 16;

bool zappable(Flags flags) {
  return (flags & LineTable::kResident) != 0 && (flags & LineTable::kZapped) == 0 &&
         !LineTable::pinned(flags);
}

bool in_second_chance(Flags flags) {
  return (flags & LineTable::kResident) != 0 && (flags & LineTable::kZapped) != 0;
}

// Whether a line must be written before it may leave memory. A line of a cut is clean, but its staged content
// is not in the store yet: it goes to the current transaction, too, unless it has done so.
bool needs_write(Flags flags) {
  return (flags & LineTable::kDirty) != 0 ||
         ((flags & LineTable::kInCut) != 0 && (flags & LineTable::kWrittenBack) == 0);
}

}  // namespace

void RegionImpl::run_evictor() {
  for (;;) {
    evict_wanted_.wait();
    Backoff backoff;
    for (;;) {
      if (stopping_.load(std::memory_order_acquire)) return;
      std::uint64_t resident = resident_.load(std::memory_order_acquire);
      if (resident + high_free_ <= limit_lines_) break;
      std::uint64_t freed;
      bool busy;
      {
        EvictGuard guard(evict_mutex_);
        freed = evict_some(guard, std::min<std::uint64_t>(kBatch, resident + high_free_ - limit_lines_));
        busy = writing_back_;
      }
      if (freed != 0) continue;
      // With nothing to evict, faulting threads come here by themselves and know when to give up.
      if (!busy) break;
      backoff.wait();
    }
  }
}

// Returns lines freed; 0 when there is nothing to evict right now. May let go of the mutex in between.
std::uint64_t RegionImpl::evict_some(EvictGuard& guard, std::uint64_t wanted) {
  if (queued() < zap_target_) advance_hand(zap_target_ - queued());
  std::uint64_t freed = evict_clean(wanted);
  if (writing_back_) return freed;  // more will be clean soon
  // Dirty lines wait for a batch worth writing, unless nothing else is there.
  if (freed == 0 || (freed < wanted && dirty_.size() > zap_target_ / 2)) {
    write_dirty(guard);
    freed += evict_clean(wanted - freed);
  }
  if (freed == 0 && !writing_back_) {
    // The queues held nothing but lines that were rescued, that somebody works on, or that the store refused.
    // Look further: there may be clean lines that have not been zapped yet.
    advance_hand(std::max<std::uint64_t>(wanted, kBatch));
    freed = evict_clean(wanted);
  }
  return freed;
}

std::uint64_t RegionImpl::evict_all() {
  std::uint64_t freed = 0;
  Backoff backoff;
  for (;;) {
    EvictGuard guard(evict_mutex_);
    if (writing_back_) {
      guard.unlock();
      backoff.wait();
      continue;
    }
    met_locked_ = false;
    advance_hand(limit_lines_ * 2);
    std::uint64_t now = evict_clean(limit_lines_ * 2), got = 1;
    while (got != 0 && dirty_.size() != 0 && !writing_back_) {
      write_dirty(guard);
      got = evict_clean(limit_lines_ * 2);
      now += got;
    }
    freed += now;
    if (now != 0 || writing_back_) continue;
    if (!met_locked_) return freed;
    // A handler thread lets the program go on with a line a moment before it unlocks it.
    guard.unlock();
    backoff.wait();
  }
}

// --- Zapping
// ----------------------------------------------------------------------------------------------------

// Zaps about `wanted` lines from the hand on, at most once round the region.
void RegionImpl::advance_hand(std::uint64_t wanted) {
  std::uint64_t zapped = 0;
  std::uint64_t start = hand_;
  for (int round = 0; round < 2 && zapped < wanted; ++round) {
    // First from the hand to the end of the region, then from its beginning to where the hand was.
    std::uint64_t from = round == 0 ? start : 0, to = round == 0 ? table_.lines() : start;
    for (const Segment& segment : segments_) {
      if (!segment.evictable() || zapped >= wanted) continue;
      std::uint64_t first = std::max(from, segment.first), last = std::min(to, segment.last);
      if (first < last) zapped += zap_some(wanted - zapped, first, last, &hand_, false);
    }
  }
}

// Zaps up to about `wanted` lines of [first, last); *hand is where it stopped.
std::uint64_t RegionImpl::zap_some(std::uint64_t wanted, std::uint64_t first, std::uint64_t last,
                                   std::uint64_t* hand, bool to_front) {
  std::uint64_t zapped = 0;
  std::uint64_t line = first;
  while (zapped < wanted) {
    line = table_.find(line, last, LineTable::kResident);
    if (line >= last) break;
    std::uint64_t end = std::min(last, (line / LineTable::kChunkLines + 1) * LineTable::kChunkLines);
    zapped += zap_chunk(line, end, wanted - zapped, &line, to_front);
  }
  *hand = std::min(line, last);
  return zapped;
}

// As zap_some(), inside one chunk. Locks runs of lines, gaps included, so that a run costs one madvise and
// one scan.
std::uint64_t RegionImpl::zap_chunk(std::uint64_t first, std::uint64_t last, std::uint64_t wanted,
                                    std::uint64_t* hand, bool to_front) {
  std::uint64_t zapped = 0, found = 0;
  std::uint64_t run_first = 0, run_end = 0;  // locked lines
  std::uint64_t targets_end = 0;             // behind the last line worth zapping
  auto finish_run = [&] {
    for (std::uint64_t i = targets_end; i < run_end; ++i) table_.unlock(i);
    if (run_first < targets_end) zapped += zap_run(run_first, targets_end, to_front);
    run_first = run_end = targets_end = 0;
  };
  std::uint64_t line = first;
  for (; line < last && found < wanted; ++line) {
    bool open = run_end > run_first;
    bool target = zappable(table_.get(line));
    if (!target && (!open || line - targets_end >= kMaxGap)) {
      if (open) finish_run();
      continue;
    }
    if (!table_.try_lock(line)) {
      met_locked_ = true;
      if (open) finish_run();
      continue;
    }
    Flags flags = table_.get(line);
    if (LineTable::pinned(flags)) {
      table_.unlock(line);
      if (open) finish_run();
      continue;
    }
    if (!open) run_first = line;
    run_end = line + 1;
    if (!open) targets_end = run_first;
    if (zappable(flags)) {
      targets_end = line + 1;
      ++found;
    }
  }
  if (run_end > run_first) finish_run();
  *hand = line;
  return zapped;
}

// Zaps the locked lines [first, last), and unlocks them.
std::uint64_t RegionImpl::zap_run(std::uint64_t first, std::uint64_t last, bool to_front) {
  while (madvise(address_of(first), (last - first) * kLineSize, MADV_DONTNEED) != 0) {
    if (errno != EAGAIN && errno != EINTR) die("MADV_DONTNEED", errno);
  }
  tracker_.zapped_written(
      first, last - first,
      [](void* context, std::uint64_t run, std::uint64_t count) {
        LineTable& table = static_cast<RegionImpl*>(context)->table_;
        for (std::uint64_t i = run; i < run + count; ++i) {
          if (zappable(table.get(i))) table.set(i, LineTable::kDirty);
        }
      },
      this);
  std::uint64_t zapped = 0;
  for (std::uint64_t i = first; i < last; ++i) {
    Flags flags = table_.get(i);
    if (zappable(flags)) {
      ++zapped;
      table_.set(i, LineTable::kZapped);
      EvictQueue& queue = needs_write(flags) ? dirty_ : clean_;
      if ((flags & LineTable::kQueued) == 0 && !queue.full()) {
        table_.set(i, LineTable::kQueued);
        if (to_front) {
          queue.push_front(i);
        } else {
          queue.push_back(i);
        }
      }
    }
    table_.unlock(i);
  }
  bump(counters_.zaps, zapped);
  return zapped;
}

void RegionImpl::evict_first(std::uint64_t offset, std::uint64_t length) {
  for_paged_lines(offset, length, [&](const Segment& segment, std::uint64_t first, std::uint64_t last) {
    if (!segment.evictable()) return;
    std::lock_guard guard(evict_mutex_);
    std::uint64_t hand = first;
    while (hand < last) zap_some(last - first, hand, last, &hand, true);
  });
}

// --- Leaving memory
// ---------------------------------------------------------------------------------------------

// Evicts up to `wanted` lines that need no write.
std::uint64_t RegionImpl::evict_clean(std::uint64_t wanted) {
  std::uint64_t freed = 0;
  Batch batch;
  for (std::size_t looks = clean_.size(); looks > 0 && freed + batch.count < wanted; --looks) {
    std::uint64_t line = clean_.pop_front();
    if (!table_.try_lock(line)) {  // being rescued, or worse: somebody works on it
      met_locked_ = true;
      clean_.push_back(line);
      continue;
    }
    Flags flags = table_.get(line);
    if (!in_second_chance(flags)) {
      table_.clear(line, LineTable::kQueued);
      table_.unlock(line);
    } else if (needs_write(flags)) {
      dirty_.push_back(line);
      table_.unlock(line);
    } else if ((flags & LineTable::kWriting) != 0) {
      clean_.push_back(line);
      table_.unlock(line);
    } else {
      batch.add(line);
      if (batch.full()) freed += drop(batch);
    }
  }
  return freed + drop(batch);
}

// Writes a batch of lines that need it before they may leave, and puts them first among those that may. Lets
// go of the mutex while it writes: others go on evicting what is clean.
void RegionImpl::write_dirty(EvictGuard& guard) {
  Batch batch;
  for (std::size_t looks = dirty_.size(); looks > 0 && !batch.full(); --looks) {
    std::uint64_t line = dirty_.pop_front();
    if (!table_.try_lock(line)) {
      met_locked_ = true;
      dirty_.push_back(line);
      continue;
    }
    Flags flags = table_.get(line);
    if (!in_second_chance(flags) || !segment_of(line)->flushed) {
      // Rescued; or written though it is no part of the store, so that it has to stay.
      table_.clear(line, LineTable::kQueued);
    } else if ((flags & LineTable::kWriting) != 0) {
      dirty_.push_back(line);
    } else if (!needs_write(flags)) {
      clean_.push_back(line);
    } else {
      // From here on a rescue may map it clean: what is written now is what it holds.
      table_.clear(line, LineTable::kDirty);
      table_.set(line, LineTable::kWriting);
      batch.add(line);
    }
    table_.unlock(line);
  }
  if (batch.count == 0) return;

  writing_back_ = true;
  guard.unlock();
  std::sort(batch.lines.begin(), batch.lines.begin() + batch.count);
  read_memory(batch.lines.data(), batch.count, evict_buffer_);
  bool ok = write_store(store::Transaction::kCurrent, batch.lines.data(), batch.count, evict_buffer_);
  // Before the mutex is taken again: a discard that holds locks may be waiting for this, and the holder of
  // the mutex for the discard.
  for (unsigned i = 0; i < batch.count; ++i) {
    std::uint64_t line = batch.lines[i];
    table_.lock(line);
    table_.clear(line, LineTable::kWriting);
    if (!ok) {
      table_.set(line, LineTable::kDirty);
    } else if (in_second_chance(table_.get(line)) && (table_.get(line) & LineTable::kDirty) == 0) {
      table_.set(line, LineTable::kWrittenBack);
    }
    table_.unlock(line);
  }
  guard.lock();
  writing_back_ = false;
  for (unsigned i = batch.count; i > 0; --i) {
    if (ok) {
      clean_.push_front(batch.lines[i - 1]);
    } else {
      dirty_.push_back(batch.lines[i - 1]);
    }
  }
}

// Takes locked lines out of memory, and unlocks them.
std::uint64_t RegionImpl::drop(Batch& batch) {
  std::sort(batch.lines.begin(), batch.lines.begin() + batch.count);
  for (unsigned i = 0; i < batch.count;) {
    std::uint64_t first = batch.lines[i], end = first + 1;
    unsigned j = i + 1;
    for (; j < batch.count; ++j) {
      // Small gaps of lines that are not in memory go along.
      std::uint64_t next = batch.lines[j], at = end;
      if (next - end > kMaxGap) break;
      while (at < next && (table_.get(at) & LineTable::kResident) == 0 && table_.try_lock(at)) {
        if ((table_.get(at) & LineTable::kResident) != 0) {
          table_.unlock(at);
          break;
        }
        ++at;
      }
      if (at < next) {
        while (at > end) table_.unlock(--at);
        break;
      }
      end = next + 1;
    }
    drop_run(first, end);
    i = j;
  }
  std::uint64_t dropped = batch.count;
  batch.count = 0;
  unreserve(dropped);
  return dropped;
}

void RegionImpl::drop_run(std::uint64_t first, std::uint64_t last) {
  drop_memory(first, last - first);
  for (std::uint64_t line = first; line < last; ++line) {
    Flags flags = table_.get(line);
    if ((flags & LineTable::kResident) != 0) {
      bump((flags & LineTable::kWrittenBack) != 0 ? counters_.evictions_dirty : counters_.evictions_clean);
      // A line of a cut keeps kInCut: it tells nothing about memory, and flush_cut() takes it away.
      table_.clear(line,
                   LineTable::kResident | LineTable::kZapped | LineTable::kQueued | LineTable::kWrittenBack);
    }
    table_.unlock(line);
  }
}

}  // namespace uvm::uffd
