// HostThreads: the threads of a Vm in this process (HostState).
//
// For the files of this room. Other rooms use the functions of its headers; those that must look at all
// threads while none can end take `lock` and read `list`.
#pragma once

#include <array>
#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <cstdlib>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "runtime/metadata/host_state.h"
#include "runtime/metadata/thread.h"
#include "runtime/metadata/vm.h"
#include "runtime/threads/checkpoint_events.h"
#include "runtime/threads/host_thread.h"
#include "runtime/threads/supervision.h"
#include "runtime/threads/thread_memory.h"

namespace uvm::rt {

struct HostThreads final : HostState {
  static constexpr HostPart kPart = HostPart::kThreads;

  HostThreads();
  ~HostThreads() override;

  // --- The protocol of safepoints: see safepoint.h
  std::mutex lock;
  std::condition_variable changed;
  std::vector<Thread*> list;  // host threads, while they run
  std::atomic<bool> stop_requested{false};
  std::atomic<bool> retiring{false};
  bool stopper_active = false;  // a thread stops or retires the others

  ThreadMemory memory;
  Supervision supervision;
  CheckpointEvents checkpoints;
  std::function<void()> request_checkpoint = [] {};  // soon; set by the one that makes them
  std::atomic<std::int64_t> process_cpu_base{0};     // see cpu_time.h

  // A host copy of the roots' clock state (clock.h), so that reading a clock takes no access to the region.
  std::atomic<std::int64_t> nano_base{0};

  // --- HostThread objects: recycled, and freed with this
  std::mutex pool_lock;
  std::vector<std::unique_ptr<HostThread>> pool;
  HostThread* free_hosts = nullptr;
  // By JavaThread::id; kMaxThreads + 1 of them, in memory that costs only what is touched.
  std::atomic<HostThread*>* by_id = nullptr;
};

inline HostThreads& threads_of(const Vm& vm) { return vm.state<HostThreads>(); }

}  // namespace uvm::rt
