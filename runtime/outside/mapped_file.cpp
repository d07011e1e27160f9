#include "runtime/outside/mapped_file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <vector>

#include "base/descriptor.h"

namespace uvm::rt {
namespace {

// posix_fallocate(3), which does without the system call only if it is there.
bool take_room(int fd, std::uint64_t bytes) {
  errno = ::posix_fallocate(fd, 0, static_cast<off_t>(bytes));
  struct stat status {};
  if (errno != ENOSYS || ::fstat(fd, &status) != 0) return errno == 0;
  const auto size = static_cast<std::uint64_t>(status.st_size);
  if (size >= bytes) return true;
  const std::vector<std::byte> zeros(bytes - size);
  return ::lseek(fd, status.st_size, SEEK_SET) >= 0 && write_all(fd, zeros.data(), zeros.size());
}

}  // namespace

bool MappedFile::open(int fd, std::uint64_t bytes) {
  close();
  if (!take_room(fd, bytes)) return false;
  void* memory = ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  if (memory == MAP_FAILED) return false;
  memory_ = static_cast<std::byte*>(memory);
  bytes_ = bytes;
  fd_ = fd;
  return true;
}

bool MappedFile::grow(std::uint64_t bytes) {
  if (!take_room(fd_, bytes)) return false;
  void* memory = ::mremap(memory_, bytes_, bytes, MREMAP_MAYMOVE);
  if (memory == MAP_FAILED) return false;
  memory_ = static_cast<std::byte*>(memory);
  bytes_ = bytes;
  return true;
}

void MappedFile::shrink(std::uint64_t bytes) {
  if (bytes_ <= bytes) return;
  ::munmap(memory_ + bytes, bytes_ - bytes);
  bytes_ = bytes;
  (void)!::ftruncate(fd_, static_cast<off_t>(bytes));
}

void MappedFile::close() {
  if (memory_ == nullptr) return;
  ::munmap(memory_, bytes_);
  ::close(fd_);
  memory_ = nullptr;
  bytes_ = 0;
  fd_ = -1;
}

}  // namespace uvm::rt
