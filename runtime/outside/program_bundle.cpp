#include "runtime/outside/program_bundle.h"

#include <cstring>

#include "runtime/metadata/roots.h"
#include "runtime/metadata/vm.h"
#include "uffd/region.h"

namespace uvm::rt {

bundle::Result<void> install_program_bundle(Vm& vm, const bundle::BundleView& bundle,
                                            const std::string& name) {
  const std::span<const std::byte> bytes = bundle.bytes();
  const gc::RegionOffset block = vm.native_memory.allocate(bytes.size());
  if (block == 0) {
    return Unexpected<bundle::Error>{
        {bundle::Errc::kBadInput, 0,
         name + ": too large for a heap: " + std::to_string(bytes.size()) + " bytes"}};
  }
  const gc::RegionOffset first = (block + store::kLineSize - 1) / store::kLineSize * store::kLineSize;
  const gc::RegionOffset last = (block + bytes.size()) / store::kLineSize * store::kLineSize;
  if (first < last && vm.region != nullptr) vm.region->populate_fresh(first, last - first);
  auto* copy = gc::at_offset<std::byte>(block);
  std::memcpy(copy, bytes.data(), bytes.size());
  if (auto checked = bundle::BundleView::view({copy, bytes.size()}, bundle::Check::kAll, name); !checked)
    return Unexpected<bundle::Error>{checked.error()};
  roots().bundle_offset = block;
  roots().bundle_size = bytes.size();
  return {};
}

std::optional<bundle::BundleView> program_bundle() {
  const Roots& r = roots();
  if (r.bundle_offset == 0) return std::nullopt;
  auto view = bundle::BundleView::view({gc::at_offset<std::byte>(r.bundle_offset), r.bundle_size},
                                       bundle::Check::kHeader, "program");
  if (!view.has_value()) return std::nullopt;
  return *view;
}

}  // namespace uvm::rt
