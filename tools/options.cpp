#include "tools/options.h"

#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdlib>
#include <filesystem>

#include "runtime/outside/container.h"
#include "tools/java_options.h"
#include "tools/messages.h"
#include "tools/units.h"

namespace uvm::tools {
namespace {

std::string default_store() {
  if (const char* data = std::getenv("XDG_DATA_HOME"); data != nullptr && data[0] == '/') {
    return std::string(data) + "/uvm";
  }
  const char* home = std::getenv("HOME");
  return std::string(home == nullptr ? "" : home) + "/.local/share/uvm";
}

constexpr std::uint64_t kMinMemory = std::uint64_t{4} << 20;

// A quarter of the memory, or half if there is little: the VM itself takes some tens of MiB.
std::uint64_t default_memory() {
  constexpr std::uint64_t kModest = std::uint64_t{64} << 20;
  const std::uint64_t limit = rt::memory_limit().bytes;
  return std::max({limit / 4, std::min(kModest, limit / 2), kMinMemory});
}

constexpr std::uint64_t kMinHeap = std::uint64_t{16} << 20;

constexpr std::uint64_t kMaxKeepVersions = 64;  // store::Retention

// A decimal number of at most 18 digits.
std::optional<std::uint64_t> parse_number(const std::string& text) {
  if (text.empty() || text.size() > 18 ||
      !std::all_of(text.begin(), text.end(), [](unsigned char c) { return c >= '0' && c <= '9'; })) {
    return std::nullopt;
  }
  return std::stoull(text);
}

// Options as the parser sees them, before their values are checked.
struct Raw {
  std::string memory, heap, every, keep_versions, keep_age, compress, timeout, torture, log_level = "warn";
  std::vector<std::string> properties;
  std::string version;
  bool show_version = false, help = false, enable_assertions = false;
};

void add_options(CLI::App& app, Options& options, Raw& raw) {
  app.add_option("--store", options.store);
  app.add_option("--name", options.name);
  app.add_option("--memory", raw.memory);
  app.add_option("--heap", raw.heap)->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);  // -Xmx
  app.add_option("--checkpoint-every", raw.every);
  app.add_option("--keep-versions", raw.keep_versions);
  app.add_option("--keep-age", raw.keep_age);
  app.add_option("--compress", raw.compress);
  app.add_flag("--trust-store", options.trust_store);
  app.add_flag("--fresh", options.fresh);
  app.add_flag("--keep", options.keep);
  app.add_flag("--enable-assertions", raw.enable_assertions);
  app.add_flag("--cold-boot", options.cold_boot);
  app.add_flag("--fault-thread", options.handler_thread);
  app.add_option("--stats", options.stats);
  app.add_option("--torture", raw.torture);
  app.add_flag("--verify-heap", options.verify_heap);
  app.add_option("--log", raw.log_level);
  // One value each, so that the words after it are not taken as more of them.
  app.add_option("-D", raw.properties)->expected(1)->take_all()->allow_extra_args(false);
}

std::string cannot_be_a_name(const std::string& name) {
  return "'" + printable(name) +
         "' cannot be the name of a heap: no slash, no leading dot, no control characters, at most 200 bytes";
}

BasicResult<void, std::string> take_values(Options& options, const Raw& raw) {
  if (!raw.memory.empty()) {
    const auto size = parse_size(raw.memory);
    if (!size) return Unexpected{"--memory: '" + raw.memory + "' is not a size; write it as 64M or 2G"};
    if (*size < kMinMemory) return Unexpected{"--memory: at least 4M is needed, not " + raw.memory};
    options.memory = *size;
  } else {
    options.memory = default_memory();
  }
  if (!raw.heap.empty()) {
    const auto size = parse_size(raw.heap);
    if (!size) return Unexpected{"--heap: '" + raw.heap + "' is not a size; write it as 64M or 2G"};
    if (*size < kMinHeap) return Unexpected{"--heap: at least 16M is needed, not " + raw.heap};
    if (*size > kDefaultHeapSize) return Unexpected{"--heap: at most 32G is possible, not " + raw.heap};
    options.heap = *size;
  }
  if (raw.every == "off") {
    options.checkpoint_every = std::chrono::nanoseconds(0);
  } else if (!raw.every.empty()) {
    const auto duration = parse_duration(raw.every);
    if (!duration)
      return Unexpected{"--checkpoint-every: '" + raw.every +
                        "' is not a duration; write it as 250ms or 5s, or off"};
    options.checkpoint_every = *duration;
  }
  if (!raw.keep_versions.empty()) {
    const auto number = parse_number(raw.keep_versions);
    if (!number || *number == 0 || *number > kMaxKeepVersions) {
      return Unexpected{"--keep-versions: '" + raw.keep_versions + "' is not a number from 1 to " +
                        std::to_string(kMaxKeepVersions)};
    }
    options.keep_versions = static_cast<std::uint32_t>(*number);
  }
  if (!raw.keep_age.empty()) {
    const auto duration = parse_duration(raw.keep_age);
    if (!duration)
      return Unexpected{"--keep-age: '" + raw.keep_age + "' is not a duration; write it as 10m or 24h"};
    options.keep_age = *duration;
  }
  if (!raw.timeout.empty()) {
    const auto duration = parse_duration(raw.timeout);
    if (!duration)
      return Unexpected{"--timeout: '" + raw.timeout + "' is not a duration; write it as 500ms or 30s"};
    options.timeout = *duration;
  }
  if (!raw.compress.empty()) {
    if (raw.compress != "on" && raw.compress != "off") {
      return Unexpected{"--compress: '" + raw.compress + "' is neither on nor off"};
    }
    options.compress = raw.compress == "on";
  }
  if (!raw.torture.empty()) {
    constexpr std::string_view kPrefix = "resume:";
    const auto number =
        raw.torture.rfind(kPrefix, 0) == 0 ? parse_size(raw.torture.substr(kPrefix.size())) : std::nullopt;
    if (!number)
      return Unexpected{"--torture: '" + raw.torture + "' is not of the form resume:N with N above 0"};
    options.torture_interval = *number;
  }
  static const std::vector<std::string> kLevels = {"trace", "debug", "info", "warn", "error", "off"};
  if (std::find(kLevels.begin(), kLevels.end(), raw.log_level) == kLevels.end()) {
    return Unexpected{"--log: '" + raw.log_level + "' is not one of trace, debug, info, warn, error, off"};
  }
  options.log_level = raw.log_level;
  for (const std::string& property : raw.properties) {
    const std::size_t equals = property.find('=');
    if (equals == 0 || property.empty()) return Unexpected{"-D: '" + property + "' has no property name"};
    options.properties.emplace_back(property.substr(0, equals),
                                    equals == std::string::npos ? "" : property.substr(equals + 1));
  }
  if (raw.enable_assertions) options.assertions.insert(options.assertions.begin(), "+");
  if (options.store.empty()) options.store = default_store();
  if (!options.name.empty() && !is_valid_name(options.name)) {
    return Unexpected{cannot_be_a_name(options.name)};
  }
  return {};
}

// Replaces CLI11's messages, which are about its own terms, with messages about uvm's.
std::string explain_parsing(const CLI::ParseError& error) {
  std::string text = error.what();
  if (const std::size_t line = text.find('\n'); line != std::string::npos) text.resize(line);
  return text;
}

}  // namespace

