// The limits that this process's container sets: those of its control groups, of version 2 or 1 (cgroups(7),
// Documentation/admin-guide/cgroup-v2.rst in Linux), its own and those of all visible groups above; and the
// processors that it may be scheduled on.
//
// Read anew each time, because limits can be changed while a program runs, and a heap can be resumed in
// another container. RLIMIT_AS and RLIMIT_DATA are not included: the second does not count the heap's address
// space, and a first one small enough to matter here would not admit that address space.
//
// Who may call: any thread. Nothing fails: what cannot be read sets no limit.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace uvm::rt {

// A limit in bytes.
struct MemoryLimit {
  std::uint64_t bytes = 0;
  std::uint64_t used = 0;  // how much of it is used
  std::string source;      // the file that it was read from, or "the machine's memory"
};

struct ContainerLimits {
  std::optional<MemoryLimit> memory;        // the smallest of memory.max, memory.high, memory.limit_in_bytes
  std::optional<std::uint64_t> swap;        // bytes, from memory.swap.max; version 2 only
  std::optional<std::uint32_t> processors;  // from cpu.max or cpu.cfs_quota_us, rounded up, at least 1
  std::string processors_source;            // the file that it was read from
};

// `root` is put in front of all paths, for tests.
ContainerLimits container_limits(const std::string& root = {});

// For this process: the container's limit, or the machine's memory if that is less.
MemoryLimit memory_limit();

struct Processors {
  std::uint32_t count;  // at least 1
  std::string source;
};
// As in Runtime.availableProcessors: the processors that this thread may run on (sched_getaffinity(2), which
// respects cpusets), but no more than the quota of CPU time allows.
Processors available_processors();

}  // namespace uvm::rt
