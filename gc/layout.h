// The segments of a heap's region: the place of each kind of data, as region offsets.
//
// Everything that objects and class metadata refer to by a Reference (gc/reference.h) lies below
// kReferenceReach, so that one 32-bit offset scaled by 8 serves objects and metadata alike. Stacks and native
// memory lie above it and are named by 64-bit region offsets.
//
// Invariant: these numbers are part of the heap's format (kHeapFormat); changing one makes a new format.
#pragma once

#include <cstdint>

namespace uvm::gc {

using RegionOffset = std::uint64_t;

inline constexpr std::uint32_t kHeapFormat = 7;

inline constexpr RegionOffset kMiB = RegionOffset{1} << 20;
inline constexpr RegionOffset kGiB = RegionOffset{1} << 30;

// The first page has no memory, so an access through a null reference by mistake ends there.
inline constexpr RegionOffset kRootsStart = 4096;  // superstructure: format, roots, thread list
inline constexpr RegionOffset kRootsSize = 1 * kMiB - kRootsStart;
inline constexpr RegionOffset kMetadataStart = 1 * kMiB;  // classes, methods, pools, symbols, code
inline constexpr RegionOffset kMetadataSize = 2 * kGiB - kMetadataStart;
inline constexpr RegionOffset kOldStart = 2 * kGiB;  // objects, in regions of 1 MiB; large ones span several
inline constexpr RegionOffset kReferenceReach = 32 * kGiB;
inline constexpr RegionOffset kMaxOldSize = kReferenceReach - kOldStart;
inline constexpr RegionOffset kStacksStart = kReferenceReach;  // Java frames, one slice per thread
inline constexpr RegionOffset kStacksSize = 16 * kGiB;
// Unsafe memory, zlib state, the bundle.
inline constexpr RegionOffset kNativeStart = kStacksStart + kStacksSize;
inline constexpr RegionOffset kNativeSize = 16 * kGiB;
inline constexpr RegionOffset kRegionSize = kNativeStart + kNativeSize;

inline constexpr RegionOffset kOldRegionSize = 1 * kMiB;  // the unit of collection, an aligned store extent

}  // namespace uvm::gc
