// Exceptions that the VM throws, and stack traces.
//
// throw_new() makes the exception without running Java (the constructors concerned only store the message),
// fills in its stack trace, and sets it pending. `class_name` is an internal name of java.base, e.g.
// "java/lang/Error". Java threads in kRunning mode.
#pragma once

#include <functional>
#include <string_view>

#include "runtime/metadata/frame.h"
#include "runtime/metadata/metadata.h"
#include "runtime/metadata/status.h"
#include "runtime/metadata/thread.h"

namespace uvm::rt {

Thrown throw_new(Thread& thread, std::string_view class_name, std::string_view message);
Thrown throw_new(Thread& thread, std::string_view class_name);  // no message
Thrown throw_new_with_cause(Thread& thread, std::string_view class_name, std::string_view message,
                            Object* cause);
Thrown throw_object(Thread& thread, Object* throwable);
Thrown throw_null_pointer(Thread& thread);  // message comes from getExtendedNPEMessage
Thrown throw_out_of_memory(Thread& thread, std::string_view message = "Java heap space");
Thrown throw_errno(Thread& thread, std::string_view class_name, std::string_view what,
                   int error);  // "what: strerror"
void fill_in_stack_trace(Thread& thread, Object* throwable);
// Walks Java and native frames, innermost first, until `visit` returns false. bci is -2 for natives.
void walk_frames(Thread& thread, const std::function<bool(Frame*, Method*, int bci)>& visit);
int line_of(const Method* method, int bci);  // -1 unknown, -2 native

}  // namespace uvm::rt
