#include "tools/standard_streams.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <initializer_list>

namespace uvm::tools {

void keep_standard_descriptors() {
  for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; ++fd) {
    if (fcntl(fd, F_GETFD) >= 0 || errno != EBADF) continue;
    // The lowest free number is this one, since those below are taken.
    // A root without /dev/null still has itself.
    const int placed = open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY);
    if (placed < 0 && open("/", O_PATH | O_DIRECTORY) < 0) abort();  // and there is no place to report it
  }
}

}  // namespace uvm::tools
