// uvm: runs Java programs on heaps that survive the process. What the words on the command line mean is in
// help.cpp.
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <cstdio>
#include <string>
#include <system_error>

#include "store/owned_file.h"
#include "tools/commands.h"
#include "tools/messages.h"
#include "tools/options.h"
#include "tools/process_limits.h"
#include "tools/run.h"
#include "tools/signals.h"
#include "tools/standard_streams.h"

namespace {

// The status of a command that prints, after its output has been written.
int printed(int status) {
  const int written = uvm::tools::finish_output();
  return status != 0 ? status : written;
}

int uvm_main(int argc, char** argv) {
  using namespace uvm::tools;
  auto options = parse_options(argc, argv);
  if (!options) {
    say(options.error());
    return kExitUsage;
  }
  for (const std::string& remark : options->remarks) say(remark);
  if (options->trust_store) uvm::store::trust_all_owners();
  spdlog::set_default_logger(spdlog::stderr_logger_mt("uvm"));
  spdlog::set_pattern("uvm: %l: %v");
  spdlog::set_level(spdlog::level::from_str(options->log_level));

  switch (options->command) {
    case Command::kHelp:
      std::fputs(help_text(), stdout);
      return printed(0);
    case Command::kShowVersion:
      return printed(show_version(*options));
    case Command::kList:
      return printed(list_heaps(*options));
    case Command::kVersions:
      return printed(list_versions(*options));
    case Command::kStats:
      return printed(show_stats(*options));
    case Command::kPin:
      return pin_version(*options, true);
    case Command::kUnpin:
      return pin_version(*options, false);
    case Command::kSuspend:
      return suspend_heap(*options);
    case Command::kRemove:
      return remove_heap(*options);
    case Command::kVerify:
      return printed(verify_heap(*options));
    case Command::kRun:
    case Command::kResume:
      // Ends without the destructors of statics, which the thread that waits for signals still uses. Ends at
      // once, because a process that is killed after its heap was removed looks like one that never finished.
      try {
        watch_signals();
        _exit(run_program(*options));
      } catch (const std::system_error& failure) {  // thrown by std::thread
        say(std::string("a thread of uvm's own cannot be started: ") + failure.code().message() +
            "; raise the limit on processes and threads (ulimit -u, in a container --pids-limit)");
        _exit(kExitFailure);
      }
  }
  return kExitFailure;
}

}  // namespace

// An unexpected exception ends the process here, by std::terminate, which names it.
int main(int argc, char** argv) {  // NOLINT(bugprone-exception-escape)
  uvm::tools::keep_standard_descriptors();
  uvm::tools::raise_limits();
  return uvm::tools::with_large_stack(uvm_main, argc, argv);
}
