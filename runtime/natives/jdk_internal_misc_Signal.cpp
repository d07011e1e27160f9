// Natives of jdk.internal.misc.Signal. The process's signals belong to the VM, which may be another process
// after a resume: names are known, but handlers are never called. Handlers are accepted for signals that
// would end java but suspend a program here, and for signals that do nothing. Any other signal would end the
// program where it expects its handler, so the handler is refused, as java refuses handlers of signals that
// it uses itself.
#include <csignal>
#include <string>

#include "runtime/heap/exceptions.h"
#include "runtime/heap/strings.h"
#include "runtime/natives/support.h"

namespace uvm::rt {
namespace {

struct SignalName {
  const char* name;
  int number;
};
constexpr SignalName kSignals[] = {
    {"HUP", SIGHUP},   {"INT", SIGINT},       {"QUIT", SIGQUIT}, {"ILL", SIGILL},   {"TRAP", SIGTRAP},
    {"ABRT", SIGABRT}, {"BUS", SIGBUS},       {"FPE", SIGFPE},   {"KILL", SIGKILL}, {"USR1", SIGUSR1},
    {"SEGV", SIGSEGV}, {"USR2", SIGUSR2},     {"PIPE", SIGPIPE}, {"ALRM", SIGALRM}, {"TERM", SIGTERM},
    {"CHLD", SIGCHLD}, {"CONT", SIGCONT},     {"STOP", SIGSTOP}, {"TSTP", SIGTSTP}, {"TTIN", SIGTTIN},
    {"TTOU", SIGTTOU}, {"URG", SIGURG},       {"XCPU", SIGXCPU}, {"XFSZ", SIGXFSZ}, {"VTALRM", SIGVTALRM},
    {"PROF", SIGPROF}, {"WINCH", SIGWINCH},   {"IO", SIGIO},     {"PWR", SIGPWR},   {"SYS", SIGSYS},
    {"POLL", SIGPOLL}, {"STKFLT", SIGSTKFLT},
};

Status find_signal(NativeCall& call) {
  const Object* name = call.object(0);
  if (name == nullptr) return throw_null_pointer(call.thread);
  for (const SignalName& signal : kSignals) {
    if (string_equals(name, signal.name)) return call.ret(signal.number);
  }
  return call.ret(-1);
}

// The previous handler: 0, the default one; -1, refused.
Status handle(NativeCall& call) {
  constexpr std::int64_t kDefault = 0, kRefused = -1;
  switch (call.i32(0)) {
    case SIGHUP:
    case SIGINT:
    case SIGTERM:
    case SIGPIPE:
    case SIGXFSZ:
    case SIGCHLD:
    case SIGCONT:
    case SIGTSTP:
    case SIGTTIN:
    case SIGTTOU:
    case SIGURG:
    case SIGWINCH:
      return call.ret(kDefault);
    default:
      return call.ret(kRefused);
  }
}

Status raise(NativeCall& call) {
  return throw_new(call.thread, "java/lang/IllegalArgumentException",
                   "signal " + std::to_string(call.i32(0)) + " is not raised: signals belong to the VM");
}

const NativeMethod kSignalMethods[] = {
    {"findSignal0", "(Ljava/lang/String;)I", find_signal},
    {"handle0", "(IJ)J", handle, kLeaf},
    {"raise0", "(I)V", raise},
};
UVM_REGISTER_NATIVES("jdk/internal/misc/Signal", kSignalMethods)

}  // namespace
}  // namespace uvm::rt
