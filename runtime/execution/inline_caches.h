// Inline caches: what each call site of invokeinterface remembers of its last receiver (JVMS 6.5
// invokeinterface). They are host state, indexed by the number of the site and lost with the process, so a
// call writes nothing that a checkpoint has to store.
//
// For the interpreter. Any thread may read or replace an entry, always as a whole.
#pragma once

#include <cstdint>

#include "base/memory.h"
#include "runtime/metadata/host_state.h"
#include "runtime/metadata/vm.h"

namespace uvm::rt {

struct InlineCaches final : HostState {
  static constexpr HostPart kPart = HostPart::kInlineCaches;
  // Sites numbered from here on remember nothing.
  static constexpr std::uint32_t kMostSites = 1U << 24;

  InlineCaches();

  // Class reference << 32 | reference of the selected Method; 0: empty.
  SparseArray<std::uint64_t> entries;
};

inline InlineCaches& inline_caches_of(const Vm& vm) { return vm.state<InlineCaches>(); }

}  // namespace uvm::rt
