// The process-wide SIGBUS handler and the regions it serves.
//
// A fault address is looked up in a fixed table without locks. A SIGBUS that belongs to no region goes to the
// handler that was there before, or to the default action. The handler is installed with the first region and
// stays.
#pragma once

#include <cstddef>
#include <cstdint>

namespace uvm::uffd {

// Resolves a fault at an address inside its range. False: the address is not one it serves after all.
class FaultTarget {
 public:
  virtual bool fault(const std::byte* address, bool write) = 0;

 protected:
  ~FaultTarget() = default;
};

inline constexpr unsigned kMaxTargets = 32;

// False when kMaxTargets regions exist or the handler cannot be installed.
[[nodiscard]] bool register_target(FaultTarget* target, const std::byte* base, std::uint64_t size);
// No thread may fault in the target's range any more.
void unregister_target(FaultTarget* target);

}  // namespace uvm::uffd
