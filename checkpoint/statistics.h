// Figures of the checkpoints of one process.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace uvm::checkpoint {

// One checkpoint that became a version.
struct Record {
  std::uint64_t version = 0;
  std::uint64_t pause_ns = 0;       // from the request to stop until the program runs again
  std::uint64_t duration_ns = 0;    // from the first pre-flush to the end of the commit
  std::uint64_t lines = 0;          // in the version's commit, those evicted since the one before included
  std::uint64_t lines_stopped = 0;  // of these, harvested while the program was stopped
  std::uint64_t bytes = 0;          // written to the device by the commit, metadata included
  std::uint64_t wall_time_ns = 0;   // CLOCK_REALTIME at the commit
};

// The figures kept: the latest records, and as many pauses as take a reasonable amount of memory.
class Statistics {
 public:
  void add(const Record& record);
  void add_failure() { ++failed_; }

  [[nodiscard]] std::uint64_t count() const { return count_; }
  [[nodiscard]] std::uint64_t failed() const { return failed_; }
  [[nodiscard]] std::uint64_t lines() const { return lines_; }
  [[nodiscard]] std::uint64_t bytes() const { return bytes_; }
  [[nodiscard]] std::span<const Record> latest() const { return latest_; }
  // Pause in ns that `percent` (0..100) of the checkpoints did not exceed; 0 without checkpoints.
  [[nodiscard]] std::uint64_t pause_percentile(double percent) const;
  [[nodiscard]] std::uint64_t longest_pause() const { return longest_; }

 private:
  // Small compared with what a checkpoint writes, because --stats prints them at each one.
  static constexpr std::size_t kLatest = 100;
  static constexpr std::size_t kPauses = 1 << 16;  // 18 hours of one a second

  std::vector<Record> latest_;
  std::vector<std::uint64_t> pauses_;  // a ring once it is full
  std::uint64_t count_ = 0, failed_ = 0, lines_ = 0, bytes_ = 0, longest_ = 0;
};

}  // namespace uvm::checkpoint
