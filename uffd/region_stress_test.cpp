// A model test of the pager as a whole: a program on a region sixteen times larger than its memory limit, and
// a checkpointer that preflushes, stops it, cuts, flushes and commits, sometimes with failures. After each
// commit the committed image must equal what the program knew at the cut. The seed is printed; UVM_SEED sets
// it, UVM_STRESS_CUTS the length.
#include <gtest/gtest.h>

#include "uffd/region.h"
#include "uffd/region_test_modes.h"
#include "uffd/region_test_store.h"
#include "uffd/region_test_stress.h"

namespace uvm::uffd {
namespace {

using testing::Modes;
using testing::PlainStore;
using testing::setting;
using testing::StressProgram;

class RegionStressTest : public testing::InModes {};

TEST_P(RegionStressTest, EveryVersionEqualsTheModel) {
  std::uint64_t seed = setting("UVM_SEED", std::random_device{}());
  std::uint64_t cuts = setting("UVM_STRESS_CUTS", 12);
  std::printf("UVM_SEED=%lu\n", seed);

  PlainStore store(StressProgram::kLines);
  auto created = testing::make_region(GetParam(), store, StressProgram::kLines, StressProgram::kLimitLines,
                                      256);  // less than some cuts need
  ASSERT_NE(created, nullptr);
  Region& region = *created;

  StressProgram program(seed);
  program.start(region);
  std::mt19937_64 random(seed);
  StressProgram::Model at_cut;
  std::uint64_t bad_words = 0, staged = 0, direct = 0, failures = 0;
  // On a slow machine, continue until everything that is asserted below has happened.
  const auto all_seen = [&region] {
    const RegionCounters c = region.counters();
    return c.faults_minor != 0 && c.faults_disk != 0 && c.evictions_clean != 0 && c.evictions_dirty != 0;
  };
  for (std::uint64_t i = 0; i < cuts || (!all_seen() && i < 50 * cuts); ++i) {
    usleep(static_cast<useconds_t>(random() % 20000));
    for (std::uint64_t rounds = random() % 3; rounds > 0; --rounds)
      ASSERT_TRUE(region.preflush(random() % 2000));
    program.stop();
    auto cut = region.cut();
    at_cut = program.model();
    program.go();
    ASSERT_TRUE(cut);
    staged += cut->lines_staged;
    direct += cut->lines_direct;
    bool fail = random() % 4 == 0;
    bool flushed = true;
    if (fail && random() % 2 == 0) {
      // Fails in the middle of the flush: the lines written so far are in the pending transaction.
      store.fail_pending_after = static_cast<int>(random() % 200);
      flushed = region.flush_cut().has_value();
      store.fail_pending_after = -1;
    } else {
      ASSERT_TRUE(region.flush_cut());
    }
    if (flushed) {
      store.fail_commits = fail;
      bool committed = static_cast<bool>(store.commit({}));
      ASSERT_EQ(committed, !fail);
      store.fail_commits = false;
    } else {
      store.abandon();
    }
    if (fail) {
      region.abort_cut();
      ++failures;
      continue;
    }
    alignas(8) std::byte content[kLineSize];
    for (std::uint64_t line = 0; line < StressProgram::kLines; ++line) {
      store.read_committed(line, content);
      bad_words += StressProgram::compare(at_cut, line, content);
    }
    EXPECT_EQ(bad_words, 0U) << "version " << i;
    if (bad_words != 0 || program.wrong() != 0) break;
  }
  program.join();
  EXPECT_EQ(program.wrong(), 0U);
  RegionCounters c = region.counters();
  EXPECT_LE(c.resident_bytes_peak, StressProgram::kLimitLines * kLineSize + (1 << 20));
  EXPECT_GT(c.faults_minor, 0U);
  EXPECT_GT(c.faults_disk, 0U);
  EXPECT_GT(c.evictions_clean, 0U);
  EXPECT_GT(c.evictions_dirty, 0U);
  std::printf("operations %lu, cuts %lu (failed %lu, lines staged %lu, direct %lu)\n", program.operations(),
              cuts, failures, staged, direct);
  std::printf(
      "faults: zero %lu minor %lu disk %lu wp %lu spurious %lu; evictions clean %lu dirty %lu direct %lu "
      "zaps %lu\n",
      c.faults_zero, c.faults_minor, c.faults_disk, c.faults_write_protect, c.faults_spurious,
      c.evictions_clean, c.evictions_dirty, c.evictions_direct, c.zaps);
}

INSTANTIATE_TEST_SUITE_P(Modes, RegionStressTest, ::testing::ValuesIn(testing::all_modes()),
                         testing::mode_name);

}  // namespace
}  // namespace uvm::uffd
