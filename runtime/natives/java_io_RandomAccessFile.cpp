// java.io.RandomAccessFile.
#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

#include "runtime/execution/native.h"
#include "runtime/heap/exceptions.h"
#include "runtime/natives/file_position.h"
#include "runtime/natives/io_support.h"
#include "runtime/natives/stream_bytes.h"
#include "runtime/outside/leases.h"

namespace uvm::rt {
namespace {

// The mode bits of RandomAccessFile: its private constants O_RDONLY, O_RDWR, O_SYNC, O_DSYNC.
enum Mode : std::int32_t { kReadOnly = 1, kReadWrite = 2, kSync = 4, kDataSync = 8 };

Status open_random_access(NativeCall& call) {
  const std::int32_t mode = call.i32(2);
  int flags = 0;
  if ((mode & kReadOnly) != 0) {
    flags = O_RDONLY;
  } else if ((mode & kReadWrite) != 0) {
    flags = O_RDWR | O_CREAT;
    if ((mode & kSync) != 0) {
      flags |= O_SYNC;
    } else if ((mode & kDataSync) != 0) {
      flags |= O_DSYNC;
    }
  }
  return open_stream(call, call.object(0), call.object(1), flags);
}

Status seek0(NativeCall& call) {
  const std::int32_t lease = lease_of_stream(call.object(0));
  if (lease < 0) return throw_new(call.thread, "java/io/IOException", "Stream Closed");
  const std::int64_t position = call.i64(1);
  if (position < 0) return throw_new(call.thread, "java/io/IOException", "Negative seek offset");
  if (lease_seek(lease, position, SEEK_SET) < 0) return throw_io(call.thread, lease, errno);
  return call.ret();
}

// In Java the position stays, unless it would be beyond the new end: then it becomes the new end.
Status set_length(NativeCall& call) {
  const std::int32_t lease = lease_of_stream(call.object(0));
  if (lease < 0) return throw_new(call.thread, "java/io/IOException", "Stream Closed");
  const std::int64_t length = call.i64(1);
  if (is_program_lease(lease)) return throw_io(call.thread, lease, EINVAL);  // open for reading only
  const std::int64_t position = lease_seek(lease, 0, SEEK_CUR);
  if (position < 0 || lease_truncate(lease, length) != 0) return throw_io(call.thread, lease, errno);
  if (position > length && lease_seek(lease, 0, SEEK_END) < 0) return throw_io(call.thread, lease, errno);
  return call.ret();
}

const NativeMethod kRandomAccessFileMethods[] = {
    {"initIDs", "()V", native_nothing, kLeaf},
    {"open0", "(Ljava/lang/String;I)V", open_random_access},
    {"read0", "()I", stream_read},
    {"readBytes", "([BII)I", stream_read_bytes},
    {"write0", "(I)V", stream_write},
    {"writeBytes", "([BII)V", stream_write_bytes},
    {"getFilePointer", "()J", stream_position},
    {"seek0", "(J)V", seek0},
    {"length", "()J", stream_length},
    {"setLength", "(J)V", set_length},
};
UVM_REGISTER_NATIVES("java/io/RandomAccessFile", kRandomAccessFileMethods)

}  // namespace
}  // namespace uvm::rt
