// Reading and writing of channels: arguments (FileDescriptor, long address, int length) from slot 0.
#pragma once

#include "runtime/execution/native.h"

namespace uvm::rt {

// sun.nio.ch.IOStatus.
inline constexpr std::int32_t kStatusEof = -1;
inline constexpr std::int32_t kStatusUnavailable = -2;
inline constexpr std::int32_t kStatusUnsupported = -4;

// Result: bytes moved, or an IOStatus. `at` >= 0: at this position of the file instead of the lease's.
Status channel_read(NativeCall& call, std::int64_t at);
Status channel_write(NativeCall& call, std::int64_t at);
// (FileDescriptor, long address of struct iovec[], int count): the same, but the result is a long.
Status channel_read_vector(NativeCall& call);
Status channel_write_vector(NativeCall& call);

}  // namespace uvm::rt
