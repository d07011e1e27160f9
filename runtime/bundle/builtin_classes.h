// The classes that uvm itself adds to java.base (java/), as a bundle inside the executable. The VM defines
// them with the boot loader, before looking into lib/modules.
//
// Read with BundleView::view(builtin_classes(), Check::kHeader, "built-in classes"): the bytes were made with
// this very executable. Entries are named "jdk/internal/misc/UvmLauncher.class"; there is no main class.
#pragma once

#include <cstddef>
#include <span>

extern "C" {
extern const std::byte uvm_builtin_classes_start[];
extern const std::byte uvm_builtin_classes_end[];
}

namespace uvm::rt::bundle {

[[nodiscard]] inline std::span<const std::byte> builtin_classes() {
  return {uvm_builtin_classes_start, uvm_builtin_classes_end};
}

}  // namespace uvm::rt::bundle
