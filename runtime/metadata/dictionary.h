// The dictionary: which class a loader, as defining or initiating loader, knows by a name (JVMS 5.3). In the
// region. Callers hold Vm::metadata_lock.
#pragma once

#include <functional>

#include "runtime/metadata/metadata.h"

namespace uvm::rt {

Class* dictionary_find(const Symbol* name, const Object* loader);
void dictionary_add(Symbol* name, Object* loader, Class* c);
// Gives the loader of every entry that has one, as reference bits, many of them many times. Instead of the
// lock: while the program is stopped.
void dictionary_visit_loaders(const std::function<void(std::uint32_t)>& visit);

}  // namespace uvm::rt
