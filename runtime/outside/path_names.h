// Canonical path names, as java.io.File.getCanonicalPath needs them.
#pragma once

#include <string>

namespace uvm::rt {

// The canonical form of a path: symbolic links are resolved as far as the path exists, the rest is appended
// as given, then "." and ".." are removed by name. Returns 0 or an errno value (ELOOP, ENAMETOOLONG ...;
// EACCES of a parent is not an error).
int canonical_path(const std::string& path, std::string* result);

// Removes "." and ".." elements from an absolute path, by name alone.
std::string collapse_path(const std::string& path);

}  // namespace uvm::rt
