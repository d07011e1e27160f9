// The outermost structure of a heap: its segments, and what is checked when a heap is mapped again
// (runtime/boot/boot.h lays a fresh one out).
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

// Whether this build can go on with a mapped heap; kInvalid: it cannot. The layout of all that is persisted must
// be the same. Another table of natives is handled by name: methods are bound anew, one whose native is gone throws
// UnsatisfiedLinkError when it is called, an intrinsic that is gone leaves the method's bytecode; but a heap with a
// thread inside of a native that is gone, or has another protocol, is refused.
Result<void> check_heap(Vm& vm);

// The virtual heap's limit: at most `bytes` of objects (rounded down to whole regions, cut to what is
// addressable).
void set_heap_size(std::uint64_t bytes);

}  // namespace uvm::rt
