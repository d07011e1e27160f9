// Monitors: Java locks and wait sets (JLS 17), kept in a side table of the region, never in objects (law 8).
//
// A Monitor exists while its object is locked or waited on. Records are in the metadata segment and chained
// in buckets by object; a record with neither owner nor waiters is idle and will serve another object of its
// bucket. Blocking itself is host state. So a checkpoint has every lock and wait set, and a thread that was
// blocked just asks again after resume.
//
// A bucket is guarded by a spin word on the host, held for some tens of instructions (and the faults they
// take) and never across a safepoint. Entering and leaving a free monitor take that word once each.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>

#include "runtime/metadata/host_state.h"
#include "runtime/metadata/metadata.h"
#include "runtime/metadata/monitor.h"
#include "runtime/metadata/status.h"
#include "runtime/metadata/thread.h"

namespace uvm::rt {

// Enters the monitor of `object` (not null). kOk: entered. kRetire: not entered; execute it again.
Status monitor_enter(Thread& thread, Object* object);
// Leaves it; kThrow with an IllegalMonitorStateException if the thread is not its owner.
Status monitor_exit(Thread& thread, Object* object);
bool monitor_owned_by(Thread& thread, Object* object);
std::uint32_t monitor_owner(Object* object);  // JavaThread id, 0 none

// Object.wait(timeout_ms; 0 for ever), restartable: see JavaThread's blocking state.
Status monitor_wait(Thread& thread, Object* object, std::int64_t timeout_ms);
Status monitor_notify(Thread& thread, Object* object, bool all);

// Calls `visit` for each object whose monitor the thread has entered. Only while the program is stopped.
void for_each_owned_monitor(const JavaThread& record, const std::function<void(Object*)>& visit);

// Called at thread exit. A correct program leaves nothing locked; what is left is released, as in HotSpot.
void release_all_monitors(Thread& thread);

// The state that this part keeps for a Vm; for make_vm().
std::unique_ptr<HostState> make_monitors_state();

}  // namespace uvm::rt
