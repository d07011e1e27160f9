#include "tools/messages.h"

#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

namespace uvm::tools {

// One write, so that lines of the program on the same stream stay whole.
void say(const std::string& text) {
  const std::string line = "uvm: " + printable(text) + "\n";
  for (std::size_t done = 0; done < line.size();) {
    const ssize_t written = write(STDERR_FILENO, line.data() + done, line.size() - done);
    if (written <= 0) return;
    done += static_cast<std::size_t>(written);
  }
}

std::string explain(const Error& error, const std::string& store, const std::string& name) {
  switch (error.code) {
    case Errc::kLocked:
      return "heap " + name + " is in use: " + error.message;
    case Errc::kNotFound:
      return "no heap " + name + " in " + store + ": " + error.message;
    case Errc::kNewerFormat:
      return "heap " + name + " needs a newer uvm: " + error.message;
    case Errc::kPermission:
      return "no permission: " + error.message + "; --store chooses another place";
    case Errc::kNoSpace:
      return "no space left: " + error.message;
    case Errc::kCorrupt:
      return "heap " + name + " is damaged: " + error.message + "; uvm verify " + name +
             " says more, uvm remove " + name + " or --fresh drops it";
    default:
      return error.message;
  }
}

int exit_code_of(const Error& error) {
  if (error.code == Errc::kCorrupt) return kExitDamage;
  if (error.code != Errc::kIo) return kExitFailure;
  switch (error.sys_errno) {
    // These are what the block layer and file systems report for a failing device. Other errors (no
    // descriptors, no memory) say nothing about the heap.
    case EIO:
    case ENODATA:
    case EREMOTEIO:
    case EILSEQ:
    case EUCLEAN:
    case EBADMSG:
      return kExitDamage;
    default:
      return kExitFailure;
  }
}

int finish_output() {
  if (std::fflush(stdout) == 0 && std::ferror(stdout) == 0) return 0;
  say(std::string("cannot write to standard output: ") + strerror(errno));
  return kExitFailure;
}

}  // namespace uvm::tools
