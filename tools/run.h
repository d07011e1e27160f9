// Running a program: from a bundle or from its interrupted run, until it ends or is suspended.
#pragma once

#include "tools/options.h"

namespace uvm::tools {

// `uvm BUNDLE` and `uvm resume NAME`. Returns the exit status of the process.
int run_program(const Options& options);

}  // namespace uvm::tools
