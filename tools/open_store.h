// The first steps of commands that look at heaps.
#pragma once

#include "store/directory.h"
#include "tools/options.h"

namespace uvm::tools {

// The store, provided that it has the heap that the command names; otherwise what is missing.
Result<store::StoreDirectory> open_store(const Options& options);

// Reports an error with the heap that the command names. Returns the exit status.
int fail(const Options& options, const Error& error);

}  // namespace uvm::tools
