// java.lang.ProcessHandleImpl: which processes there are. Starting processes is not supported.
#include <signal.h>
#include <unistd.h>

#include <cstdint>
#include <ctime>
#include <fstream>
#include <optional>
#include <sstream>
#include <string>

#include "runtime/native.h"
#include "runtime/vm.h"

namespace uvm::rt {
namespace {

struct ProcessStatus {
  std::int64_t parent;
  std::int64_t start_ms;  // since the epoch
};

std::int64_t boot_time_ms() {
  std::ifstream file("/proc/stat");
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("btime ")) return std::stoll(line.substr(6)) * 1000;
  }
  return 0;
}

// /proc/PID/stat, proc(5): fields behind the command name, which is in parentheses and may contain anything.
std::optional<ProcessStatus> status_of(std::int64_t pid) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/stat");
  std::string line;
  if (!std::getline(file, line)) return std::nullopt;
  const std::size_t close = line.rfind(')');
  if (close == std::string::npos) return std::nullopt;
  std::istringstream fields(line.substr(close + 1));
  std::string state, skipped;
  std::int64_t parent = 0, start_ticks = 0;
  fields >> state >> parent;
  for (int field = 5; field <= 21; ++field) fields >> skipped;
  fields >> start_ticks;
  if (!fields) return std::nullopt;
  return ProcessStatus{parent, boot_time_ms() + start_ticks * 1000 / ::sysconf(_SC_CLK_TCK)};
}

Status current_pid(NativeCall& call) { return call.ret(std::int64_t{::getpid()}); }

// Its start time, 0 when that is unknown, -1 when there is no such process.
Status is_alive(NativeCall& call) {
  const std::int64_t pid = call.i64(0);
  const auto status = status_of(pid);
  if (status.has_value()) return call.ret(status->start_ms);
  return call.ret(std::int64_t{::kill(static_cast<pid_t>(pid), 0) == 0 ? 0 : -1});
}

// (pid, its start time): the parent's pid, -1 when unknown or when the process is another one by now.
Status parent(NativeCall& call) {
  const std::int64_t pid = call.i64(0);
  if (pid == ::getpid()) return call.ret(std::int64_t{::getppid()});
  const auto status = status_of(pid);
  const std::int64_t started = call.i64(2);
  if (!status.has_value() || (started != 0 && status->start_ms != 0 && started != status->start_ms)) {
    return call.ret(std::int64_t{-1});
  }
  return call.ret(status->parent);
}

const NativeMethod kMethods[] = {
    {"initNative", "()V", native_nothing, kLeaf},
    {"getCurrentPid0", "()J", current_pid, kLeaf},
    {"isAlive0", "(J)J", is_alive, kLeaf},
    {"parent0", "(JJ)J", parent, kLeaf},
};
UVM_REGISTER_NATIVES("java/lang/ProcessHandleImpl", kMethods)

}  // namespace
}  // namespace uvm::rt
