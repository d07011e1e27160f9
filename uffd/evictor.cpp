// Eviction: second chance without accessed bits, in two classes.
//
// The use of a line cannot be seen, only that it was not used. A line is *zapped*: it loses its page table
// entry but stays in memory. If it is touched in this second chance, a minor fault rescues it. A zap is
// followed by a scan, in this order, with the lines locked: whatever was written before the entry went away
// is seen, and nothing can be written afterwards without a fault that waits for the lock.
//
// Lines that came in lately are on probation (uffd/probation.h). They are zapped half-way through that
// queue; at its end they leave memory or become main lines. As long as the queue is longer than its target,
// memory is freed there. Otherwise main lines leave: a hand sweeps the region and zaps them; they wait in two
// queues, and those that were not rescued leave from the heads, those that need no write first. Before all
// others, lines leave that nobody will need soon (evict_first()), and those that have just been written so
// that they can leave.
//
// The functions with an EvictGuard, and those that they call, run with the evict mutex held, in the evictor's
// thread, in a faulting thread, or in the checkpointer; write_dirty() releases it while it writes.
#include <sys/mman.h>

#include <algorithm>
#include <cerrno>
#include <mutex>

#include "uffd/region_impl.h"

namespace uvm::uffd {
namespace {

using Flags = LineTable::Flags;

// Lines that are not resident may be zapped and punched along with their neighbours if that saves system
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
// is not in the store yet, so it too goes to the current transaction, unless it has already.
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
      const std::uint64_t limit = limit_lines(), wanted = resident + high_free(limit);
      if (wanted <= limit) break;
      std::uint64_t freed;
      bool busy;
      {
        EvictGuard guard(evict_mutex_);
        freed = evict_some(guard, std::min<std::uint64_t>(kBatch, wanted - limit));
        busy = writing_back_;
      }
      if (freed != 0) continue;
      // If nothing can be evicted, faulting threads get here by themselves and know when to give up.
      if (!busy) break;
      backoff.wait();
    }
  }
}

// Returns the number of lines freed; 0 if nothing can be evicted right now. May release the mutex in between.
std::uint64_t RegionImpl::evict_some(EvictGuard& guard, std::uint64_t wanted) {
  std::uint64_t freed = evict_clean(wanted, leading_);
  // First the lines whose second chance began before the last call; lines zapped now have theirs until the
  // next call.
  if (freed < wanted) freed += end_probation(wanted - freed);
  zap_probation();
  if (freed < wanted) freed += evict_main(wanted - freed);
  // While memory fills up for the first time, or when the entries were out of date.
  for (std::uint64_t before = ~std::uint64_t{0}; freed == 0 && probation_.size() < before;) {
    before = probation_.size();
    zap_probation();
    freed = end_probation(wanted);
  }
  if (writing_back_) return freed;  // more will be clean soon
  // Dirty lines wait for a batch worth writing, unless nothing else is there.
  if (freed == 0 || dirty_.size() >= kBatch) {
    write_dirty(guard);
    if (freed < wanted) freed += evict_clean(wanted - freed, leading_);
  }
  if (freed == 0 && !writing_back_) {
    // The queues had only lines that were rescued, that another thread works on, or that the store refused.
    // Look further: there may be clean lines that have not been zapped yet.
    end_all_probation();
    advance_hand(std::max<std::uint64_t>(wanted, kBatch), Zap::kAll);
    freed = evict_clean(wanted, clean_.size());
  }
  return freed;
}

void RegionImpl::set_memory_limit(std::uint64_t bytes) {
  const std::uint64_t lines =
      std::clamp<std::uint64_t>(bytes / kLineSize, kMinMemoryLimit / kLineSize, most_lines_);
  EvictGuard guard(evict_mutex_);
  apply_limit(lines);
  Backoff backoff;
  for (;;) {
    const std::uint64_t resident = resident_.load(std::memory_order_acquire);
    if (resident <= lines) return;
    if (evict_some(guard, std::min<std::uint64_t>(kBatch, resident - lines)) != 0) continue;
    if (!writing_back_) return;
    // Another thread's batch is on its way to the store; when it arrives there will be something to evict.
    guard.unlock();
    backoff.wait();
    guard.lock();
  }
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
    end_all_probation();
    advance_hand(most_lines_ * 2, Zap::kAll);
    std::uint64_t now = evict_clean(most_lines_ * 2, clean_.size()), got = 1;
    while (got != 0 && dirty_.size() != 0 && !writing_back_) {
      write_dirty(guard);
      got = evict_clean(most_lines_ * 2, clean_.size());
      now += got;
    }
    freed += now;
    if (now != 0 || writing_back_) continue;
    if (!met_locked_) return freed;
    // A handler thread lets the program continue with a line a moment before it unlocks the line.
    guard.unlock();
    backoff.wait();
  }
}

