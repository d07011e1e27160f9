#include "runtime/execution/inline_caches.h"

#include <new>

namespace uvm::rt {

InlineCaches::InlineCaches() {
  if (!entries.reserve(kMostSites)) throw std::bad_alloc();
}

}  // namespace uvm::rt
