#include "runtime/bundle/mapped_file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "base/descriptor.h"

namespace uvm::rt::bundle {

namespace {

Unexpected<Error> failed(const std::string& path, const char* what, int error) {
  return {{Errc::kIo, error, path + ": cannot " + what + ": " + std::strerror(error)}};
}

// Does not wait for a writer if the name is a pipe.
int open_to_read(const std::string& path) { return ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK); }

// The current size of a regular file in bytes.
Result<std::size_t> size_now(int fd, const std::string& path) {
  struct stat status {};
  if (::fstat(fd, &status) != 0) return failed(path, "stat", errno);
  if (!S_ISREG(status.st_mode)) return Unexpected<Error>{{Errc::kIo, 0, path + ": not a regular file"}};
  return static_cast<std::size_t>(status.st_size);
}

}  // namespace

Result<std::vector<std::byte>> read_file(const std::string& path) {
  constexpr std::size_t kStep = std::size_t{1} << 16;  // bytes, of what has grown
  const Descriptor fd(open_to_read(path));
  if (!fd) return failed(path, "open", errno);
  const auto size = size_now(fd.get(), path);
  if (!size) return Unexpected<Error>{size.error()};
  std::vector<std::byte> bytes(*size + 1);  // one more, to see the end
  std::size_t filled = 0;
  for (;;) {
    if (filled == bytes.size()) bytes.resize(filled + kStep);
    const ssize_t got = ::read(fd.get(), bytes.data() + filled, bytes.size() - filled);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return failed(path, "read", errno);
    if (got == 0) break;
    filled += static_cast<std::size_t>(got);
  }
  bytes.resize(filled);
  return bytes;
}

Result<MappedFile> MappedFile::open(const std::string& path) {
  const Descriptor fd(open_to_read(path));
  if (!fd) return failed(path, "open", errno);
  const auto size = size_now(fd.get(), path);
  if (!size) return Unexpected<Error>{size.error()};
  if (*size == 0) return MappedFile({});
  void* memory = ::mmap(nullptr, *size, PROT_READ, MAP_PRIVATE, fd.get(), 0);
  if (memory == MAP_FAILED) return failed(path, "map", errno);
  return MappedFile({static_cast<const std::byte*>(memory), *size});
}

MappedFile::MappedFile(MappedFile&& other) noexcept : bytes_(std::exchange(other.bytes_, {})) {}

MappedFile::~MappedFile() {
  if (!bytes_.empty()) ::munmap(const_cast<std::byte*>(bytes_.data()), bytes_.size());
}

Result<BundleFile> BundleFile::open(const std::string& path, Check check) {
  auto file = MappedFile::open(path);
  if (!file) return Unexpected<Error>{std::move(file.error())};
  auto view = BundleView::view(file->bytes(), check, path);
  if (!view) return Unexpected<Error>{std::move(view.error())};
  return BundleFile(std::move(*file), *view);
}

}  // namespace uvm::rt::bundle
