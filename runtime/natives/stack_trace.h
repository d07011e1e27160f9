// Stack traces as Java sees them.
#pragma once

#include "runtime/metadata/metadata.h"
#include "runtime/metadata/status.h"
#include "runtime/metadata/thread.h"

namespace uvm::rt {

// Fills in a java.lang.StackTraceElement, like its natives; `bci` is -2 for native methods.
Status fill_stack_trace_element(Thread& thread, Object* element, Method* method, int bci);

}  // namespace uvm::rt
