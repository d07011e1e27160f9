// Vm: the host side of one running virtual machine, which belongs to the process and not to the heap.
//
// A Vm is made over a mapped region, fresh or resumed (runtime/boot/make_vm.h), and destroyed with it;
// several may follow each other in one process (suspend and resume, torture). Everything that must survive is
// in the region; everything here is derived.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <utility>

#include "gc/heap.h"
#include "gc/segment_allocator.h"
#include "runtime/metadata/host_state.h"
#include "runtime/metadata/program_input.h"
#include "runtime/metadata/roots.h"
#include "runtime/metadata/well_known.h"

namespace uvm::rt {

namespace jimage {
class JImage;
}
class ClassSource;
class EntryFrames;
class JavaCalls;

class Vm {
 public:
  // No part has its state yet, and the interfaces below are not set: make_vm() does both.
  Vm(uffd::Region* region, const jimage::JImage* image, ProgramInput input);
  ~Vm();
  Vm(const Vm&) = delete;
  Vm& operator=(const Vm&) = delete;

  gc::Heap heap;
  gc::SegmentAllocator metadata;
  gc::SegmentAllocator native_memory;
  uffd::Region* region;  // null in unit tests on plain memory
  const jimage::JImage* image;
  ProgramInput input;
  const std::uint32_t number;  // unique among the Vms of this process so far; not 0

  [[nodiscard]] const WellKnown& known() const { return roots().known; }

  // Guards class definition, linking, the dictionary, symbol and string tables. Held briefly, never across a
  // safepoint, an upcall or a blocking call.
  std::recursive_mutex metadata_lock;

  // What lower rooms need from higher ones, each declared by the room that needs it. Not null once a Vm is
  // made.
  ClassSource* classes = nullptr;       // runtime/heap/class_source.h
  JavaCalls* calls = nullptr;           // runtime/threads/java_calls.h
  EntryFrames* entry_frames = nullptr;  // runtime/execution/entry_frames.h

  // The state that a part keeps for this Vm.
  template <typename State>
  [[nodiscard]] State& state() const {
    return static_cast<State&>(*states_[static_cast<std::size_t>(State::kPart)]);
  }
  void add_state(HostPart part, std::unique_ptr<HostState> state) {
    states_[static_cast<std::size_t>(part)] = std::move(state);
  }

 private:
  std::array<std::unique_ptr<HostState>, kHostParts> states_;
};

// The VM of this process; null when none.
Vm* vm();

}  // namespace uvm::rt
