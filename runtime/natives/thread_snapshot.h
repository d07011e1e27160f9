// What other threads are doing, read while all are stopped: for Thread.dumpThreads and java.lang.management.
//
// Only runtime/natives/ may use this header.
#pragma once

#include <cstddef>
#include <functional>
#include <vector>

#include "runtime/execution/native.h"

namespace uvm::rt {

// HotSpot's MaxJavaStackTraceDepth.
inline constexpr std::size_t kMaxStackTraceDepth = 1024;

struct StackPosition {
  Method* method;
  int bci;
};

// Calls `look` while all threads are stopped; it may read the region, and write the frame of the call.
// kRetire: not called.
Status while_stopped(NativeCall& call, const std::function<void()>& look);

// --- While stopped:

// Innermost frame first, without hidden frames, at most `depth` of them.
std::vector<StackPosition> stack_of(JavaThread* record, std::size_t depth);

// What the thread waits for, and the thread that owns it; both may be null.
struct Blocker {
  Object* object = nullptr;
  Object* owner = nullptr;  // java.lang.Thread
  enum class Kind : std::uint8_t { kNone, kMonitorEnter, kObjectWait, kPark } kind = Kind::kNone;
};
Blocker blocker_of(JavaThread* record);

// --- While running:

// A StackTraceElement[] of the positions; null with an exception pending. StackTraceElement must be
// initialised.
Array* make_stack_trace(Thread& thread, const std::vector<StackPosition>& positions);

}  // namespace uvm::rt
