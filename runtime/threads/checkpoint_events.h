// What the program may know of its checkpoints (uvm.Persistence): which are over, and how they ended.
//
// Attempts are numbered from 1 over the whole life of the heap; a version says which attempt made it. So a
// thread that waits for "an attempt later than n" finds, when the run goes on from a version, that the
// attempt that made it is over and was good. Attempts after that one never happened; their numbers are given
// again.
//
// Called by tools/session on the checkpointing thread, except where said otherwise.
#pragma once

#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "runtime/metadata/status.h"

namespace uvm::rt {

struct Thread;
class Vm;

// How wait_for_checkpoint() asks for one. Before threads run.
void set_checkpoint_request(Vm& vm, std::function<void()> request);

struct SettledCheckpoints {
  std::uint64_t attempt = 0;           // the last one that is over
  std::uint64_t good = 0;              // the last one that was good
  std::uint64_t version = 0;           // that it made
  std::optional<std::string> failure;  // why the last one failed, if it did
};

// Known to this room only.
struct CheckpointEvents {
  std::mutex lock;
  std::uint64_t attempts = 0;
  SettledCheckpoints settled;
  std::vector<Thread*> waiters;
};

void checkpoints_at_start(
    std::uint64_t version);  // once, before threads run: `version` of the heap is opened
void checkpoint_begins();    // the program runs, or has ended
void checkpoint_at_cut();    // while stopped or retired
void checkpoint_good(std::uint64_t version);
void checkpoint_failed(std::string why);

// --- For natives

// The last attempt that began. What the program has done before this call is in any later one.
std::uint64_t checkpoint_attempts();

SettledCheckpoints settled_checkpoints();

// Waits until an attempt later than `after` is over; asks for one if `request`. kRetire: to be executed
// again.
Status wait_for_checkpoint(Thread& thread, std::uint64_t after, bool request);

}  // namespace uvm::rt
