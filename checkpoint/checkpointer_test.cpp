#include "checkpoint/checkpointer.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>
#include <cstring>
#include <filesystem>
#include <memory>
#include <thread>

#include "store/file_store.h"

namespace uvm::checkpoint {
namespace {

using store::kLineSize;
using store::LineNumber;

constexpr std::uint64_t kRegionSize = 64 << 20;
constexpr uffd::SegmentSpec kSegments[] = {
    {.name = "roots", .offset = 0, .size = 1 << 20, .pinned = true, .flushed = true},
    {.name = "heap", .offset = 1 << 20, .size = kRegionSize - (1 << 20), .pinned = false, .flushed = true},
};

// A store whose writes and commits can be made to fail.
class FailingStore final : public store::LineStore {
 public:
  explicit FailingStore(std::unique_ptr<store::FileStore> below) : below_(std::move(below)) {}
  std::atomic<bool> fail_writes{false};
  std::atomic<bool> fail_writes_of_cuts{false};  // once a part of the cut is written

  IoResult<void> read(LineNumber first, std::size_t count, std::byte* buffer,
                      store::ReadStatus* status) noexcept override {
    return below_->read(first, count, buffer, status);
  }
  IoResult<void> write(store::Transaction transaction,
                       std::span<const store::LineWrite> lines) noexcept override {
    if (transaction == store::Transaction::kPending && fail_writes_of_cuts.load()) {
      static_cast<void>(below_->write(transaction, lines.first(lines.size() / 2)));
      return io_failure(ENOSPC);
    }
    return fail_writes.load() ? io_failure(ENOSPC) : below_->write(transaction, lines);
  }
  IoResult<void> erase(std::span<const store::LineRange> ranges) noexcept override {
    return below_->erase(ranges);
  }
  void cut() noexcept override { below_->cut(); }
  Result<store::VersionInfo> commit(std::span<const std::byte> blob) override { return below_->commit(blob); }
  void abandon() override { below_->abandon(); }
  bool present(LineNumber line) const noexcept override { return below_->present(line); }
  std::vector<std::byte> blob() const override { return below_->blob(); }
  store::VersionInfo current_version() const override { return below_->current_version(); }
  std::vector<store::VersionInfo> versions() const override { return below_->versions(); }
  store::StoreCounters counters() const noexcept override { return below_->counters(); }

 private:
  std::unique_ptr<store::FileStore> below_;
};

// A program of one thread. It numbers its steps, and writes each number to a line of its own and then to the
// root. So in any version, all lines of steps up to the root's number hold what that step wrote.
class CountingProgram final : public Program {
 public:
  static constexpr std::uint64_t kLines = 4000;

  explicit CountingProgram(std::byte* base) : base_(base) {}
  ~CountingProgram() override { finish(); }

  void start() {
    thread_ = std::thread([this] {
      while (!quit_.load()) {
        if (stop_wanted_.load()) {
          stopped_.store(true);
          while (stop_wanted_.load() && !quit_.load()) std::this_thread::yield();
          stopped_.store(false);
          continue;
        }
        step();
      }
      stopped_.store(true);
    });
  }
  void finish() {
    quit_.store(true);
    if (thread_.joinable()) thread_.join();
  }

  void begin() override { ++begun; }
  void settled(const Result<Record>& outcome) override { ++(outcome ? committed : failed); }
  std::atomic<int> begun{0}, committed{0}, failed{0};

  void stop() override {
    stop_wanted_.store(true);
    while (!stopped_.load()) std::this_thread::yield();
  }
  void resume() override {
    stop_wanted_.store(false);
    while (stopped_.load() && !quit_.load()) std::this_thread::yield();
  }
  void retire() override { finish(); }
  void before_cut() override { word(8) = 0xC0FFEE; }
  Blob blob() override {
    Blob blob;
    blob.region_size = word(0);  // any field: the number of the last step
    set_text(blob.program, "counting");
    return blob;
  }
  Result<void> before_commit() override {
    if (output_problem) return Unexpected{*output_problem};
    return {};
  }
  std::optional<Error> output_problem;

  void step() {
    const std::uint64_t number = word(0) + 1;
    word((1 << 20) + (number % kLines) * kLineSize) = number;
    __atomic_store_n(&word(0), number, __ATOMIC_RELEASE);
  }
  // Waits until a running program has done that many steps.
  void wait_for_step(std::uint64_t number) {
    while (__atomic_load_n(&word(0), __ATOMIC_ACQUIRE) < number) std::this_thread::yield();
  }
  std::uint64_t& word(std::uint64_t offset) { return *reinterpret_cast<std::uint64_t*>(base_ + offset); }

  // What must be true inside every version.
  void expect_consistent() {
    const std::uint64_t last = word(0);
    for (std::uint64_t i = 0; i < kLines && i < last; ++i) {
      const std::uint64_t number = last - i;
      ASSERT_EQ(word((1 << 20) + (number % kLines) * kLineSize), number) << "last step " << last;
    }
  }

