// java.io.FileInputStream.
#include <fcntl.h>

#include "runtime/execution/native.h"
#include "runtime/natives/file_position.h"
#include "runtime/natives/io_support.h"
#include "runtime/natives/stream_bytes.h"

namespace uvm::rt {
namespace {

Status open_for_reading(NativeCall& call) {
  return open_stream(call, call.object(0), call.object(1), O_RDONLY);
}

const NativeMethod kFileInputStreamMethods[] = {
    {"initIDs", "()V", native_nothing, kLeaf},
    {"open0", "(Ljava/lang/String;)V", open_for_reading},
    {"read0", "()I", stream_read},
    {"readBytes", "([BII)I", stream_read_bytes},
    {"length0", "()J", stream_length},
    {"position0", "()J", stream_position},
    {"skip0", "(J)J", stream_skip},
    {"available0", "()I", stream_available},
};
UVM_REGISTER_NATIVES("java/io/FileInputStream", kFileInputStreamMethods)

}  // namespace
}  // namespace uvm::rt
