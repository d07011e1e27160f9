// uvm: runs Java programs on heaps that survive the process. What the words on the command line mean is in
// help.cpp.
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <cstdio>

#include "tools/commands.h"
#include "tools/messages.h"
#include "tools/options.h"
#include "tools/run.h"
#include "tools/signals.h"
#include "tools/standard_streams.h"

namespace {

// The status of a command that prints, once what it printed has arrived.
int printed(int status) {
  const int written = uvm::tools::finish_output();
  return status != 0 ? status : written;
}

}  // namespace

// What nobody expected ends the process here, by std::terminate, which names it.
int main(int argc, char** argv) {  // NOLINT(bugprone-exception-escape)
  using namespace uvm::tools;
  keep_standard_descriptors();
  auto options = parse_options(argc, argv);
  if (!options) {
    say(options.error());
    return kExitUsage;
  }
  for (const std::string& remark : options->remarks) say(remark);
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
      watch_signals();
      // Without the destructors of statics, which the thread that waits for signals still uses; and at once,
      // because a process that is killed after its heap was removed looks like one that never finished.
      _exit(run_program(*options));
  }
  return kExitFailure;
}
