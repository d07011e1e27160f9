#include "runtime/natives/stream_bytes.h"

#include <cstring>

#include "runtime/heap/exceptions.h"
#include "runtime/natives/io_support.h"

namespace uvm::rt {
namespace {

Status stream_closed(Thread& thread) { return throw_new(thread, "java/io/IOException", "Stream Closed"); }

}  // namespace

Status stream_read(NativeCall& call) {
  const std::int32_t lease = lease_of_stream(call.object(0));
  if (lease < 0) return stream_closed(call.thread);
  unsigned char byte = 0;
  const Transfer done = read_lease(
      call, lease, 1, Wait::kYes, -1,
      [&](std::int64_t, const void* from, std::size_t) { byte = *static_cast<const unsigned char*>(from); });
  if (done.status != Status::kOk) return done.status;
  if (done.error != 0) return throw_io(call.thread, lease, done.error);
  return call.ret(done.count == 0 ? -1 : static_cast<std::int32_t>(byte));
}

Status stream_read_bytes(NativeCall& call) {
  const std::int32_t offset = call.i32(2);
  const std::int32_t length = call.i32(3);
  UVM_TRY(check_range(call.thread, call.array(1), offset, length));
  if (length == 0) return call.ret(0);
  const std::int32_t lease = lease_of_stream(call.object(0));
  if (lease < 0) return stream_closed(call.thread);
  const Transfer done =
      read_lease(call, lease, length, Wait::kYes, -1, [&](std::int64_t at, const void* from, std::size_t n) {
        std::memcpy(call.array(1)->elements<std::uint8_t>() + offset + at, from, n);
      });
  if (done.status != Status::kOk) return done.status;
  if (done.error != 0) return throw_io(call.thread, lease, done.error);
  return call.ret(done.count == 0 ? -1 : static_cast<std::int32_t>(done.count));
}

Status stream_write(NativeCall& call) {
  const std::int32_t lease = lease_of_stream(call.object(0));
  if (lease < 0) return stream_closed(call.thread);
  const auto byte = static_cast<unsigned char>(call.i32(1));
  const Transfer done = write_lease(call, lease, 1, Wait::kYes, -1, [&](std::int64_t, void* to, std::size_t) {
    *static_cast<unsigned char*>(to) = byte;
  });
  if (done.status != Status::kOk) return done.status;
  return done.error != 0 ? throw_io(call.thread, lease, done.error) : call.ret();
}

Status stream_write_bytes(NativeCall& call) {
  const std::int32_t offset = call.i32(2);
  const std::int32_t length = call.i32(3);
  UVM_TRY(check_range(call.thread, call.array(1), offset, length));
  if (length == 0) return call.ret();
  const std::int32_t lease = lease_of_stream(call.object(0));
  if (lease < 0) return stream_closed(call.thread);
  const Transfer done =
      write_lease(call, lease, length, Wait::kYes, -1, [&](std::int64_t at, void* to, std::size_t n) {
        std::memcpy(to, call.array(1)->elements<std::uint8_t>() + offset + at, n);
      });
  if (done.status != Status::kOk) return done.status;
  return done.error != 0 ? throw_io(call.thread, lease, done.error) : call.ret();
}

}  // namespace uvm::rt
