// The end of a process whose invariants are broken. Any layer may use it, in a signal handler too.
#pragma once

namespace uvm {

// Writes "uvm: <what>: <the error's text>" to stderr with write(2) and aborts; sys_errno 0: no error text.
// Async-signal-safe.
[[noreturn]] void die(const char* what, int sys_errno);

}  // namespace uvm
