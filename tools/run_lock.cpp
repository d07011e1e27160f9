#include "tools/run_lock.h"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <sstream>
#include <thread>
#include <utility>
#include <vector>

#include "pmem/file_lock.h"
#include "pmem/owned_file.h"

namespace uvm::tools {
namespace {

std::string path_of(const std::string& folder) { return folder + "/running"; }

std::optional<pid_t> pid_in(int fd) {
  char text[16];
  const ssize_t length = pread(fd, text, sizeof text, 0);
  if (length <= 0) return {};
  pid_t pid = 0;
  const auto [end, error] = std::from_chars(text, text + length, pid);
  if (error != std::errc{} || pid <= 0) return {};
  return pid;
}

enum class Holder { kAlive, kDying, kUnknown };

// /proc/PID/stat tells a process that is ending, from the signal that kills it until its last thread is gone.
Holder look_at(std::optional<pid_t> pid) {
  if (!pid) return Holder::kUnknown;
  std::ifstream file("/proc/" + std::to_string(*pid) + "/stat");
  std::string line;
  if (!std::getline(file, line)) return Holder::kUnknown;
  // The second field is the program's name in parentheses, with anything in it. From the third on:
  constexpr std::size_t kState = 0, kFlags = 6, kPending = 28;
  constexpr std::uint64_t kExiting = 0x4;  // PF_EXITING
  constexpr std::uint64_t kKilled = std::uint64_t{1} << (SIGKILL - 1);
  std::istringstream rest(line.substr(std::min(line.rfind(')') + 1, line.size())));
  const std::vector<std::string> fields{std::istream_iterator<std::string>(rest), {}};
  if (fields.size() <= kPending) return Holder::kUnknown;
  const auto number = [&fields](std::size_t i) { return std::strtoull(fields[i].c_str(), nullptr, 10); };
  const bool dying = fields[kState] == "Z" || fields[kState] == "X" || (number(kFlags) & kExiting) != 0 ||
                     (number(kPending) & kKilled) != 0;
  return dying ? Holder::kDying : Holder::kAlive;
}

// How long to wait for a lock. A process that was killed still has its files, and so its locks, until the
// kernel has taken its memory down, which takes seconds when there is much of it. One that cannot be named is
// about to write its process id, or only looks who runs the heap. One that lives may have been killed so
// lately that nothing shows it.
std::chrono::milliseconds patience_with(Holder holder) {
  using namespace std::chrono_literals;
  switch (holder) {
    case Holder::kAlive:
      return 20ms;
    case Holder::kDying:
      return 30s;
    case Holder::kUnknown:
      break;
  }
  return 500ms;
}

// try_lock() that does not wait for a holder that lives.
int lock_unless_alive(int fd, store::FileLock kind) {
  constexpr std::chrono::milliseconds kPause{5};
  int error = 0;
  for (std::chrono::milliseconds waited{0}; (error = store::try_lock(fd, kind)) == EAGAIN; waited += kPause) {
    if (waited >= patience_with(look_at(pid_in(fd)))) break;
    std::this_thread::sleep_for(kPause);
  }
  return error;
}

}  // namespace

store::Result<RunLock> RunLock::take(const std::string& folder) {
  const std::string path = path_of(folder);
  const auto folder_fd = store::open_folder(folder, store::Ownership::kOwned);
  if (!folder_fd) return Unexpected{folder_fd.error()};
  close(*folder_fd);
  // Whoever may look into the folder may see who runs the heap.
  const auto opened = store::open_file(path, O_RDWR | O_CREAT, store::Ownership::kOwned, 0644);
  if (!opened) return Unexpected{opened.error()};
  const int fd = *opened;
  RunLock lock(fd);
  const int error = lock_unless_alive(fd, store::FileLock::kExclusive);
  if (error != 0 && error != EAGAIN) return Unexpected{store::cannot_lock(path, error)};
  if (error != 0) {
    const std::optional<pid_t> pid = pid_in(fd);
    return Unexpected{store::Error{.code = store::Errc::kLocked,
                                   .message = pid ? "it is being run by process " + std::to_string(*pid)
                                                  : std::string("another process is using it")}};
  }
  const std::string pid = std::to_string(getpid()) + "\n";
  if (ftruncate(fd, 0) != 0 || pwrite(fd, pid.data(), pid.size(), 0) != static_cast<ssize_t>(pid.size())) {
    const int error = errno;
    return Unexpected{store::Error{.code = error == ENOSPC ? store::Errc::kNoSpace : store::Errc::kIo,
                                   .sys_errno = error,
                                   .message = "cannot write " + path + ": " + strerror(error)}};
  }
  return lock;
}

RunLock::RunLock(RunLock&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}

RunLock::~RunLock() {
  if (fd_ >= 0) close(fd_);
}

std::optional<pid_t> running_process(const std::string& folder) {
  const auto opened = store::open_file(path_of(folder), O_RDONLY, store::Ownership::kAny);
  if (!opened) return {};
  const int fd = *opened;
  std::optional<pid_t> pid;
  if (lock_unless_alive(fd, store::FileLock::kShared) == EAGAIN) pid = pid_in(fd);
  close(fd);
  return pid;
}

void wait_until_free(const std::string& folder) {
  const auto opened = store::open_file(path_of(folder), O_RDONLY, store::Ownership::kAny);
  if (!opened) return;
  const int fd = *opened;
  static_cast<void>(store::wait_for_lock(fd, store::FileLock::kShared));
  close(fd);
}

}  // namespace uvm::tools
