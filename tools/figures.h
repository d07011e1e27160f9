// Figures of one heap and of the process that runs it, and the JSON document of them, which --stats writes
// and `uvm stats` prints. The document always has the same shape: what only a process knows is null (an
// array: empty) when none runs the heap, or when it did not answer. What only the file tells (a version's
// held_bytes and alone_bytes) is null in a process's answer; `uvm stats` adds it.
//
// Names end in the unit (_ns, _bytes); everything else is a count. Counts of a process start at 0 with its
// region; under torture, with the current life.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "checkpoint/blob.h"
#include "checkpoint/statistics.h"
#include "store/line_store.h"
#include "uffd/region.h"

namespace uvm::tools {

// Rises when a field changes its meaning or goes away; not when one is added.
inline constexpr unsigned kFiguresFormat = 1;

// Figures of the process that runs the heap.
struct ProcessFigures {
  int pid = 0;
  std::string region;  // Region::describe()
  uffd::RegionCounters counters;
  uffd::FaultLatencies latencies;
  uffd::LineCounts lines;
  std::uint64_t memory_limit_bytes = 0;
  std::uint64_t peak_rss_bytes = 0;
  store::StoreCounters store;  // without its space, which is the heap's
  checkpoint::Statistics checkpoints;
  std::uint64_t checkpoints_failed = 0;
  // Invocations executed. --stats has them, an answer to `uvm stats` does not: to add them up, the threads'
  // records are read under the lock that stopping the program needs.
  std::optional<std::uint64_t> calls;
  std::uint64_t allocated_bytes = 0;  // by the program, ever
  std::uint64_t uptime_ns = 0;        // of this process
  std::uint64_t ready_ns = 0;         // from the process's start until the program's threads ran
  std::uint64_t resumed_version = 0;  // 0: started afresh
  std::uint64_t torture_resumes = 0;
};

enum class HeapState : std::uint8_t {
  kRunning,
  kSuspended,    // the process left on request; nothing happened since the newest version
  kInterrupted,  // it was killed, or crashed
  kEnded,        // the program has ended; exit_code says how
  kEmpty,        // nothing was committed yet
};

struct VersionFigures {
  store::VersionInfo info;
  bool pinned = false;
};

std::vector<VersionFigures> versions_of(const std::vector<store::VersionInfo>& versions,
                                        const std::vector<store::Version>& pinned);

struct Figures {
  std::string name;  // of the heap
  HeapState state = HeapState::kEmpty;
  int exit_code = 0;
  std::string damage;  // what is damaged in a heap that opens all the same; empty: nothing
  // What the newest version says about itself, or the process's next one will.
  std::optional<checkpoint::Blob> blob;
  std::vector<VersionFigures> versions;     // by rising version
  std::uint64_t file_bytes = 0;             // of the heap on the device, holes not counted
  std::optional<std::uint64_t> free_bytes;  // of these, what no version needs
  std::optional<std::uint64_t> room_bytes;  // what the file system has left
  std::optional<ProcessFigures> process;
};

// Room left in the file system of `path`.
std::optional<std::uint64_t> room_at(const std::string& path);

nlohmann::json document_of(const Figures& figures);
// As text, UTF-8 whatever is in names and paths.
std::string text_of(const nlohmann::json& document);
std::string text_of(const Figures& figures);

}  // namespace uvm::tools
