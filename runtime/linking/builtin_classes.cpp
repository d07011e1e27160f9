#include "runtime/bundle/builtin_classes.h"

#include "runtime/bundle/bundle.h"
#include "runtime/linking/class_loading.h"
#include "runtime/linking/class_loading_parts.h"

namespace uvm::rt {

std::span<const std::byte> builtin_class_file(std::string_view path) {
  static const auto view =
      bundle::BundleView::view(bundle::builtin_classes(), bundle::Check::kHeader, "built-in classes");
  if (!view) return {};
  const auto entry = view->find(path);
  return entry == bundle::kNone ? std::span<const std::byte>() : view->stored(entry);
}

}  // namespace uvm::rt
