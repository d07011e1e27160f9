// Method handles: the VM's part of java.lang.invoke.
#pragma once

#include "runtime/metadata.h"
#include "runtime/status.h"
#include "runtime/thread.h"

namespace uvm::rt {

// Makes a java.lang.invoke.MemberName (not null) name `method` as an invocation on its own class finds it:
// class, flags, and a ResolvedMethodName. Its name and type stay null; MethodHandleNatives.expand fills them
// in when they are asked.
Status init_member_name(Thread& thread, Object* member_name, Method* method);

}  // namespace uvm::rt
