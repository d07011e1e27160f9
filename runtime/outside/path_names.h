// Path names as java.io.File.getCanonicalPath wants them.
#pragma once

#include <string>

namespace uvm::rt {

// The canonical form of a path: symbolic links resolved as far as the path exists, the rest appended as
// given, then
// "." and ".." taken out by name. Returns 0 or an errno value (ELOOP, EACCES of a parent is no error,
// ENAMETOOLONG ...).
int canonical_path(const std::string& path, std::string* result);

// Takes "." and ".." elements out of an absolute path, by name alone.
std::string collapse_path(const std::string& path);

}  // namespace uvm::rt
