#include "runtime/outside/undo_record.h"

#include <fcntl.h>
#include <xxhash.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <iterator>
#include <utility>

#include "base/descriptor.h"
#include "store/owned_file.h"

namespace uvm::rt::undo {

Identity identity_of(int directory, const char* path, const struct stat& status, int flags) {
  Identity identity{status.st_dev, status.st_ino, 0};
  struct statx more {};
  if (::statx(directory, path, flags, STATX_BTIME | STATX_INO, &more) == 0 && more.stx_ino == status.st_ino &&
      (more.stx_mask & STATX_BTIME) != 0)
    identity.birth = std::int64_t{more.stx_btime.tv_sec} * 1'000'000'000 + more.stx_btime.tv_nsec;
  return identity;
}

Identity identity_of(const std::string& path, const struct stat& status) {
  return identity_of(AT_FDCWD, path.c_str(), status, AT_SYMLINK_NOFOLLOW);
}

std::string bytes_of(RecordHeader header, const std::string& path, const std::string& other) {
  header.path_length = static_cast<std::uint32_t>(path.size());
  header.other_length = static_cast<std::uint32_t>(other.size());
  std::string bytes(reinterpret_cast<const char*>(&header), sizeof header);
  bytes += path + other;
  header.checksum = XXH3_64bits(bytes.data() + sizeof header.checksum, bytes.size() - sizeof header.checksum);
  std::memcpy(bytes.data(), &header.checksum, sizeof header.checksum);
  return bytes;
}

// One write(2), so that a record is complete or, at the end of the file, torn.
IoResult<void> put(int fd, const std::string& record) {
  struct stat before {};
  const bool known = ::fstat(fd, &before) == 0;
  const auto written = write_all(fd, record.data(), record.size());
  if (!written && known) (void)!::ftruncate(fd, before.st_size);
  return written;
}

IoResult<std::vector<Record>> read_records(const std::string& name) {
  std::vector<Record> records;
  std::string bytes;
  const Descriptor fd(store::descriptor_or_errno(store::open_file(name, O_RDONLY, store::Ownership::kOwned)));
  if (fd.get() < 0 && errno == ENOENT) return records;
  if (fd.get() < 0) return io_failure(errno);
  char buffer[65536];
  for (ssize_t n; (n = ::read(fd.get(), buffer, sizeof buffer)) != 0;) {
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return io_failure(errno);
    bytes.append(buffer, static_cast<std::size_t>(n));
  }
  for (std::size_t at = 0; bytes.size() - at >= sizeof(RecordHeader);) {
    Record record;
    record.start = at;
    std::memcpy(&record.header, bytes.data() + at, sizeof record.header);
    if (record.header.checksum == 0) break;  // room for more
    const std::size_t texts = std::size_t{record.header.path_length} + record.header.other_length;
    if (texts > bytes.size() - at - sizeof record.header) break;
    const std::size_t skip = sizeof record.header.checksum;
    const std::uint64_t checksum = XXH3_64bits(bytes.data() + at + skip, sizeof record.header - skip + texts);
    if (checksum != record.header.checksum) break;
    at += sizeof record.header;
    record.path = bytes.substr(at, record.header.path_length);
    record.other = bytes.substr(at + record.header.path_length, record.header.other_length);
    at += texts;
    records.push_back(std::move(record));
  }
  return records;
}

IoResult<void> copy_range(int from, std::int64_t offset, std::int64_t length, int to) {
  std::vector<std::byte> buffer(static_cast<std::size_t>(std::min<std::int64_t>(length, 1 << 20)));
  while (length > 0) {
    const auto want = static_cast<std::size_t>(std::min<std::int64_t>(length, std::ssize(buffer)));
    const ssize_t n = ::pread(from, buffer.data(), want, offset);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return io_failure(errno);
    if (n == 0) return {};  // shorter than it was
    if (const auto written = write_all(to, buffer.data(), static_cast<std::size_t>(n)); !written)
      return written;
    offset += n;
    length -= n;
  }
  return {};
}

}  // namespace uvm::rt::undo
