#include "tools/stats_text.h"

#include <algorithm>
#include <bit>
#include <cstdarg>
#include <cstdint>
#include <cstdio>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>

#include "store/format.h"
#include "tools/messages.h"
#include "tools/units.h"

namespace uvm::tools {
namespace {

using nlohmann::json;

constexpr const char* kKinds[][2] = {{"zero", "zero"},
                                     {"minor", "minor"},
                                     {"disk", "disk"},
                                     {"write_protect", "write-protect"},
                                     {"spurious", "spurious"}};

__attribute__((format(printf, 2, 3))) void append(std::string& text, const char* format, ...) {
  char line[512];
  va_list arguments;
  va_start(arguments, format);
  std::vsnprintf(line, sizeof line, format, arguments);
  va_end(arguments);
  text += line;
}

std::optional<std::uint64_t> maybe(const json& value) {
  return value.is_null() ? std::nullopt : std::optional(value.get<std::uint64_t>());
}
std::uint64_t number(const json& value) { return value.get<std::uint64_t>(); }
unsigned long printed(const json& value) { return number(value); }
std::string size_or_dash(const json& value) {
  const auto bytes = maybe(value);
  return bytes ? show_size(*bytes) : "-";
}

// "NAME  12345 lines  48.2 MiB  REMARK"
void add_lines(std::string& text, const char* name, std::uint64_t lines, const std::string& remark) {
  append(text, "  %-16s %12lu lines  %10s", name, static_cast<unsigned long>(lines),
         show_size(lines * store::kLineSize).c_str());
  if (!remark.empty()) text += "  " + remark;
  text += "\n";
}

void add_size(std::string& text, const char* name, const json& bytes, const char* remark = "") {
  if (!bytes.is_null()) append(text, "  %-16s %10s%s\n", name, show_size(number(bytes)).c_str(), remark);
}

void add_said(std::string& text, const char* name, const json& value) {
  if (value.is_null() || value.get<std::string>().empty()) return;
  append(text, "%-14s ", name);
  text += printable(value.get<std::string>()) + "\n";
}

std::string state_of(const json& d) {
  const auto state = d.at("state").get<std::string>();
  if (state == "running") {
    std::string text = "running, by process " + std::to_string(number(d.at("pid"))) + " for " +
                       show_duration(number(d.at("uptime_ns")));
    if (const auto from = number(d.at("resumed_version")); from != 0)
      text += ", from version " + std::to_string(from) + " on";
    return text;
  }
  if (state == "ended") return "ended with status " + std::to_string(d.at("exit_code").get<int>());
  return state == "empty" ? "empty: nothing was committed yet" : state;
}

void add_heading(std::string& text, const json& d) {
  add_said(text, "heap", d.at("name"));
  add_said(text, "state", state_of(d));
  add_said(text, "damage", d.at("damage"));
  const json& program = d.at("program");
  add_said(text, "program", program.at("bundle"));
  add_said(text, "command", program.at("command"));
  add_said(text, "class library", program.at("java"));
  add_said(text, "uvm", program.at("uvm"));
  if (!program.at("heap_bytes").is_null())
    append(text, "%-14s %s at most\n", "objects", show_size(number(program.at("heap_bytes"))).c_str());
  add_said(text, "paging", d.at("region"));
}

void add_memory(std::string& text, const json& d) {
  text += "\nmemory\n";
  const json& lines = d.at("lines");
  const std::uint64_t resident = number(lines.at("resident"));
  add_lines(text, "resident", resident, "of at most " + show_size(number(d.at("memory_limit_bytes"))));
  add_lines(text, "second chance", number(lines.at("second_chance")),
            "of these: unmapped, the next to leave");
  add_lines(text, "dirty", number(lines.at("dirty")), "of these: not in the store as they are");
  add_size(text, "resident peak", d.at("resident_bytes_peak"));
  add_size(text, "process peak", d.at("peak_rss_bytes"), "  resident, everything included");
}

// One line for each power of two.
void add_histogram(std::string& text, const char* kind, const json& latency) {
  struct Range {
    std::uint64_t from = ~std::uint64_t{0}, to = 0, count = 0;
  };
  std::map<int, Range> ranges;
  std::uint64_t largest = 1;
  for (const json& bucket : latency.at("buckets")) {
    const std::uint64_t from = number(bucket.at("from_ns")), to = number(bucket.at("to_ns"));
    const int power = std::bit_width(from);
    Range& range = ranges[power];
    range.from = std::min(range.from, from);
    range.to = std::max(range.to, to);
    range.count += number(bucket.at("count"));
    largest = std::max(largest, range.count);
  }
  const std::uint64_t all = number(latency.at("count"));
  if (all == 0) return;
  append(text, "\n%s faults by duration\n", kind);
  for (const auto& [power, range] : ranges) {
    constexpr std::uint64_t kWidth = 40;
    const std::uint64_t bar = (range.count * kWidth + largest - 1) / largest;
    append(text, "  %8s to %8s %12lu  %5.1f %%  %s\n", show_duration(range.from).c_str(),
           show_duration(range.to).c_str(), static_cast<unsigned long>(range.count),
           100.0 * static_cast<double>(range.count) / static_cast<double>(all),
           std::string(bar, '#').c_str());
  }
}

void add_faults(std::string& text, const json& d) {
  append(text, "\n%-14s %10s %10s %10s %10s %10s %10s\n", "faults", "COUNT", "P50", "P90", "P99", "MAX",
         "TOTAL");
  for (const auto& [key, name] : kKinds) {
    const json& latency = d.at("fault_latency").at(key);
    append(text, "  %-12s %10lu", name, printed(d.at("faults").at(key)));
    for (const char* column : {"p50_ns", "p90_ns", "p99_ns", "max_ns", "sum_ns"}) {
      const bool none = number(latency.at("count")) == 0;
      append(text, " %10s", none ? "-" : show_duration(number(latency.at(column))).c_str());
    }
    text += "\n";
  }
  for (const auto& [key, name] : kKinds) add_histogram(text, name, d.at("fault_latency").at(key));
}

void add_disk(std::string& text, const json& d) {
  text += "\ndisk\n";
  const json& store = d.at("store");
  const json& ahead = d.at("read_ahead");
  add_lines(text, "read", number(d.at("lines_read")),
            std::to_string(number(ahead.at("lines"))) + " of them ahead, " +
                std::to_string(number(ahead.at("hits"))) + " of those in runs to the end, " +
                std::to_string(number(ahead.at("begun"))) + " begun before they were missed");
  const std::uint64_t compressed = number(store.at("lines_compressed"));
  add_lines(text, "written", number(d.at("lines_written")),
            (compressed == 0 ? "" : std::to_string(compressed) + " of them compressed; ") +
                show_size(number(store.at("bytes_written"))) + " to the device, with what belongs to them");
  const json& evictions = d.at("evictions");
  add_lines(text, "evicted", number(evictions.at("clean")) + number(evictions.at("dirty")),
            std::to_string(number(evictions.at("dirty"))) + " of them dirty, " +
                std::to_string(number(evictions.at("direct"))) + " by threads that needed room at once");
  append(text, "  %-16s %12lu\n", "flushes", printed(store.at("flushes")));
  if (const auto failures = number(d.at("write_failures")); failures != 0)
    append(text, "  %-16s %12lu times, that the store refused to write\n", "failures",
           static_cast<unsigned long>(failures));
}

void add_checkpoints(std::string& text, const json& d) {
  text += "\ncheckpoints\n";
  const json& versions = d.at("versions");
  if (!versions.empty()) {
    const json& last = versions.back();
    append(text, "  %-16s version %lu, %s\n", "last", printed(last.at("version")),
           show_time(number(last.at("wall_time_ns"))).c_str());
    append(text, "  %-16s %lu lines, %s written\n", "", printed(last.at("lines_written")),
           show_size(number(last.at("bytes_written"))).c_str());
  } else {
    append(text, "  %-16s none\n", "last");
  }
  const json& checkpoints = d.at("checkpoints");
  if (checkpoints.at("count").is_null()) return;
  append(text, "  %-16s %lu by this process, %lu failed\n", "made", printed(checkpoints.at("count")),
         printed(checkpoints.at("failed")));
  append(text, "  %-16s %lu lines, %s\n", "written", printed(checkpoints.at("lines")),
         show_size(number(checkpoints.at("bytes"))).c_str());
  if (number(checkpoints.at("count")) == 0) return;
  append(text, "  %-16s median %s, p99 %s, longest %s\n", "pause",
         show_duration(number(checkpoints.at("pause_median_ns"))).c_str(),
         show_duration(number(checkpoints.at("pause_p99_ns"))).c_str(),
         show_duration(number(checkpoints.at("pause_max_ns"))).c_str());
}

void add_versions(std::string& text, const json& d) {
  const json& versions = d.at("versions");
  if (versions.empty()) return;
  append(text, "\n%-10s  %-19s  %10s  %12s  %12s  %12s\n", "versions", "OF", "HEAP", "LINES SAVED", "WRITTEN",
         "ALONE");
  for (const json& version : versions) {
    append(text, "%10lu  %-19s  %10s  %12lu  %12s  %12s%s\n", printed(version.at("version")),
           show_time(number(version.at("wall_time_ns"))).c_str(),
           show_size(number(version.at("lines")) * store::kLineSize).c_str(),
           printed(version.at("lines_written")), show_size(number(version.at("bytes_written"))).c_str(),
           size_or_dash(version.at("alone_bytes")).c_str(),
           version.at("pinned").get<bool>() ? "  pinned" : "");
  }
}

void add_space(std::string& text, const json& d) {
  const json& store = d.at("store");
  text += "\nspace\n";
  add_size(text, "heap file", store.at("file_bytes"));
  add_size(text, "used", store.at("used_bytes"), "  of that, by versions and what becomes the next one");
  add_size(text, "free", store.at("free_bytes"), "  of that, for later versions");
  add_size(text, "room", store.at("room_bytes"), "  left in the file system");
}

}  // namespace

std::string text_for_people(const json& document) {
  std::string text;
  add_heading(text, document);
  if (document.at("running").get<bool>()) {
    add_memory(text, document);
    add_faults(text, document);
    add_disk(text, document);
  }
  add_checkpoints(text, document);
  add_versions(text, document);
  add_space(text, document);
  return text;
}

}  // namespace uvm::tools
