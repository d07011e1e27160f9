#include "runtime/natives/io_support.h"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <optional>

#include "runtime/heap/exceptions.h"
#include "runtime/heap/strings.h"
#include "runtime/metadata/member_lookup.h"
#include "runtime/metadata/symbol_table.h"
#include "runtime/metadata/vm.h"
#include "runtime/natives/fifo.h"
#include "runtime/outside/leases.h"
#include "runtime/threads/safepoint.h"

namespace uvm::rt {
namespace {

// A pipe that poll(2) reports as writable takes this much without waiting (pipe(7): PIPE_BUF).
constexpr std::int64_t kPipePiece = 4096;

// Small transfers use the stack, large ones memory of their own.
class BounceBuffer {
 public:
  explicit BounceBuffer(std::int64_t length) {
    if (length > static_cast<std::int64_t>(sizeof small_)) {
      size_ = std::min(length, kBounceSize);
      large_ = std::make_unique<char[]>(static_cast<std::size_t>(size_));
    }
  }
  [[nodiscard]] char* data() { return large_ ? large_.get() : small_; }
  [[nodiscard]] std::int64_t size() const { return size_; }

 private:
  char small_[8192];
  std::unique_ptr<char[]> large_;
  std::int64_t size_ = sizeof small_;
};

std::int64_t begin_transfer(NativeCall& call) {
  if (call.phase() == kFresh) {
    call.set_phase(kUnderWay);
    call.saved_value(0).l = 0;
  }
  return call.saved_value(0).l;
}

// Between two pieces: lets the thread be stopped. kRetire: leave, and continue from saved_value 0 later.
Status pause_point(Thread& thread) {
  if (thread.poll.load(std::memory_order_relaxed) == 0) return Status::kOk;
  { const BlockedScope stoppable(thread); }
  return retiring(thread) ? Status::kRetire : Status::kOk;
}

bool would_wait(int error) { return error == EAGAIN || error == EWOULDBLOCK; }

ssize_t read_ready(Thread& thread, int fd, void* data, std::size_t size) {
  const InterruptibleScope scope(thread);
  return ::read(fd, data, size);
}

ssize_t write_ready(Thread& thread, int fd, const void* data, std::size_t size) {
  const InterruptibleScope scope(thread);
  return ::write(fd, data, size);
}

}  // namespace

Transfer read_lease(NativeCall& call, std::int32_t lease, std::int64_t length, Wait wait, std::int64_t at,
                    const std::function<void(std::int64_t, const void*, std::size_t)>& store) {
  const bool may_wait = lease_may_wait(lease);
  BounceBuffer bounce(length);
  Transfer result;
  result.count = begin_transfer(call);
  while (result.count < length) {
    const bool waiting = may_wait && wait == Wait::kYes;
    const int fd = waiting ? host_fd(lease) : -1;
    if (waiting && fd >= 0 && !wait_for_io(call.thread, fd, POLLIN)) {
      result.status = Status::kRetire;
      return result;
    }
    const auto piece = static_cast<std::size_t>(std::min(length - result.count, bounce.size()));
    const ssize_t got = at >= 0   ? lease_pread(lease, bounce.data(), piece, at + result.count)
                        : waiting ? read_ready(call.thread, fd, bounce.data(), piece)
                                  : lease_read(lease, bounce.data(), piece);
    if (got < 0) {
      if (errno == EINTR || (wait == Wait::kYes && would_wait(errno))) continue;
      if (result.count == 0) result.error = errno;
      return result;
    }
    if (got == 0) return result;
    store(result.count, bounce.data(), static_cast<std::size_t>(got));
    result.count += got;
    call.saved_value(0).l = result.count;
    if (may_wait) return result;
    if (result.count < length) {
      result.status = pause_point(call.thread);
      if (result.status != Status::kOk) return result;
    }
  }
  return result;
}

Transfer write_lease(NativeCall& call, std::int32_t lease, std::int64_t length, Wait wait, std::int64_t at,
                     const std::function<void(std::int64_t, void*, std::size_t)>& fetch) {
  const bool may_wait = lease_may_wait(lease);
  BounceBuffer bounce(length);
  Transfer result;
  result.count = begin_transfer(call);
  while (result.count < length) {
    const int fd = host_fd(lease);
    if (fd < 0) {
      result.error = EBADF;
      return result;
    }
    const bool waiting = may_wait && wait == Wait::kYes;
    if (waiting && !wait_for_io(call.thread, fd, POLLOUT)) {
      result.status = Status::kRetire;
      return result;
    }
    const std::int64_t most = waiting ? std::min(kPipePiece, bounce.size()) : bounce.size();
    const auto piece = static_cast<std::size_t>(std::min(length - result.count, most));
    fetch(result.count, bounce.data(), piece);
    const ssize_t put = waiting && at < 0
                            ? write_ready(call.thread, fd, bounce.data(), piece)
                            : lease_write(lease, bounce.data(), piece, at >= 0 ? at + result.count : -1);
    if (put < 0) {
      if (errno == EINTR || (wait == Wait::kYes && would_wait(errno))) continue;
      result.error = errno;
      return result;
    }
    result.count += put;
    call.saved_value(0).l = result.count;
    if (result.count < length) {
      result.status = pause_point(call.thread);
      if (result.status != Status::kOk) return result;
    }
  }
  return result;
}

std::string errno_text(int error) {
  char buffer[256];
  return ::strerror_r(error, buffer, sizeof buffer);  // the GNU version, which returns the text
}

Thrown throw_io(Thread& thread, int error) {
  return throw_new(thread, "java/io/IOException", errno_text(error));
}

Thrown throw_io(Thread& thread, std::int32_t lease, int error) {
  const auto problem = lease_problem(lease);
  return problem ? throw_new(thread, "java/io/IOException", *problem) : throw_io(thread, error);
}

Status check_range(Thread& thread, const Array* bytes, std::int32_t offset, std::int32_t length) {
  if (bytes == nullptr) return throw_new(thread, "java/lang/NullPointerException");
  if (offset < 0 || length < 0 || static_cast<std::int64_t>(offset) + length > bytes->length) {
    return throw_new(thread, "java/lang/IndexOutOfBoundsException");
  }
  return Status::kOk;
}

std::string path_argument(const Object* string) { return host_path(to_utf8(string)); }

namespace {

// Looking a field up by name costs more than the system calls it is needed for.
struct KnownOffset {
  std::uint32_t vm;  // Vm::number
  std::uint32_t class_bits;
  const char* name;
  std::uint32_t offset;
};
thread_local std::array<KnownOffset, 64> t_offsets{};

}  // namespace

std::uint32_t field_offset(const Object* object, const char* name, const char* descriptor) {
  const std::uint32_t class_bits = object->shape.bits;
  const std::uint32_t number = vm()->number;
  const std::size_t hash = class_bits * 31 + reinterpret_cast<std::uintptr_t>(name);
  KnownOffset& known = t_offsets[(hash ^ (hash >> 6)) % t_offsets.size()];
  if (known.vm == number && known.class_bits == class_bits && known.name == name) return known.offset;
  const Field* field = lookup_field(class_of(object), make_symbol(name), make_symbol(descriptor));
  if (field == nullptr) {
    std::fprintf(stderr, "uvm: the class library lacks field %s of %s\n", name,
                 external_name(class_of(object)).c_str());
    std::abort();
  }
  known = KnownOffset{number, class_bits, name, field->offset};
  return field->offset;
}

std::int32_t lease_of_descriptor(const Object* descriptor) {
  return descriptor == nullptr ? -1 : descriptor->field<std::int32_t>(vm()->known().FileDescriptor_fd);
}

namespace {

Object* descriptor_of_stream(const Object* stream) {
  return stream->reference(field_offset(stream, "fd", "Ljava/io/FileDescriptor;"));
}

}  // namespace

std::int32_t lease_of_stream(const Object* stream) {
  return lease_of_descriptor(descriptor_of_stream(stream));
}

Status open_lease(Thread& thread, std::int32_t directory, const std::string& path, int flags, mode_t mode,
                  std::int32_t* lease) {
  *lease = directory == kHere ? lease_open(path.c_str(), flags, mode)
                              : lease_open_at(directory, path.c_str(), flags, mode);
  if (*lease != -EWOULDBLOCK || (flags & O_NONBLOCK) != 0) return Status::kOk;
  int fd = -1;
  UVM_TRY(open_fifo(thread, directory == kHere ? AT_FDCWD : host_fd(directory), path.c_str(), flags, &fd));
  *lease = fd < 0 ? fd : lease_adopt(fd);
  return Status::kOk;
}

Status open_stream(NativeCall& call, Object* stream, const Object* path_string, int flags) {
  if (path_string == nullptr) return throw_new(call.thread, "java/lang/NullPointerException");
  std::string path = path_argument(path_string);
  // A trailing slash would make the kernel ask for a directory; java.io.File means the same file without it.
  while (path.size() > 1 && path.back() == '/') path.pop_back();
  std::int32_t lease = 0;
  UVM_TRY(open_lease(call.thread, kHere, path, flags, 0666, &lease));
  stream = call.object(0);  // read again, since opening may have waited
  path_string = call.object(1);
  if (lease >= 0 && lease_is_directory(lease)) {
    (void)lease_close(lease);
    lease = -EISDIR;
  }
  if (lease < 0) {
    return throw_new(call.thread, "java/io/FileNotFoundException",
                     to_utf8(path_string) + " (" + errno_text(-lease) + ")");
  }
  Object* descriptor = descriptor_of_stream(stream);
  if (descriptor == nullptr) {
    (void)lease_close(lease);
    return throw_new(call.thread, "java/lang/NullPointerException");
  }
  descriptor->field<std::int32_t>(vm()->known().FileDescriptor_fd) = lease;
  descriptor->field<std::uint8_t>(vm()->known().FileDescriptor_append) = (flags & O_APPEND) != 0 ? 1 : 0;
  return Status::kOk;
}

}  // namespace uvm::rt
