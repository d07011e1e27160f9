// The figures of --stats, as one JSON document, replaced whole each time.
#pragma once

#include <cstdint>
#include <string>

#include "checkpoint/statistics.h"
#include "pmem/line_store.h"
#include "uffd/region.h"

namespace uvm::tools {

struct Figures {
  std::string name;    // of the heap
  std::string region;  // Region::describe()
  uffd::RegionCounters region_counters;
  store::StoreCounters store_counters;
  checkpoint::Statistics checkpoints;
  std::uint64_t calls = 0;            // invocations executed
  std::uint64_t allocated_bytes = 0;  // by the program, ever
  std::uint64_t uptime_ns = 0;        // of this process
  std::uint64_t ready_ns = 0;         // from the process's start until the program's threads ran
  std::uint64_t resumed_version = 0;  // 0: started afresh
  std::uint64_t torture_resumes = 0;
  bool ended = false;
  int exit_code = 0;
};

std::string to_json(const Figures& figures);
// A regular file is replaced as a whole, through links too; to anything else (a pipe, a device) the document
// is written. 0 or an errno.
int write_stats(const std::string& path, const Figures& figures);

}  // namespace uvm::tools
