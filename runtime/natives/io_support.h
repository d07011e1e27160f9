// What the natives of java.io and sun.nio share: transfers between leases and the region, and the exceptions
// of I/O.
//
// The region is never handed to a system call (an absent line would make it fail with EFAULT): data goes
// through a bounce buffer on the host. Transfers are restartable (law 4): whenever the thread can be stopped,
// saved_value 0 of the native's frame says how far they are, so that the bytes moved, the position of the
// lease and the frame always agree. They use phase 1 of the native and saved_value 0; a native that calls
// them must leave both alone.
//
// Only runtime/natives/ may use this header.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <functional>
#include <string>

#include "runtime/execution/native.h"

namespace uvm::rt {

// Largest piece moved by one system call, bytes.
inline constexpr std::int64_t kBounceSize = 64 * 1024;

struct Transfer {
  Status status = Status::kOk;  // kOk, or kRetire: return it at once
  std::int64_t count = 0;       // bytes moved; for reads, 0 is the end of the file
  int error = 0;                // errno value of what stopped it, 0: none; EAGAIN only with Wait::kNo
};

enum class Wait : std::uint8_t { kYes, kNo };  // kNo: like a descriptor in non-blocking mode

// Reads up to `length` > 0 bytes at the lease's position (or at `at` >= 0, without moving it). A regular
// file is read up to `length` or its end, anything else as far as data is available. `store` is called with
// an offset from the start of the transfer, and bytes outside the region.
Transfer read_lease(NativeCall& call, std::int32_t lease, std::int64_t length, Wait wait, std::int64_t at,
                    const std::function<void(std::int64_t, const void*, std::size_t)>& store);

// Writes `length` bytes, all of them unless an error stops it (or it would have to wait, with Wait::kNo).
Transfer write_lease(NativeCall& call, std::int32_t lease, std::int64_t length, Wait wait, std::int64_t at,
                     const std::function<void(std::int64_t, void*, std::size_t)>& fetch);

// Throws java.io.IOException for a failed operation on `lease`, with the problem of a broken lease or else
// the errno's text.
Thrown throw_io(Thread& thread, std::int32_t lease, int error);
// java.io.IOException with the text of an errno value.
Thrown throw_io(Thread& thread, int error);

// Checks off and len against the array: kThrow with NullPointerException or IndexOutOfBoundsException.
Status check_range(Thread& thread, const Array* bytes, std::int32_t offset, std::int32_t length);

// A path given by the program, as system calls take it (runtime/outside/leases.h: host_path).
std::string path_argument(const Object* string);
// Text of an errno value, like strerror(3) but safe for threads.
std::string errno_text(int error);

// FileDescriptor.fd of a FileDescriptor object.
std::int32_t lease_of_descriptor(const Object* descriptor);
// FileDescriptor.fd of the FileDescriptor in the field `fd` of a stream; -1 if there is none.
std::int32_t lease_of_stream(const Object* stream);
// Opens a file as openat(2) does, relative to a directory's lease or to the working directory (kHere).
// `lease` receives the lease, or -errno. Waits for the other end of a FIFO; kRetire: nothing is open.
inline constexpr std::int32_t kHere = -1;
Status open_lease(Thread& thread, std::int32_t directory, const std::string& path, int flags, mode_t mode,
                  std::int32_t* lease);
// Opens `path` for a stream of java.io and stores the lease in its descriptor; throws FileNotFoundException
// on failure.
Status open_stream(NativeCall& call, Object* stream, const Object* path, int flags);

// Byte offset of an instance field; the field must exist. `name` must be a string literal, since results are
// remembered by its address.
std::uint32_t field_offset(const Object* object, const char* name, const char* descriptor);

}  // namespace uvm::rt
