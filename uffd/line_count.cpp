// Counting resident and dirty lines. Nothing is locked or changed: tracking, eviction and checkpoints run at
// the same time and are not disturbed.
#include <algorithm>
#include <bitset>

#include "uffd/region_impl.h"

namespace uvm::uffd {
namespace {

// Lines per step: few enough that page table entries and line table are read at about the same moment, and
// that the kernel does not hold the address space's lock for long; enough to be worth a system call.
constexpr std::uint64_t kWindow = 32 * LineTable::kChunkLines;  // 64 MiB

struct Written {
  std::uint64_t first;
  std::bitset<kWindow> lines;
};

}  // namespace

LineCounts RegionImpl::count_lines() const {
  LineCounts counts;
  for (const Segment& segment : segments_) {
    if (!segment.paged()) continue;
    for (std::uint64_t line = segment.first; line < segment.last;) {
      std::uint64_t chunk_end = (line / LineTable::kChunkLines + 1) * LineTable::kChunkLines;
      if (table_.chunk_resident(line) == 0) {
        line = chunk_end;
        continue;
      }
      std::uint64_t end = std::min(segment.last, chunk_end + kWindow - LineTable::kChunkLines);
      count_window(segment, line, end, counts);
      line = end;
    }
  }
  return counts;
}

// Counts at most kWindow lines. Page table entries come first: a line that is harvested after that is seen
// twice rather than never.
void RegionImpl::count_window(const Segment& segment, std::uint64_t first, std::uint64_t last,
                              LineCounts& counts) const {
  Written written{first, {}};
  tracker_.looks_written(
      first, last - first, swap_,
      [](void* context, std::uint64_t run, std::uint64_t count) {
        auto& seen = *static_cast<Written*>(context);
        for (std::uint64_t i = run; i < run + count; ++i) seen.lines.set(i - seen.first);
      },
      &written);
  for (std::uint64_t line = first; line < last; ++line) {
    if (table_.chunk_resident(line) == 0) {
      line = (line / LineTable::kChunkLines + 1) * LineTable::kChunkLines - 1;
      continue;
    }
    LineTable::Flags flags = table_.get(line);
    if ((flags & LineTable::kResident) == 0) continue;
    ++counts.resident;
    bool zapped = (flags & LineTable::kZapped) != 0;
    if (zapped) ++counts.second_chance;
    // A zapped line's dirtiness was settled when it was zapped.
    bool dirty = (flags & LineTable::kDirty) != 0 || (!zapped && written.lines.test(line - first));
    if (dirty && segment.flushed) ++counts.dirty;
  }
}

}  // namespace uvm::uffd
