#include "tools/run_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstring>
#include <utility>

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

}  // namespace

store::Result<RunLock> RunLock::take(const std::string& folder) {
  const std::string path = path_of(folder);
  const int fd = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
  if (fd < 0) {
    const int error = errno;
    return Unexpected{store::Error{.code = error == EACCES || error == EPERM || error == EROFS
                                               ? store::Errc::kPermission
                                               : store::Errc::kIo,
                                   .sys_errno = error,
                                   .message = "cannot open " + path + ": " + strerror(error)}};
  }
  RunLock lock(fd);
  if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
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
  const int fd = open(path_of(folder).c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return {};
  std::optional<pid_t> pid;
  if (flock(fd, LOCK_SH | LOCK_NB) != 0) pid = pid_in(fd);
  close(fd);
  return pid;
}

void wait_until_free(const std::string& folder) {
  const int fd = open(path_of(folder).c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return;
  while (flock(fd, LOCK_SH) != 0 && errno == EINTR) {
  }
  close(fd);
}

}  // namespace uvm::tools
