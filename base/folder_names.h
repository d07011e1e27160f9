// The names in an open folder. readdir(3) returns null both at the end and on failure (as when a filter
// denies getdents64(2)), so a careless caller takes an unreadable folder for an empty one. Any layer may use
// it.
#pragma once

#include <dirent.h>

#include <cerrno>
#include <string>
#include <vector>

namespace uvm {

// Appends all names but "." and "..". 0, or an errno; then some may be missing.
inline int read_names(DIR* folder, std::vector<std::string>* names) {
  for (;;) {
    errno = 0;
    const dirent* entry = ::readdir(folder);
    if (entry == nullptr) return errno;
    const std::string name = entry->d_name;
    if (name != "." && name != "..") names->push_back(name);
  }
}

}  // namespace uvm
