// Monitor: the record of a Java monitor in the region (runtime/threads/monitors.h says how it is used). Part of the
// heap format.
#pragma once

#include <cstdint>

#include "base/persisted.h"
#include "runtime/metadata/metadata.h"
#include "runtime/metadata/thread.h"

namespace uvm::rt {

struct Monitor {
  Ref<Object> object;
  Ref<Monitor> next;         // in the bucket
  std::uint32_t owner;       // JavaThread::id, 0 none
  std::uint32_t recursions;  // times entered
  Ref<JavaThread> waiters;   // wait set, first waiter first
};
UVM_PERSISTED(Monitor, object, next, owner, recursions, waiters)
static_assert(sizeof(Monitor) == 20);

}  // namespace uvm::rt
