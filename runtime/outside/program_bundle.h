// The program's bundle, which lies in the region's native segment (Roots::bundle_offset), where it was
// checked as a whole when it was put there.
#pragma once

#include <optional>
#include <string>

#include "runtime/bundle/bundle.h"

namespace uvm::rt {

class Vm;

// Copies a bundle into the heap, because its file may be gone when the run is resumed, and checks the copy:
// the file may be written to meanwhile. An error leaves a heap that is of no use. `name` is for its message.
// Called by the launcher before any thread runs.
bundle::Result<void> install_program_bundle(Vm& vm, const bundle::BundleView& bundle,
                                            const std::string& name);

// None when the heap has no program yet. Good as long as the region is mapped.
std::optional<bundle::BundleView> program_bundle();

}  // namespace uvm::rt