// --- Zapping -----------------------------------------------------------------------------------------------

bool RegionImpl::is_target(std::uint64_t line, Flags flags, Zap what) const {
  if (!zappable(flags)) return false;
  if (what == Zap::kMain) return table_.history(line) == Probation::kMain;
  return what != Zap::kOnProbation || table_.history(line) == Probation::kOnProbation;
}

// Zaps about `wanted` lines starting at the hand, at most once round the region.
void RegionImpl::advance_hand(std::uint64_t wanted, Zap what) {
  std::uint64_t zapped = 0;
  std::uint64_t start = hand_;
  for (int round = 0; round < 2 && zapped < wanted; ++round) {
    // First from the hand to the end of the region, then from the beginning to the hand.
    std::uint64_t from = round == 0 ? start : 0, to = round == 0 ? table_.lines() : start;
    for (const Segment& segment : segments_) {
      if (!segment.evictable() || zapped >= wanted) continue;
      std::uint64_t first = std::max(from, segment.first), last = std::min(to, segment.last);
      if (first < last) zapped += zap_some(wanted - zapped, first, last, &hand_, what);
    }
  }
}

// Zaps up to about `wanted` lines of [first, last); sets *hand to where it stopped.
std::uint64_t RegionImpl::zap_some(std::uint64_t wanted, std::uint64_t first, std::uint64_t last,
                                   std::uint64_t* hand, Zap what) {
  std::uint64_t zapped = 0;
  std::uint64_t line = first;
  while (zapped < wanted) {
    line = table_.find(line, last, LineTable::kResident);
    if (line >= last) break;
    std::uint64_t end = std::min(last, (line / LineTable::kChunkLines + 1) * LineTable::kChunkLines);
    zapped += zap_chunk(line, end, wanted - zapped, &line, what);
  }
  *hand = std::min(line, last);
  return zapped;
}

// Like zap_some(), within one chunk. Locks runs of lines, gaps included, so that a run costs one madvise and
// one scan.
std::uint64_t RegionImpl::zap_chunk(std::uint64_t first, std::uint64_t last, std::uint64_t wanted,
                                    std::uint64_t* hand, Zap what) {
  std::uint64_t zapped = 0, found = 0;
  std::uint64_t run_first = 0, run_end = 0;  // locked lines
  std::uint64_t targets_end = 0;             // after the last line worth zapping
  auto finish_run = [&] {
    for (std::uint64_t i = targets_end; i < run_end; ++i) table_.unlock(i);
    if (run_first < targets_end) zapped += zap_run(run_first, targets_end, what);
    run_first = run_end = targets_end = 0;
  };
  std::uint64_t line = first;
  for (; line < last && found < wanted; ++line) {
    bool open = run_end > run_first;
    if (!is_target(line, table_.get(line), what) && (!open || line - targets_end >= kMaxGap)) {
      if (open) finish_run();
      continue;
    }
    if (!table_.try_lock(line)) {
      met_locked_ = true;
      if (open) finish_run();
      continue;
    }
    // Check again now that it cannot change. A gap has only lines that a zap does not affect.
    Flags flags = table_.get(line);
    bool target = is_target(line, flags, what);
    if (LineTable::pinned(flags) || (!target && (!open || zappable(flags)))) {
      table_.unlock(line);
      if (open) finish_run();
      continue;
    }
    if (!open) run_first = targets_end = line;
    run_end = line + 1;
    if (target) {
      targets_end = line + 1;
      ++found;
    }
  }
  if (run_end > run_first) finish_run();
  *hand = line;
  return zapped;
}

