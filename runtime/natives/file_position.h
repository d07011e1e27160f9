// Natives that FileInputStream and RandomAccessFile share: length and position. The receiver, in slot 0, has
// a field `fd`. They throw IOException when the stream is closed or its lease is broken.
#pragma once

#include "runtime/execution/native.h"

namespace uvm::rt {

Status stream_length(NativeCall& call);     // ()J
Status stream_position(NativeCall& call);   // ()J
Status stream_skip(NativeCall& call);       // (J)J: bytes moved, may be negative
Status stream_available(NativeCall& call);  // ()I

}  // namespace uvm::rt
