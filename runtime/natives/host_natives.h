// HostNatives: what natives keep for a Vm in this process (HostState).
//
// For the files of this room.
#pragma once

#include "runtime/metadata/host_state.h"
#include "runtime/metadata/vm.h"
#include "runtime/zip/deflate_stream.h"

namespace uvm::rt {

struct HostNatives final : HostState {
  static constexpr HostPart kPart = HostPart::kNatives;

  explicit HostNatives(Vm& vm) : deflate_streams(vm.native_memory) {}

  zip::DeflateStreams deflate_streams;  // of java.util.zip.Deflater
};

inline HostNatives& natives_of(const Vm& vm) { return vm.state<HostNatives>(); }

}  // namespace uvm::rt
