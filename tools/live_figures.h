// LiveFigures: the current figures of the run in this process, for --stats and `uvm stats`.
//
// now(): any thread, at any time; it may take some milliseconds when much of the heap is in memory. In the
// heap it touches only the roots, which are always resident; still, SIGBUS must not be blocked.
// now_with_calls(): the thread that makes checkpoints, between two. attach(), detach(), ended() and the
// notes: the supervising thread. checkpointed(): the thread that made the checkpoint, from
// CheckpointerOptions::after_checkpoint.
//
// Two locks, in this order: `life_` keeps the session alive while it is looked at, so only detach() waits for
// a now() under way; `lock_` is held for moments, so checkpoints never wait for a client (what --stats
// writes after one may).
#pragma once

#include <chrono>
#include <cstdint>
#include <mutex>
#include <string>

#include "checkpoint/blob.h"
#include "tools/figures.h"
#include "tools/session.h"

namespace uvm::tools {

class LiveFigures {
 public:
  // Time is counted from here. `folder` of the heap.
  LiveFigures(std::string name, std::string folder, std::uint64_t memory_limit_bytes);

  void note_resume(store::Version version);
  void note_torture_resume();
  void note_ready();  // the program's threads run

  // From now on figures come from `session`, whose versions have `blob`. Its checkpointer does not run yet.
  void attach(Session& session, const checkpoint::Blob& blob);
  // Figures no longer come from the session; the last ones stay.
  void detach();
  // False: no session is attached.
  bool checkpointed(const checkpoint::Record& record);
  // The run is over; the session is still there.
  void ended(HeapState state, int exit_code);

  [[nodiscard]] Figures now();
  [[nodiscard]] Figures now_with_calls();

 private:
  using Clock = std::chrono::steady_clock;

  static void look_at(Session& session, Figures& figures);
  void take_versions();
  [[nodiscard]] std::uint64_t age_ns() const;

  const std::string folder_;
  const Clock::time_point started_at_ = Clock::now();
  std::mutex life_;
  mutable std::mutex lock_;
  Session* session_ = nullptr;  // written under both
  Figures figures_;  // as of the last session; of the present one what it cannot be asked for; under lock_
  std::uint64_t failed_before_ = 0;  // checkpoints, in former sessions; under lock_
};

}  // namespace uvm::tools