 private:
  std::byte* base_;
  std::thread thread_;
  std::atomic<bool> stop_wanted_{false}, stopped_{false}, quit_{false};
};

class CheckpointerTest : public ::testing::Test {
 protected:
  void SetUp() override {
    folder_ = std::filesystem::temp_directory_path() / ("checkpointer_test." + std::to_string(getpid()));
    std::filesystem::create_directories(folder_);
    path_ = folder_ / "heap";
    ASSERT_TRUE(store::FileStore::create(path_).has_value());
    open();
  }
  void TearDown() override {
    close();
    std::filesystem::remove_all(folder_);
  }
  void open() {
    auto file = store::FileStore::open(path_);
    ASSERT_TRUE(file.has_value()) << file.error().message;
    store_ = std::make_unique<FailingStore>(std::move(*file));
    uffd::RegionOptions options;
    options.segments = kSegments;
    options.size = kRegionSize;
    options.memory_limit = 8 << 20;  // half of the program's lines
    options.store = store_.get();
    auto region = uffd::Region::create(options);
    if (!region && region.error().code == Errc::kPermission) GTEST_SKIP() << region.error().message;
    ASSERT_TRUE(region.has_value()) << region.error().message;
    region_ = std::move(*region);
  }
  void close() {
    region_.reset();
    store_.reset();
  }
  CheckpointerOptions options() {
    CheckpointerOptions result;
    result.report = [this](const std::string& line) { reports_.push_back(line); };
    return result;
  }

