// Roots: the superstructure of a heap, at gc::kRootsStart, always resident.
//
// Resume reads it first: format, allocator states, the thread list, the tables of symbols, classes,
// interned strings and monitors, and the VM's own references into the heap. Part of the heap format.
#pragma once

#include <cstddef>

#include "base/persisted.h"
#include "gc/heap.h"
#include "gc/segment_allocator.h"
#include "runtime/metadata/thread.h"
#include "runtime/metadata/well_known.h"

namespace uvm::rt {

struct ModuleState;

inline constexpr std::uint64_t kRootsMagic = 0x31'70'61'65'48'4d'56'55;  // "UVMHeap1"

// An open hash table in the metadata segment: power-of-two array of references, 0 empty. Grown by replacing.
struct RegionTable {
  Ref<std::uint32_t> slots;
  std::uint32_t capacity;
  std::uint32_t count;
};
UVM_PERSISTED(RegionTable, slots, capacity, count)

struct MonitorTable {
  Ref<std::uint32_t> buckets;  // chains of Monitor, see runtime/threads/monitors.h
  std::uint32_t bucket_count;
};
UVM_PERSISTED(MonitorTable, buckets, bucket_count)

// Process-independent time: see runtime/threads/clock.h.
struct ClockState {
  std::int64_t nano_base;     // added to CLOCK_MONOTONIC to give System.nanoTime; fixed at each resume
  std::int64_t last_nano;     // nanoTime at the last cut
  std::int64_t last_wall_ms;  // currentTimeMillis at the last cut
};
UVM_PERSISTED(ClockState, nano_base, last_nano, last_wall_ms)

enum VerboseOutput : std::uint32_t { kVerboseGc = 1, kVerboseClass = 2 };
UVM_PERSISTED_ENUM(VerboseOutput, kVerboseGc, kVerboseClass)

// Roots::boot_phase once the class library is booted.
inline constexpr std::uint32_t kBootDone = ~std::uint32_t{0};

struct Roots {
  // The fixed part: in the same place in every format.
  std::uint64_t magic;
  std::uint32_t heap_format;
  std::uint32_t code_format;         // runtime/metadata/code.h kCodeFormat that the internal code was made by
  std::uint64_t layout_fingerprint;  // of all that is persisted: runtime/boot/heap_fingerprint.h
  std::uint64_t native_fingerprint;  // native_table_fingerprint() that native_index values belong to
  // Everything else may move from format to format.
  gc::HeapState heap;
  gc::SegmentAllocatorState metadata;
  gc::SegmentAllocatorState native;
  RegionTable symbols;
  RegionTable classes;  // by (loader, name): initiated and defined, runtime/metadata/dictionary.h
  RegionTable interned_strings;
  MonitorTable monitors;
  Ref<Class> all_classes;   // list through Class::next
  Ref<JavaThread> threads;  // list through JavaThread::next
  std::uint32_t next_thread_id;
  std::uint32_t java_thread_count;  // alive
  Ref<Object> main_thread_group, system_thread_group;
  Ref<Object> out_of_memory_error, stack_overflow_error;  // made at boot: later there may be no memory
  Ref<Object> boot_unnamed_module;                        // of the boot loader
  Ref<Object> java_base_module;
  std::uint32_t unused;
  ClockState clock;
  std::uint32_t boot_phase;  // finished steps of boot (runtime/boot/boot.h), or kBootDone
  std::int32_t exit_code;
  std::uint64_t bundle_offset, bundle_size;  // the program's bundle, native segment
  std::uint64_t leases_offset;               // lease table, native segment (runtime/outside/leases.h)
  std::uint64_t stack_slices_used;           // stacks segment: slices handed out since the heap was made
  Ref<ModuleState> modules;             // runtime/linking/modules.h; null until the first module is defined
  std::uint32_t classes_defined;        // from class files, since the heap was made
  std::uint64_t calls_of_dead_threads;  // for --stats
  Ref<Object> pending_references;       // cleared and to be enqueued, through Reference.discovered
  std::uint32_t pending_references_waiter;  // JavaThread::id of the thread that waits for them; 0 none
  std::int64_t process_cpu_ns;              // used until the last cut (runtime/threads/cpu_time.h)
  std::uint64_t checkpoint_attempts;        // at the last cut (runtime/threads/checkpoint_events.h)
  std::uint64_t assertion_flags;            // runtime/linking/assertions.h
  std::uint64_t assertions_offset, assertions_size;  // directives, native segment; 0 none
  std::uint32_t peak_thread_count;                   // of java_thread_count, since it was last reset
  std::uint32_t verbose;                             // VerboseOutput bits that a management bean has set
  std::uint64_t collections;                         // number of treatments of references, by System.gc()
  std::uint64_t collection_ns;                       // the time that they took together
  std::uint32_t next_class_number;                   // of Class::number
  std::uint32_t next_method_number;                  // of Class::first_method_number
  std::uint32_t interface_sites;                     // made so far
  std::uint32_t unused2;
  std::uint64_t reserved[18];
  WellKnown known;  // last: it grows
};
UVM_PERSISTED(Roots, magic, heap_format, code_format, layout_fingerprint, native_fingerprint, heap, metadata,
              native, symbols, classes, interned_strings, monitors, all_classes, threads, next_thread_id,
              java_thread_count, main_thread_group, system_thread_group, out_of_memory_error,
              stack_overflow_error, boot_unnamed_module, java_base_module, unused, clock, boot_phase,
              exit_code, bundle_offset, bundle_size, leases_offset, stack_slices_used, modules,
              classes_defined, calls_of_dead_threads, pending_references, pending_references_waiter,
              process_cpu_ns, checkpoint_attempts, assertion_flags, assertions_offset, assertions_size,
              peak_thread_count, verbose, collections, collection_ns, next_class_number, next_method_number,
              interface_sites, unused2, reserved, known)
static_assert(sizeof(Roots) < gc::kRootsSize);
static_assert(offsetof(Roots, magic) == 0 && offsetof(Roots, heap_format) == 8 &&
              offsetof(Roots, code_format) == 12 && offsetof(Roots, layout_fingerprint) == 16 &&
              offsetof(Roots, native_fingerprint) == 24);

inline Roots& roots() { return *gc::at_offset<Roots>(gc::kRootsStart); }

}  // namespace uvm::rt
