// A month of one-second checkpoints: 2.6 million commits to one heap, directly in the file store, as fast as
// possible. Prints how large the file gets. The heap's content grows and shrinks between a quarter and all of
// its lines once in 86400 commits, a day. Each commit writes a few lines, mostly the same ones again, and
// now and then a burst of many. Two versions are kept, and over the last hours 60 more. At the end the heap
// is verified.
//
// Ends with status 1 if the file of the last day is larger than that of the first by more than a tenth, or if
// anything in it is damaged.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "base/memory.h"
#include "store/file_store.h"
#include "store/verify.h"

namespace {

using namespace uvm::store;  // NOLINT: a program of its own

constexpr std::uint64_t kDay = 86400;
constexpr double kMiB = 1 << 20;

struct Settings {
  std::string folder = "/dev/shm";
  std::uint64_t commits = 30 * kDay;
  std::uint64_t lines = 65536;  // 256 MiB
  std::uint64_t seed = 1;
};

class Month {
 public:
  explicit Month(const Settings& settings)
      : settings_(settings),
        random_(settings.seed),
        path_(settings.folder + "/store_month"),
        buffer_(uvm::make_aligned(FileStore::kBatch * kLineSize)) {
    std::filesystem::remove(path_);
    must(FileStore::create(path_));
    // The commits come about ten thousand times as fast as in reality: in this time scale, the last four
    // hours.
    constexpr std::uint64_t kAgeNs = 1'500'000'000;
    auto store =
        FileStore::open(path_, {.keep = {.versions = 2, .age_ns = kAgeNs}, .line_limit = settings.lines});
    must(store);
    store_ = std::move(*store);
  }
  ~Month() { std::filesystem::remove(path_); }
  Month(const Month&) = delete;
  Month& operator=(const Month&) = delete;

  bool run() {
    std::printf("%9s  %10s  %10s  %10s  %8s  %12s\n", "COMMITS", "LIVE MiB", "FILE MiB", "FREE MiB",
                "VERSIONS", "us A COMMIT");
    const std::uint64_t report = std::max<std::uint64_t>(settings_.commits / 60, 1);
    std::uint64_t first_day = 0, last_day = 0;
    auto before = std::chrono::steady_clock::now();
    for (std::uint64_t i = 1; i <= settings_.commits; ++i) {
      commit(i);
      const std::uint64_t bytes = store_->counters().file_bytes;
      if (i <= kDay) first_day = std::max(first_day, bytes);
      if (i + kDay > settings_.commits) last_day = std::max(last_day, bytes);
      if (i % report != 0) continue;
      const auto now = std::chrono::steady_clock::now();
      print(i, std::chrono::duration<double, std::micro>(now - before).count() / static_cast<double>(report));
      before = now;
    }
    store_.reset();
    const auto findings = verify_heap(path_);
    must(findings);
    for (const Finding& finding : *findings) std::printf("%s\n", finding.message.c_str());
    std::printf("largest file: first day %.1f MiB, last day %.1f MiB; verified: %zu findings\n",
                static_cast<double>(first_day) / kMiB, static_cast<double>(last_day) / kMiB,
                findings->size());
    return findings->empty() && last_day <= first_day + first_day / 10;
  }

 private:
  template <typename T>
  static void must(const uvm::Result<T>& result) {
    if (result) return;
    std::fprintf(stderr, "%s\n", result.error().message.c_str());
    std::exit(2);
  }

  void commit(std::uint64_t number) {
    // From a quarter to all and back within a day.
    const std::uint64_t half = kDay / 2;
    const std::uint64_t from_midnight = number % kDay < half ? number % kDay : kDay - number % kDay;
    const std::uint64_t quarter = settings_.lines / 4;
    const std::uint64_t live = quarter + 3 * quarter * from_midnight / half;
    if (live < live_) {
      const LineRange range{live, live_ - live};
      if (!store_->erase({&range, 1})) std::exit(2);
    } else {
      for (std::uint64_t line = live_; line < live; ++line) add(line);
    }
    live_ = live;
    const std::uint64_t writes = number % 600 == 0 ? 1000 : 1 + random_() % 12;
    for (std::uint64_t i = 0; i < writes; ++i) {
      const std::uint64_t among = random_() % 4 == 0 ? live_ : std::min<std::uint64_t>(live_, 256);
      add(random_() % among);
    }
    write();
    store_->cut();
    must(store_->commit({}));
  }

  void add(LineNumber line) {
    std::byte* content = buffer_.get() + writes_.size() * kLineSize;
    // Different from all before; nothing else matters to the store.
    const std::uint64_t words[2] = {line, ++content_};
    std::memcpy(content, words, sizeof words);
    writes_.push_back({line, content});
    if (writes_.size() == FileStore::kBatch) write();
  }
  void write() {
    if (!store_->write(Transaction::kCurrent, writes_)) std::exit(2);
    writes_.clear();
  }

  void print(std::uint64_t commits, double us) const {
    const StoreCounters counters = store_->counters();
    std::printf("%9lu  %10.1f  %10.1f  %10.1f  %8zu  %12.1f\n", static_cast<unsigned long>(commits),
                static_cast<double>(store_->current_version().lines * kLineSize) / kMiB,
                static_cast<double>(counters.file_bytes) / kMiB,
                static_cast<double>(counters.free_bytes) / kMiB, store_->versions().size(), us);
    std::fflush(stdout);
  }

  const Settings settings_;
  std::mt19937_64 random_;
  const std::string path_;
  const uvm::AlignedBuffer buffer_;
  std::unique_ptr<FileStore> store_;
  std::vector<LineWrite> writes_;
  std::uint64_t content_ = 0;
  std::uint64_t live_ = 0;
};

}  // namespace

int main(int argc, char** argv) {
  Settings settings;
  CLI::App app{"Simulates a month of one-second checkpoints and prints how large the heap file gets."};
  app.add_option("--folder", settings.folder, "where the file lies")->capture_default_str();
  app.add_option("--commits", settings.commits, "how many")->capture_default_str();
  app.add_option("--lines", settings.lines, "of the heap at its largest, of 4 KiB")->capture_default_str();
  app.add_option("--seed", settings.seed, "of what is written")->capture_default_str();
  CLI11_PARSE(app, argc, argv);
  return Month(settings).run() ? 0 : 1;
}
