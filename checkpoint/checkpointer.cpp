#include "checkpoint/checkpointer.h"

#include <algorithm>
#include <utility>

namespace uvm::checkpoint {
namespace {

using Clock = std::chrono::steady_clock;

// Lines that may be left for the stop: copying them takes a millisecond or two.
constexpr std::uint64_t kSmallResidue = 1280;
constexpr int kMaxRounds = 4;

std::uint64_t ns_since(Clock::time_point start) {
  return static_cast<std::uint64_t>(std::chrono::nanoseconds(Clock::now() - start).count());
}

}  // namespace

Checkpointer::Checkpointer(uffd::Region& region, store::LineStore& store, Program& program,
                           CheckpointerOptions options)
    : region_(region), store_(store), program_(program), options_(std::move(options)) {}

Checkpointer::~Checkpointer() { stop(); }

void Checkpointer::start() {
  if (policy_.joinable()) return;
  quit_ = false;
  policy_ = std::thread([this] { run_policy(); });
}

void Checkpointer::stop() {
  {
    const std::lock_guard lock(lock_);
    quit_ = true;
  }
  wake_.notify_all();
  if (policy_.joinable()) policy_.join();
}

void Checkpointer::request() {
  {
    const std::lock_guard lock(lock_);
    requested_ = true;
  }
  wake_.notify_all();
}

Result<Record> Checkpointer::checkpoint() { return run(Halt::kStop); }
Result<Record> Checkpointer::final_checkpoint() { return run(Halt::kRetire); }
Result<Record> Checkpointer::checkpoint_retired() { return run(Halt::kNone); }

Statistics Checkpointer::statistics() const {
  const std::lock_guard lock(lock_);
  return statistics_;
}

Error Checkpointer::refused(const char* what, IoError error) const {
  return system_error(options_.store_name + " refused " + what, error.sys_errno);
}

// Each round writes the lines that were dirtied during the one before, until few enough are left for the cut,
// or their number stops falling: then the program writes as fast as the store, and another round would only
// write the same lines again. The dirty lines are counted without protecting any: a round of protection costs
// the program a fault for each line that it writes all the time.
Result<void> Checkpointer::preflush() {
  std::uint64_t before = ~std::uint64_t{0};
  for (int round = 0;; ++round) {
    const std::uint64_t dirty = region_.count_lines().dirty;
    if (dirty <= kSmallResidue || dirty > before / 2 || round == kMaxRounds) {
      region_.prepare_cut(dirty);
      return {};
    }
    if (const auto written = region_.preflush(~std::uint64_t{0}); !written)
      return Unexpected{refused("lines before the checkpoint", written.error())};
    before = dirty;
  }
}

Result<void> Checkpointer::flush_and_commit(const Blob& blob, Record& record) {
  if (const auto written = region_.flush_cut(); !written) {
    store_.abandon();
    region_.abort_cut();
    return Unexpected{refused("lines of the checkpoint", written.error())};
  }
  if (const auto durable = program_.before_commit(); !durable) {
    store_.abandon();
    region_.abort_cut();
    return Unexpected{durable.error()};
  }
  Result<store::VersionInfo> version = store_.commit(bytes_of(blob));
  if (!version) {
    region_.abort_cut();
    return Unexpected{version.error()};
  }
  record.version = version->version;
  record.lines = version->lines_written;
  record.bytes = version->bytes_written;
  record.wall_time_ns = version->wall_time_ns;
  return {};
}

Result<Record> Checkpointer::run(Halt halt) {
  const std::lock_guard transaction(transaction_);
  program_.begin();
  auto outcome = attempt(halt);
  if (outcome) {
    succeeded(*outcome);
  } else {
    failed(outcome.error());
  }
  program_.settled(outcome);
  return outcome;
}

Result<Record> Checkpointer::attempt(Halt halt) {
  const Clock::time_point start = Clock::now();
  Record record;
  if (halt == Halt::kStop) {
    if (auto result = preflush(); !result) return Unexpected{result.error()};
  }

  const Clock::time_point stopping = Clock::now();
  if (halt == Halt::kStop) program_.stop();
  if (halt == Halt::kRetire) program_.retire();
  program_.before_cut();
  const Blob blob = program_.blob();
  const IoResult<uffd::Cut> cut = region_.cut();
  if (halt == Halt::kStop) program_.resume();
  record.pause_ns = ns_since(stopping);

  if (!cut) return Unexpected{refused("lines of the checkpoint", cut.error())};
  record.lines_stopped = cut->lines;
  if (auto result = flush_and_commit(blob, record); !result) return Unexpected{result.error()};
  record.duration_ns = ns_since(start);
  return record;
}

bool Checkpointer::is_due(Clock::time_point last) const {
  if (options_.every.count() == 0) return false;
  return Clock::now() - last >= options_.every ||
         region_.counters().lines_written - lines_at_last_ >= options_.lines_written;
}

void Checkpointer::run_policy() {
  // How often the number of written lines is checked.
  constexpr std::chrono::nanoseconds kGlance = std::chrono::milliseconds(50);
  Clock::time_point last = Clock::now();
  for (;;) {
    bool requested = false;
    {
      std::unique_lock lock(lock_);
      const auto called = [&] { return quit_ || requested_; };
      if (options_.every.count() == 0) {
        wake_.wait(lock, called);
      } else {
        const auto left = last + options_.every - Clock::now();
        wake_.wait_for(lock, std::clamp<std::chrono::nanoseconds>(left, std::chrono::nanoseconds(0), kGlance),
                       called);
      }
      if (quit_) return;
      requested = std::exchange(requested_, false);
    }
    if (!requested && !is_due(last)) continue;
    last = Clock::now();
    static_cast<void>(checkpoint());  // a failure is reported and counted there
  }
}

void Checkpointer::succeeded(const Record& record) {
  lines_at_last_ = region_.counters().lines_written;
  {
    const std::lock_guard lock(lock_);
    statistics_.add(record);
  }
  if (told_) {
    told_.reset();
    if (options_.report) options_.report("checkpoints work again: version " + std::to_string(record.version));
  }
  if (options_.after_checkpoint) options_.after_checkpoint(record);
}

void Checkpointer::failed(const Error& error) {
  {
    const std::lock_guard lock(lock_);
    statistics_.add_failure();
  }
  // A full disk may be noticed at different steps of a checkpoint; that is one cause.
  const std::pair cause(error.code, error.sys_errno);
  if (told_ == cause) return;
  told_ = cause;
  if (options_.report) {
    options_.report("checkpoint failed: " + error.message + "; the run continues, version " +
                    std::to_string(store_.current_version().version) + " stands");
  }
}

}  // namespace uvm::checkpoint