// Zaps those lines of the batch that are on probation and mapped.
void RegionImpl::zap_listed(Batch& batch) {
  std::sort(batch.lines.begin(), batch.lines.begin() + batch.count);
  std::uint64_t run_first = 0, run_end = 0;  // locked lines
  for (unsigned i = 0; i < batch.count; ++i) {
    std::uint64_t line = batch.lines[i];
    if (run_end != 0 && line < run_end) continue;  // twice in the queue
    if (!table_.try_lock(line)) {
      met_locked_ = true;
      continue;
    }
    if (!is_target(line, table_.get(line), Zap::kOnProbation)) {
      table_.unlock(line);
      continue;
    }
    if (line != run_end) {
      if (run_end > run_first) zap_run(run_first, run_end, Zap::kOnProbation);
      run_first = line;
    }
    run_end = line + 1;
  }
  if (run_end > run_first) zap_run(run_first, run_end, Zap::kOnProbation);
  batch.count = 0;
}

// Zaps the locked lines [first, last), and unlocks them.
std::uint64_t RegionImpl::zap_run(std::uint64_t first, std::uint64_t last, Zap what) {
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
      if (what != Zap::kOnProbation) {
        table_.set_history(i, Probation::kMain);
        queue_zapped(i, flags, what == Zap::kAllFirst);
      }
    }
    table_.unlock(i);
  }
  bump(counters_.zaps, zapped);
  return zapped;
}

// Puts a zapped, locked line into one of the queues of lines that leave.
void RegionImpl::queue_zapped(std::uint64_t line, Flags flags, bool first) {
  EvictQueue& queue = needs_write(flags) ? dirty_ : clean_;
  if ((flags & LineTable::kQueued) != 0 || queue.full()) return;
  table_.set(line, LineTable::kQueued);
  if (first) {
    queue.push_front(line);
    if (&queue == &clean_) ++leading_;
  } else {
    queue.push_back(line);
  }
}

void RegionImpl::evict_first(std::uint64_t offset, std::uint64_t length) {
  for_paged_lines(offset, length, [&](const Segment& segment, std::uint64_t first, std::uint64_t last) {
    if (!segment.evictable()) return;
    std::lock_guard guard(evict_mutex_);
    std::uint64_t hand = first;
    while (hand < last) zap_some(last - first, hand, last, &hand, Zap::kAllFirst);
  });
}

// --- Probation ---------------------------------------------------------------------------------------------

// Begins the second chance of the lines whose turn it is; only a few at a time, because the mutex is held.
void RegionImpl::zap_probation() {
  Batch batch;
  std::uint64_t line = 0;
  for (int round = 0; round < 4; ++round) {
    while (!batch.full() && probation_.next_to_zap(&line)) batch.add(line);
    if (batch.count == 0) return;
    zap_listed(batch);
  }
}

// While more lines than its target are on probation, ends the probation of the first ones: they leave memory
// (at most `wanted` of them), join the queue of dirty lines, or become main lines. Returns the number of
// lines that left.
std::uint64_t RegionImpl::end_probation(std::uint64_t wanted) {
  std::uint64_t freed = 0, line = 0;
  Batch batch;
  for (std::uint64_t looks = probation_.size(); looks > 0 && freed + batch.count < wanted; --looks) {
    if (probation_.size() < probation_.target() || !probation_.pop(&line)) break;
    if (!table_.try_lock(line)) {
      met_locked_ = true;
      if (probation_.push(line)) continue;
      freed += drop(batch);  // wait for nobody with locks held; the line may be one of these
      table_.lock(line);
    }
    Flags flags = table_.get(line);
    if ((flags & LineTable::kResident) != 0 && table_.history(line) == Probation::kOnProbation) {
      if ((flags & LineTable::kZapped) == 0) {
        table_.set_history(line, Probation::kMain);  // rescued
      } else if (needs_write(flags) || (flags & LineTable::kWriting) != 0) {
        queue_zapped(line, flags, false);
      } else {
        batch.add(line);
        if (batch.full()) freed += drop(batch);
        continue;
      }
    }
    table_.unlock(line);
  }
  return freed + drop(batch);
}

