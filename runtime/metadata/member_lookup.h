// Members of classes by name and descriptor, without access checks and without running Java (JVMS 5.4.3,
// 5.4.6). For resolution, which adds the checks, and for the VM itself.
//
// Any thread. For select_method() the classes must be linked.
#pragma once

#include "runtime/metadata/metadata.h"

namespace uvm::rt {

Method* lookup_method(Class* c, const Symbol* name, const Symbol* descriptor);            // 5.4.3.3
Method* lookup_interface_method(Class* c, const Symbol* name, const Symbol* descriptor);  // 5.4.3.4
Field* lookup_field(Class* c, const Symbol* name, const Symbol* descriptor);              // 5.4.3.2

// The method that an invocation of `resolved` on an object of `receiver_class` runs (JVMS 5.4.6). Null: it is
// abstract.
Method* select_method(Class* receiver_class, Method* resolved);

}  // namespace uvm::rt
