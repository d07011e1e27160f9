// What the container that this process runs in lets it have: the limits of its control groups, of version 2
// or 1 (cgroups(7), Documentation/admin-guide/cgroup-v2.rst in Linux), its own and those of all groups above
// that can be seen; and the processors that it may be scheduled on.
//
// Read anew each time, since limits can be changed while a program runs, and a heap can go on in another
// container. RLIMIT_AS and RLIMIT_DATA are not among them: the heap's address space passes by the second, and
// does not come up under a first one that would matter here.
//
// Who may call: any thread. No failures: what cannot be read limits nothing.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace uvm::rt {

// A limit in bytes.
struct MemoryLimit {
  std::uint64_t bytes = 0;
  std::uint64_t used = 0;  // of it
  std::string source;      // the file that says so, or "the machine's memory"
};

struct ContainerLimits {
  std::optional<MemoryLimit> memory;        // the least of memory.max, memory.high, memory.limit_in_bytes
  std::optional<std::uint64_t> swap;        // bytes, of memory.swap.max; of version 2 only
  std::optional<std::uint32_t> processors;  // of cpu.max or cpu.cfs_quota_us, rounded up, at least 1
  std::string processors_source;            // the file that says so
};

// `root` is before all paths: for tests.
ContainerLimits container_limits(const std::string& root = {});

// Of this process: the container's limit, or the machine's memory where that is less.
MemoryLimit memory_limit();

struct Processors {
  std::uint32_t count;  // at least 1
  std::string source;
};
// As Runtime.availableProcessors has it: where this thread may run (sched_getaffinity(2), which heeds
// cpusets), but no more than the quota of time comes to.
Processors available_processors();

}  // namespace uvm::rt
