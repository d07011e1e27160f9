#include "tools/stats_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>

#include "base/descriptor.h"

namespace uvm::tools {
namespace {

// 0 or an errno.
int write_text(const std::string& path, int flags, const std::string& text) {
  const Descriptor fd(open(path.c_str(), O_WRONLY | O_CLOEXEC | flags, 0666));
  if (!fd) return errno;
  const auto written = write_all(fd.get(), text.data(), text.size());
  return written ? 0 : written.error().sys_errno;
}

}  // namespace

int write_stats(const std::string& path, const std::string& document) {
  struct stat status {};
  const bool regular = stat(path.c_str(), &status) == 0 && S_ISREG(status.st_mode);
  // A pipe, a terminal, /dev/null, a link to nothing yet.
  if (!regular && lstat(path.c_str(), &status) == 0)
    return write_text(path, S_ISLNK(status.st_mode) ? O_CREAT : 0, document);
  std::error_code ignored;
  const std::string target = std::filesystem::weakly_canonical(path, ignored);  // followed through links
  const std::string fresh = target + ".new";
  // Remove what a killed process has left. Never write to an existing file with that name: in a folder that
  // others can write to, it may be a link of theirs.
  unlink(fresh.c_str());
  int error = write_text(fresh, O_CREAT | O_EXCL | O_NOFOLLOW, document);
  if (error == EEXIST) return error;
  if (error == 0 && rename(fresh.c_str(), target.c_str()) != 0) error = errno;
  if (error != 0) unlink(fresh.c_str());
  return error;
}

}  // namespace uvm::tools
