// Everything at once, for as long as wanted. Threads read, write, discard and pin on a region sixteen times
// larger than its memory, on a store in a file whose device fails now and then, while checkpoints are taken.
// The run ends without warning, the file is verified, and a new run continues from its content, which must be
// the last version that was acknowledged, or one whose commit failed after it.
//
// UVM_SOAK_SECONDS is how long each mode runs (2 if not given). UVM_SEED is the seed, which is printed: the
// same seed makes the same choices, though threads interleave differently.
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <cstring>
#include <mutex>

#include "store/device.h"
#include "store/file_device.h"
#include "store/file_store.h"
#include "store/test_util.h"
#include "store/verify.h"
#include "uffd/region.h"
#include "uffd/region_test_modes.h"
#include "uffd/region_test_stress.h"

namespace uvm::uffd {
namespace {

using store::FileStore;
using store::IoOp;
using store::testing::TempFolder;
using testing::setting;
using testing::StressProgram;

// What a device does with its operations: `per_mille` of the writes, flushes and requests for room are not
// performed, or only half.
class Weather {
 public:
  explicit Weather(std::uint64_t seed) : random_(seed) {}
  void set(unsigned per_mille) { per_mille_.store(per_mille); }
  std::uint64_t failures() const { return failures_.load(); }
  // 0, or the error to fail with.
  int next() {
    const unsigned limit = per_mille_.load();
    if (limit == 0) return 0;
    const std::lock_guard guard(lock_);
    if (random_() % 1000 >= limit) return 0;
    failures_.fetch_add(1);
    return random_() % 2 == 0 ? ENOSPC : EIO;
  }

 private:
  std::mutex lock_;  // guards random_
  std::mt19937_64 random_;
  std::atomic<unsigned> per_mille_{0};
  std::atomic<std::uint64_t> failures_{0};
};

class StormyDevice final : public store::Device {
 public:
  StormyDevice(std::unique_ptr<Device> device, Weather& weather)
      : device_(std::move(device)), weather_(weather) {}

  void read(std::span<IoOp> ops) noexcept override { device_->read(ops); }
  void* start_read(std::span<IoOp> ops) noexcept override { return device_->start_read(ops); }
  bool end_read(void* started, std::span<IoOp> ops, std::chrono::nanoseconds patience) noexcept override {
    return device_->end_read(started, ops, patience);
  }
  void write(std::span<IoOp> ops) noexcept override {
    for (IoOp& op : ops) {
      const int error = weather_.next();
      if (error == 0) {
        device_->write({&op, 1});
        continue;
      }
      // If it has several buffers, the first one arrives.
      IoOp part{op.offset, op.iov, 1, static_cast<std::uint32_t>(op.iov[0].iov_len), 0};
      if (op.iov_count > 1) device_->write({&part, 1});
      op.result = error == EIO && op.iov_count > 1 ? part.result : -error;
    }
  }
  int flush() noexcept override {
    const int error = weather_.next();
    return error == 0 ? device_->flush() : error;
  }
  int reserve(std::uint64_t from, std::uint64_t to) noexcept override {
    const int error = weather_.next();
    return error == 0 ? device_->reserve(from, to) : error;
  }
  int release(std::uint64_t from, std::uint64_t to) noexcept override {
    const int error = weather_.next();
    return error == 0 ? device_->release(from, to) : error;
  }
  std::uint64_t size() const noexcept override { return device_->size(); }
  std::uint64_t allocated() const noexcept override { return device_->allocated(); }
  bool direct() const noexcept override { return device_->direct(); }

 private:
  std::unique_ptr<Device> device_;
  Weather& weather_;
};

class RegionSoakTest : public testing::InModes {
 protected:
  struct Tally {
    std::uint64_t runs = 0, commits = 0, failed = 0;
  };

