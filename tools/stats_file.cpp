#include "tools/stats_file.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "pmem/descriptor.h"

namespace uvm::tools {
namespace {

std::uint64_t peak_rss_bytes() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<std::uint64_t>(usage.ru_maxrss) * 1024;
}

nlohmann::json checkpoints_json(const checkpoint::Statistics& statistics) {
  nlohmann::json latest = nlohmann::json::array();
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
          {"failed", statistics.failed()},
          {"lines", statistics.lines()},
          {"bytes", statistics.bytes()},
          {"pause_median_ns", statistics.pause_percentile(50)},
          {"pause_p99_ns", statistics.pause_percentile(99)},
          {"pause_max_ns", statistics.longest_pause()},
          {"latest", latest}};
}

// 0 or an errno.
int write_text(const std::string& path, int flags, const std::string& text) {
  const Descriptor fd(open(path.c_str(), O_WRONLY | O_CLOEXEC | flags, 0666));
  return fd && write_all(fd.get(), text.data(), text.size()) ? 0 : errno;
}

}  // namespace

std::string to_json(const Figures& figures) {
  const uffd::RegionCounters& r = figures.region_counters;
  const store::StoreCounters& s = figures.store_counters;
  const nlohmann::json document = {
      {"name", figures.name},
      {"pid", getpid()},
      {"ended", figures.ended},
      {"exit_code", figures.exit_code},
      {"uptime_ns", figures.uptime_ns},
      {"ready_ns", figures.ready_ns},
      {"resumed_version", figures.resumed_version},
      {"torture_resumes", figures.torture_resumes},
      {"region", figures.region},
      {"faults",
       {{"zero", r.faults_zero},
        {"minor", r.faults_minor},
        {"disk", r.faults_disk},
        {"write_protect", r.faults_write_protect},
        {"spurious", r.faults_spurious}}},
      {"lines_read", r.lines_read},
      {"lines_written", r.lines_written},
      {"evictions",
       {{"clean", r.evictions_clean}, {"dirty", r.evictions_dirty}, {"direct", r.evictions_direct}}},
      {"zaps", r.zaps},
      {"read_ahead", {{"lines", r.read_ahead_lines}, {"hits", r.read_ahead_hits}}},
      {"write_failures", r.write_failures},
      {"resident_bytes", r.resident_bytes},
      {"resident_bytes_peak", r.resident_bytes_peak},
      {"peak_rss_bytes", peak_rss_bytes()},
      {"calls", figures.calls},
      {"allocated_bytes", figures.allocated_bytes},
      {"store",
       {{"lines_read", s.lines_read},
        {"lines_written", s.lines_written},
        {"bytes_read", s.bytes_read},
        {"bytes_written", s.bytes_written},
        {"flushes", s.flushes},
        {"file_bytes", s.file_bytes},
        {"free_bytes", s.free_bytes}}},
      {"checkpoints", checkpoints_json(figures.checkpoints)},
  };
  return document.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

int write_stats(const std::string& path, const Figures& figures) {
  const std::string text = to_json(figures);
  struct stat status {};
  const bool regular = stat(path.c_str(), &status) == 0 && S_ISREG(status.st_mode);
  // A pipe, a terminal, /dev/null, a link to nothing yet.
  if (!regular && lstat(path.c_str(), &status) == 0)
    return write_text(path, S_ISLNK(status.st_mode) ? O_CREAT : 0, text);
  std::error_code ignored;
  const std::string target = std::filesystem::weakly_canonical(path, ignored);  // behind links
  const std::string fresh = target + ".new";
  int error = write_text(fresh, O_CREAT | O_TRUNC, text);
  if (error == 0 && rename(fresh.c_str(), target.c_str()) != 0) error = errno;
  if (error != 0) unlink(fresh.c_str());
  return error;
}

}  // namespace uvm::tools
