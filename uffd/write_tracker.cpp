#include "uffd/write_tracker.h"

#include <fcntl.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <array>
#include <cerrno>

namespace uvm::uffd {
namespace {

// An entry looks "swapped" while its page migrates; such a line is mapped and may be dirty.
constexpr std::uint64_t kMapped = abi::kPageIsPresent | abi::kPageIsSwapped;

}  // namespace

WriteTracker::~WriteTracker() {
  if (pagemap_ >= 0) close(pagemap_);
}

Result<void> WriteTracker::open(TrackMode mode, UserFault* faults, std::byte* view) {
  mode_ = mode;
  faults_ = faults;
  view_ = view;
  if (mode == TrackMode::kAsync) {
    pagemap_ = ::open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);
    if (pagemap_ < 0) return Unexpected{Error{Errc::kIo, errno, "open /proc/self/pagemap"}};
  }
  return {};
}

void WriteTracker::scan(std::uint64_t first, std::uint64_t count, std::uint64_t flags, std::uint64_t any_of,
                        std::span<abi::PageRegion> found, Visit visit, void* context) const {
  std::uint64_t base = reinterpret_cast<std::uintptr_t>(view_);
  std::uint64_t at = base + first * kLineSize;
  std::uint64_t end = at + count * kLineSize;
  while (at < end) {
    abi::PmScanArg arg{};
    arg.size = sizeof arg;
    arg.flags = flags;
    arg.start = at;
    arg.end = end;
    arg.vec = reinterpret_cast<std::uintptr_t>(found.data());
    arg.vec_len = found.size();
    arg.category_mask = abi::kPageIsWritten;
    arg.category_anyof_mask = any_of;
    arg.return_mask = abi::kPageIsWritten;
    int regions = ioctl(pagemap_, abi::kPagemapScan, &arg);
    if (regions < 0) {
      if (errno == EINTR) continue;
      die("PAGEMAP_SCAN", errno);
    }
    for (int i = 0; i < regions; ++i) {
      visit(context, (found[i].start - base) / kLineSize, (found[i].end - found[i].start) / kLineSize);
    }
    at = arg.walk_end;
  }
}

void WriteTracker::harvest(std::uint64_t first, std::uint64_t count, Visit visit, void* context) {
  if (!async()) return;
  // Asking for mapped pages keeps the scan from building page tables for address space that was never
  // touched.
  // Without CHECK_WPASYNC a context that is not async would be left unprotected without an error.
  scan(first, count, abi::kPmScanWpMatching | abi::kPmScanCheckWpAsync, kMapped, found_, visit, context);
}

void WriteTracker::zapped_written(std::uint64_t first, std::uint64_t count, Visit visit, void* context) {
  if (!async()) return;
  // A zap leaves a marker where the entry was protected, and nothing where the line was written.
  scan(first, count, abi::kPmScanCheckWpAsync, 0, found_, visit, context);
}

void WriteTracker::looks_written(std::uint64_t first, std::uint64_t count, bool unmapped, Visit visit,
                                 void* context) const {
  if (!async()) return;
  std::array<abi::PageRegion, 256> found;
  scan(first, count, abi::kPmScanCheckWpAsync, unmapped ? 0 : kMapped, found, visit, context);
}

void WriteTracker::protect(std::uint64_t first, std::uint64_t count) {
  if (!async()) faults_->write_protect(view_ + first * kLineSize, count * kLineSize, true);
}

void WriteTracker::unprotect(std::uint64_t line) {
  if (!async()) faults_->write_protect(view_ + line * kLineSize, kLineSize, false);
}

}  // namespace uvm::uffd
