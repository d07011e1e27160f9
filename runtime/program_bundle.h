// The program's bundle, which lies in the region's native segment (Roots::bundle_offset), where it was
// checked as a whole when it was put there.
#pragma once

#include <optional>

#include "runtime/bundle/bundle.h"

namespace uvm::rt {

// None when the heap has no program yet. Good as long as the region is mapped.
std::optional<bundle::BundleView> program_bundle();

}  // namespace uvm::rt
