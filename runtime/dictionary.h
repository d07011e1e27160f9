// The dictionary: which class a loader, as defining or initiating loader, knows by a name (JVMS 5.3). In the region.
// Callers hold Vm::metadata_lock.
#pragma once

#include "runtime/metadata.h"

namespace uvm::rt {

Class* dictionary_find(const Symbol* name, const Object* loader);
void dictionary_add(Symbol* name, Object* loader, Class* c);

}  // namespace uvm::rt
