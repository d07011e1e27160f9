// How a booted VM begins a program: jdk.internal.misc.UvmLauncher makes the class library's state this
// process's and loads the main class, then the VM calls main(String[]) with nothing below it, as `java` does.
//
// Called by the primordial thread's entry frame only (runtime/threads/threads.cpp).
#pragma once

#include "runtime/metadata/metadata.h"
#include "runtime/metadata/status.h"
#include "runtime/metadata/thread.h"

namespace uvm::rt {

// Initialises UvmLauncher; kUpcall until that is done. The others push their call and return kUpcall, or
// kThrow.
Status ready_launcher(Thread& thread);
Status call_seal_image(Thread& thread);  // UvmLauncher.sealImage()
Status call_prepare(Thread& thread);     // UvmLauncher.prepare(): the result is the mirror of the main class
// main(String[]) of a class that is initialised and that UvmLauncher has found to have one.
Status call_main(Thread& thread, Class* main_class, Object* arguments);
// The String[] of the program's arguments; null with an exception pending.
Object* make_arguments(Thread& thread);

}  // namespace uvm::rt
