#include "runtime/boot/heap_fingerprint.h"

#include "base/persisted.h"
#include "gc/heap.h"
#include "gc/layout.h"
#include "gc/object.h"
#include "gc/segment_allocator.h"
#include "runtime/execution/native.h"
#include "runtime/linking/frame_phases.h"
#include "runtime/metadata/code.h"
#include "runtime/metadata/frame.h"
#include "runtime/metadata/metadata.h"
#include "runtime/metadata/module_entries.h"
#include "runtime/metadata/monitor.h"
#include "runtime/metadata/roots.h"
#include "runtime/metadata/thread.h"
#include "runtime/natives/directory_stream.h"
#include "runtime/natives/mount_table.h"
#include "runtime/outside/leases.h"
#include "runtime/threads/entry_phase.h"
#include "runtime/threads/threads.h"
#include "runtime/zip/deflate_stream.h"
#include "runtime/zip/inflate.h"

namespace uvm::rt {
namespace {

template <typename... Types>
constexpr std::uint64_t fingerprint_of() {
  std::uint64_t hash = kLayoutSeed;
  ((hash = add_to_layout(hash, persisted_layout(static_cast<const Types*>(nullptr)))), ...);
  return hash;
}

// tests/persisted_test.py compares this list with the UVM_PERSISTED lines of the source.
constexpr std::uint64_t kTypes =
    fingerprint_of<gc::Object, gc::Array, gc::Mirror, gc::Shape, gc::ShapeKind, gc::RegionKind,
                   gc::AllocationBuffer, gc::HeapState, gc::SegmentAllocatorState, gc::BlockHeader, BasicType,
                   ClassState, MethodKind, MethodFlags, PoolTag, ClassFlags, Symbol, Bytes, Field,
                   ExceptionHandler, LineNumber, LocalVariable, MethodParameter, Method, PoolEntry,
                   ConstantPool, ItableEntry, InnerClassInfo, BootstrapMethod, RecordComponent, Class, Op,
                   Insn, SwitchTable, InterfaceSite, HandleSite, FrameKind, Frame, NativeFrameBits,
                   NativePhase, EntryPhase, ClassInitPhase, LinkKind, LinkPhase, NotFound, WaitKind, CpuTime,
                   JavaThread, Monitor, ModuleList, ModuleEntry, PackageEntry, ModuleState, VerboseOutput,
                   RegionTable, MonitorTable, ClockState, WellKnown, Roots, LeaseState, LeaseKind, LeaseFault,
                   Lease, LeaseTable, DirectoryStream, MountTable, zip::InflateError, zip::InflateStage,
                   zip::InflateState, zip::DeflateRecord, zip::DeflateCall, zip::DeflateEntry>();

constexpr std::uint64_t with_places(std::uint64_t hash) {
  for (const std::uint64_t place :
       {gc::kRootsStart, gc::kMetadataStart, gc::kOldStart, gc::kStacksStart, gc::kNativeStart,
        gc::kRegionSize, gc::kOldRegionSize, std::uint64_t{gc::kReferenceShift},
        std::uint64_t{kNativeSavedSlots}, std::uint64_t{kPrimarySupers}, kStackSliceSize}) {
    hash = add_to_layout(hash, place);
  }
  return hash;
}

constexpr std::uint64_t kFingerprint = with_places(kTypes);

}  // namespace

std::uint64_t heap_fingerprint() { return kFingerprint; }

}  // namespace uvm::rt
