// The pager on the file store: runs that end without warning and are resumed, and how much memory a process
// takes.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdio>
#include <cstring>

#include "store/file_store.h"
#include "store/test_util.h"
#include "uffd/region.h"
#include "uffd/region_test_modes.h"
#include "uffd/region_test_stress.h"

namespace uvm::uffd {
namespace {

using store::FileStore;
using store::testing::TempFolder;
using testing::Modes;
using testing::setting;
using testing::StressProgram;

class RegionFileTest : public testing::InModes {};

TEST_P(RegionFileTest, InterruptedRunsResumeWhereTheLastVersionWas) {
  std::uint64_t seed = setting("UVM_SEED", std::random_device{}());
  std::uint64_t runs = setting("UVM_STRESS_CUTS", 4);
  std::printf("UVM_SEED=%lu\n", seed);
  std::mt19937_64 random(seed);
  TempFolder folder;
  ASSERT_TRUE(FileStore::create(folder / "heap"));
  StressProgram program(seed);
  StressProgram::Model committed = program.model();
  for (std::uint64_t run = 0; run < runs; ++run) {
    auto store = FileStore::open(folder / "heap");
    ASSERT_TRUE(store) << store.error().message;
    unsigned wrong = 0;
    alignas(kLineSize) std::byte content[kLineSize];
    for (std::uint64_t line = 0; line < StressProgram::kLines; ++line) {
      store::ReadStatus status;
      ASSERT_TRUE((*store)->read(line, 1, content, &status)) << "line " << line;
      ASSERT_TRUE(status == store::ReadStatus::kOk || status == store::ReadStatus::kAbsent)
          << "line " << line;
      wrong += StressProgram::compare(committed, line, content);
    }
    ASSERT_EQ(wrong, 0U) << "run " << run;

    auto region = testing::make_region(GetParam(), **store, StressProgram::kLines, 1024);
    ASSERT_NE(region, nullptr);
    program.set_model(committed);
    program.start(*region);
    for (std::uint64_t cuts = 1 + random() % 4; cuts > 0; --cuts) {
      usleep(static_cast<useconds_t>(random() % 30000));
      if (random() % 2 == 0) {
        EXPECT_TRUE(region->preflush(2000));
      }
      program.stop();
      auto cut = region->cut();
      StressProgram::Model at_cut = program.model();
      program.go();
      EXPECT_TRUE(cut);
      EXPECT_TRUE(region->flush_cut());
      auto version = (*store)->commit({});
      EXPECT_TRUE(version) << version.error().message;
      committed = std::move(at_cut);
    }
    usleep(static_cast<useconds_t>(random() % 10000));
    program.join();  // the run ends: what was written since the last commit is lost
    ASSERT_EQ(program.wrong(), 0U);
  }
}

INSTANTIATE_TEST_SUITE_P(Modes, RegionFileTest, ::testing::ValuesIn(testing::all_modes()),
                         testing::mode_name);

// Runs whose next windows are read before they are missed, while lines that are being read are written,
// erased and evicted.
TEST_P(RegionFileTest, RunsSeeWhatWasChangedWhileTheyWereReadAhead) {
  constexpr std::uint64_t kLines = 4096;
  TempFolder folder;
  ASSERT_TRUE(FileStore::create(folder / "heap"));
  auto store = FileStore::open(folder / "heap");
  ASSERT_TRUE(store);
  auto region = testing::make_region(GetParam(), **store, kLines, 2 * kLines);
  ASSERT_NE(region, nullptr);
  std::vector<std::uint64_t> model(kLines);
  const auto word = [&](std::uint64_t line) -> volatile std::uint64_t& {
    return *reinterpret_cast<volatile std::uint64_t*>(region->base() + line * kLineSize);
  };
  for (std::uint64_t line = 0; line < kLines; ++line) word(line) = model[line] = line + 1;
  testing::checkpoint(*region, **store);
  std::mt19937_64 random(11);
  std::uint64_t wrong = 0;
  for (std::uint64_t run = 0; run < 12; ++run) {
    region->evict_all();
    for (std::uint64_t line = 0; line < kLines; ++line) {
      wrong += word(line) != model[line];
      if (random() % 16 != 0) continue;
      const std::uint64_t ahead = std::min(kLines - 1, line + random() % 400);
      if (random() % 4 == 0) {
        EXPECT_TRUE(region->discard(ahead * kLineSize, kLineSize));
        model[ahead] = 0;
      } else {
        word(ahead) = model[ahead] = random();
      }
      if (random() % 8 == 0) region->evict_all();
    }
    if (run % 3 == 0) testing::checkpoint(*region, **store);
  }
  EXPECT_EQ(wrong, 0U);
  EXPECT_EQ(region->counters().read_ahead_begun != 0, store::io_uring_works());
}

#if !UVM_THREAD_SANITIZER && !UVM_ADDRESS_SANITIZER  // they have memory needs of their own

std::uint64_t peak_rss_bytes() {
  std::FILE* file = std::fopen("/proc/self/status", "r");
  char line[256];
  unsigned long kib = 0;
  while (file != nullptr && std::fgets(line, sizeof line, file) != nullptr) {
    if (std::sscanf(line, "VmHWM: %lu", &kib) == 1) break;
  }
  if (file != nullptr) std::fclose(file);
  return std::uint64_t{kib} * 1024;
}

// Ten times the memory limit, written and then visited at random with checkpoints, in a process of its own.
void ten_times_memory(const Modes& modes) {
  constexpr std::uint64_t kLimit = std::uint64_t{16} << 20;
  constexpr std::uint64_t kLines = 10 * kLimit / kLineSize;
  TempFolder folder;
  if (!FileStore::create(folder / "heap")) _exit(1);
  auto store = FileStore::open(folder / "heap");
  if (!store) _exit(1);
  auto region = testing::make_region(modes, **store, kLines, kLimit / kLineSize);
  if (region == nullptr) _exit(1);
  auto at = [&](std::uint64_t line) {
    return reinterpret_cast<volatile std::uint64_t*>(region->base() + line * kLineSize);
  };
  auto checkpoint = [&] {
    if (!region->preflush(~std::uint64_t{0}) || !region->cut() || !region->flush_cut() ||
        !(*store)->commit({}))
      _exit(2);
  };
  for (std::uint64_t line = 0; line < kLines; ++line) {
    at(line)[line % 512] = line * 31;
    if (line % 16384 == 0) checkpoint();
  }
  std::mt19937_64 random(7);
  for (int i = 0; i < 20000; ++i) {
    std::uint64_t line = random() % kLines;
    if (at(line)[line % 512] != line * 31) _exit(3);
    if (random() % 4 == 0) at(line)[(line + 1) % 512] = line;
    if (i % 5000 == 0) checkpoint();
  }
  std::uint64_t peak = peak_rss_bytes();
  std::fprintf(stderr, "peak RSS %lu KiB, resident lines at most %lu KiB\n", peak / 1024,
               region->counters().resident_bytes_peak / 1024);
  _exit(peak <= kLimit + (std::uint64_t{32} << 20) ? 0 : 4);
}

class RegionMemoryTest : public RegionFileTest {};

TEST_P(RegionMemoryTest, TenTimesMemoryStaysNearTheLimit) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_EXIT(ten_times_memory(GetParam()), ::testing::ExitedWithCode(0), "peak RSS");
}

INSTANTIATE_TEST_SUITE_P(Modes, RegionMemoryTest, ::testing::ValuesIn(testing::all_modes()),
                         testing::mode_name);

#endif

}  // namespace
}  // namespace uvm::uffd
