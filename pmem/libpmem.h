// The part of libpmem that uvm calls, loaded when it is first needed. The library pulls in seven others,
// which would cost each start of uvm 2 ms of processor time, although few machines have persistent memory.
#pragma once

#include <libpmem.h>

namespace uvm::pmem {

struct LibPmem {
  decltype(&pmem_map_file) map_file;
  decltype(&pmem_unmap) unmap;
  decltype(&pmem_memcpy) memcpy;
  decltype(&pmem_drain) drain;

  // nullptr when the library is not installed. Not async-signal-safe; any thread.
  static const LibPmem* load();
};

}  // namespace uvm::pmem
