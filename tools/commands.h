// The commands that inspect heaps or request something, without running a program. Each returns the exit
// status.
#pragma once

#include "tools/options.h"

namespace uvm::tools {

int show_version(const Options& options);  // --version, with -v what the kernel offers
int list_heaps(const Options& options);
int list_versions(const Options& options);
int show_stats(const Options& options);
int pin_version(const Options& options, bool pinned);
int suspend_heap(const Options& options);
int remove_heap(const Options& options);  // or one version of it
int verify_heap(const Options& options);

}  // namespace uvm::tools
