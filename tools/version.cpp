// uvm --version: the program, the kernel and the class library.
#include <sys/utsname.h>

#include <cstdio>

#include "pmem/libpmem.h"
#include "runtime/jimage/java_home.h"
#include "runtime/natives/missing_natives.h"
#include "runtime/outside/container.h"
#include "store/file_device.h"
#include "tools/commands.h"
#include "tools/units.h"
#include "uffd/kernel_features.h"

namespace uvm::tools {

namespace {

// The class library, and which of its natives uvm lacks: unknown gaps one by one, known absences counted.
void show_class_library() {
  const auto home = rt::jimage::find_java_home();
  if (!home) {
    std::printf("class library: %s\n", home.error().message.c_str());
    return;
  }
  std::printf("OpenJDK %s in %s\n", home->version.c_str(), home->path.c_str());
  if (const auto settings = rt::jimage::check_settings(*home); !settings)
    std::printf("  %s\n", settings.error().message.c_str());
  const auto image = rt::jimage::JImage::open(home->modules);
  const auto missing = image ? rt::find_missing_natives(*image, {})
                             : rt::jimage::Result<rt::MissingNatives>(Unexpected{image.error()});
  if (!missing) {
    std::printf("  %s\n", missing.error().message.c_str());
    return;
  }
  if (!missing->unknown.empty()) {
    std::printf(
        "  natives that are newer than this uvm; programs that call them get an UnsatisfiedLinkError:\n");
    for (const std::string& text : missing->unknown) std::printf("    %s\n", text.c_str());
  }
  std::puts("  natives that uvm does not have:");
  for (const auto& [module, reasons] : missing->known) {
    for (const auto& [reason, count] : reasons) {
      std::printf("    %-24s %4u  %.*s\n", module.c_str(), count, static_cast<int>(reason.size()),
                  reason.data());
    }
  }
}

}  // namespace

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
  const bool pmem = pmem::LibPmem::load() != nullptr;
  show({"libpmem", pmem,
        pmem ? "writes stores on persistent memory" : "stores on persistent memory are written as files"});
  show_class_library();
  return 0;
}

}  // namespace uvm::tools
