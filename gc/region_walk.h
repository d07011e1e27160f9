// Walks the objects of one region of the old segment, and finds out whether an object starts at an offset.
//
// The walk checks each step, because it serves the verifier, and slots that may or may not hold a
// reference. Only while the program is stopped. It reads the region and writes nothing to it.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "gc/heap.h"
#include "gc/side_bitmap.h"

namespace uvm::gc {

struct WalkProblem {
  RegionOffset at;
  std::string what;
};

class RegionWalker {
 public:
  // `known_shape` says whether reference bits are those of a class; without it, anything in the metadata
  // segment is taken for one. `buffers` are those of all threads.
  RegionWalker(const HeapState& state, std::vector<AllocationBuffer> buffers,
               std::function<bool(std::uint32_t)> known_shape = {});

  // Offsets below which objects can be: a multiple of kOldRegionSize.
  [[nodiscard]] RegionOffset end() const { return state_.next_region; }

  // Calls visit(Object*) for each object that starts in the region at `region` (a multiple of kOldRegionSize
  // from kOldStart). Stops at the first thing that cannot be an object, and says what it is.
  template <typename Visit>
  std::optional<WalkProblem> walk(RegionOffset region, Visit visit) const {
    RegionOffset at = region;
    const RegionOffset limit = limit_of(region);
    while (at < limit) {
      if (const RegionOffset next = skip_buffer(at); next != at) {
        at = next;
        continue;
      }
      std::uint64_t size = 0;
      bool filler = false;
      if (auto problem = measure(at, limit, &size, &filler)) return problem;
      if (!filler && size != 0) visit(at_offset<Object>(at));
      if (size == 0) break;
      at += size;
    }
    return std::nullopt;
  }

  // The same for all regions. Something that cannot be an object ends only the walk of its region; the
  // verifier reports it.
  template <typename Visit>
  void walk_all(Visit visit) const {
    for (RegionOffset region = kOldStart; region < end(); region += kOldRegionSize)
      static_cast<void>(walk(region, visit));
  }

 private:
  // End of the part of a region in which objects start; `region` itself when there is none.
  [[nodiscard]] RegionOffset limit_of(RegionOffset region) const;
  [[nodiscard]] RegionOffset skip_buffer(RegionOffset at) const;
  // Size in bytes of the object at `at`; 0: an object that has no header yet, the only one of its region.
  std::optional<WalkProblem> measure(RegionOffset at, RegionOffset limit, std::uint64_t* size,
                                     bool* filler) const;

  const HeapState& state_;
  std::vector<AllocationBuffer> buffers_;  // not empty ones, by top
  std::function<bool(std::uint32_t)> known_shape_;
};

// Answers whether objects start at given offsets. Walks each region in question once.
class ObjectStarts {
 public:
  explicit ObjectStarts(const RegionWalker& walker)
      : walker_(walker),
        starts_(kOldStart, walker.end()),
        walked_((walker.end() - kOldStart) / kOldRegionSize) {}

  [[nodiscard]] bool is_start(std::uint32_t bits);

 private:
  const RegionWalker& walker_;
  SideBitmap starts_;
  std::vector<bool> walked_;
};

}  // namespace uvm::gc
