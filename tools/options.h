// The command line of uvm.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"

namespace uvm::tools {

enum class Command : std::uint8_t {
  kRun,
  kResume,
  kList,
  kVersions,
  kStats,
  kPin,
  kUnpin,
  kSuspend,
  kRemove,
  kVerify,
  kHelp,
  kShowVersion,
};

inline constexpr std::uint64_t kDefaultHeapSize = std::uint64_t{32} << 30;

struct Options {
  Command command = Command::kRun;
  std::string store;                      // absolute or relative to the working directory
  std::string name;                       // of the heap: --name, or the NAME of a command
  std::uint64_t memory = 0;               // bytes of resident heap
  std::uint64_t heap = kDefaultHeapSize;  // bytes of virtual heap
  std::chrono::nanoseconds checkpoint_every{std::chrono::seconds(1)};  // 0: off
  std::uint32_t keep_versions = 2;       // newest versions that a checkpoint leaves
  std::chrono::nanoseconds keep_age{0};  // and of younger ones a selection; 0: none
  std::optional<bool> compress;          // lines in the store; none: as the heap was told before
  bool verbose = false;                  // kShowVersion
  bool json = false;                     // kStats
  std::chrono::nanoseconds timeout{std::chrono::seconds(10)};  // kSuspend: for a process that does not answer
  bool trust_store = false;  // whoever owns what is in it, and whoever may write to it
  bool fresh = false;
  bool keep = false;
  std::vector<std::string> assertions;  // as runtime/linking/assertions.h has them
  std::vector<std::pair<std::string, std::string>> module_properties;  // tools/java_options.h
  bool modules_at_boot = false;
  std::vector<std::string> remarks;  // on the options, for stderr
  bool cold_boot = false;
  bool handler_thread = false;         // faults by a thread of the region
  std::string stats;                   // file, empty: none
  std::uint64_t torture_interval = 0;  // safepoints, 0 off
  bool verify_heap = false;            // at every cut and before threads start
  std::string log_level = "warn";
  std::vector<std::pair<std::string, std::string>> properties;  // -D, in order
  std::string bundle;                                           // kRun
  std::vector<std::string> arguments;                           // of the program
  std::optional<std::uint64_t> version;                         // kResume, kRemove, kPin, kUnpin
};

// The message says in one line what is wrong.
BasicResult<Options, std::string> parse_options(int argc, const char* const* argv);

// Text of --help.
const char* help_text();

// A heap's name is a file name: not empty, no slash, no leading dot, no control
// characters, at most 200 bytes.
bool is_valid_name(const std::string& name);

}  // namespace uvm::tools
