// What commands that look at heaps begin with.
#pragma once

#include "store/directory.h"
#include "tools/options.h"

namespace uvm::tools {

// The store, with the heap that the command names in it; otherwise what is missing.
Result<store::StoreDirectory> open_store(const Options& options);

// Says what is wrong with the heap that the command names; the exit status.
int fail(const Options& options, const Error& error);

}  // namespace uvm::tools
