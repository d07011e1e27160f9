// Natives of java.lang.ProcessHandleImpl, its Info, and java.lang.ProcessImpl: information about processes,
// from /proc (proc(5)).
//
// Programs cannot start processes: a child belongs to the process that started it, and the program may
// continue in another one.
#include <dirent.h>
#include <pwd.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <optional>

#include "runtime/heap/exceptions.h"
#include "runtime/heap/objects.h"
#include "runtime/heap/strings.h"
#include "runtime/metadata/vm.h"
#include "runtime/natives/support.h"

namespace uvm::rt {
namespace {

constexpr std::int64_t kNotAlive = -1;
constexpr std::int32_t kNotAChild = -2;  // ProcessHandleImpl.NOT_A_CHILD

std::string read_all(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

std::int64_t boot_time_ms() {
  static const std::int64_t time = [] {
    const std::string stat = read_all("/proc/stat");
    const std::size_t at = stat.find("btime ");
    return at == std::string::npos ? 0 : std::strtoll(stat.c_str() + at + 6, nullptr, 10) * 1000;
  }();
  return time;
}

struct ProcessStat {
  std::int64_t parent;
  std::int64_t total_ns;  // CPU time
  std::int64_t start_ms;  // since the epoch
};

// Fields 4, 14, 15 and 22 of /proc/<pid>/stat; the command before them may contain anything.
std::optional<ProcessStat> stat_of(std::int64_t pid) {
  const std::string text = read_all("/proc/" + std::to_string(pid) + "/stat");
  const std::size_t end = text.rfind(')');
  if (end == std::string::npos) return std::nullopt;
  char state = 0;
  long parent = 0;
  unsigned long user = 0;
  unsigned long system = 0;
  unsigned long long start = 0;
  if (std::sscanf(text.c_str() + end + 1,
                  " %c %ld %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu %*d %*d %*d %*d %*d %*d %llu", &state,
                  &parent, &user, &system, &start) != 5) {
    return std::nullopt;
  }
  const std::int64_t ticks = sysconf(_SC_CLK_TCK);
  return ProcessStat{.parent = parent,
                     .total_ns = static_cast<std::int64_t>(user + system) * (1'000'000'000 / ticks),
                     .start_ms = boot_time_ms() + static_cast<std::int64_t>(start) * 1000 / ticks};
}

Status current_pid(NativeCall& call) { return call.ret(static_cast<std::int64_t>(getpid())); }

// The start time; 0 if it is not known, -1 if there is no such process.
Status is_alive(NativeCall& call) {
  const auto stat = stat_of(call.i64(0));
  return call.ret(stat ? stat->start_ms : kNotAlive);
}

Status parent(NativeCall& call) {
  const std::int64_t pid = call.i64(0);
  const std::int64_t start = call.i64(2);
  const auto stat = stat_of(pid);
  if (!stat || (start != 0 && stat->start_ms != start)) return call.ret(std::int64_t{-1});
  return call.ret(stat->parent);
}

// Fills the arrays with all processes, or with the children of `pid`; returns how many there are.
Status process_pids(NativeCall& call) {
  const std::int64_t wanted_parent = call.i64(0);
  Array* pids = call.array(2);
  Array* parents = call.array(3);
  Array* starts = call.array(4);
  if (pids == nullptr) return throw_null_pointer(call.thread);
  if ((parents != nullptr && parents->length != pids->length) ||
      (starts != nullptr && starts->length != pids->length)) {
    return throw_new(call.thread, "java/lang/IllegalArgumentException", "array sizes not equal");
  }
  DIR* directory = opendir("/proc");
  if (directory == nullptr) {
    return throw_new(call.thread, "java/lang/RuntimeException", "Unable to open /proc");
  }
  std::int32_t count = 0;
  while (const dirent* entry = readdir(directory)) {
    const std::int64_t pid = std::strtoll(entry->d_name, nullptr, 10);
    if (pid <= 0) continue;
    const auto stat = stat_of(pid);
    if (!stat || (wanted_parent != 0 && stat->parent != wanted_parent)) continue;
    if (count < pids->length) {
      pids->elements<std::int64_t>()[count] = pid;
      if (parents != nullptr) parents->elements<std::int64_t>()[count] = stat->parent;
      if (starts != nullptr) starts->elements<std::int64_t>()[count] = stat->start_ms;
    }
    ++count;
  }
  closedir(directory);
  return call.ret(count);
}

Status destroy(NativeCall& call) {
  const std::int64_t pid = call.i64(0);
  const std::int64_t start = call.i64(2);
  const bool force = call.i32(4) != 0;
  const auto stat = stat_of(pid);
  if (!stat || (start != 0 && stat->start_ms != start)) return call.ret(false);
  return call.ret(kill(static_cast<pid_t>(pid), force ? SIGKILL : SIGTERM) == 0);
}

// The class library then polls isAlive0.
Status wait_for_exit(NativeCall& call) { return call.ret(kNotAChild); }

const NativeMethod kHandleMethods[] = {
    {"initNative", "()V", native_nothing, kLeaf},
    {"getCurrentPid0", "()J", current_pid, kLeaf},
    {"isAlive0", "(J)J", is_alive},
    {"parent0", "(JJ)J", parent},
    {"getProcessPids0", "(J[J[J[J)I", process_pids},
    {"destroy0", "(JJZ)Z", destroy},
    {"waitForProcessExit0", "(JZ)I", wait_for_exit},
};
UVM_REGISTER_NATIVES("java/lang/ProcessHandleImpl", kHandleMethods)

Status info(NativeCall& call) {
  Thread& thread = call.thread;
  Object* object = call.object(0);
  const std::int64_t pid = call.i64(1);
  const auto stat = stat_of(pid);
  if (!stat) return call.ret();
  Class* c = class_of(object);
  const auto set_text = [&](std::string_view field, std::string_view text) {
    const Object* string = new_string(thread, text);
    UVM_TRY(made(string));
    object->set_reference(library_field(c, field, "Ljava/lang/String;"), string);
    return Status::kOk;
  };
  object->field<std::int64_t>(library_field(c, "startTime", "J")) = stat->start_ms;
  object->field<std::int64_t>(library_field(c, "totalTime", "J")) = stat->total_ns;

  const std::string directory = "/proc/" + std::to_string(pid);
  struct stat owner {};
  if (::stat(directory.c_str(), &owner) == 0) {
    char buffer[1024];
    passwd entry{};
    passwd* found = nullptr;
    if (getpwuid_r(owner.st_uid, &entry, buffer, sizeof buffer, &found) == 0 && found != nullptr) {
      UVM_TRY(set_text("user", found->pw_name));
    }
  }
  char executable[4096];
  const ssize_t length = readlink((directory + "/exe").c_str(), executable, sizeof executable);
  if (length <= 0) return call.ret();
  UVM_TRY(set_text("command", std::string_view(executable, static_cast<std::size_t>(length))));

  std::vector<std::string> words;
  const std::string command_line = read_all(directory + "/cmdline");
  for (std::size_t at = 0; at < command_line.size();) {
    words.emplace_back(command_line.c_str() + at);
    at += words.back().size() + 1;
  }
  const std::size_t count = words.empty() ? 0 : words.size() - 1;
  Array* arguments = new_object_array(thread, known().String.get(), static_cast<std::int32_t>(count));
  UVM_TRY(made(arguments));
  for (std::size_t i = 0; i < count; ++i) {
    const Object* argument = new_string(thread, words[i + 1]);
    UVM_TRY(made(argument));
    array_set(arguments, static_cast<std::int32_t>(i), argument);
  }
  object->set_reference(library_field(c, "arguments", "[Ljava/lang/String;"), arguments);
  return call.ret();
}

const NativeMethod kInfoMethods[] = {
    {"initIDs", "()V", native_nothing, kLeaf},
    {"info0", "(J)V", info},
};
UVM_REGISTER_NATIVES("java/lang/ProcessHandleImpl$Info", kInfoMethods)

Status fork_and_exec(NativeCall& call) {
  return throw_new(call.thread, "java/io/IOException",
                   "processes cannot be started from a heap that outlives them");
}

const NativeMethod kProcessMethods[] = {
    {"init", "()V", native_nothing, kLeaf},
    {"forkAndExec", "(I[B[B[BI[BI[B[IZ)I", fork_and_exec},
};
UVM_REGISTER_NATIVES("java/lang/ProcessImpl", kProcessMethods)

}  // namespace
}  // namespace uvm::rt
