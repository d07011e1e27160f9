// Resolution of faults, and the budget of resident lines. All of it may run inside the SIGBUS handler.
#include <poll.h>
#include <sched.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <mutex>

#include "uffd/region_impl.h"

namespace uvm::uffd {
namespace {

using Flags = LineTable::Flags;

// RegionOptions::patience is for pins and for the faults of other threads, which take a moment to finish. If
// the store refuses writes, a tenth of it must do.
constexpr std::uint64_t kShareWithFailingStore = 10;
// How long to wait for a read that was started earlier; after that the line is read again.
constexpr std::chrono::milliseconds kPatienceWithPrefetch{10};

}  // namespace

// --- The budget --------------------------------------------------------------------------------------------

bool RegionImpl::try_reserve(std::uint64_t lines, std::uint64_t keep_free) {
  std::uint64_t resident = resident_.load(std::memory_order_relaxed);
  const std::uint64_t limit = limit_lines();
  do {
    if (resident + lines + keep_free > limit) return false;
  } while (!resident_.compare_exchange_weak(resident, resident + lines, std::memory_order_acq_rel));
  resident += lines;
  std::uint64_t peak = resident_peak_.load(std::memory_order_relaxed);
  while (resident > peak &&
         !resident_peak_.compare_exchange_weak(peak, resident, std::memory_order_relaxed)) {
  }
  if (resident + low_free(limit) > limit) evict_wanted_.signal();
  return true;
}

// The caller holds no line lock, because the evictor, with the evict mutex held, may be waiting for it.
void RegionImpl::reserve(std::uint64_t lines) {
  if (try_reserve(lines, 0)) return;
  std::uint64_t start = 0;  // when the time without progress began
  Backoff backoff;
  for (;;) {
    std::uint64_t freed = 0;
    {
      EvictGuard guard(evict_mutex_);
      if (try_reserve(lines, 0)) return;
      freed = evict_some(guard, std::max<std::uint64_t>(lines, 16));
      bump(counters_.evictions_direct, freed);
    }
    if (try_reserve(lines, 0)) return;
    if (freed != 0) {
      start = 0;
      continue;
    }
    std::uint64_t now = now_ns();
    bool failing = store_error_.load(std::memory_order_relaxed) != 0;
    // A device may not answer for minutes. When it does, lines are clean or the store is failing.
    if (start == 0 || (!failing && writes_under_way_.load(std::memory_order_relaxed) != 0)) start = now;
    if (now - start > (failing ? patience_ns_ / kShareWithFailingStore : patience_ns_)) out_of_memory();
    backoff.wait();
  }
}

void RegionImpl::out_of_memory() {
  if (const int error = store_error_.load(std::memory_order_relaxed); error != 0) {
    if (callbacks_.on_store_failure != nullptr) callbacks_.on_store_failure(callbacks_.context, error, true);
    die("the memory limit is reached and changed lines cannot be written to the store", error);
  }
  die("the memory limit is reached and every line in memory is pinned or in use", 0);
}

// --- Resolution --------------------------------------------------------------------------------------------

bool RegionImpl::fault(const std::byte* address, bool write) {
  std::uint64_t offset = static_cast<std::uint64_t>(address - base_);
  if (offset >= size_) return false;
  const Segment* segment = segment_of(offset / kLineSize);
  if (segment == nullptr || !segment->paged()) return false;
  resolve(offset / kLineSize, *segment, write);
  return true;
}

void RegionImpl::resolve(std::uint64_t line, const Segment& segment, bool write) {
  std::uint64_t start = now_ns();
  FaultKind kind = resolve_untimed(line, segment, write);
  latencies_[static_cast<std::size_t>(kind)].add(now_ns() - start);
}

RegionImpl::FaultKind RegionImpl::resolve_untimed(std::uint64_t line, const Segment& segment, bool write) {
  bool reserved = false;
  for (;;) {
    if (!reserved && (table_.get(line) & LineTable::kResident) == 0) {
      reserve(1);
      reserved = true;
    }
    table_.lock(line);
    Flags flags = table_.get(line);
    if ((flags & LineTable::kResident) == 0) {
      if (reserved) {
        FaultKind kind = bring_in(line, segment, write);
        table_.unlock(line);
        return kind;
      }
      table_.unlock(line);  // evicted just now
      continue;
    }
    FaultKind kind =
        (flags & LineTable::kZapped) != 0 ? rescue(line, flags, write) : resolve_again(line, flags, write);
    table_.unlock(line);
    if (reserved) unreserve(1);
    return kind;
  }
}

// Locked lines are about to be mapped. This is recorded first: a harvest that finds a written entry protects
// it again and must then find the line in the table, to wait for its lock and mark it.
void RegionImpl::note_resident(const Segment& segment, std::uint64_t first, std::uint64_t count) {
  for (std::uint64_t line = first; line < first + count; ++line) {
    bool probation = segment.evictable() && !probation_.lately(table_.history(line)) && probation_.push(line);
    table_.set_history(line, probation ? Probation::kOnProbation : Probation::kMain);
    table_.set(line, LineTable::kResident);
  }
}

// The page table entry of a locked line lets the program write. Records that where tracking does not see it.
void RegionImpl::mark_written(std::uint64_t line) {
  if (!tracker_.async()) table_.set(line, LineTable::kDirty);
}

// The line is in memory, unmapped for its second chance.
RegionImpl::FaultKind RegionImpl::rescue(std::uint64_t line, Flags flags, bool write) {
  // Protecting a dirty line would erase its dirtiness; not protecting a clean one makes it dirty. If the
  // access is a write, the line becomes dirty anyway and is spared the write fault.
  bool writable = write || (flags & LineTable::kDirty) != 0 || !continue_wp_;
  if (writable) mark_written(line);
  faults_.map(address_of(line), !writable);
  // From now on the entry has the dirtiness, and writes are looked for there.
  if (writable && tracker_.async()) table_.clear(line, LineTable::kDirty);
  table_.clear(line, LineTable::kZapped | LineTable::kWrittenBack);
  if (fault_mode_ == FaultMode::kHandlerThread) faults_.wake(address_of(line), kLineSize);
  bump(counters_.faults_minor);
  return FaultKind::kMinor;
}

// The line is in memory and should be mapped: another thread was faster, or this is a write to a protected
// line, or the kernel unmapped it (swap).
RegionImpl::FaultKind RegionImpl::resolve_again(std::uint64_t line, Flags flags, bool write) {
  FaultKind kind = FaultKind::kSpurious;
  if (tracker_.async()) {
    // An unmapped line's dirtiness is unknown here; without protection it counts as written. EEXIST
    // otherwise, which leaves the protection alone.
    faults_.map(address_of(line), false);
    bump(counters_.faults_spurious);
  } else if (write && (flags & LineTable::kDirty) == 0) {
    // A write to a clean line. If instead the entry is missing, the access faults once more, with kDirty set.
    table_.set(line, LineTable::kDirty);
    tracker_.unprotect(line);
    bump(counters_.faults_write_protect);
    kind = FaultKind::kWriteProtect;
  } else {
    // Without MODE_WP a page mapped here is writable, so the line is marked dirty first. Usually nothing is
    // mapped: another thread has just served its fault on the line, and a clean line was protected then and
    // stays so.
    const bool dirty = (flags & LineTable::kDirty) != 0;
    if (!dirty && !continue_wp_) table_.set(line, LineTable::kDirty);
    const bool writable = dirty || !continue_wp_;
    const bool mapped = faults_.map(address_of(line), !writable);
    if (dirty || (writable && mapped)) {
      tracker_.unprotect(line);
    } else if (writable) {
      table_.clear(line, LineTable::kDirty);
    }
    bump(counters_.faults_spurious);
  }
  if (fault_mode_ == FaultMode::kHandlerThread) faults_.wake(address_of(line), kLineSize);
  return kind;
}

// Locks lines after `line` that may come in together with it. Returns their number, `line` included; for each
// of the others one line of the budget is reserved.
unsigned RegionImpl::extend(std::uint64_t line, std::uint64_t last, unsigned wanted, bool present) {
  wanted = static_cast<unsigned>(std::min<std::uint64_t>(wanted, last - line));
  // Only if this thread does not have to evict for it.
  while (wanted > 1 && !try_reserve(wanted - 1, low_free(limit_lines()) / 2)) wanted /= 2;
  unsigned got = 1;
  for (; got < wanted; ++got) {
    std::uint64_t next = line + got;
    if ((table_.get(next) & LineTable::kResident) != 0 || store_->present(next) != present) break;
    if (!table_.try_lock(next)) break;
    // Check again now that it cannot change.
    if ((table_.get(next) & LineTable::kResident) != 0 || store_->present(next) != present) {
      table_.unlock(next);
      break;
    }
  }
  if (got < wanted) unreserve(wanted - got);
  return got;
}

// Starts to read what a run will need next: up to `wanted` lines of [first, last) that the store has and
// memory lacks. They are not locked; the caller that brings them in checks again.
void RegionImpl::prefetch(std::uint64_t first, std::uint64_t last, unsigned wanted) {
  // There is no point in reading early what cannot be mapped without evictions by the faulting thread.
  const std::uint64_t limit = limit_lines();
  const std::uint64_t taken = resident_.load(std::memory_order_relaxed) + low_free(limit) / 2;
  const std::uint64_t room = limit - std::min(limit, taken);
  wanted = static_cast<unsigned>(std::min<std::uint64_t>({wanted, last - first, room}));
  unsigned count = 0;
  while (count < wanted && (table_.get(first + count) & LineTable::kResident) == 0 &&
         store_->present(first + count)) {
    ++count;
  }
  if (count < 2) return;
  Prefetch::Slot* slot = prefetch_.claim();
  if (slot == nullptr) return;
  if (slot->read != nullptr && !store_->end_read(slot->read, 0, nullptr, std::chrono::nanoseconds(0))) {
    Prefetch::publish(slot);
    return;
  }
  slot->first.store(first, std::memory_order_relaxed);
  slot->count = count;
  slot->read = store_->start_read(first, count, slot->buffer);
  if (slot->read != nullptr) {
    Prefetch::publish(slot);
  } else {
    Prefetch::release(slot);
  }
}

// The line is not in memory, and is locked; its place in the budget is reserved.
RegionImpl::FaultKind RegionImpl::bring_in(std::uint64_t line, const Segment& segment, bool write) {
  bool present = store_->present(line);
  // Zeroes are not read, and lines that nothing was ever written to would only fill memory.
  bool plentiful = present && resident_.load(std::memory_order_relaxed) < limit_lines() / 2;
  ReadAhead::Window window = read_ahead_.missed(line, plentiful);
  Prefetch::Slot* prefetched = present ? prefetch_.take(line) : nullptr;
  unsigned lines =
      extend(line, segment.last, prefetched != nullptr ? prefetched->count : window.lines, present);
  unsigned usable = lines;
  std::byte* buffer = nullptr;
  const std::byte* content = zeroes_;

  if (present) {
    // Start this before waiting for the current window, so that the device works on the next one while the
    // current one is mapped and used.
    const std::uint64_t next = line + lines;
    if (window.goes_on && next < segment.last) prefetch(next, segment.last, read_ahead_.next(next, lines));
    std::array<store::ReadStatus, kMaxReadAhead> status;
    // The status of each line says whether it was read.
    if (prefetched != nullptr &&
        !store_->end_read(prefetched->read, lines, status.data(), kPatienceWithPrefetch)) {
      Prefetch::publish(prefetched);
      prefetched = nullptr;
    }
    if (prefetched != nullptr) {
      buffer = prefetched->buffer;
      bump(counters_.read_ahead_begun, lines);
    } else {
      buffer = buffers_.acquire();
      static_cast<void>(store_->read(line, lines, buffer, status.data()));
    }
    content = buffer;
    auto bad = [&status](unsigned i) {
      return status[i] == store::ReadStatus::kCorrupt || status[i] == store::ReadStatus::kIoError;
    };
    if (bad(0)) damaged(line, status[0]);
    // Damage in lines further on does not concern this access; those lines are not mapped.
    for (unsigned i = 1; i < usable; ++i) {
      if (bad(i)) usable = i;
    }
    for (unsigned i = 0; callbacks_.paged_in != nullptr && i < usable; ++i) {
      unsigned first = i;
      while (i < usable && status[i] == store::ReadStatus::kOk) ++i;
      if (i == first) continue;  // erased in the meantime
      callbacks_.paged_in(callbacks_.context, line + first, i - first, buffer + first * kLineSize);
    }
    bump(counters_.faults_disk);
    bump(counters_.lines_read, usable);
  } else {
    bump(counters_.faults_zero);
  }

  // The line that faulted comes last: as soon as it is there, a handler thread lets the program continue,
  // perhaps into the lines after it.
  note_resident(segment, line, usable);
  read_ahead_.advanced(window, line, usable);
  if (usable > 1) faults_.copy(address_of(line + 1), content + kLineSize, (usable - 1) * kLineSize, true);
  for (unsigned i = 1; i < lines; ++i) table_.unlock(line + i);
  if (usable < lines) unreserve(lines - usable);
  bump(counters_.read_ahead_lines, usable - 1);
  bump(counters_.read_ahead_hits, window.hits);

  // If nothing is written the line is protected, and so clean: reading memory must not make it dirty.
  if (write) mark_written(line);
  if (write && !present) {
    faults_.zero(address_of(line), kLineSize);
  } else {
    faults_.copy(address_of(line), content, kLineSize, !write);
  }
  if (prefetched != nullptr) {
    Prefetch::release(prefetched);
  } else if (buffer != nullptr) {
    buffers_.release(buffer);
  }
  return present ? FaultKind::kDisk : FaultKind::kZero;
}

void RegionImpl::damaged(std::uint64_t line, store::ReadStatus status) {
  if (callbacks_.on_damage != nullptr) callbacks_.on_damage(callbacks_.context, line, status);
  char text[160];
  std::size_t n = 0;
  auto put = [&](const char* s) {
    while (*s != 0) text[n++] = *s++;
  };
  put(status == store::ReadStatus::kCorrupt ? "uvm: the heap is damaged: line "
                                            : "uvm: the heap cannot be read: line ");
  char digits[24];
  char* d = digits + sizeof digits - 1;
  *d = 0;
  do {
    *--d = static_cast<char>('0' + line % 10);
    line /= 10;
  } while (line != 0);
  put(d);
  put(status == store::ReadStatus::kCorrupt ? " has a wrong checksum. `uvm verify` names all damage.\n"
                                            : " gives an input/output error. Look at the system log.\n");
  [[maybe_unused]] ssize_t written = ::write(STDERR_FILENO, text, n);
  _exit(74);
}

// --- Handler threads ---------------------------------------------------------------------------------------

void RegionImpl::serve_faults() {
  std::array<uffd_msg, 8> messages;
  for (;;) {
    pollfd ready[2] = {{faults_.fd(), POLLIN, 0}, {stop_fd_, POLLIN, 0}};
    if (poll(ready, 2, -1) < 0) {
      if (errno == EINTR) continue;
      die("poll on userfaultfd", errno);
    }
    if (ready[1].revents != 0) return;
    ssize_t n = read(faults_.fd(), messages.data(), sizeof messages);
    if (n < 0) {
      if (errno == EAGAIN || errno == EINTR) continue;
      // No other thread would wake the threads that wait.
      die("reading from userfaultfd", errno);
    }
    for (std::size_t i = 0; i < static_cast<std::size_t>(n) / sizeof(uffd_msg); ++i) {
      if (messages[i].event != UFFD_EVENT_PAGEFAULT) continue;
      const auto& event = messages[i].arg.pagefault;
      auto* address = reinterpret_cast<const std::byte*>(static_cast<std::uintptr_t>(event.address));
      if (!fault(address, (event.flags & UFFD_PAGEFAULT_FLAG_WRITE) != 0)) {
        die("a fault outside of the segments", 0);
      }
    }
  }
}

}  // namespace uvm::uffd
