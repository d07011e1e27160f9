#include "runtime/threads/checkpoint_events.h"

#include <algorithm>
#include <mutex>
#include <utility>
#include <vector>

#include "runtime/metadata/roots.h"
#include "runtime/metadata/vm.h"
#include "runtime/threads/host_threads.h"
#include "runtime/threads/safepoint.h"

namespace uvm::rt {
namespace {

CheckpointEvents& the_events() { return threads_of(*vm()).checkpoints; }

// Keeps the thread in the list of waiters during its lifetime. HostThread objects outlive all waiting, so a
// wake-up that comes too late does no harm.
class Waiting {
 public:
  explicit Waiting(Thread& thread) : thread_(thread) {
    CheckpointEvents& events = the_events();
    const std::lock_guard lock(events.lock);
    events.waiters.push_back(&thread);
  }
  ~Waiting() {
    CheckpointEvents& events = the_events();
    const std::lock_guard lock(events.lock);
    events.waiters.erase(std::find(events.waiters.begin(), events.waiters.end(), &thread_));
  }
  Waiting(const Waiting&) = delete;
  Waiting& operator=(const Waiting&) = delete;

 private:
  Thread& thread_;
};

}  // namespace

void checkpoints_at_start(std::uint64_t version) {
  CheckpointEvents& events = the_events();
  const std::lock_guard lock(events.lock);
  events.attempts = roots().checkpoint_attempts;
  events.settled = {.attempt = events.attempts, .good = events.attempts, .version = version, .failure = {}};
}

void checkpoint_begins() {
  CheckpointEvents& events = the_events();
  const std::lock_guard lock(events.lock);
  ++events.attempts;
}

void checkpoint_at_cut() { roots().checkpoint_attempts = checkpoint_attempts(); }

void checkpoint_good(std::uint64_t version) {
  CheckpointEvents& events = the_events();
  const std::lock_guard lock(events.lock);
  events.settled = {.attempt = events.attempts, .good = events.attempts, .version = version, .failure = {}};
  for (Thread* thread : events.waiters) wake(*thread);
}

void checkpoint_failed(std::string why) {
  CheckpointEvents& events = the_events();
  const std::lock_guard lock(events.lock);
  events.settled.attempt = events.attempts;
  events.settled.failure = std::move(why);
  for (Thread* thread : events.waiters) wake(*thread);
}

std::uint64_t checkpoint_attempts() {
  CheckpointEvents& events = the_events();
  const std::lock_guard lock(events.lock);
  return events.attempts;
}

SettledCheckpoints settled_checkpoints() {
  CheckpointEvents& events = the_events();
  const std::lock_guard lock(events.lock);
  return events.settled;
}

Status wait_for_checkpoint(Thread& thread, std::uint64_t after, bool request) {
  const Waiting waiting(thread);
  for (;;) {
    const std::uint32_t seen = thread.wake.load();
    if (settled_checkpoints().attempt > after) return Status::kOk;
    if (retiring(thread)) return Status::kRetire;
    if (std::exchange(request, false)) threads_of(*thread.vm).request_checkpoint();
    wait_for_wake(thread, seen, 0);
  }
}

void set_checkpoint_request(Vm& vm, std::function<void()> request) {
  threads_of(vm).request_checkpoint = std::move(request);
}

}  // namespace uvm::rt
