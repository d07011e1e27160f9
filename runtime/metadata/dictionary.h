// The dictionary: the class that a loader, as defining or initiating loader, knows by a name (JVMS 5.3). It
// is in the region. Callers hold Vm::metadata_lock.
#pragma once

#include <functional>

#include "runtime/metadata/metadata.h"

namespace uvm::rt {

Class* dictionary_find(const Symbol* name, const Object* loader);
void dictionary_add(Symbol* name, Object* loader, Class* c);
// Visits the loader of every entry that has one, as reference bits, many of them many times. Only while the
// program is stopped, instead of under the lock.
void dictionary_visit_loaders(const std::function<void(std::uint32_t)>& visit);

}  // namespace uvm::rt
