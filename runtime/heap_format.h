// The outermost structure of a heap: its segments, and what is checked when a heap is mapped again
// (runtime/boot.h lays a fresh one out).
//
// Called by the launcher before any thread runs, with gc::g_region_base set.
#pragma once

#include <cstdint>
#include <span>

#include "base/error.h"
#include "uffd/region.h"

namespace uvm::rt {

class Vm;

// The segments of a heap's region, for uffd::RegionOptions.
std::span<const uffd::SegmentSpec> heap_segments();

// Whether the roots of a mapped heap can be worked with. kInvalid: they cannot. Methods whose native was
// found in another build's table are bound anew.
Result<void> check_heap(Vm& vm);

// The virtual heap's limit: at most `bytes` of objects (rounded down to whole regions, cut to what is
// addressable).
void set_heap_size(std::uint64_t bytes);

}  // namespace uvm::rt
