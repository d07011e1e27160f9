// What commands that look at heaps begin with.
#pragma once

#include "tools/options.h"
#include "uffd/store_directory.h"

namespace uvm::tools {

// The store, with the heap that the command names in it; otherwise what is missing.
store::Result<store::StoreDirectory> open_store(const Options& options);

// Says what is wrong with the heap that the command names; the exit status.
int fail(const Options& options, const store::Error& error);

}  // namespace uvm::tools
