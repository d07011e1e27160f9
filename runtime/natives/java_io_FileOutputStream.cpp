// java.io.FileOutputStream. The `append` arguments only repeat what the descriptor was opened with.
#include <fcntl.h>

#include "runtime/execution/native.h"
#include "runtime/natives/io_support.h"
#include "runtime/natives/stream_bytes.h"

namespace uvm::rt {
namespace {

Status open_for_writing(NativeCall& call) {
  const bool append = call.i32(2) != 0;
  return open_stream(call, call.object(0), call.object(1),
                     O_WRONLY | O_CREAT | (append ? O_APPEND : O_TRUNC));
}

const NativeMethod kFileOutputStreamMethods[] = {
    {"initIDs", "()V", native_nothing, kLeaf},
    {"open0", "(Ljava/lang/String;Z)V", open_for_writing},
    {"write", "(IZ)V", stream_write},
    {"writeBytes", "([BIIZ)V", stream_write_bytes},
};
UVM_REGISTER_NATIVES("java/io/FileOutputStream", kFileOutputStreamMethods)

}  // namespace
}  // namespace uvm::rt