  std::unique_ptr<FileStore> open(const std::string& path) {
    auto device = store::open_file_device(path, {});
    EXPECT_TRUE(device) << device.error().message;
    if (!device) return nullptr;
    store::OpenOptions options;
    options.line_limit = StressProgram::kLines;
    options.keep.versions = static_cast<std::uint32_t>(1 + random_() % 3);
    options.keep_free = random_() % 2 == 0 ? 0 : 1 << 20;
    options.compress = random_() % 2 == 0;
    auto store =
        FileStore::open_on(std::make_unique<StormyDevice>(std::move(*device), weather_), path, options);
    EXPECT_TRUE(store) << store.error().message;
    return store ? std::move(*store) : nullptr;
  }
  // Sets the model to the content of the store: the last acknowledged version, or one of those tried since.
  bool find_content(FileStore& store, StressProgram& program) {
    alignas(kLineSize) static std::byte content[kLineSize];
    std::vector<unsigned> wrong(1 + tried_.size());
    for (std::uint64_t line = 0; line < StressProgram::kLines; ++line) {
      store::ReadStatus status;
      if (!store.read(line, 1, content, &status) || status == store::ReadStatus::kCorrupt) return false;
      wrong[0] += StressProgram::compare(stands_, line, content);
      for (std::size_t i = 0; i < tried_.size(); ++i)
        wrong[i + 1] += StressProgram::compare(tried_[i], line, content);
    }
    const auto found = static_cast<std::size_t>(std::find(wrong.begin(), wrong.end(), 0U) - wrong.begin());
    if (found == wrong.size()) return false;
    if (found != 0) stands_ = tried_[found - 1];
    tried_.clear();
    program.set_model(stands_);
    return true;
  }

  // Like checkpoint::Checkpointer.
  void checkpoint(FileStore& store, Region& region, StressProgram& program, Tally& tally) {
    if (random_() % 2 == 0) (void)region.preflush(random_() % 4000);
    program.stop();
    const auto cut = region.cut();
    StressProgram::Model at_cut = program.model();
    program.go();
    ++tally.failed;  // until it is not
    if (!cut) return;
    if (!region.flush_cut()) {
      if (random_() % 2 == 0 || !region.flush_cut()) {
        store.abandon();
        region.abort_cut();
        return;
      }
    }
    if (store.commit({})) {
      stands_ = std::move(at_cut);
      tried_.clear();
      --tally.failed;
      ++tally.commits;
    } else {
      region.abort_cut();
      tried_.push_back(std::move(at_cut));
    }
  }

  std::uint64_t seed_ = setting("UVM_SEED", std::random_device{}());
  std::mt19937_64 random_{seed_};
  Weather weather_{seed_};
  StressProgram::Model stands_;
  std::vector<StressProgram::Model> tried_;
};

TEST_P(RegionSoakTest, EachRunContinuesFromTheLastVersion) {
  std::printf("UVM_SEED=%lu\n", seed_);
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(setting("UVM_SOAK_SECONDS", 2));
  TempFolder folder;
  const std::string path = folder / "heap";
  ASSERT_TRUE(FileStore::create(path));
  StressProgram program(seed_);
  program.expect_refused_discards();
  stands_ = program.model();
  Tally tally;
  do {
    auto store = open(path);
    ASSERT_NE(store, nullptr);
    ASSERT_TRUE(find_content(*store, program)) << "run " << tally.runs;
    auto region = testing::make_region(GetParam(), *store, StressProgram::kLines, StressProgram::kLimitLines,
                                       random_() % 2 == 0 ? 256 : 2048);
    ASSERT_NE(region, nullptr);
    program.start(*region);
    for (std::uint64_t cuts = 1 + random_() % 12; cuts > 0; --cuts) {
      // Mostly good weather: RegionDeathTest covers devices that fail for long.
      weather_.set(random_() % 2 == 0 ? 10 + static_cast<unsigned>(random_() % 200) : 0);
      usleep(static_cast<useconds_t>(random_() % 20000));
      checkpoint(*store, *region, program, tally);
    }
    usleep(static_cast<useconds_t>(random_() % 10000));
    weather_.set(0);
    program.join();  // the run ends: what was written since the last commit is lost
    ASSERT_EQ(program.wrong(), 0U);
    EXPECT_LE(region->counters().resident_bytes_peak, (StressProgram::kLimitLines * kLineSize) + (1 << 20));
    region.reset();
    store.reset();
    const auto findings = store::verify_heap(path);
    ASSERT_TRUE(findings) << findings.error().message;
    for (const store::Finding& finding : *findings) {
      ASSERT_EQ(finding.severity, store::Finding::Severity::kNote) << finding.message;
    }
    ++tally.runs;
  } while (std::chrono::steady_clock::now() < end);
  EXPECT_GT(tally.commits, 0U);
  std::printf("runs %lu, commits %lu, failed %lu, failures injected %lu, operations %lu\n", tally.runs,
              tally.commits, tally.failed, weather_.failures(), program.operations());
}

INSTANTIATE_TEST_SUITE_P(Modes, RegionSoakTest, ::testing::ValuesIn(testing::all_modes()),
                         testing::mode_name);

}  // namespace
}  // namespace uvm::uffd
