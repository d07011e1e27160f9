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

// posix_fallocate(3). It does without the system call only if that does not exist.
IoResult<void> take_room(int fd, std::uint64_t bytes) {
  const int error = ::posix_fallocate(fd, 0, static_cast<off_t>(bytes));
  if (error == 0) return {};
  struct stat status {};
  if (error != ENOSYS) return io_failure(error);
  if (::fstat(fd, &status) != 0) return io_failure(errno);
  const auto size = static_cast<std::uint64_t>(status.st_size);
  if (size >= bytes) return {};
  const std::vector<std::byte> zeros(bytes - size);
  if (::lseek(fd, status.st_size, SEEK_SET) < 0) return io_failure(errno);
  return write_all(fd, zeros.data(), zeros.size());
}

}  // namespace

IoResult<void> MappedFile::open(int fd, std::uint64_t bytes) {
  close();
  if (const auto room = take_room(fd, bytes); !room) return room;
  void* memory = ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  if (memory == MAP_FAILED) return io_failure(errno);
  memory_ = static_cast<std::byte*>(memory);
  bytes_ = bytes;
  fd_ = fd;
  return {};
}

IoResult<void> MappedFile::grow(std::uint64_t bytes) {
  if (const auto room = take_room(fd_, bytes); !room) return room;
  void* memory = ::mremap(memory_, bytes_, bytes, MREMAP_MAYMOVE);
  if (memory == MAP_FAILED) return io_failure(errno);
  memory_ = static_cast<std::byte*>(memory);
  bytes_ = bytes;
  return {};
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
