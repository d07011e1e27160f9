// Natives that FileInputStream, FileOutputStream and RandomAccessFile share: moving bytes. The receiver, in
// slot 0, has a field `fd`; arrays are (byte[] bytes, int offset, int length) from slot 1.
#pragma once

#include "runtime/execution/native.h"

namespace uvm::rt {

Status stream_read(NativeCall& call);         // ()I: the byte, or -1 at the end
Status stream_read_bytes(NativeCall& call);   // ([BII)I: bytes read, or -1 at the end
Status stream_write(NativeCall& call);        // (I...)V
Status stream_write_bytes(NativeCall& call);  // ([BII...)V

}  // namespace uvm::rt
