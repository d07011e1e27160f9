#include "base/die.h"

#include <unistd.h>

#include <cstddef>
#include <cstdlib>
#include <cstring>

namespace uvm {

void die(const char* what, int sys_errno) {
  char text[256];
  std::size_t n = 0;
  auto put = [&](const char* s) {
    while (*s != 0 && n + 1 < sizeof text) text[n++] = *s++;
  };
  put("uvm: ");
  put(what);
  if (sys_errno != 0) {
    const char* why = strerrordesc_np(sys_errno);  // a constant, where strerror() may allocate
    put(": ");
    put(why == nullptr ? "unknown error" : why);
  }
  text[n++] = '\n';
  [[maybe_unused]] ssize_t written = write(STDERR_FILENO, text, n);
  std::abort();
}

}  // namespace uvm
