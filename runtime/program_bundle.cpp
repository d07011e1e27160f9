#include "runtime/program_bundle.h"

#include "runtime/roots.h"

namespace uvm::rt {

std::optional<bundle::BundleView> program_bundle() {
  const Roots& r = roots();
  if (r.bundle_offset == 0) return std::nullopt;
  auto view = bundle::BundleView::view({gc::at_offset<std::byte>(r.bundle_offset), r.bundle_size},
                                       bundle::Check::kHeader, "program");
  if (!view.has_value()) return std::nullopt;
  return *view;
}

}  // namespace uvm::rt
