#include "runtime/natives/channel_io.h"

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "runtime/natives/io_support.h"
#include "runtime/natives/native_address.h"
#include "runtime/outside/leases.h"

namespace uvm::rt {
namespace {

// A struct iovec as the class library's IOVecWrapper lays it out: addresses are offsets in the region.
struct Vector {
  std::int64_t address;
  std::int64_t length;
};
static_assert(sizeof(Vector) == 16);

Wait wait_of(std::int32_t lease) {
  return lease_may_wait(lease) && !lease_blocks(lease) && lease > 2 ? Wait::kNo : Wait::kYes;
}

// Calls `move` for each piece of region memory that [at, at + n) of the concatenated vectors covers.
template <typename Move>
void each_piece(std::int64_t vectors, std::int32_t count, std::int64_t at, std::size_t n, Move move) {
  std::size_t done = 0;
  for (std::int32_t i = 0; i < count && done < n; ++i) {
    Vector vector{};
    std::memcpy(&vector, at_address(vectors + std::int64_t{i} * static_cast<std::int64_t>(sizeof(Vector))),
                sizeof vector);
    if (at >= vector.length) {
      at -= vector.length;
      continue;
    }
    const std::size_t piece = std::min(static_cast<std::size_t>(vector.length - at), n - done);
    move(at_address(vector.address + at), done, piece);
    done += piece;
    at = 0;
  }
}

std::int64_t total_length(std::int64_t vectors, std::int32_t count) {
  std::int64_t total = 0;
  for (std::int32_t i = 0; i < count; ++i) {
    Vector vector{};
    std::memcpy(&vector, at_address(vectors + std::int64_t{i} * static_cast<std::int64_t>(sizeof(Vector))),
                sizeof vector);
    total += vector.length;
  }
  return total;
}

// The result as the int or long that the class library expects.
Status outcome(NativeCall& call, std::int32_t lease, const Transfer& moved, bool reading, bool wide,
               std::int64_t asked) {
  if (moved.status != Status::kOk) return moved.status;
  std::int64_t result = moved.count;
  if (moved.count == 0 && moved.error == EAGAIN) {
    result = kStatusUnavailable;
  } else if (moved.count == 0 && moved.error != 0) {
    return throw_io(call.thread, lease, moved.error);
  } else if (moved.count == 0 && reading && asked > 0) {
    result = kStatusEof;
  }
  return wide ? call.ret(result) : call.ret(static_cast<std::int32_t>(result));
}

}  // namespace

Status channel_read(NativeCall& call, std::int64_t at) {
  const std::int32_t lease = lease_of_descriptor(call.object(0));
  const std::int64_t address = call.i64(1), length = call.i32(3);
  const Transfer moved = read_lease(call, lease, length, wait_of(lease), at,
                                    [&](std::int64_t done, const void* from, std::size_t n) {
                                      std::memcpy(at_address(address + done), from, n);
                                    });
  return outcome(call, lease, moved, true, false, length);
}

Status channel_write(NativeCall& call, std::int64_t at) {
  const std::int32_t lease = lease_of_descriptor(call.object(0));
  const std::int64_t address = call.i64(1), length = call.i32(3);
  const Transfer moved = write_lease(
      call, lease, length, wait_of(lease), at,
      [&](std::int64_t done, void* to, std::size_t n) { std::memcpy(to, at_address(address + done), n); });
  return outcome(call, lease, moved, false, false, length);
}

Status channel_read_vector(NativeCall& call) {
  const std::int32_t lease = lease_of_descriptor(call.object(0));
  const std::int64_t vectors = call.i64(1);
  const std::int32_t count = call.i32(3);
  const std::int64_t length = total_length(vectors, count);
  const Transfer moved = read_lease(
      call, lease, length, wait_of(lease), -1, [&](std::int64_t done, const void* from, std::size_t n) {
        each_piece(vectors, count, done, n, [&](std::byte* memory, std::size_t offset, std::size_t piece) {
          std::memcpy(memory, static_cast<const std::byte*>(from) + offset, piece);
        });
      });
  return outcome(call, lease, moved, true, true, length);
}

Status channel_write_vector(NativeCall& call) {
  const std::int32_t lease = lease_of_descriptor(call.object(0));
  const std::int64_t vectors = call.i64(1);
  const std::int32_t count = call.i32(3);
  const std::int64_t length = total_length(vectors, count);
  const Transfer moved =
      write_lease(call, lease, length, wait_of(lease), -1, [&](std::int64_t done, void* to, std::size_t n) {
        each_piece(vectors, count, done, n,
                   [&](const std::byte* memory, std::size_t offset, std::size_t piece) {
                     std::memcpy(static_cast<std::byte*>(to) + offset, memory, piece);
                   });
      });
  return outcome(call, lease, moved, false, true, length);
}

}  // namespace uvm::rt
