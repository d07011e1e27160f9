// Members of classes by name and descriptor, without checks of access and without running Java (JVMS 5.4.3,
// 5.4.6). For resolution, which checks, and for the VM itself.
//
// Any thread. The classes are linked where select_method() is concerned.
#pragma once

#include "runtime/metadata/metadata.h"

namespace uvm::rt {

Method* lookup_method(Class* c, const Symbol* name, const Symbol* descriptor);            // 5.4.3.3
Method* lookup_interface_method(Class* c, const Symbol* name, const Symbol* descriptor);  // 5.4.3.4
Field* lookup_field(Class* c, const Symbol* name, const Symbol* descriptor);              // 5.4.3.2

// The method that an invocation of `resolved` on an object of `receiver_class` runs (JVMS 5.4.6); null:
// abstract.
Method* select_method(Class* receiver_class, Method* resolved);

}  // namespace uvm::rt
