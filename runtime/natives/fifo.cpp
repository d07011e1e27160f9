#include "runtime/natives/fifo.h"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <cerrno>

#include "runtime/threads/clock.h"
#include "runtime/threads/safepoint.h"

namespace uvm::rt {
namespace {

constexpr std::int64_t kRetryNs = 10'000'000;

// False: the thread must retire.
bool wait_a_while(Thread& thread) {
  const std::uint32_t seen = thread.wake.load();
  if (retiring(thread)) return false;
  wait_for_wake(thread, seen, static_cast<std::uint64_t>(program_nano_time() + kRetryNs));
  return !retiring(thread);
}

// Whether the FIFO that `reader` is open on has a writer, or has had one since it was opened. `probe` is the
// writing end of an empty pipe, which never waits.
bool has_writer(int reader, int probe) {
  pollfd ready{.fd = reader, .events = POLLIN, .revents = 0};
  if (::poll(&ready, 1, 0) > 0) return true;  // data, or a writer that has left
  // Copies nothing, but says whether there could be data.
  return ::tee(reader, probe, 1, SPLICE_F_NONBLOCK) != 0;
}

Status wait_for_writer(Thread& thread, int reader) {
  int probe[2];
  if (::pipe2(probe, O_CLOEXEC | O_NONBLOCK) != 0)
    return Status::kOk;  // no descriptor left: the first read waits instead
  bool found = has_writer(reader, probe[1]);
  while (!found && wait_a_while(thread)) found = has_writer(reader, probe[1]);
  ::close(probe[0]);
  ::close(probe[1]);
  return found ? Status::kOk : Status::kRetire;
}

}  // namespace

Status open_fifo(Thread& thread, int directory, const char* path, int flags, int* fd) {
  for (;;) {
    *fd = ::openat(directory, path, flags | O_NONBLOCK | O_CLOEXEC);
    if (*fd >= 0) break;
    if (errno != ENXIO) {  // ENXIO: opened for writing, and there is no reader
      *fd = -errno;
      return Status::kOk;
    }
    if (!wait_a_while(thread)) return Status::kRetire;
  }
  if ((flags & O_ACCMODE) == O_RDONLY && wait_for_writer(thread, *fd) == Status::kRetire) {
    ::close(*fd);
    return Status::kRetire;
  }
  ::fcntl(*fd, F_SETFL, flags & ~O_NONBLOCK);  // sets only those that can be changed
  return Status::kOk;
}

}  // namespace uvm::rt
