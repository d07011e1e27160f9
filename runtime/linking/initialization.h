// Linking and initialisation of classes (JVMS 5.4, 5.5). Java threads in kRunning mode.
#pragma once

#include "runtime/metadata/metadata.h"
#include "runtime/metadata/status.h"
#include "runtime/metadata/thread.h"

namespace uvm::rt {

Status link_class(Thread& thread, Class* c);          // verify, prepare
Status ensure_initialized(Thread& thread, Class* c);  // JVMS 5.5; kUpcall while the initialiser runs

// The step of a kClassInit frame; see runtime/execution/continuation.h.
Status class_init_step(Thread& thread, Frame* frame);
void class_init_threw(Thread& thread, Frame* frame);

}  // namespace uvm::rt