bool is_valid_name(const std::string& name) {
  return !name.empty() && name.size() <= 200 && name[0] != '.' && name.find('/') == std::string::npos &&
         printable(name) == name;
}

BasicResult<Options, std::string> parse_options(int argc, const char* const* argv) {
  Options options;
  Raw raw;
  CLI::App app;
  app.set_help_flag();
  app.add_flag("-h,--help", raw.help);
  app.add_flag("--version", raw.show_version);
  app.add_flag("-v,--verbose", options.verbose);
  app.prefix_command();  // from the first word that is not an option on, all is the program's
  add_options(app, options, raw);

  struct Subcommand {
    const char* name;
    Command command;
    bool takes_name;
    bool takes_version = false;  // after the name
    CLI::App* app = nullptr;
  };
  Subcommand subcommands[] = {{"resume", Command::kResume, true},     {"list", Command::kList, false},
                              {"versions", Command::kVersions, true}, {"stats", Command::kStats, true},
                              {"pin", Command::kPin, true, true},     {"unpin", Command::kUnpin, true, true},
                              {"suspend", Command::kSuspend, true},   {"remove", Command::kRemove, true},
                              {"verify", Command::kVerify, true}};
  std::string name_argument;
  for (Subcommand& subcommand : subcommands) {
    subcommand.app = app.add_subcommand(subcommand.name);
    subcommand.app->set_help_flag();
    subcommand.app->prefix_command(false);
    subcommand.app->add_flag("-h,--help", raw.help);
    add_options(*subcommand.app, options, raw);
    if (subcommand.takes_name) subcommand.app->add_option("NAME", name_argument);
    if (subcommand.takes_version) subcommand.app->add_option("VERSION", raw.version);
    if (subcommand.command == Command::kStats) subcommand.app->add_flag("--json", options.json);
    if (subcommand.command == Command::kSuspend) subcommand.app->add_option("--timeout", raw.timeout);
    if (subcommand.command == Command::kResume || subcommand.command == Command::kRemove)
      subcommand.app->add_option("--version", raw.version);
  }

  std::vector<std::string_view> commands;
  for (const Subcommand& subcommand : subcommands) commands.emplace_back(subcommand.name);
  auto java = take_java_options({argv + 1, argv + argc}, commands, std::getenv("JDK_JAVA_OPTIONS"));
  if (!java) return Unexpected{java.error()};
  options.assertions = std::move(java->assertions);
  options.module_properties = std::move(java->module_properties);
  options.modules_at_boot = java->modules_at_boot;
  options.remarks = std::move(java->remarks);

  try {
    std::reverse(java->words.begin(), java->words.end());  // in the order that CLI11 needs
    app.parse(std::move(java->words));
  } catch (const CLI::ParseError& error) {
    return Unexpected{explain_parsing(error)};
  }

  if (raw.help) {
    options.command = Command::kHelp;
    return options;
  }
  for (const Subcommand& subcommand : subcommands) {
    if (!subcommand.app->parsed()) continue;
    options.command = subcommand.command;
    if (!subcommand.takes_name) break;
    if (name_argument.empty())
      return Unexpected{std::string(subcommand.name) + ": the NAME of a heap is missing"};
    if (!is_valid_name(name_argument)) {
      return Unexpected{cannot_be_a_name(name_argument)};
    }
    options.name = name_argument;
    if (subcommand.takes_version && raw.version.empty())
      return Unexpected{std::string(subcommand.name) + ": the VERSION of the heap is missing"};
  }
  if (auto taken = take_values(options, raw); !taken) return Unexpected{taken.error()};
  if (!raw.version.empty()) {
    options.version = parse_number(raw.version);
    if (!options.version) return Unexpected{"'" + raw.version + "' is not a version number"};
  }
  if (options.command != Command::kRun) return options;

  const std::vector<std::string> rest = app.remaining();
  if (!rest.empty() && rest[0].size() > 1 && rest[0][0] == '-' && rest[0] != "--") {
    return Unexpected{"unknown option " + rest[0]};
  }
  if (raw.show_version) {
    options.command = Command::kShowVersion;
    return options;
  }
  if (options.verbose) return Unexpected{std::string("-v goes with --version")};
  const std::size_t first = !rest.empty() && rest[0] == "--" ? 1 : 0;
  if (rest.size() <= first) return Unexpected{std::string("no bundle to run; uvm --help says more")};
  options.bundle = rest[first];
  options.arguments.assign(rest.begin() + static_cast<std::ptrdiff_t>(first) + 1, rest.end());
  if (options.name.empty()) {
    options.name = std::filesystem::path(options.bundle).filename();
    if (!is_valid_name(options.name)) {
      return Unexpected{"'" + options.bundle + "' gives the heap no name; use --name"};
    }
  }
  return options;
}

}  // namespace uvm::tools
