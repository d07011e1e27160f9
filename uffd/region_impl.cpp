#include "uffd/region_impl.h"

#include <fcntl.h>
#include <linux/falloc.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <bit>
#include <cerrno>
#include <cstring>
#include <system_error>

#include "uffd/kernel_features.h"

namespace uvm::uffd {
namespace {

// The base of a region is aligned to what one page table covers, so that chunks of lines are page tables.
constexpr std::uint64_t kBaseAlignment = std::uint64_t{2} << 20;

// kIo even if a right is missing: another place in the file system would not help.
Error memory_error(const char* what) {
  const int error = errno;
  return {Errc::kIo, error, std::string("region: ") + what + ": " + std::strerror(error)};
}

Error invalid(const char* what) { return {Errc::kInvalid, 0, std::string("region: ") + what}; }

// The limit on the size of files (ulimit -f) also applies to files in memory, although no one means those: it
// is raised as far as allowed.
Result<void> set_file_size(int fd, std::uint64_t size) {
  rlimit limit{};
  const bool known = getrlimit(RLIMIT_FSIZE, &limit) == 0;
  if (known && limit.rlim_max < size) {
    return Unexpected{Error{
        Errc::kIo, EFBIG,
        "the heap's address space takes a file in memory of " + std::to_string(size >> 30) +
            " GiB, and the hard limit on the size of files (ulimit -f) forbids it; ulimit -S -f does not"}};
  }
  const bool raised = known && limit.rlim_cur < size;
  if (raised) {
    const rlimit most{limit.rlim_max, limit.rlim_max};
    setrlimit(RLIMIT_FSIZE, &most);
  }
  const int error = ftruncate(fd, static_cast<off_t>(size)) == 0 ? 0 : errno;
  if (raised) setrlimit(RLIMIT_FSIZE, &limit);
  if (error == 0) return {};
  errno = error;
  return Unexpected{memory_error("ftruncate")};
}

}  // namespace

Result<std::unique_ptr<Region>> Region::create(const RegionOptions& options) {
  auto region = std::make_unique<RegionImpl>();
  try {
    if (auto opened = region->open(options); !opened) return Unexpected{opened.error()};
  } catch (const std::system_error& failure) {
    return Unexpected{
        Error{Errc::kIo, failure.code().value(),
              "region: a thread of the pager cannot be started: " + failure.code().message() +
                  "; raise the limit on processes and threads (ulimit -u, in a container --pids-limit)"}};
  }
  return std::unique_ptr<Region>(std::move(region));
}

Result<void> RegionImpl::check(const RegionOptions& options) {
  if (options.store == nullptr) return Unexpected{invalid("no store")};
  if (options.size == 0 || options.size % kLineSize != 0 || options.size / kLineSize > store::kMaxLines) {
    return Unexpected{invalid("size must be a multiple of 4096, at most 16 TiB")};
  }
  if (options.memory_limit < kMinMemoryLimit) return Unexpected{invalid("the memory limit is too small")};
  if (options.read_ahead_max_lines > kMaxReadAhead) return Unexpected{invalid("read-ahead is too large")};
  std::uint64_t end = 0;
  for (const SegmentSpec& s : options.segments) {
    if (s.offset % kLineSize != 0 || s.size % kLineSize != 0 || s.offset < end || s.offset > options.size ||
        s.size > options.size - s.offset) {
      return Unexpected{invalid("segments must be sorted, apart, and aligned to lines")};
    }
    end = s.offset + s.size;
  }
  const KernelFeatures& kernel = kernel_features();
  if (kernel.open_errno != 0) {
    const int error = kernel.open_errno;
    std::string message =
        std::string("the heap is paged by userfaultfd, which is denied here: ") + std::strerror(error);
    // Limits of the process are not a denial: raising them helps.
    message += error == EMFILE || error == ENFILE
                   ? "; raise the limit on open files (ulimit -n)"
                   : "; in a container, give it /dev/userfaultfd (docker run --device /dev/userfaultfd) or a "
                     "seccomp profile that allows userfaultfd (--security-opt seccomp=PROFILE); "
                     "uvm --version -v tells what is there";
    return Unexpected{Error{Errc::kIo, error, std::move(message)}};
  }
  if (!kernel.shmem) {
    return Unexpected{
        Error{Errc::kIo, 0, "region: this kernel cannot write-protect shared memory (Linux 5.19 is needed)"}};
  }
  if (kernel.denied != nullptr) {
    return Unexpected{
        Error{Errc::kIo, kernel.denied_errno,
              std::string("the heap is paged by userfaultfd and madvise(2), of which ") + kernel.denied +
                  " is denied here: " + std::strerror(kernel.denied_errno) +
                  "; a seccomp profile must allow it (docker run --security-opt seccomp=PROFILE)"}};
  }
  if (options.track_mode == TrackMode::kAsync && !kernel.async_tracking()) {
    return Unexpected{invalid("this kernel has no asynchronous write tracking (Linux 6.7 is needed)")};
  }
  if (options.fault_mode == FaultMode::kInThread) {
    if (!kernel.sigbus) return Unexpected{invalid("this kernel has no UFFD_FEATURE_SIGBUS")};
    if (UVM_THREAD_SANITIZER)
      return Unexpected{invalid("in-thread fault service does not work under ThreadSanitizer")};
  }
  return {};
}

Result<void> RegionImpl::open(const RegionOptions& options) {
  if (auto checked = check(options); !checked) return checked;
  const KernelFeatures& kernel = kernel_features();
  store_ = options.store;
  callbacks_ = options.callbacks;
  size_ = options.size;
  fault_mode_ = options.fault_mode;
  track_mode_ = options.track_mode != TrackMode::kAuto ? options.track_mode
                : kernel.async_tracking()              ? TrackMode::kAsync
                                                       : TrackMode::kSync;
  continue_wp_ = kernel.continue_wp;
  swap_ = kernel.swap || options.kernel_may_unmap;
  for (const SegmentSpec& s : options.segments) {
    if (s.size == 0) continue;
    segments_.push_back({s.name, s.offset / kLineSize, (s.offset + s.size) / kLineSize, s.pinned, s.flushed});
  }

  most_lines_ = options.memory_limit / kLineSize;
  read_ahead_max_lines_ = std::max(1U, options.read_ahead_max_lines);
  patience_ns_ = static_cast<std::uint64_t>(std::chrono::nanoseconds(options.patience).count());
  staging_lines_ = std::max<std::size_t>(options.staging_bytes / kLineSize, kBatch);

  if (!table_.create(size_ / kLineSize)) return Unexpected{memory_error("mmap of the line table")};
  if (auto mapped = map_work_memory(); !mapped) return mapped;
  apply_limit(most_lines_);
  if (auto opened = faults_.open(fault_mode_, track_mode_); !opened) return opened;
  if (auto mapped = map_view(options.address_hint); !mapped) return mapped;
  if (auto opened = tracker_.open(track_mode_, &faults_, base_); !opened) return opened;

  if (fault_mode_ == FaultMode::kInThread) {
    if (!register_target(this, base_, size_))
      return Unexpected{invalid("too many regions, or SIGBUS cannot be handled")};
    registered_ = true;
  } else {
    stop_fd_ = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (stop_fd_ < 0) return Unexpected{memory_error("eventfd")};
    constexpr unsigned kHandlers = 2;  // a second one works while the first reads from the store
    for (unsigned i = 0; i < kHandlers; ++i) {
      handlers_.push_back(start_thread("uvm-fault", [this] { serve_faults(); }));
    }
  }
  evictor_ = start_thread("uvm-evict", [this] { run_evictor(); });
  return {};
}

Result<void> RegionImpl::map_work_memory() {
  // Sparse: the kernel gives memory as it is used.
  std::size_t buffer_bytes = kMaxReadAhead * kLineSize;
  std::size_t ring = std::bit_ceil(most_lines_ * 2 + kBatch);
  std::size_t ring_bytes = (ring * sizeof(std::uint32_t) + kLineSize - 1) / kLineSize * kLineSize;
  std::size_t pool_bytes = BufferPool::kBuffers * buffer_bytes;
  std::size_t prefetch_bytes = Prefetch::kSlots * buffer_bytes;
  work_bytes_ = pool_bytes + prefetch_bytes + buffer_bytes + kBatch * kLineSize + 3 * ring_bytes +
                staging_lines_ * kLineSize;
  work_memory_ =
      mmap(nullptr, work_bytes_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (work_memory_ == MAP_FAILED) {
    work_memory_ = nullptr;
    return Unexpected{memory_error("mmap of buffers")};
  }
  madvise(work_memory_, work_bytes_, MADV_NOHUGEPAGE);
  auto* at = static_cast<std::byte*>(work_memory_);
  auto take = [&at](std::size_t bytes) { return std::exchange(at, at + bytes); };
  buffers_.create(take(pool_bytes), buffer_bytes);
  prefetch_.create(take(prefetch_bytes), buffer_bytes);
  zeroes_ = take(buffer_bytes);
  evict_buffer_ = take(kBatch * kLineSize);
  probation_.create(reinterpret_cast<std::uint32_t*>(take(ring_bytes)), ring, most_lines_);
  clean_.create(reinterpret_cast<std::uint32_t*>(take(ring_bytes)), ring);
  dirty_.create(reinterpret_cast<std::uint32_t*>(take(ring_bytes)), ring);
  staging_ = take(staging_lines_ * kLineSize);
  staged_.reserve(staging_lines_);
  return {};
}

Result<void> RegionImpl::map_view(void* hint) {
  memory_fd_ = memfd_create("uvm-region", MFD_CLOEXEC);
  if (memory_fd_ < 0) {
    auto error = memory_error("memfd_create");
    if (error.sys_errno != EMFILE && error.sys_errno != ENFILE)
      error.message += "; the heap's memory comes from it, so it must be allowed (seccomp)";
    return Unexpected{std::move(error)};
  }
  if (auto sized = set_file_size(memory_fd_, size_); !sized) return sized;

  // Reserve with room for alignment, then release the ends.
  std::uint64_t reserved = size_ + kBaseAlignment;
  void* memory = mmap(hint, reserved, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (memory == MAP_FAILED) {
    auto error = memory_error("reserving address space");
    error.message += "; the heap takes " + std::to_string(size_ >> 30) +
                     " GiB of it, used or not: raise the limit (ulimit -v unlimited)" +
                     "; --memory limits what is used";
    return Unexpected{std::move(error)};
  }
  auto start = reinterpret_cast<std::uintptr_t>(memory);
  std::uintptr_t aligned = (start + kBaseAlignment - 1) / kBaseAlignment * kBaseAlignment;
  if (aligned > start) munmap(memory, aligned - start);
  std::uintptr_t end = (aligned + size_ + kLineSize - 1) / kLineSize * kLineSize;
  if (end < start + reserved) munmap(reinterpret_cast<void*>(end), start + reserved - end);
  base_ = reinterpret_cast<std::byte*>(aligned);

  for (const Segment& segment : segments_) {
    std::size_t bytes = (segment.last - segment.first) * kLineSize;
    std::byte* at = address_of(segment.first);
    int flags = segment.paged() ? MAP_SHARED : MAP_PRIVATE | MAP_ANONYMOUS;
    void* mapped = mmap(at, bytes, PROT_READ | PROT_WRITE, flags | MAP_NORESERVE | MAP_FIXED,
                        segment.paged() ? memory_fd_ : -1,
                        segment.paged() ? static_cast<off_t>(segment.first * kLineSize) : 0);
    if (mapped == MAP_FAILED) return Unexpected{memory_error("mapping a segment")};
    // A child process would share the memory without fault service, and would fill holes with zeroes.
    madvise(at, bytes, MADV_DONTFORK);
    if (!segment.paged()) continue;
    madvise(at, bytes, MADV_DONTDUMP);
    madvise(at, bytes, MADV_NOHUGEPAGE);
    if (auto added = faults_.add(at, bytes); !added) return added;
  }
  return {};
}

RegionImpl::~RegionImpl() {
  if (evictor_.joinable()) {
    stopping_.store(true, std::memory_order_release);
    evict_wanted_.signal();
    evictor_.join();
  }
  if (!handlers_.empty()) {
    std::uint64_t one = 1;
    [[maybe_unused]] ssize_t written = write(stop_fd_, &one, sizeof one);
    for (std::thread& handler : handlers_) handler.join();
  }
  if (store_ != nullptr) prefetch_.end_all(*store_);
  if (registered_) unregister_target(this);
  if (base_ != nullptr) {
    for (const Segment& segment : segments_) {
      if (segment.paged())
        faults_.remove(address_of(segment.first), (segment.last - segment.first) * kLineSize);
    }
    munmap(base_, size_);
  }
  faults_.close();
  if (memory_fd_ >= 0) close(memory_fd_);
  if (stop_fd_ >= 0) close(stop_fd_);
  if (work_memory_ != nullptr) munmap(work_memory_, work_bytes_);
}

std::string RegionImpl::describe() const {
  std::string text = fault_mode_ == FaultMode::kInThread ? "faults: in-thread" : "faults: handler-thread";
  text += track_mode_ == TrackMode::kAsync ? ", tracking: async; kernel: " : ", tracking: sync; kernel: ";
  return text + kernel_features().describe();
}

const RegionImpl::Segment* RegionImpl::segment_of(std::uint64_t line) const {
  for (const Segment& segment : segments_) {
    if (line >= segment.first && line < segment.last) return &segment;
  }
  return nullptr;
}

void RegionImpl::read_memory(std::uint64_t line, std::uint64_t count, std::byte* buffer) const {
  std::size_t bytes = count * kLineSize, done = 0;
  while (done < bytes) {
    ssize_t n = pread(memory_fd_, buffer + done, bytes - done, static_cast<off_t>(line * kLineSize + done));
    if (n > 0) {
      done += static_cast<std::size_t>(n);
    } else if (n == 0 || errno != EINTR) {
      die("reading the region's memory", n == 0 ? 0 : errno);
    }
  }
}

void RegionImpl::read_memory(const std::uint32_t* lines, std::size_t count, std::byte* buffer) const {
  for (std::size_t i = 0; i < count;) {
    std::size_t j = i + 1;
    while (j < count && lines[j] == lines[j - 1] + 1) ++j;
    read_memory(lines[i], j - i, buffer + i * kLineSize);
    i = j;
  }
}

void RegionImpl::drop_memory(std::uint64_t line, std::uint64_t count) {
  while (fallocate(memory_fd_, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE,
                   static_cast<off_t>(line * kLineSize), static_cast<off_t>(count * kLineSize)) != 0) {
    if (errno != EINTR) die("punching a hole into the region's memory", errno);
  }
}

IoResult<void> RegionImpl::write_store(store::Transaction transaction, const std::uint32_t* lines,
                                       unsigned count, const std::byte* content) {
  std::array<store::LineWrite, kBatch> writes;
  for (unsigned i = 0; i < count; ++i) writes[i] = {lines[i], content + i * kLineSize};
  writes_under_way_.fetch_add(1, std::memory_order_relaxed);
  const auto written = store_->write(transaction, std::span(writes.data(), count));
  writes_under_way_.fetch_sub(1, std::memory_order_relaxed);
  if (written) {
    bump(counters_.lines_written, count);
    store_error_.store(0, std::memory_order_relaxed);
    return written;
  }
  bump(counters_.write_failures);
  store_error_.store(written.error().sys_errno, std::memory_order_relaxed);
  if (callbacks_.on_store_failure != nullptr)
    callbacks_.on_store_failure(callbacks_.context, written.error().sys_errno, false);
  return written;
}

// Called with the evict mutex held, or before any thread runs.
void RegionImpl::apply_limit(std::uint64_t lines) {
  limit_lines_.store(lines, std::memory_order_relaxed);
  probation_.set_limit(lines);
  // One window and the next, which is read at the same time, should be small compared with the memory.
  const std::uint64_t modest = std::max<std::uint64_t>(ReadAhead::kClusterLines, lines / 64);
  read_ahead_.set_max(static_cast<unsigned>(std::min<std::uint64_t>(read_ahead_max_lines_, modest)));
}

std::uint64_t RegionImpl::table_bytes() const {
  // Per line: 4 bytes in the line table; in the store its entry and, for each of two transactions, the entry
  // before; and one entry in the kernel's page table.
  constexpr std::uint64_t kPerLine = 4 + 3 * sizeof(std::uint64_t) + sizeof(std::uint64_t);
  return table_.touched_chunks() * LineTable::kChunkLines * kPerLine;
}

void RegionImpl::populate_fresh(std::uint64_t offset, std::uint64_t length) {
  std::uint64_t step = std::clamp<std::uint64_t>(limit_lines() / 8, 1, kBatch);
  for_paged_lines(offset, length, [&](const Segment& segment, std::uint64_t first, std::uint64_t last) {
    for (std::uint64_t line = first; line < last;) {
      if ((table_.get(line) & LineTable::kResident) != 0) {
        ++line;
        continue;
      }
      std::uint64_t wanted = std::min(step, last - line);
      reserve(wanted);
      std::uint64_t run = 0;
      for (; run < wanted; ++run) {
        table_.lock(line + run);
        if ((table_.get(line + run) & LineTable::kResident) != 0) {
          table_.unlock(line + run);
          break;
        }
      }
      note_resident(segment, line, run);
      for (std::uint64_t i = line; i < line + run; ++i) mark_written(i);
      if (run > 0) faults_.zero(address_of(line), run * kLineSize);
      for (std::uint64_t i = line; i < line + run; ++i) table_.unlock(i);
      if (run < wanted) unreserve(wanted - run);
      line += std::max<std::uint64_t>(run, 1);
    }
  });
}

void RegionImpl::pin(std::uint64_t offset, std::uint64_t length, bool for_write) {
  for_paged_lines(offset, length, [&](const Segment& segment, std::uint64_t first, std::uint64_t last) {
    for (std::uint64_t line = first; line < last; ++line) {
      for (;;) {
        table_.lock(line);
        LineTable::Flags flags = table_.get(line);
        if ((flags & LineTable::kResident) != 0 && (flags & LineTable::kZapped) == 0) break;
        table_.unlock(line);
        resolve(line, segment, for_write);
      }
      if (for_write && !tracker_.async()) {
        // Even if it is dirty already: a line that the store has refused is dirty and still protected.
        table_.set(line, LineTable::kDirty);
        tracker_.unprotect(line);
      }
      table_.pin(line);
      table_.unlock(line);
    }
  });
}

void RegionImpl::unpin(std::uint64_t offset, std::uint64_t length) {
  for_paged_lines(offset, length, [&](const Segment&, std::uint64_t first, std::uint64_t last) {
    for (std::uint64_t line = first; line < last; ++line) table_.unpin(line);
  });
}

IoResult<void> RegionImpl::discard(std::uint64_t offset, std::uint64_t length) {
  for (const Segment& segment : segments_) {  // plain memory
    if (segment.paged() || length == 0) continue;
    std::uint64_t from = std::max(offset, segment.first * kLineSize);
    std::uint64_t to = std::min(offset + length, segment.last * kLineSize);
    if (from < to) madvise(base_ + from, to - from, MADV_DONTNEED);
  }
  IoResult<void> erased;
  for_paged_lines(offset, length, [&](const Segment& segment, std::uint64_t first, std::uint64_t last) {
    for (std::uint64_t line = first; erased && line < last;) {
      std::uint64_t end = std::min(last, (line / LineTable::kChunkLines + 1) * LineTable::kChunkLines);
      // Locking lines that are not resident as well keeps a neighbour's read-ahead from bringing them back.
      for (std::uint64_t i = line; i < end; ++i) {
        Backoff backoff;
        for (;;) {
          table_.lock(i);
          if ((table_.get(i) & LineTable::kWriting) == 0) break;
          // Its old content is on the way to the store and must not arrive after the erasure.
          table_.unlock(i);
          backoff.wait();
        }
      }
      store::LineRange range{line, end - line};
      if (segment.flushed) erased = store_->erase(std::span(&range, 1));
      std::uint64_t dropped = 0;
      if (erased && table_.chunk_resident(line) != 0) {
        drop_memory(line, end - line);
        for (std::uint64_t i = line; i < end; ++i) {
          if ((table_.get(i) & LineTable::kResident) == 0) continue;
          table_.clear(
              i, LineTable::kResident | LineTable::kZapped | LineTable::kDirty | LineTable::kWrittenBack);
          ++dropped;
        }
      }
      for (std::uint64_t i = line; i < end; ++i) {
        if (erased && table_.history(i) != 0) table_.set_history(i, 0);  // untouched memory has 0
        table_.unlock(i);
      }
      unreserve(dropped);
      line = end;
    }
  });
  return erased;
}

LineState RegionImpl::state(LineNumber line) const {
  LineTable::Flags flags = table_.get(line);
  if ((flags & LineTable::kResident) == 0) return LineState::kAbsent;
  return (flags & LineTable::kZapped) != 0 ? LineState::kZapped : LineState::kResident;
}

RegionCounters RegionImpl::counters() const {
  auto get = [](const std::atomic<std::uint64_t>& counter) {
    return counter.load(std::memory_order_relaxed);
  };
  RegionCounters c;
  c.faults_zero = get(counters_.faults_zero);
  c.faults_minor = get(counters_.faults_minor);
  c.faults_disk = get(counters_.faults_disk);
  c.faults_write_protect = get(counters_.faults_write_protect);
  c.faults_spurious = get(counters_.faults_spurious);
  c.lines_read = get(counters_.lines_read);
  c.lines_written = get(counters_.lines_written);
  c.evictions_clean = get(counters_.evictions_clean);
  c.evictions_dirty = get(counters_.evictions_dirty);
  c.evictions_direct = get(counters_.evictions_direct);
  c.zaps = get(counters_.zaps);
  c.read_ahead_lines = get(counters_.read_ahead_lines);
  c.read_ahead_hits = get(counters_.read_ahead_hits);
  c.read_ahead_begun = get(counters_.read_ahead_begun);
  c.write_failures = get(counters_.write_failures);
  c.resident_bytes = get(resident_) * kLineSize;
  c.resident_bytes_peak = get(resident_peak_) * kLineSize;
  return c;
}

FaultLatencies RegionImpl::fault_latencies() const {
  return {.zero = latency_of(FaultKind::kZero),
          .minor = latency_of(FaultKind::kMinor),
          .disk = latency_of(FaultKind::kDisk),
          .write_protect = latency_of(FaultKind::kWriteProtect),
          .spurious = latency_of(FaultKind::kSpurious)};
}

}  // namespace uvm::uffd
