#include "runtime/execution/continuation.h"

#include "runtime/linking/class_loading.h"
#include "runtime/linking/initialization.h"
#include "runtime/linking/linkage.h"

#include <cstring>

#include "runtime/execution/native.h"

namespace uvm::rt {

Status continuation_step(Thread& thread, Frame* frame) {
  switch (frame->kind) {
    case FrameKind::kLoadClass:
      return load_class_step(thread, frame);
    case FrameKind::kClassInit:
      return class_init_step(thread, frame);
    case FrameKind::kLink:
      return link_step(thread, frame);
    case FrameKind::kCatch:
      return catch_step(thread, frame);
    default:
      __builtin_trap();
  }
}

void continuation_threw(Thread& thread, Frame* frame) {
  switch (frame->kind) {
    case FrameKind::kLoadClass:
      return load_class_threw(thread, frame);
    case FrameKind::kClassInit:
      return class_init_threw(thread, frame);
    case FrameKind::kLink:
      return link_threw(thread, frame);
    case FrameKind::kCatch:
      return catch_threw(thread, frame);
    default:
      __builtin_trap();
  }
}

}  // namespace uvm::rt
