#include "runtime/outside/lease_durability.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <string>
#include <utility>

#include "base/descriptor.h"

namespace uvm::rt {
namespace {

constexpr int kFirstDescriptor = 3;

}  // namespace

bool FlushedDescriptor::end() {
  if (close_at_end_) ::close(fd_);
  fd_ = -1;
  return !std::exchange(close_at_end_, false);
}

int FlushedDescriptor::close(int fd) {
  if (fd != fd_) return ::close(fd);
  close_at_end_ = true;
  return 0;
}

void ClosedOutput::add(int fd, dev_t device) {
  const std::lock_guard guard(lock_);
  const auto same = [device](const File& file) { return file.file_system && file.device == device; };
  if (std::any_of(files_.begin(), files_.end(), same)) return;
  // Opened for reading if possible, because a file that is open for writing cannot be executed.
  const std::string link = "/proc/self/fd/" + std::to_string(fd);
  int own = ::open(link.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (own < kFirstDescriptor) {
    const Descriptor readable(own);
    own = ::fcntl(own >= 0 ? own : fd, F_DUPFD_CLOEXEC, kFirstDescriptor);
  }
  if (own < 0) {  // out of descriptors: it cannot wait for the next version
    ::fsync(fd);
    return;
  }
  const bool many = files_.size() >= kMaxFiles;
  if (many) {
    const auto drop = std::stable_partition(files_.begin(), files_.end(),
                                            [device](const File& file) { return file.device != device; });
    for (auto file = drop; file != files_.end(); ++file) ::close(file->fd);
    files_.erase(drop, files_.end());
  }
  files_.push_back({own, device, many});
}

int ClosedOutput::flush() {
  std::vector<File> files;
  {
    const std::lock_guard guard(lock_);
    files.swap(files_);
  }
  int error = 0;
  for (const File& file : files) {
    const int result = file.file_system ? ::syncfs(file.fd) : ::fsync(file.fd);
    if (result != 0 && error == 0 && !nothing_to_flush(errno)) error = errno;
    ::close(file.fd);
  }
  return error;
}

void ClosedOutput::clear() {
  const std::lock_guard guard(lock_);
  for (const File& file : files_) ::close(file.fd);
  files_.clear();
}

}  // namespace uvm::rt
