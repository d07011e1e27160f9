// sun.nio.ch.FileDispatcherImpl and FileChannelImpl: file channels. Addresses are offsets in the region.
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <limits>
#include <vector>

#include "runtime/execution/native.h"
#include "runtime/heap/exceptions.h"
#include "runtime/metadata/vm.h"
#include "runtime/natives/channel_io.h"
#include "runtime/natives/io_support.h"
#include "runtime/natives/native_address.h"
#include "runtime/outside/leases.h"
#include "runtime/threads/clock.h"
#include "runtime/threads/safepoint.h"

namespace uvm::rt {
namespace {

// FileDispatcher's constants.
enum LockResult : std::int32_t { kNoLock = -1, kLocked = 0 };

Status read0(NativeCall& call) { return channel_read(call, -1); }
Status pread0(NativeCall& call) { return channel_read(call, call.i64(4)); }
Status write0(NativeCall& call) { return channel_write(call, -1); }
Status pwrite0(NativeCall& call) { return channel_write(call, call.i64(4)); }

Status error_of(NativeCall& call, int error) {
  return throw_io(call.thread, lease_of_descriptor(call.object(0)), error);
}

int fd_of(NativeCall& call, unsigned slot) { return host_fd(lease_of_descriptor(call.object(slot))); }

Status force0(NativeCall& call) {
  if (is_program_lease(lease_of_descriptor(call.object(0)))) return call.ret(0);
  const int fd = fd_of(call, 0);
  // A file that cannot be synchronised (a pipe) is no error.
  const bool failed =
      (call.i32(1) != 0 ? ::fsync(fd) : ::fdatasync(fd)) != 0 && errno != EINVAL && errno != EROFS;
  return failed ? error_of(call, errno) : call.ret(0);
}

// A negative offset asks for the position.
Status seek0(NativeCall& call) {
  const std::int64_t offset = call.i64(1);
  const std::int32_t lease = lease_of_descriptor(call.object(0));
  const std::int64_t position =
      offset < 0 ? lease_seek(lease, 0, SEEK_CUR) : lease_seek(lease, offset, SEEK_SET);
  return position < 0 ? error_of(call, errno) : call.ret(position);
}

Status truncate0(NativeCall& call) {
  const std::int32_t lease = lease_of_descriptor(call.object(0));
  return lease_truncate(lease, call.i64(1)) != 0 ? error_of(call, errno) : call.ret(0);
}

Status size0(NativeCall& call) {
  struct stat status {};
  if (lease_status(lease_of_descriptor(call.object(0)), &status) != 0) return error_of(call, errno);
  return call.ret(static_cast<std::int64_t>(status.st_size));
}

// For "to the end, wherever that is", Java has the largest number and the kernel 0.
std::int64_t lock_length(std::int64_t size) {
  return size == std::numeric_limits<std::int64_t>::max() ? 0 : size;
}

// (fd, boolean blocking, long position, long size, boolean shared).
Status lock0(NativeCall& call) {
  constexpr std::int64_t retry_ns = 20'000'000;
  for (;;) {
    const int error = lease_lock(lease_of_descriptor(call.object(0)), call.i64(2), lock_length(call.i64(4)),
                                 call.i32(6) != 0);
    if (error == 0) return call.ret(kLocked);
    if (error != EAGAIN) return error_of(call, error);
    if (call.i32(1) == 0) return call.ret(kNoLock);
    // A checkpoint could not interrupt F_SETLKW.
    wait_for_wake(call.thread, call.thread.wake.load(),
                  static_cast<std::uint64_t>(program_nano_time() + retry_ns));
    if (retiring(call.thread)) return Status::kRetire;
  }
}

Status release0(NativeCall& call) {
  const int error = lease_unlock(lease_of_descriptor(call.object(0)), call.i64(1), lock_length(call.i64(3)));
  return error != 0 ? error_of(call, error) : call.ret();
}

Status close_lease(NativeCall& call, std::int32_t lease) {
  const int error = lease < 0 ? 0 : lease_close(lease);
  return error == 0 ? call.ret() : throw_io(call.thread, error);
}

Status close_channel(NativeCall& call) { return close_lease(call, lease_of_descriptor(call.object(0))); }
Status close_int(NativeCall& call) { return close_lease(call, call.i32(0)); }

Status dup0(NativeCall& call) {
  const int error = lease_dup2(lease_of_descriptor(call.object(0)), lease_of_descriptor(call.object(1)));
  return error == 0 ? call.ret() : throw_io(call.thread, error);
}

Status can_transfer_overlapped(NativeCall& call) { return call.ret(true); }

// Natives move bytes through buffers of their own, which are not aligned.
Status no_direct(NativeCall& call) {
  return throw_new(call.thread, "java/lang/UnsupportedOperationException", "direct I/O is not supported");
}

const NativeMethod kDispatcherMethods[] = {
    {"init", "()V", native_nothing, kLeaf},
    {"read0", "(Ljava/io/FileDescriptor;JI)I", read0},
    {"pread0", "(Ljava/io/FileDescriptor;JIJ)I", pread0},
    {"readv0", "(Ljava/io/FileDescriptor;JI)J", channel_read_vector},
    {"write0", "(Ljava/io/FileDescriptor;JI)I", write0},
    {"pwrite0", "(Ljava/io/FileDescriptor;JIJ)I", pwrite0},
    {"writev0", "(Ljava/io/FileDescriptor;JI)J", channel_write_vector},
    {"force0", "(Ljava/io/FileDescriptor;Z)I", force0},
    {"seek0", "(Ljava/io/FileDescriptor;J)J", seek0},
    {"truncate0", "(Ljava/io/FileDescriptor;J)I", truncate0},
    {"size0", "(Ljava/io/FileDescriptor;)J", size0},
    {"lock0", "(Ljava/io/FileDescriptor;ZJJZ)I", lock0},
    {"release0", "(Ljava/io/FileDescriptor;JJ)V", release0},
    {"close0", "(Ljava/io/FileDescriptor;)V", close_channel},
    // Only sockets need to be made unusable before they are closed.
    {"preClose0", "(Ljava/io/FileDescriptor;)V", native_nothing, kLeaf},
    {"dup0", "(Ljava/io/FileDescriptor;Ljava/io/FileDescriptor;)V", dup0},
    {"closeIntFD", "(I)V", close_int},
    {"setDirect0", "(Ljava/io/FileDescriptor;)I", no_direct},
    {"canTransferToFromOverlappedMap0", "()Z", can_transfer_overlapped, kLeaf},
};
UVM_REGISTER_NATIVES("sun/nio/ch/FileDispatcherImpl", kDispatcherMethods)

// FileChannelImpl's constants for protection.
enum Protection : std::int32_t { kMapReadOnly = 0, kMapReadWrite = 1, kMapPrivate = 2 };
constexpr std::int64_t kLargestDirectTransfer = 0x7ffff000;  // what one sendfile(2) can do
constexpr std::int64_t kMapGranularity = 4096;

Status init_channel(NativeCall& call) { return call.ret(kMapGranularity); }
Status largest_transfer(NativeCall& call) {
  return call.ret(static_cast<std::int32_t>(kLargestDirectTransfer));
}

// (int protection, long position, long length, boolean sync): a copy of the file's content in the native
// segment, since a mapping of the file would not survive the process. Therefore only read-only and private
// mappings are supported.
Status map0(NativeCall& call) {
  const std::int64_t position = call.i64(2), length = call.i64(4);
  if (call.i32(1) == kMapReadWrite) {
    return throw_new(call.thread, "java/io/IOException", "read-write mappings of files are not supported");
  }
  if (call.phase() == kFresh) {
    const gc::RegionOffset memory = vm()->native_memory.allocate(static_cast<std::uint64_t>(length));
    if (memory == 0) return throw_out_of_memory(call.thread, "Map failed");
    call.saved_value(1).raw = memory;
  }
  const auto memory = static_cast<std::int64_t>(call.saved_value(1).raw);
  const std::int32_t lease = lease_of_stream(call.object(0));
  const Transfer moved = read_lease(call, lease, length, Wait::kYes, position,
                                    [&](std::int64_t at, const void* from, std::size_t n) {
                                      std::memcpy(at_address(memory + at), from, n);
                                    });
  if (moved.status != Status::kOk) return moved.status;
  if (moved.error != 0) {
    vm()->native_memory.release(static_cast<gc::RegionOffset>(memory));
    return throw_io(call.thread, lease, moved.error);
  }
  std::memset(at_address(memory + moved.count), 0, static_cast<std::size_t>(length - moved.count));
  return call.ret(memory);
}

Status unmap0(NativeCall& call) {
  vm()->native_memory.release(static_cast<gc::RegionOffset>(call.i64(0)));
  return call.ret(0);
}

// (FileDescriptor source, long position, long count, FileDescriptor target): bytes moved.
Status transfer_to0(NativeCall& call) {
  const std::int32_t from = lease_of_descriptor(call.object(1));
  const std::int64_t position = call.i64(2);
  struct stat status {};
  if (lease_status(from, &status) != 0) return throw_io(call.thread, from, EBADF);
  if (!S_ISREG(status.st_mode)) return call.ret(std::int64_t{kStatusUnsupported});
  const std::int64_t count = std::clamp<std::int64_t>(status.st_size - position, 0, call.i64(4));
  const std::int32_t to = lease_of_descriptor(call.object(6));
  const Transfer moved =
      write_lease(call, to, count, Wait::kYes, -1, [&](std::int64_t at, void* bytes, std::size_t n) {
        // If the file has shrunk in the meantime, the rest reads as zeroes.
        std::memset(bytes, 0, n);
        (void)!lease_pread(from, bytes, n, position + at);
      });
  if (moved.status != Status::kOk) return moved.status;
  if (moved.error != 0 && moved.count == 0) return throw_io(call.thread, to, moved.error);
  return call.ret(moved.count);
}

const NativeMethod kChannelMethods[] = {
    {"initIDs", "()J", init_channel, kLeaf},
    {"maxDirectTransferSize0", "()I", largest_transfer, kLeaf},
    {"map0", "(IJJZ)J", map0},
    {"unmap0", "(JJ)I", unmap0, kLeaf},
    {"transferTo0", "(Ljava/io/FileDescriptor;JJLjava/io/FileDescriptor;)J", transfer_to0},
};
UVM_REGISTER_NATIVES("sun/nio/ch/FileChannelImpl", kChannelMethods)

// (address, length ...): mapped memory is a copy in the region.
Status is_loaded(NativeCall& call) { return call.ret(true); }

const NativeMethod kMappedMethods[] = {
    {"isLoaded0", "(JJJ)Z", is_loaded, kLeaf},
    {"load0", "(JJ)V", native_nothing, kLeaf},
    {"unload0", "(JJ)V", native_nothing, kLeaf},
    {"force0", "(Ljava/io/FileDescriptor;JJ)V", native_nothing, kLeaf},
};
UVM_REGISTER_NATIVES("java/nio/MappedMemoryUtils", kMappedMethods)

}  // namespace
}  // namespace uvm::rt
