// What the program may know of its checkpoints (uvm.Persistence): which ones have ended, and how.
//
// Attempts are numbered from 1 over the whole life of the heap; a version says which attempt made it. So
// when a run is resumed from a version, a thread that waits for "an attempt later than n" finds that the
// attempt that made this version has ended and was good. Later attempts never happened, and their numbers are
// used again.
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

// How wait_for_checkpoint() asks for one. Called before threads run.
void set_checkpoint_request(Vm& vm, std::function<void()> request);

struct SettledCheckpoints {
  std::uint64_t attempt = 0;           // the last one that has ended
  std::uint64_t good = 0;              // the last one that was good
  std::uint64_t version = 0;           // the version that the good one made
  std::optional<std::string> failure;  // why the last one failed, if it did
};

// Defined in this room only.
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

// The last attempt that began. Everything that the program did before this call is in any later one.
std::uint64_t checkpoint_attempts();

SettledCheckpoints settled_checkpoints();

// Waits until an attempt later than `after` has ended; asks for one if `request`. kRetire: execute it again.
Status wait_for_checkpoint(Thread& thread, std::uint64_t after, bool request);

}  // namespace uvm::rt
