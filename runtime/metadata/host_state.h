// HostState: what a part of the runtime keeps for a Vm in this process, and not in the heap.
//
// Each part that keeps something defines one class derived from HostState, with its HostPart as kPart, in
// its own file where no other code needs to see it. The Vm owns one object of each (runtime/boot/make_vm.cpp)
// and destroys them with itself, last part first. So two Vms can follow each other in a process, and neither
// finds anything that the other has left.
#pragma once

#include <cstddef>
#include <cstdint>

namespace uvm::rt {

enum class HostPart : std::uint8_t {
  kProgramFiles,
  kUndoJournal,
  kOwnWrites,
  kLeases,
  kMonitors,
  kThreads,
  kInlineCaches,
  kNatives
};
inline constexpr std::size_t kHostParts = 8;

class HostState {
 public:
  virtual ~HostState() = default;
  HostState(const HostState&) = delete;
  HostState& operator=(const HostState&) = delete;

 protected:
  HostState() = default;
};

}  // namespace uvm::rt
