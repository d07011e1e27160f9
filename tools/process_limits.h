// The limits of this process (getrlimit(2)), made fit for a virtual machine.
#pragma once

namespace uvm::tools {

// Raises the soft limit on open files to the hard one, as java does (MaxFDLimit), and gives threads that do
// not say how large a stack they want 2 MiB, whatever ulimit -s says. First thing in main, before any thread.
void raise_limits();

// `main` on a stack that is large enough: this thread's, or where ulimit -s makes that too small and may not
// be raised, another thread's. Says why on stderr and returns 1 when there can be no such thread.
int with_large_stack(int (*main)(int, char**), int argc, char** argv);

}  // namespace uvm::tools
