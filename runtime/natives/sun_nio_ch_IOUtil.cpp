// sun.nio.ch.IOUtil, FileKey and NativeThread.
#include <fcntl.h>
#include <limits.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <limits>

#include "runtime/execution/native.h"
#include "runtime/heap/exceptions.h"
#include "runtime/metadata/vm.h"
#include "runtime/natives/io_support.h"
#include "runtime/outside/leases.h"
#include "runtime/threads/host_threads.h"
#include "runtime/threads/safepoint.h"
#include "runtime/threads/threads.h"

namespace uvm::rt {
namespace {

Status random_bytes(NativeCall& call) {
  Array* bytes = call.array(0);
  if (bytes == nullptr) return throw_new(call.thread, "java/lang/NullPointerException");
  std::array<std::uint8_t, 256> buffer{};
  for (std::int32_t at = 0; at < bytes->length;) {
    const auto piece = std::min<std::size_t>(buffer.size(), static_cast<std::size_t>(bytes->length - at));
    const ssize_t got = ::getrandom(buffer.data(), piece, 0);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return call.ret(false);
    std::memcpy(bytes->elements<std::uint8_t>() + at, buffer.data(), static_cast<std::size_t>(got));
    at += static_cast<std::int32_t>(got);
  }
  return call.ret(true);
}

// The upper half of the result is the lease of the reading end, the lower half that of the writing end.
Status make_pipe(NativeCall& call) {
  std::array<int, 2> ends{};
  const bool blocking = call.i32(0) != 0;
  if (::pipe2(ends.data(), O_CLOEXEC | (blocking ? 0 : O_NONBLOCK)) != 0) return throw_io(call.thread, errno);
  const std::int32_t reading = lease_adopt(ends[0]);
  const std::int32_t writing = lease_adopt(ends[1]);
  if (reading < 0 || writing < 0) {
    if (reading >= 0) (void)lease_close(reading);
    if (writing >= 0) (void)lease_close(writing);
    return throw_io(call.thread, -std::min(reading, writing));
  }
  return call.ret((std::int64_t{reading} << 32) | writing);
}

Status write1(NativeCall& call) {
  const auto byte = static_cast<char>(call.i32(1));
  const ssize_t put = ::write(host_fd(call.i32(0)), &byte, 1);
  return put < 0 ? throw_io(call.thread, call.i32(0), errno) : call.ret(static_cast<std::int32_t>(put));
}

// Empties a non-blocking pipe; returns whether there was anything in it.
Status drain(NativeCall& call) {
  std::array<char, 128> buffer{};
  bool any = false;
  for (;;) {
    const ssize_t got = ::read(host_fd(call.i32(0)), buffer.data(), buffer.size());
    if (got > 0) any = true;
    if (got < 0 && errno != EAGAIN && errno != EINTR) return throw_io(call.thread, call.i32(0), errno);
    if (got < static_cast<ssize_t>(buffer.size()) && !(got < 0 && errno == EINTR)) return call.ret(any);
  }
}

Status drain1(NativeCall& call) {
  char byte = 0;
  const ssize_t got = ::read(host_fd(call.i32(0)), &byte, 1);
  if (got < 0 && errno == EAGAIN) return call.ret(0);
  return got < 0 ? throw_io(call.thread, call.i32(0), errno) : call.ret(static_cast<std::int32_t>(got));
}

Status configure_blocking(NativeCall& call) {
  const std::int32_t lease = lease_of_descriptor(call.object(0));
  const int error = lease_set_blocking(lease, call.i32(1) != 0);
  return error == 0 ? call.ret() : throw_io(call.thread, lease, error);
}

Status fd_val(NativeCall& call) { return call.ret(lease_of_descriptor(call.object(0))); }

Status set_fd_val(NativeCall& call) {
  call.object(0)->field<std::int32_t>(vm()->known().FileDescriptor_fd) = call.i32(1);
  return call.ret();
}

Status fd_limit(NativeCall& call) {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return throw_io(call.thread, errno);
  constexpr rlim_t most = std::numeric_limits<std::int32_t>::max();
  return call.ret(static_cast<std::int32_t>(std::min(limit.rlim_max, most)));
}

Status iov_max(NativeCall& call) { return call.ret(IOV_MAX); }

const NativeMethod kUtilMethods[] = {
    {"initIDs", "()V", native_nothing, kLeaf},
    {"randomBytes", "([B)Z", random_bytes},
    {"makePipe", "(Z)J", make_pipe},
    {"write1", "(IB)I", write1},
    {"drain", "(I)Z", drain},
    {"drain1", "(I)I", drain1},
    {"configureBlocking", "(Ljava/io/FileDescriptor;Z)V", configure_blocking},
    {"fdVal", "(Ljava/io/FileDescriptor;)I", fd_val, kLeaf},
    {"setfdVal", "(Ljava/io/FileDescriptor;I)V", set_fd_val, kLeaf},
    {"fdLimit", "()I", fd_limit},
    {"iovMax", "()I", iov_max, kLeaf},
};
UVM_REGISTER_NATIVES("sun/nio/ch/IOUtil", kUtilMethods)

Status init_key(NativeCall& call) {
  Object* key = call.object(0);
  const std::int32_t lease = lease_of_descriptor(call.object(1));
  struct stat status {};
  if (lease_status(lease, &status) != 0) return throw_io(call.thread, lease, errno);
  key->field<std::int64_t>(field_offset(key, "st_dev", "J")) = static_cast<std::int64_t>(status.st_dev);
  key->field<std::int64_t>(field_offset(key, "st_ino", "J")) = static_cast<std::int64_t>(status.st_ino);
  return call.ret();
}

const NativeMethod kKeyMethods[] = {
    {"initIDs", "()V", native_nothing, kLeaf},
    {"init", "(Ljava/io/FileDescriptor;)V", init_key},
};
UVM_REGISTER_NATIVES("sun/nio/ch/FileKey", kKeyMethods)

// A thread's handle is its JavaThread::id, so it stays the same across checkpoints.
Status current(NativeCall& call) { return call.ret(std::int64_t{call.thread.java->id}); }

// Makes the thread look again at what it waits for.
Status signal(NativeCall& call) {
  const std::lock_guard guard(threads_of(*vm()).lock);
  for (Thread* thread : threads_of(*vm()).list) {
    if (thread->java != nullptr && thread->java->id == static_cast<std::uint64_t>(call.i64(0))) wake(*thread);
  }
  return call.ret();
}

// Whether a signal that comes before its thread blocks stays pending, as on AIX, where threads are signalled
// again. Here a thread that is about to block sees wake().
Status support_pending_signals(NativeCall& call) { return call.ret(false); }

const NativeMethod kThreadMethods[] = {
    {"init", "()V", native_nothing, kLeaf},
    {"supportPendingSignals0", "()Z", support_pending_signals, kLeaf},
    {"current", "()J", current, kLeaf},
    {"signal", "(J)V", signal},
};
UVM_REGISTER_NATIVES("sun/nio/ch/NativeThread", kThreadMethods)

}  // namespace
}  // namespace uvm::rt
