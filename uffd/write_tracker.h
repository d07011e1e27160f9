// WriteTracker: which mapped lines have been written since they were last protected.
//
// Async tracking: the kernel clears the write protection of a page table entry at the first write and
// notifies nobody; PAGEMAP_SCAN finds and re-protects such entries in one step. Sync tracking: the first
// write is a fault that fault service resolves by marking the line kDirty; there is nothing to harvest, and
// protect() must be called for each line that becomes clean.
//
// harvest() and zapped_written() use one buffer: callers hold the evict mutex. looks_written() has its own.
#pragma once

#include <cstdint>
#include <span>

#include "uffd/kernel_abi.h"
#include "uffd/region.h"
#include "uffd/user_fault.h"

namespace uvm::uffd {

class WriteTracker {
 public:
  // Reports a run of lines.
  using Visit = void (*)(void* context, std::uint64_t first, std::uint64_t count);

  WriteTracker() = default;
  ~WriteTracker();
  WriteTracker(const WriteTracker&) = delete;
  WriteTracker& operator=(const WriteTracker&) = delete;

  Result<void> open(TrackMode mode, UserFault* faults, std::byte* view);
  [[nodiscard]] bool async() const { return mode_ == TrackMode::kAsync; }

  // Async: visits the mapped lines of a range that were written, and protects them again. A line may be
  // written again before it is visited. Lines whose page table entries are gone are not found here: they are
  // looked at when they are zapped. Sync: visits nothing.
  void harvest(std::uint64_t first, std::uint64_t count, Visit visit, void* context);

  // Async: visits the lines of a range just zapped that were written before (and lines of the range that were
  // never there; the caller knows which). The lines must be locked. Sync: visits nothing.
  void zapped_written(std::uint64_t first, std::uint64_t count, Visit visit, void* context);

  // Async: like harvest() but neither protects nor asks for a mapped page: with swap space the kernel may
  // have taken a written line's page table entry away. Reports unmapped address space too; forget_unmapped()
  // what is dealt with. Sync: visits nothing.
  void unmapped_written(std::uint64_t first, std::uint64_t count, Visit visit, void* context) {
    zapped_written(first, count, visit, context);
  }

  void forget_unmapped(std::uint64_t line) {
    faults_->write_protect(view_ + line * kLineSize, kLineSize, true);
  }

  // Async: like harvest(), but leaves every entry as it is: what it visits was written, and will be harvested
  // as ever. With `unmapped` it also visits what unmapped_written() does. Any thread, no lock. Sync: visits
  // nothing.
  void looks_written(std::uint64_t first, std::uint64_t count, bool unmapped, Visit visit,
                     void* context) const;

  // Sync: writes to these mapped lines fault again. Async: nothing to do, harvest() did it.
  void protect(std::uint64_t first, std::uint64_t count);
  // Sync: a line may be written.
  void unprotect(std::uint64_t line);

 private:
  static constexpr std::size_t kRegions = 1024;

  void scan(std::uint64_t first, std::uint64_t count, std::uint64_t flags, std::uint64_t any_of,
            std::span<abi::PageRegion> found, Visit visit, void* context) const;

  TrackMode mode_ = TrackMode::kSync;
  UserFault* faults_ = nullptr;
  std::byte* view_ = nullptr;
  int pagemap_ = -1;
  abi::PageRegion found_[kRegions];
};

}  // namespace uvm::uffd
