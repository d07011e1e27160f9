// uvm suspend: asks the process that runs a heap for a last checkpoint, and waits until the process is gone.
//
// The request goes through the process's socket. Only if nobody answers there, a signal is sent, and only to
// a process that is certainly the right one (terminate_holder).
#include <algorithm>
#include <chrono>
#include <optional>
#include <string>
#include <thread>
#include <utility>

#include "tools/commands.h"
#include "tools/control_socket.h"
#include "tools/messages.h"
#include "tools/open_store.h"
#include "tools/run_lock.h"
#include "tools/units.h"

namespace uvm::tools {
namespace {

using Clock = std::chrono::steady_clock;
using Outcome = ControlAnswer::Outcome;

class Suspension {
 public:
  Suspension(const Options& options, std::string folder)
      : name_(options.name), timeout_(options.timeout), folder_(std::move(folder)) {}

  // The exit status if suspending ends here; nothing if the process is gone.
  std::optional<int> run() {
    const auto holder = running_process(folder_);
    if (!holder) {
      say("no process runs " + name_);
      return kExitFailure;
    }
    holder_ = *holder;
    if (const auto status = request()) return status;
    return wait();
  }

 private:
  int fail(const std::string& text, int status) {
    say(name_ + " is run by " + holder_.text() + ", " + text);
    return status;
  }

  // Returns when a process has taken the request, or the process is gone.
  std::optional<int> request() {
    // A process that has just started has no socket yet, and one that is ending has none any more.
    constexpr std::chrono::milliseconds kPause{20}, kStarting{3000};
    const Clock::time_point begin = Clock::now();
    for (;;) {
      const auto waited = Clock::now() - begin;
      const auto left = std::max<std::chrono::nanoseconds>(timeout_ - waited, kPause);
      const ControlAnswer answer = ask(folder_, Request::kSuspend, left);
      if (answer.outcome == Outcome::kAnswer && answer.text == kSuspending) return {};
      const auto holder = running_process(folder_);
      if (!holder) return {};
      holder_ = *holder;
      if (answer.outcome == Outcome::kForbidden)
        return fail("of " + answer.text + "; only that user and root may suspend it", kExitFailure);
      if (answer.outcome == Outcome::kAnswer && answer.text == kRefused)
        return fail("of another user; only that user and root may suspend it", kExitFailure);
      if (answer.outcome == Outcome::kSilent) return signal_it(why_silent(holder_));
      const bool not_now = answer.outcome == Outcome::kAnswer && answer.text == kNotNow;
      if (waited >= (not_now ? timeout_ : std::min<std::chrono::nanoseconds>(timeout_, kStarting))) {
        return signal_it(answer.outcome == Outcome::kFailed ? "which cannot be asked: " + answer.text
                                                            : "which has no control socket");
      }
      std::this_thread::sleep_for(kPause);
    }
  }

  std::optional<int> signal_it(const std::string& why) {
    if (holder_.stopped()) return fail(why, kExitTryAgain);
    const auto sent = terminate_holder(folder_);
    if (sent || !running_process(folder_)) return {};
    return fail(why + ", and no signal is sent, for " + sent.error() +
                    (holder_.pid == 0 ? ": suspend it where it runs" : ""),
                kExitTryAgain);
  }

  // Waits as long as the last checkpoint takes, provided that the process makes progress.
  std::optional<int> wait() {
    for (bool said = false; !wait_until_free(folder_, holder_, timeout_);) {
      const auto holder = running_process(folder_);
      if (!holder) return {};
      if (holder->stopped() ||
          (holder->pid == 0 && ask(folder_, Request::kSuspend, timeout_).outcome == Outcome::kSilent)) {
        holder_ = *holder;
        return fail(why_silent(holder_), kExitTryAgain);
      }
      if (!std::exchange(said, true))
        say("still waiting for " + holder->text() + ", which makes the last checkpoint of " + name_);
    }
    return {};
  }

  const std::string name_;
  const std::chrono::nanoseconds timeout_;
  const std::string folder_;
  Holder holder_;
};

}  // namespace

int suspend_heap(const Options& options) {
  auto directory = open_store(options);
  if (!directory) return fail(options, directory.error());
  if (const auto status = Suspension(options, directory->heap_folder(options.name)).run()) return *status;
  if (!directory->has_heap(options.name)) {
    say(options.name + " ended before it was suspended");
    return kExitFailure;
  }
  return 0;
}

}  // namespace uvm::tools
