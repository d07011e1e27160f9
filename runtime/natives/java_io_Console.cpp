// java.io.Console.
#include <termios.h>
#include <unistd.h>

#include <cerrno>

#include "runtime/execution/native.h"
#include "runtime/natives/io_support.h"

namespace uvm::rt {
namespace {

// Null: the console has the encoding of System.out.
Status encoding(NativeCall& call) { return call.ret(static_cast<const Object*>(nullptr)); }

// Bits of Console's TTY_..._MASK.
Status tty_status(NativeCall& call) {
  std::int32_t status = 0;
  for (const int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (::isatty(fd) == 1) status |= 1 << fd;
  }
  return call.ret(status);
}

Status istty(NativeCall& call) {
  return call.ret(::isatty(STDIN_FILENO) == 1 && ::isatty(STDOUT_FILENO) == 1);
}

// Switches echo on or off and returns what it was before.
Status echo(NativeCall& call) {
  termios settings{};
  if (::tcgetattr(STDIN_FILENO, &settings) != 0) return throw_io(call.thread, errno);
  const bool before = (settings.c_lflag & ECHO) != 0;
  if (call.i32(0) != 0) {
    settings.c_lflag |= tcflag_t{ECHO};
  } else {
    settings.c_lflag &= ~tcflag_t{ECHO};
  }
  if (::tcsetattr(STDIN_FILENO, TCSANOW, &settings) != 0) return throw_io(call.thread, errno);
  return call.ret(before);
}

const NativeMethod kConsoleMethods[] = {
    {"encoding", "()Ljava/lang/String;", encoding, kLeaf},
    {"istty", "()Z", istty, kLeaf},           // in earlier updates
    {"ttyStatus", "()I", tty_status, kLeaf},  // in later updates
    {"echo", "(Z)Z", echo},
};
UVM_REGISTER_NATIVES("java/io/Console", kConsoleMethods)

}  // namespace
}  // namespace uvm::rt
