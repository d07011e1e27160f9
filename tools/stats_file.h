// The file of --stats: one document, replaced whole each time.
#pragma once

#include <string>

namespace uvm::tools {

// A regular file is replaced as a whole, through links too; to anything else (a pipe, a device) the document
// is written. 0 or an errno.
int write_stats(const std::string& path, const std::string& document);

}  // namespace uvm::tools
