// Checkpointer: makes versions of a running program's heap.
//
// One checkpoint:
//   pre-flush dirty lines while the program runs, until little is left;
//   stop the program;  let it put its state in order (before_cut);  cut the region;  let it run;
//   write the staged residue;  have the program's output flushed (before_commit);  commit.
// The stop takes as long as reaching the safepoint, before_cut() and copying the residue. It does no I/O as
// long as the residue fits in staging.
//
// Invariants
//   * Checkpoints of one Checkpointer never overlap (one mutex).
//   * A checkpoint that fails leaves the program running, the last version valid and every line as dirty as
//     it has to be. It is counted, and reported once per cause. The next one is tried as if nothing had
//     happened, except that nothing of the failed one is taken for durable (law 7).
//
// It knows the program only through Program, which a layer above implements. Who may call: any thread except
// those of the program.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <utility>

#include "checkpoint/blob.h"
#include "checkpoint/statistics.h"
#include "store/line_store.h"
#include "uffd/region.h"

namespace uvm::checkpoint {

// The program, as the transaction sees it.
class Program {
 public:
  virtual ~Program() = default;
  virtual void begin() = 0;   // a checkpoint begins, while the program runs
  virtual void stop() = 0;    // returns when no thread of the program touches the region
  virtual void resume() = 0;  // ends a stop
  virtual void retire() = 0;  // stops for good; no resume follows
  // Called while stopped or retired: writes into the region what the version must hold (clocks, leases,
  // positions).
  virtual void before_cut() = 0;
  // The blob of the version about to be made. Called while stopped or retired, after before_cut().
  virtual Blob blob() = 0;
  // Called after the cut, while the program may run: makes durable whatever the program did outside the
  // region before the cut and the version relies on. On an error the checkpoint fails with it.
  virtual Result<void> before_commit() = 0;
  // The checkpoint is durable, or has failed. Called for each one that began.
  virtual void settled(const Result<Record>& outcome) = 0;
};

struct CheckpointerOptions {
  std::chrono::nanoseconds every{0};  // policy: time between the starts of two checkpoints; 0: only on demand
  // Policy: a checkpoint is due after this many lines evicted or pre-flushed since the last one.
  std::uint64_t lines_written = 1 << 17;
  std::string store_name = "the store";            // in messages
  std::function<void(const std::string&)> report;  // a failure, or that it is over, in one line for people
  std::function<void(const Record&)>
      after_checkpoint;  // of each that was committed; runs on the checkpointing thread
};

class Checkpointer {
 public:
  Checkpointer(uffd::Region& region, store::LineStore& store, Program& program, CheckpointerOptions options);
  ~Checkpointer();
  Checkpointer(const Checkpointer&) = delete;
  Checkpointer& operator=(const Checkpointer&) = delete;

  // Begins and ends the policy thread. stop() returns when no checkpoint is under way.
  void start();
  void stop();

  // Requests a checkpoint soon, by the policy thread, that begins after this call. Any thread, including the
  // program's.
  void request();

  // Makes a checkpoint now, after waiting for one under way.
  Result<Record> checkpoint();

  // Makes the last one: the program is retired instead of stopped. Afterwards, committed or not, nothing
  // runs.
  Result<Record> final_checkpoint();

  // Makes a version of a program that is already retired (it ended, or no thread has started).
  Result<Record> checkpoint_retired();

  [[nodiscard]] Statistics statistics() const;

 private:
  enum class Halt { kStop, kRetire, kNone };

  Result<Record> run(Halt halt);
  Result<Record> attempt(Halt halt);
  Result<void> preflush();
  Result<void> flush_and_commit(const Blob& blob, Record& record);
  [[nodiscard]] Error refused(const char* what, IoError error) const;
  void run_policy();
  [[nodiscard]] bool is_due(std::chrono::steady_clock::time_point last) const;  // by the policy
  void succeeded(const Record& record);
  void failed(const Error& error);

  uffd::Region& region_;
  store::LineStore& store_;
  Program& program_;
  const CheckpointerOptions options_;

  std::mutex transaction_;  // held through one checkpoint
  // The cause of the failure that was reported last; under transaction_.
  std::optional<std::pair<Errc, int>> told_;
  // RegionCounters::lines_written after the last checkpoint; under transaction_.
  std::uint64_t lines_at_last_ = 0;

  mutable std::mutex lock_;  // statistics_, quit_ and requested_
  std::condition_variable wake_;
  bool quit_ = false;
  bool requested_ = false;
  Statistics statistics_;
  std::thread policy_;
};

}  // namespace uvm::checkpoint
