// HostState: what one room of the runtime keeps of a Vm in this process, and not in the heap.
//
// Each room that has any defines one class derived from HostState, with its Room as kRoom. The Vm owns one
// object of each and destroys them with itself, the highest room's first. So two Vms can follow each other in a
// process, or live side by side, and neither finds what the other has left.
#pragma once

#include <cstddef>
#include <cstdint>

namespace uvm::rt {

enum class Room : std::uint8_t { kOutside, kThreads, kNatives };
inline constexpr std::size_t kRoomCount = 3;

class HostState {
 public:
  virtual ~HostState() = default;
  HostState(const HostState&) = delete;
  HostState& operator=(const HostState&) = delete;

 protected:
  HostState() = default;
};

}  // namespace uvm::rt
