// Paths as the host's kernel has them.
#pragma once

#include <string>

namespace uvm::rt {

// Of an open file, absolute; of one that was removed the last. Empty when it has none (a pipe, a socket).
std::string path_of_descriptor(int fd);
// Absolute; empty when there is none.
std::string working_directory();

}  // namespace uvm::rt
