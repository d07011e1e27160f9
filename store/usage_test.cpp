#include "store/usage.h"

#include <gtest/gtest.h>

#include <map>
#include <random>

#include "store/file_store.h"
#include "store/test_util.h"

namespace uvm::store {
namespace {

using testing::cut_and_commit;
using testing::write_lines;

// The space that only one version holds is what its removal frees, as the store itself counts free space.
TEST(StoreUsageTest, AgreesWithWhatRemovingFrees) {
  const testing::TempFolder folder;
  const std::string path = folder / "heap";
  ASSERT_TRUE(FileStore::create(path));
  const OpenOptions options{.keep = {.versions = 6}, .line_limit = 1 << 20};
  auto opened = FileStore::open(path, options);
  ASSERT_TRUE(opened);
  FileStore& store = **opened;
  std::mt19937_64 random(1);
  for (int commit = 0; commit < 40; ++commit) {
    std::map<LineNumber, std::uint64_t> lines;
    const std::size_t count = commit % 9 == 0 ? 3000 : random() % 60;
    for (std::size_t i = 0; i < count; ++i) lines[random() % 8192] = random() | 1;
    if (count != 0) {
      ASSERT_TRUE(write_lines(store, lines));
    }
    ASSERT_TRUE(cut_and_commit(store));
  }
  while (store.versions().size() > 1) {
    const auto usage = measure_usage(path);
    ASSERT_TRUE(usage) << usage.error().message;
    ASSERT_EQ(usage->versions.size(), store.versions().size());
    EXPECT_LE(usage->held + store.counters().free_bytes, usage->file);
    EXPECT_GE(usage->versions.back().held, store.current_version().lines * kLineSize);
    const auto& victim = usage->versions[random() % (usage->versions.size() - 1)];
    const std::uint64_t free = store.counters().free_bytes;
    ASSERT_TRUE(store.remove_version(victim.version));
    EXPECT_EQ(store.counters().free_bytes, free + victim.alone) << victim.version;
  }
  const auto usage = measure_usage(path);
  ASSERT_TRUE(usage);
  EXPECT_EQ(usage->versions.front().alone, usage->held);
  EXPECT_EQ(usage->versions.front().held, usage->held);
}

}  // namespace
}  // namespace uvm::store
