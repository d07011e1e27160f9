#include "runtime/outside/path_names.h"

#include <limits.h>

#include <cerrno>
#include <string_view>
#include <vector>

#include "runtime/outside/file_calls.h"

namespace uvm::rt {
std::string collapse_path(const std::string& path) {
  if (path.empty() || path.front() != '/') return path;
  std::vector<std::string_view> names;
  const std::string_view view = path;
  for (std::size_t at = 0; at < view.size();) {
    const std::size_t end = std::min(view.find('/', at), view.size());
    const std::string_view name = view.substr(at, end - at);
    if (name == "..") {
      if (!names.empty()) names.pop_back();
    } else if (!name.empty() && name != ".") {
      names.push_back(name);
    }
    at = end + 1;
  }
  std::string result;
  for (const std::string_view name : names) {
    result += '/';
    result += name;
  }
  return result.empty() ? "/" : result;
}

int canonical_path(const std::string& path, std::string* result) {
  if (path.size() > PATH_MAX) return ENAMETOOLONG;
  if (file_real_path(path, result) == 0) return 0;
  // Resolve the longest leading part that exists; the names after it stay as they are.
  for (std::size_t end = path.find_last_of('/'); end != std::string::npos && end > 0;
       end = path.find_last_of('/', end - 1)) {
    std::string parent;
    if (file_real_path(path.substr(0, end), &parent) == 0) {
      if (parent == "/") parent.clear();
      *result = collapse_path(parent + path.substr(end));
      return 0;
    }
    if (errno != ENOENT && errno != ENOTDIR && errno != EACCES) return errno;
  }
  *result = collapse_path(path);
  return 0;
}

}  // namespace uvm::rt