// Makes all of them main lines; zapped ones join the queues.
void RegionImpl::end_all_probation() {
  std::uint64_t line = 0;
  for (std::uint64_t looks = probation_.size(); looks > 0 && probation_.pop_early(&line); --looks) {
    table_.lock(line);
    Flags flags = table_.get(line);
    if ((flags & LineTable::kResident) != 0) {
      table_.set_history(line, Probation::kMain);
      if ((flags & LineTable::kZapped) != 0) queue_zapped(line, flags, false);
    }
    table_.unlock(line);
  }
}

// --- Leaving memory ----------------------------------------------------------------------------------------

// Evicts up to `wanted` main lines that need no write. Half of the main lines are in their second chance, so
// that is how long a line has to be touched once. But each eviction makes only a few zaps, so that lines in
// use, which are all rescued, do not cost more than the misses do.
std::uint64_t RegionImpl::evict_main(std::uint64_t wanted) {
  constexpr std::uint64_t kZapsPerEviction = 4;
  std::uint64_t resident = resident_.load(std::memory_order_relaxed);
  std::uint64_t target = (resident - std::min(resident, probation_.size())) / 2;
  if (queued() < target) advance_hand(std::min(target - queued(), kZapsPerEviction * wanted), Zap::kMain);
  return evict_clean(wanted, clean_.size());
}

// Evicts up to `wanted` of the first `looks` lines in the queue of lines that need no write.
std::uint64_t RegionImpl::evict_clean(std::uint64_t wanted, std::uint64_t looks) {
  std::uint64_t freed = 0;
  Batch batch;
  for (; looks > 0 && freed + batch.count < wanted; --looks) {
    std::uint64_t line = clean_.pop_front();
    if (leading_ != 0) --leading_;
    if (!table_.try_lock(line)) {  // being rescued, or another thread works on it
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

// Writes a batch of lines that need it before they may leave, and puts them first in the queue of those that
// may. Releases the mutex while it writes; meanwhile other threads evict clean lines.
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
      // Rescued; or written although it is in a segment that is not flushed, so that it has to stay.
      table_.clear(line, LineTable::kQueued);
    } else if ((flags & LineTable::kWriting) != 0) {
      dirty_.push_back(line);
    } else if (!needs_write(flags)) {
      clean_.push_back(line);
    } else {
      // From here on a rescue may map it clean, because the content that is written now is its content.
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
  const bool ok =
      write_store(store::Transaction::kCurrent, batch.lines.data(), batch.count, evict_buffer_).has_value();
  // Before the mutex is taken again: a discard that holds line locks may be waiting for this, and the holder
  // of the mutex for the discard.
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
      ++leading_;
    } else {
      dirty_.push_back(batch.lines[i - 1]);
    }
  }
}

// Drops locked lines from memory, and unlocks them.
std::uint64_t RegionImpl::drop(Batch& batch) {
  std::sort(batch.lines.begin(), batch.lines.begin() + batch.count);
  for (unsigned i = 0; i < batch.count;) {
    std::uint64_t first = batch.lines[i], end = first + 1;
    unsigned j = i + 1;
    for (; j < batch.count; ++j) {
      // Punch small gaps of lines that are not in memory along with them.
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
  probation_.left_memory(dropped);
  unreserve(dropped);
  return dropped;
}

void RegionImpl::drop_run(std::uint64_t first, std::uint64_t last) {
  if (callbacks_.will_evict != nullptr) {
    for (std::uint64_t line = first; line < last; ++line) {
      if ((table_.get(line) & LineTable::kResident) != 0) callbacks_.will_evict(callbacks_.context, line);
    }
  }
  drop_memory(first, last - first);
  for (std::uint64_t line = first; line < last; ++line) {
    Flags flags = table_.get(line);
    if ((flags & LineTable::kResident) != 0) {
      bump((flags & LineTable::kWrittenBack) != 0 ? counters_.evictions_dirty : counters_.evictions_clean);
      bool probation = table_.history(line) == Probation::kOnProbation;
      table_.set_history(line, probation ? probation_.now() : 0);
      // A line of a cut keeps kInCut, which says nothing about memory; flush_cut() clears it.
      table_.clear(line,
                   LineTable::kResident | LineTable::kZapped | LineTable::kQueued | LineTable::kWrittenBack);
    }
    table_.unlock(line);
  }
}

}  // namespace uvm::uffd
