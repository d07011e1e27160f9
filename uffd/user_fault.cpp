#include "uffd/user_fault.h"

#include <fcntl.h>
#include <sched.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "uffd/kernel_abi.h"
#include "uffd/kernel_features.h"

namespace uvm::uffd {
namespace {

std::uint64_t address(const std::byte* p) { return reinterpret_cast<std::uintptr_t>(p); }

Error userfault_error(const char* what) {
  const int error = errno;
  return {error == EPERM || error == EACCES ? Errc::kPermission : Errc::kIo, error,
          std::string(what) + ": " + std::strerror(error)};
}

}  // namespace

UserFault::~UserFault() { close(); }

Result<void> UserFault::open(FaultMode fault_mode, TrackMode track_mode) {
  // In-thread mode never resolves faults inside the kernel, so it needs no privilege. A handler thread can
  // resolve them where that is allowed.
  bool user_only = fault_mode == FaultMode::kInThread || !kernel_features().kernel_faults;
  fd_ = open_userfaultfd(O_NONBLOCK | (user_only ? abi::kUserModeOnly : 0));
  if (fd_ < 0) return Unexpected{userfault_error("userfaultfd")};
  uffdio_api api{};
  api.api = UFFD_API;
  api.features = UFFD_FEATURE_MISSING_SHMEM | UFFD_FEATURE_MINOR_SHMEM | UFFD_FEATURE_WP_HUGETLBFS_SHMEM |
                 UFFD_FEATURE_PAGEFAULT_FLAG_WP;
  if (fault_mode == FaultMode::kInThread) api.features |= UFFD_FEATURE_SIGBUS;
  if (track_mode == TrackMode::kAsync) api.features |= abi::kFeatureWpAsync | abi::kFeatureWpUnpopulated;
  if (ioctl(fd_, UFFDIO_API, &api) != 0) return Unexpected{userfault_error("UFFDIO_API")};
  return {};
}

Result<void> UserFault::add(std::byte* start, std::size_t length) {
  uffdio_register reg{};
  reg.range = {address(start), length};
  reg.mode = UFFDIO_REGISTER_MODE_MISSING | UFFDIO_REGISTER_MODE_MINOR | UFFDIO_REGISTER_MODE_WP;
  if (ioctl(fd_, UFFDIO_REGISTER, &reg) != 0) return Unexpected{userfault_error("UFFDIO_REGISTER")};
  constexpr std::uint64_t kNeeded = std::uint64_t{1} << _UFFDIO_COPY | std::uint64_t{1} << _UFFDIO_ZEROPAGE |
                                    std::uint64_t{1} << _UFFDIO_CONTINUE |
                                    std::uint64_t{1} << _UFFDIO_WRITEPROTECT;
  if ((reg.ioctls & kNeeded) != kNeeded) {
    return Unexpected{Error{Errc::kIo, 0, "userfaultfd lacks operations on shared memory"}};
  }
  return {};
}

void UserFault::remove(std::byte* start, std::size_t length) {
  uffdio_range range{address(start), length};
  ioctl(fd_, UFFDIO_UNREGISTER, &range);
}

void UserFault::close() {
  if (fd_ >= 0) ::close(fd_);
  fd_ = -1;
}

void UserFault::copy(std::byte* start, const std::byte* source, std::size_t length, bool write_protect) {
  std::size_t done = 0;
  while (done < length) {
    uffdio_copy arg{};
    arg.dst = address(start) + done;
    arg.src = address(source) + done;
    arg.len = length - done;
    arg.mode = write_protect ? UFFDIO_COPY_MODE_WP : 0;
    if (ioctl(fd_, UFFDIO_COPY, &arg) == 0) return;
    if (errno != EAGAIN) die("UFFDIO_COPY", errno);
    if (arg.copy > 0) done += static_cast<std::size_t>(arg.copy);
    sched_yield();
  }
}

void UserFault::zero(std::byte* start, std::size_t length) {
  std::size_t done = 0;
  while (done < length) {
    uffdio_zeropage arg{};
    arg.range = {address(start) + done, length - done};
    if (ioctl(fd_, UFFDIO_ZEROPAGE, &arg) == 0) return;
    if (errno != EAGAIN) die("UFFDIO_ZEROPAGE", errno);
    if (arg.zeropage > 0) done += static_cast<std::size_t>(arg.zeropage);
    sched_yield();
  }
}

bool UserFault::map(std::byte* page, bool write_protect) {
  for (;;) {
    uffdio_continue arg{};
    arg.range = {address(page), kLineSize};
    arg.mode = write_protect ? abi::kContinueModeWp : 0;
    if (ioctl(fd_, UFFDIO_CONTINUE, &arg) == 0) return true;
    if (errno == EEXIST) return false;
    if (errno != EAGAIN) die("UFFDIO_CONTINUE", errno);
    sched_yield();
  }
}

void UserFault::write_protect(std::byte* start, std::size_t length, bool protect) {
  for (;;) {
    uffdio_writeprotect arg{};
    arg.range = {address(start), length};
    arg.mode = protect ? UFFDIO_WRITEPROTECT_MODE_WP : 0;
    if (ioctl(fd_, UFFDIO_WRITEPROTECT, &arg) == 0) return;
    if (errno != EAGAIN) die("UFFDIO_WRITEPROTECT", errno);
    sched_yield();
  }
}

void UserFault::wake(std::byte* start, std::size_t length) {
  uffdio_range range{address(start), length};
  if (ioctl(fd_, UFFDIO_WAKE, &range) != 0) die("UFFDIO_WAKE", errno);
}

}  // namespace uvm::uffd
