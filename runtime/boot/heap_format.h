// The outermost structure of a heap: its segments, and the checks when a heap is mapped again
// (runtime/boot/boot.h lays out a fresh one).
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

// Whether this build can resume a mapped heap; kInvalid: it cannot. The layout of everything persisted must
// be the same. A different table of natives is handled by name: methods are bound again, a method whose
// native no longer exists throws UnsatisfiedLinkError when it is called, and one whose intrinsic no longer
// exists runs its bytecode. But a heap with a thread inside a native that no longer exists, or that has
// another protocol, is refused.
Result<void> check_heap(Vm& vm);

// The limit of the virtual heap: at most `bytes` of objects, rounded down to whole regions and to what is
// addressable.
void set_heap_size(std::uint64_t bytes);

}  // namespace uvm::rt
