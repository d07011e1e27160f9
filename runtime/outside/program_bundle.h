// The program's bundle in the region's native segment (Roots::bundle_offset). It was checked as a whole when
// it was copied there.
#pragma once

#include <optional>
#include <string>

#include "runtime/bundle/bundle.h"

namespace uvm::rt {

class Vm;

// Copies a bundle into the heap, because its file may be gone when the run is resumed, and checks the copy,
// because the file may be written to at the same time. After an error the heap is of no use. `name` is for
// its message. Called by the launcher before any thread runs.
bundle::Result<void> install_program_bundle(Vm& vm, const bundle::BundleView& bundle,
                                            const std::string& name);

// Nothing if the heap has no program yet. Valid as long as the region is mapped.
std::optional<bundle::BundleView> program_bundle();

}  // namespace uvm::rt
