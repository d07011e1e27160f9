// uvm --version: what runs here, and on what.
#include <sys/utsname.h>

#include <cstdio>

#include "pmem/libpmem.h"
#include "runtime/container.h"
#include "tools/commands.h"
#include "tools/units.h"
#include "uffd/kernel_features.h"
#include "uffd/store_device.h"

namespace uvm::tools {

int show_version(const Options& options) {
  std::puts("uvm " UVM_VERSION);
  if (!options.verbose) return 0;
  utsname system{};
  if (uname(&system) == 0) std::printf("%s %s %s\n", system.sysname, system.release, system.machine);
  const auto show = [](const uffd::Mechanism& mechanism) {
    std::printf("  %-66s %-3s  %s\n", mechanism.name, mechanism.offered ? "yes" : "no", mechanism.use);
  };
  for (const uffd::Mechanism& mechanism : uffd::kernel_features().mechanisms()) show(mechanism);
  const bool rings = store::io_uring_works();
  show({"io_uring", rings, rings ? "moves lines from and to the store" : "lines go by preadv and pwritev"});
  const rt::MemoryLimit memory = rt::memory_limit();
  const rt::Processors processors = rt::available_processors();
  std::printf("  %-66s %s\n", ("memory: " + memory.source).c_str(), show_size(memory.bytes).c_str());
  std::printf("  %-66s %u\n", ("processors: " + processors.source).c_str(), processors.count);
  const bool pmem = store::LibPmem::load() != nullptr;
  show({"libpmem", pmem,
        pmem ? "writes stores on persistent memory" : "stores on persistent memory are written as files"});
  return 0;
}

}  // namespace uvm::tools
