// How a booted VM begins a program: jdk.internal.misc.UvmLauncher adapts the class library's state to this
// process and loads the main class; then the VM calls main(String[]) with nothing below it on the stack, as
// `java` does.
//
// Called only by the entry frame of the primordial thread (runtime/boot/entry_frames.cpp).
#pragma once

#include "runtime/metadata/metadata.h"
#include "runtime/metadata/status.h"
#include "runtime/metadata/thread.h"

namespace uvm::rt {

// Initialises UvmLauncher; kUpcall until that is finished. The functions below push their call and return
// kUpcall, or kThrow.
Status ready_launcher(Thread& thread);
Status call_seal_image(Thread& thread);  // UvmLauncher.sealImage()
Status call_prepare(Thread& thread);     // UvmLauncher.prepare(): the result is the mirror of the main class
// main(String[]) of an initialised class in which UvmLauncher has found it.
Status call_main(Thread& thread, Class* main_class, Object* arguments);
// The String[] of the program's arguments; null with an exception pending.
Object* make_arguments(Thread& thread);

}  // namespace uvm::rt
