// The descriptors 0, 1 and 2, in case the parent process has closed them.
#pragma once

namespace uvm::tools {

// Fills each closed one with a useless descriptor: reading and writing fail with EBADF, as before. Otherwise
// the next file to be opened, a heap for example, would get that number, and the output with it. Call this
// first in main.
void keep_standard_descriptors();

}  // namespace uvm::tools