  std::filesystem::path folder_;
  std::string path_;
  std::unique_ptr<FailingStore> store_;
  std::unique_ptr<uffd::Region> region_;
  std::vector<std::string> reports_;
};

TEST_F(CheckpointerTest, EveryVersionOfARunningProgramIsConsistent) {
  std::uint64_t at_last = 0;
  for (int round = 0; round < 5; ++round) {
    {
      CountingProgram program(region_->base());
      program.expect_consistent();
      ASSERT_GE(program.word(0), at_last);
      Checkpointer checkpointer(*region_, *store_, program, options());
      program.start();
      for (int i = 0; i < 10; ++i) {
        auto record = checkpointer.checkpoint();
        ASSERT_TRUE(record.has_value()) << record.error().message;
        EXPECT_EQ(record->version, static_cast<std::uint64_t>(round * 10 + i + 1));
      }
      EXPECT_EQ(checkpointer.statistics().count(), 10U);
      EXPECT_LE(checkpointer.statistics().pause_percentile(50), checkpointer.statistics().longest_pause());
      at_last = read_blob(store_->blob())->region_size;
      EXPECT_GT(at_last, 0U);
      program.finish();  // what it did since the last version is lost
    }
    close();
    open();
  }
  CountingProgram program(region_->base());
  EXPECT_EQ(program.word(0), at_last);
  EXPECT_EQ(program.word(8), 0xC0FFEEU);
  program.expect_consistent();
}

TEST_F(CheckpointerTest, PolicyMakesVersionsByTime) {
  CountingProgram program(region_->base());
  CheckpointerOptions with_policy = options();
  with_policy.every = std::chrono::milliseconds(5);
  std::atomic<int> made{0};
  with_policy.after_checkpoint = [&](const Record&) { ++made; };
  Checkpointer checkpointer(*region_, *store_, program, with_policy);
  program.start();
  checkpointer.start();
  while (made.load() < 5) std::this_thread::yield();
  checkpointer.stop();
  EXPECT_GE(store_->current_version().version, 5U);
}

TEST_F(CheckpointerTest, RequestsAreServedWithoutAPolicy) {
  CountingProgram program(region_->base());
  Checkpointer checkpointer(*region_, *store_, program, options());
  program.start();
  checkpointer.start();
  for (int i = 1; i <= 3; ++i) {
    checkpointer.request();
    while (program.committed.load() < i) std::this_thread::yield();
  }
  checkpointer.stop();
  EXPECT_EQ(program.begun.load(), 3);
  EXPECT_EQ(program.failed.load(), 0);
  EXPECT_EQ(store_->current_version().version, 3U);
}

TEST_F(CheckpointerTest, FinalCheckpointHoldsEverythingDone) {
  std::uint64_t last = 0;
  {
    CountingProgram program(region_->base());
    Checkpointer checkpointer(*region_, *store_, program, options());
    program.start();
    program.wait_for_step(100);
    ASSERT_TRUE(checkpointer.final_checkpoint().has_value());
    last = program.word(0);
  }
  close();
  open();
  CountingProgram program(region_->base());
  EXPECT_EQ(program.word(0), last);
  program.expect_consistent();
}

TEST_F(CheckpointerTest, FailureIsReportedOnceAndTheRunContinues) {
  {
    CountingProgram program(region_->base());
    Checkpointer checkpointer(*region_, *store_, program, options());
    for (int i = 0; i < 10; ++i) program.step();
    ASSERT_TRUE(checkpointer.checkpoint_retired().has_value());
    for (int i = 0; i < 10; ++i) program.step();
    store_->fail_writes = true;
    for (int attempt = 0; attempt < 3; ++attempt) {
      program.step();
      auto record = checkpointer.checkpoint_retired();
      ASSERT_FALSE(record.has_value());
      EXPECT_EQ(record.error().code, Errc::kNoSpace);
    }
    EXPECT_EQ(reports_.size(), 1U);
    EXPECT_EQ(checkpointer.statistics().failed(), 3U);
    EXPECT_EQ(program.begun.load(), 4);
    EXPECT_EQ(program.failed.load(), 3);
    EXPECT_EQ(store_->current_version().version, 1U);
    program.expect_consistent();
    store_->fail_writes = false;
    ASSERT_TRUE(checkpointer.checkpoint_retired().has_value());
    EXPECT_EQ(reports_.size(), 2U);  // it works again
    EXPECT_EQ(program.word(0), 23U);
  }
  close();
  open();
  CountingProgram program(region_->base());
  EXPECT_EQ(program.word(0), 23U);
  program.expect_consistent();
}

// The disk fills while the residue of a cut is written: half of it is in the store.
TEST_F(CheckpointerTest, NoVersionWithoutItsOutput) {
  {
    CountingProgram program(region_->base());
    Checkpointer checkpointer(*region_, *store_, program, options());
    for (int i = 0; i < 10; ++i) program.step();
    ASSERT_TRUE(checkpointer.checkpoint_retired().has_value());
    program.step();
    program.output_problem = Error{.code = Errc::kIo, .message = "cannot flush it"};
    auto record = checkpointer.checkpoint_retired();
    ASSERT_FALSE(record.has_value());
    EXPECT_EQ(record.error().message, "cannot flush it");
    EXPECT_EQ(store_->current_version().version, 1U);
    program.step();
    program.output_problem.reset();
    ASSERT_TRUE(checkpointer.checkpoint_retired().has_value());
    EXPECT_EQ(store_->current_version().version, 2U);
  }
  close();
  open();
  CountingProgram program(region_->base());
  EXPECT_EQ(program.word(0), 12U);
  program.expect_consistent();
}

TEST_F(CheckpointerTest, CutThatCannotBeWrittenIsGivenUp) {
  {
    CountingProgram program(region_->base());
    Checkpointer checkpointer(*region_, *store_, program, options());
    program.step();
    ASSERT_TRUE(checkpointer.checkpoint_retired().has_value());
    store_->fail_writes_of_cuts = true;
    for (int attempt = 0; attempt < 3; ++attempt) {
      for (int i = 0; i < 500; ++i) program.step();
      ASSERT_FALSE(checkpointer.checkpoint_retired().has_value());
      region_->evict_all();  // what the program reads next comes from the store
      program.expect_consistent();
    }
    EXPECT_EQ(reports_.size(), 1U);
    EXPECT_EQ(store_->current_version().version, 1U);
    store_->fail_writes_of_cuts = false;
    for (int i = 0; i < 100; ++i) program.step();
    ASSERT_TRUE(checkpointer.checkpoint_retired().has_value());
    EXPECT_EQ(store_->current_version().version, 2U);
  }
  close();
  open();
  CountingProgram program(region_->base());
  EXPECT_EQ(program.word(0), 1601U);
  program.expect_consistent();
}

TEST(BlobTest, ReadsBackWhatWasWritten) {
  Blob blob;
  blob.exit_code = 7;
  set_text(blob.program, std::string(1000, 'x'));
  auto read = read_blob(bytes_of(blob));
  ASSERT_TRUE(read.has_value());
  EXPECT_EQ(read->exit_code, 7);
  EXPECT_EQ(std::strlen(read->program), sizeof(blob.program) - 1);
}

TEST(BlobTest, RefusesWhatItCannotRead) {
  Blob blob;
  blob.format = kBlobFormat + 1;
  EXPECT_EQ(read_blob(bytes_of(blob)).error().code, Errc::kNewerFormat);
  blob = Blob{};
  EXPECT_EQ(read_blob(bytes_of(blob).first(100)).error().code, Errc::kCorrupt);
  EXPECT_EQ(read_blob({}).error().code, Errc::kInvalid);
  blob.magic = 1;
  EXPECT_EQ(read_blob(bytes_of(blob)).error().code, Errc::kInvalid);
}

TEST(StatisticsTest, Percentiles) {
  Statistics statistics;
  EXPECT_EQ(statistics.pause_percentile(50), 0U);
  for (std::uint64_t i = 100; i >= 1; --i) statistics.add({.pause_ns = i});
  EXPECT_EQ(statistics.pause_percentile(50), 50U);
  EXPECT_EQ(statistics.pause_percentile(99), 99U);
  EXPECT_EQ(statistics.pause_percentile(100), 100U);
  EXPECT_EQ(statistics.longest_pause(), 100U);
}

}  // namespace
}  // namespace uvm::checkpoint
