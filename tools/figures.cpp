#include "tools/figures.h"

#include <sys/statvfs.h>

#include <algorithm>
#include <iterator>
#include <nlohmann/json.hpp>

namespace uvm::tools {
namespace {

using nlohmann::json;

const char* name_of(HeapState state) {
  switch (state) {
    case HeapState::kRunning:
      return "running";
    case HeapState::kSuspended:
      return "suspended";
    case HeapState::kInterrupted:
      return "interrupted";
    case HeapState::kEnded:
      return "ended";
    case HeapState::kEmpty:
      break;
  }
  return "empty";
}

template <typename T>
json or_null(const std::optional<T>& value) {
  return value ? json(*value) : json();
}

json latency_json(const uffd::LatencyCounts& counts) {
  json buckets = json::array();
  for (std::size_t i = 0; i < counts.buckets.size(); ++i) {
    if (counts.buckets[i] == 0) continue;
    const bool open = i + 1 == counts.buckets.size();
    buckets.push_back({{"from_ns", uffd::LatencyCounts::first_of(i)},
                       {"to_ns", open ? counts.max_ns : uffd::LatencyCounts::last_of(i)},
                       {"count", counts.buckets[i]}});
  }
  return {{"count", counts.count()},
          {"sum_ns", counts.sum_ns},
          {"p50_ns", counts.percentile_ns(50)},
          {"p90_ns", counts.percentile_ns(90)},
          {"p99_ns", counts.percentile_ns(99)},
          {"max_ns", counts.max_ns},
          {"buckets", buckets}};
}

json checkpoints_json(const ProcessFigures& process) {
  const checkpoint::Statistics& statistics = process.checkpoints;
  json latest = json::array();
  for (const checkpoint::Record& record : statistics.latest()) {
    latest.push_back({{"version", record.version},
                      {"pause_ns", record.pause_ns},
                      {"duration_ns", record.duration_ns},
                      {"lines", record.lines},
                      {"lines_stopped", record.lines_stopped},
                      {"bytes", record.bytes},
                      {"wall_time_ns", record.wall_time_ns}});
  }
  return {{"count", statistics.count()},
          {"failed", process.checkpoints_failed},
          {"lines", statistics.lines()},
          {"bytes", statistics.bytes()},
          {"pause_median_ns", statistics.pause_percentile(50)},
          {"pause_p99_ns", statistics.pause_percentile(99)},
          {"pause_max_ns", statistics.longest_pause()},
          {"latest", latest}};
}

json process_json(const ProcessFigures& process) {
  const uffd::RegionCounters& r = process.counters;
  const uffd::FaultLatencies& l = process.latencies;
  const store::StoreCounters& s = process.store;
  return {
      {"pid", process.pid},
      {"uptime_ns", process.uptime_ns},
      {"ready_ns", process.ready_ns},
      {"resumed_version", process.resumed_version},
      {"torture_resumes", process.torture_resumes},
      {"region", process.region},
      {"faults",
       {{"zero", r.faults_zero},
        {"minor", r.faults_minor},
        {"disk", r.faults_disk},
        {"write_protect", r.faults_write_protect},
        {"spurious", r.faults_spurious}}},
      {"fault_latency",
       {{"zero", latency_json(l.zero)},
        {"minor", latency_json(l.minor)},
        {"disk", latency_json(l.disk)},
        {"write_protect", latency_json(l.write_protect)},
        {"spurious", latency_json(l.spurious)}}},
      {"lines",
       {{"resident", process.lines.resident},
        {"second_chance", process.lines.second_chance},
        {"dirty", process.lines.dirty}}},
      {"lines_read", r.lines_read},
      {"lines_written", r.lines_written},
      {"evictions",
       {{"clean", r.evictions_clean}, {"dirty", r.evictions_dirty}, {"direct", r.evictions_direct}}},
      {"zaps", r.zaps},
      {"read_ahead",
       {{"lines", r.read_ahead_lines}, {"hits", r.read_ahead_hits}, {"begun", r.read_ahead_begun}}},
      {"write_failures", r.write_failures},
      {"memory_limit_bytes", process.memory_limit_bytes},
      {"resident_bytes", r.resident_bytes},
      {"resident_bytes_peak", r.resident_bytes_peak},
      {"peak_rss_bytes", process.peak_rss_bytes},
      {"calls", or_null(process.calls)},
      {"allocated_bytes", process.allocated_bytes},
      {"store",
       {{"lines_read", s.lines_read},
        {"lines_written", s.lines_written},
        {"lines_compressed", s.lines_compressed},
        {"bytes_read", s.bytes_read},
        {"bytes_written", s.bytes_written},
        {"flushes", s.flushes}}},
      {"checkpoints", checkpoints_json(process)},
  };
}

// The same document without any values.
json emptied(const json& document) {
  if (document.is_array()) return json::array();
  if (!document.is_object()) return {};
  json empty = json::object();
  for (const auto& [key, value] : document.items()) empty[key] = emptied(value);
  return empty;
}

json program_json(const checkpoint::Blob& blob) {
  return {{"bundle", blob.program},         {"command", blob.command}, {"java", blob.java},
          {"uvm", blob.uvm_version},        {"image", blob.image},     {"heap_bytes", blob.heap_size},
          {"heap_format", blob.heap_format}};
}

}  // namespace

std::vector<VersionFigures> versions_of(const std::vector<store::VersionInfo>& versions,
                                        const std::vector<store::Version>& pinned) {
  std::vector<VersionFigures> result;
  for (const store::VersionInfo& info : versions) {
    const bool is_pinned = std::find(pinned.begin(), pinned.end(), info.version) != pinned.end();
    result.push_back({.info = info, .pinned = is_pinned});
  }
  return result;
}

std::optional<std::uint64_t> room_at(const std::string& path) {
  struct statvfs room {};
  if (statvfs(path.c_str(), &room) != 0) return {};
  return std::uint64_t{room.f_bavail} * room.f_frsize;
}

json document_of(const Figures& figures) {
  json document = process_json(figures.process.value_or(ProcessFigures{}));
  if (!figures.process) document = emptied(document);
  document["format"] = kFiguresFormat;
  document["uvm"] = UVM_VERSION;
  document["name"] = figures.name;
  document["running"] = figures.state == HeapState::kRunning;
  document["state"] = name_of(figures.state);
  // The program has ended; or the process, if this is its last document.
  document["ended"] = figures.state == HeapState::kEnded ||
                      (figures.process.has_value() && figures.state != HeapState::kRunning);
  document["exit_code"] = figures.exit_code;
  document["damage"] = figures.damage.empty() ? json() : json(figures.damage);
  json program = program_json(figures.blob.value_or(checkpoint::Blob{}));
  document["program"] = figures.blob ? program : emptied(program);

  json versions = json::array();
  for (const VersionFigures& version : figures.versions) {
    versions.push_back({{"version", version.info.version},
                        {"wall_time_ns", version.info.wall_time_ns},
                        {"lines", version.info.lines},
                        {"lines_written", version.info.lines_written},
                        {"bytes_written", version.info.bytes_written},
                        {"pinned", version.pinned},
                        {"held_bytes", nullptr},
                        {"alone_bytes", nullptr}});
  }
  document["versions"] = std::move(versions);

  json& store = document["store"];
  store["file_bytes"] = figures.file_bytes;
  store["free_bytes"] = or_null(figures.free_bytes);
  store["used_bytes"] = figures.free_bytes
                            ? json(figures.file_bytes - std::min(figures.file_bytes, *figures.free_bytes))
                            : json();
  store["room_bytes"] = or_null(figures.room_bytes);
  return document;
}

std::string text_of(const json& document) {
  return document.dump(2, ' ', false, json::error_handler_t::replace) + "\n";
}

std::string text_of(const Figures& figures) { return text_of(document_of(figures)); }

}  // namespace uvm::tools
