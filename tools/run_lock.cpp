#include "tools/run_lock.h"

#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "base/descriptor.h"
#include "store/device.h"
#include "store/file_lock.h"
#include "store/lock_holder.h"
#include "store/owned_file.h"
#include "tools/messages.h"

namespace uvm::tools {
namespace {

std::string path_of(const std::string& folder) { return folder + "/running"; }

enum class State { kAlive, kStopped, kDying, kUnknown };

// Whether /proc numbers processes as this process does; it may be that of another PID namespace.
bool proc_is_ours() {
  char self[32];
  const ssize_t length = readlink("/proc/self", self, sizeof self);
  return length > 0 && std::to_string(getpid()) == std::string_view(self, static_cast<std::size_t>(length));
}

// /proc/PID/stat shows that a process is ending, from the signal that kills it until its last thread is gone.
State look_at(pid_t pid) {
  if (pid == 0 || !proc_is_ours()) return State::kUnknown;
  std::ifstream file("/proc/" + std::to_string(pid) + "/stat");
  std::string line;
  if (!std::getline(file, line)) return State::kUnknown;
  // The second field is the program's name in parentheses, with anything in it. From the third on:
  constexpr std::size_t kState = 0, kFlags = 6, kPending = 28;
  constexpr std::uint64_t kExiting = 0x4;  // PF_EXITING
  constexpr std::uint64_t kKilled = std::uint64_t{1} << (SIGKILL - 1);
  std::istringstream rest(line.substr(std::min(line.rfind(')') + 1, line.size())));
  const std::vector<std::string> fields{std::istream_iterator<std::string>(rest), {}};
  if (fields.size() <= kPending) return State::kUnknown;
  const auto number = [&fields](std::size_t i) { return std::strtoull(fields[i].c_str(), nullptr, 10); };
  const bool dying = fields[kState] == "Z" || fields[kState] == "X" || (number(kFlags) & kExiting) != 0 ||
                     (number(kPending) & kKilled) != 0;
  if (dying) return State::kDying;
  return fields[kState] == "T" || fields[kState] == "t" ? State::kStopped : State::kAlive;
}

// Whether the process has the file behind `fd` open, as far as this process can see.
bool has_open(pid_t pid, int fd) {
  struct stat wanted {};
  DIR* listing = proc_is_ours() ? opendir(("/proc/" + std::to_string(pid) + "/fd").c_str()) : nullptr;
  if (listing == nullptr) return false;
  bool found = false;
  if (fstat(fd, &wanted) == 0) {
    while (const dirent* entry = found ? nullptr : readdir(listing)) {
      struct stat status {};
      found = fstatat(dirfd(listing), entry->d_name, &status, 0) == 0 && status.st_dev == wanted.st_dev &&
              status.st_ino == wanted.st_ino;
    }
  }
  closedir(listing);
  return found;
}

// How long to wait for a lock. A process that was killed keeps its files, and so its locks, until the kernel
// has freed its memory, which takes seconds if there is much of it. One that cannot be named is about to
// write its process id, or only checks who runs the heap. One that seems alive may have been killed so
// recently that nothing shows it.
std::chrono::milliseconds patience_with(State state) {
  using namespace std::chrono_literals;
  switch (state) {
    case State::kAlive:
    case State::kStopped:
      return 20ms;
    case State::kDying:
      return 30s;
    case State::kUnknown:
      break;
  }
  return 500ms;
}

constexpr std::chrono::milliseconds kPause{5};

// try_lock() that does not wait for a live holder.
int lock_unless_alive(int fd, store::FileLock kind) {
  constexpr std::chrono::seconds kQuiet{2};
  bool said = false;
  int error = 0;
  for (std::chrono::milliseconds waited{0}; (error = store::try_lock(fd, kind)) == EAGAIN; waited += kPause) {
    const Holder holder{store::lock_holder(fd)};
    if (waited >= patience_with(look_at(holder.pid))) break;
    if (waited >= kQuiet && !std::exchange(said, true))
      say("waiting for " + holder.text() + ", which ran the heap, to be gone");
    std::this_thread::sleep_for(kPause);
  }
  return error;
}

}  // namespace

Result<RunLock> RunLock::take(const std::string& folder) {
  const std::string path = path_of(folder);
  const auto folder_fd = store::open_folder(folder, store::Ownership::kOwned);
  if (!folder_fd) return Unexpected{folder_fd.error()};
  close(*folder_fd);
  // Every user who may read the folder may see who runs the heap.
  const auto opened = store::open_file(path, O_RDWR | O_CREAT, store::Ownership::kOwned, 0644);
  if (!opened) return Unexpected{opened.error()};
  const int fd = *opened;
  RunLock lock(fd);
  const int error = lock_unless_alive(fd, store::FileLock::kExclusive);
  if (error == EAGAIN) {
    const Holder holder{store::lock_holder(fd)};
    return Unexpected{Error{.code = Errc::kLocked, .message = "it is being run by " + holder.text()}};
  }
  if (error != 0) return Unexpected{store::cannot_lock(path, error)};
  // Older builds of uvm would believe a process id that an older uvm wrote.
  if (ftruncate(fd, 0) != 0) return Unexpected{system_error("cannot write", path, errno)};
  store::name_holder(fd, F_WRLCK);
  return lock;
}

RunLock::RunLock(RunLock&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}

RunLock::~RunLock() {
  if (fd_ >= 0) close(fd_);
}

std::string Holder::text() const {
  if (pid != 0) return "process " + std::to_string(pid);
  return "a process that cannot be seen from here (in another PID namespace or container, or on another "
         "machine)";
}

bool Holder::stopped() const { return look_at(pid) == State::kStopped; }

std::string why_silent(const Holder& holder) {
  if (holder.stopped())
    return "which is stopped (SIGSTOP, or a debugger): kill -CONT " + std::to_string(holder.pid) +
           " continues it";
  std::string why = "which does not answer";
  if (holder.pid == 0)
    why += ": if it is stopped or its container is paused, let it continue (kill -CONT) and try again";
  return why;
}

std::optional<Holder> running_process(const std::string& folder) {
  const auto opened = store::open_file(path_of(folder), O_RDONLY, store::Ownership::kAny);
  if (!opened) return {};
  const Descriptor fd(*opened);
  if (lock_unless_alive(fd.get(), store::FileLock::kShared) != EAGAIN) return {};
  return Holder{store::lock_holder(fd.get())};
}

BasicResult<void, std::string> terminate_holder(const std::string& folder) {
  const auto refuse = [](const std::string& why) { return Unexpected<std::string>{why}; };
  const auto opened = store::open_file(path_of(folder), O_RDONLY, store::Ownership::kAny);
  if (!opened) return refuse(opened.error().message);
  const Descriptor fd(*opened);
  const pid_t pid = store::lock_holder(fd.get());
  if (pid == 0) return refuse("it cannot be seen from here");
  const Descriptor process(static_cast<int>(syscall(SYS_pidfd_open, pid, 0)));
  if (!process) return refuse(std::string("it cannot be held: ") + strerror(errno));
  pollfd ended{process.get(), POLLIN, 0};
  if (store::lock_holder(fd.get()) != pid || !has_open(pid, fd.get()) || poll(&ended, 1, 0) != 0)
    return refuse("it is not certain that process " + std::to_string(pid) + " is the one");
  if (syscall(SYS_pidfd_send_signal, process.get(), SIGTERM, nullptr, 0) != 0)
    return refuse(std::string("it cannot be sent SIGTERM: ") + strerror(errno));
  return {};
}

bool wait_until_free(const std::string& folder, Holder holder, std::chrono::nanoseconds patience) {
  const auto opened = store::open_file(path_of(folder), O_RDONLY, store::Ownership::kAny);
  if (!opened) return true;
  const Descriptor fd(*opened);
  for (const auto end = std::chrono::steady_clock::now() + patience;;) {
    if (store::try_lock(fd.get(), store::FileLock::kShared) != EAGAIN) return true;
    // A supervisor may have started another process for the heap at once.
    const pid_t now = store::lock_holder(fd.get());
    if (holder.pid != 0 && now != 0 && now != holder.pid) return true;
    if (std::chrono::steady_clock::now() >= end) return false;
    std::this_thread::sleep_for(kPause);
  }
}

}  // namespace uvm::tools
