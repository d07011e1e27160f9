#include "tools/process_limits.h"

#include <malloc.h>
#include <pthread.h>
#include <sys/resource.h>

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <string>

#include "tools/messages.h"

namespace uvm::tools {
namespace {

constexpr std::size_t kThreadStack = std::size_t{2} << 20;
// glibc would make eight for each processor, and each keeps the memory that was freed in it. The program's
// objects are not in them.
constexpr int kMallocArenas = 4;
constexpr rlim_t kMainStack = rlim_t{8} << 20;

struct Call {
  int (*main)(int, char**);
  int argc;
  char** argv;
  int status;
};

}  // namespace

void raise_limits() {
  mallopt(M_ARENA_MAX, kMallocArenas);
  rlimit files{};
  if (getrlimit(RLIMIT_NOFILE, &files) == 0 && files.rlim_cur < files.rlim_max) {
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
  }
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  if (pthread_attr_setstacksize(&attributes, kThreadStack) == 0) pthread_setattr_default_np(&attributes);
  pthread_attr_destroy(&attributes);
}

int with_large_stack(int (*main)(int, char**), int argc, char** argv) {
  rlimit stack{};
  if (getrlimit(RLIMIT_STACK, &stack) != 0 || stack.rlim_cur >= kMainStack) return main(argc, argv);
  // The kernel checks the limit when the stack grows, so this is early enough.
  const rlimit raised{std::min(kMainStack, stack.rlim_max), stack.rlim_max};
  if (raised.rlim_cur == kMainStack && setrlimit(RLIMIT_STACK, &raised) == 0) return main(argc, argv);
  Call call{main, argc, argv, 1};
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, kMainStack);
  pthread_t thread{};
  const auto body = [](void* argument) -> void* {
    auto* the = static_cast<Call*>(argument);
    the->status = the->main(the->argc, the->argv);
    return nullptr;
  };
  const int error = pthread_create(&thread, &attributes, body, &call);
  pthread_attr_destroy(&attributes);
  if (error != 0) {
    say(std::string(
            "the stack is too small (ulimit -s), and a thread with a larger one cannot be started: ") +
        std::strerror(error));
    return 1;
  }
  pthread_join(thread, nullptr);
  return call.status;
}

}  // namespace uvm::tools
