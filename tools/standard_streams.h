// The descriptors 0, 1 and 2, when whoever started the program has closed them.
#pragma once

namespace uvm::tools {

// Puts something there that is of no use: reading and writing fail with EBADF, as they would without.
// Otherwise the next file that the program opens, a heap for example, would get the number and the output
// with it. First thing in main.
void keep_standard_descriptors();

}  // namespace uvm::tools
