// Paths as the host's kernel reports them.
#pragma once

#include <string>

namespace uvm::rt {

// The path of an open file, absolute; if it was removed, its last one. Empty if it has none (a pipe, a
// socket).
std::string path_of_descriptor(int fd);
// Absolute; empty if there is none.
std::string working_directory();

}  // namespace uvm::rt
