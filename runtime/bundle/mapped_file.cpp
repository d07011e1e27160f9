#include "runtime/bundle/mapped_file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace uvm::rt::bundle {

Result<MappedFile> MappedFile::open(const std::string& path) {
  const auto failed = [&](const char* what, int error) {
    return Unexpected<Error>{{Errc::kIo, error, path + ": cannot " + what + ": " + std::strerror(error)}};
  };
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return failed("open", errno);
  struct stat status {};
  if (::fstat(fd, &status) != 0) {
    const int error = errno;
    ::close(fd);
    return failed("stat", error);
  }
  if (!S_ISREG(status.st_mode)) {
    ::close(fd);
    return Unexpected<Error>{{Errc::kIo, 0, path + ": not a regular file"}};
  }
  const auto size = static_cast<std::size_t>(status.st_size);
  if (size == 0) {
    ::close(fd);
    return MappedFile({});
  }
  void* memory = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, fd, 0);
  const int error = errno;
  ::close(fd);
  if (memory == MAP_FAILED) return failed("map", error);
  return MappedFile({static_cast<const std::byte*>(memory), size});
}

MappedFile::MappedFile(MappedFile&& other) noexcept : bytes_(std::exchange(other.bytes_, {})) {}

MappedFile::~MappedFile() {
  if (!bytes_.empty()) ::munmap(const_cast<std::byte*>(bytes_.data()), bytes_.size());
}

Result<BundleFile> BundleFile::open(const std::string& path) {
  auto file = MappedFile::open(path);
  if (!file) return Unexpected<Error>{std::move(file.error())};
  auto view = BundleView::view(file->bytes(), Check::kAll, path);
  if (!view) return Unexpected<Error>{std::move(view.error())};
  return BundleFile(std::move(*file), *view);
}

}  // namespace uvm::rt::bundle
