// Power cuts: a run of commits on a logging disk; then the heap is opened from what the disk may hold after a
// cut at every write. Fault model of store/device.h: flushed writes survive; of the others any subset
// survives, torn at 512 bytes for files and at 8 bytes for persistent memory; writes before a failed flush
// belong to such a subset for ever. The opened version must be the last one that commit() acknowledged, or
// the one being committed, complete in either case.
//
// $UVM_CRASH_STATES is how many states to open at least (a few thousand if not given), $UVM_CRASH_SEED is
// the first seed (1); both are printed. tests/CMakeLists.txt has the long runs.
#include <gtest/gtest.h>
#include <malloc.h>

#include <algorithm>
#include <cstdlib>
#include <random>

#include "store/file_store.h"
#include "store/test_util.h"
#include "store/verify.h"

namespace uvm::store {
namespace {

using testing::kLimit;
using testing::line_is;
using testing::MemoryDisk;
using Lines = std::map<LineNumber, std::uint64_t>;

// One call of commit(). Failed ones count too: a restart may find their version until a later one is
// acknowledged.
struct TriedCommit {
  Version version;
  Lines lines;
};

struct Recorded {
  std::vector<std::byte> start;  // the disk before the log
  std::vector<MemoryDisk::LogEntry> log;
  std::vector<TriedCommit> tries;  // the first one represents the new heap
};

// Marks in the log: 2 * try when a commit begins, 2 * try + 1 when it is acknowledged.
Recorded record(std::uint64_t seed, int commits, bool failing_flushes) {
  std::mt19937_64 random(seed);
  Recorded result;
  auto disk = testing::new_disk();
  result.start = disk->bytes;
  disk->logging = true;
  Lines lines;
  result.tries.push_back({0, lines});
  OpenOptions options;
  options.line_limit = kLimit;
  options.keep.versions = 1 + seed % 2;
  options.keep_free = 0;
  options.compress = seed / 4 % 2 == 1;
  auto store = testing::open_disk(disk, options);
  for (int i = 0; i < commits; ++i) {
    const std::size_t count = random() % 12;
    Lines together;  // lines that are compressed
    for (std::size_t w = 0; w < count; ++w) {
      const LineNumber line = random() % (random() % 3 == 0 ? kLimit : 40);
      const std::uint64_t tag = random() % 5;
      if (*options.compress && random() % 4 != 0) {
        together[line] = tag;
      } else {
        together.erase(line);
        EXPECT_TRUE(testing::write_line(*store, line, tag));
      }
      lines[line] = tag;
    }
    EXPECT_TRUE(testing::write_lines(*store, together));
    if (i % 7 == 6) {
      const LineRange range{random() % 40, 5};
      EXPECT_TRUE(store->erase({&range, 1}));
      for (LineNumber line = range.first; line < range.first + range.count; ++line) lines.erase(line);
    }
    store->cut();
    const std::uint64_t number = result.tries.size();
    disk->log.push_back({{MemoryDisk::kMark, {}}, 2 * number});
    result.tries.push_back({store->current_version().version + 1, lines});
    if (failing_flushes && random() % 3 == 0) {
      const bool first = random() % 2 == 0;
      disk->fate = [first, flushes = 0](MemoryDisk::Operation operation) mutable {
        const bool flush = operation == MemoryDisk::Operation::kFlush;
        return flush && (flushes++ == 0) == first ? MemoryDisk::Fate::kIoError : MemoryDisk::Fate::kGood;
      };
    }
    const auto committed = store->commit({});
    const bool good_device = !disk->fate;
    disk->fate = nullptr;
    if (committed) {
      EXPECT_EQ(committed->version, result.tries.back().version);
      disk->log.push_back({{MemoryDisk::kMark, {}}, 2 * number + 1});
      if (i % 5 != 4) continue;
      store.reset();
      store = testing::open_disk(disk, options);
    } else {
      EXPECT_FALSE(good_device) << committed.error().message;
    }
  }
  result.log = std::move(disk->log);
  return result;
}

class Replay {
 public:
  // A write of `unit` bytes, aligned to them, is done or not done.
  Replay(const Recorded& recorded, std::uint64_t seed, std::size_t unit)
      : recorded_(recorded), random_(seed), unit_(unit), disk_(recorded.start) {}

  // Number of states that were opened.
  std::uint64_t run(int states_per_write) {
    std::uint64_t states = 0;
    for (const auto& entry : recorded_.log) {
      if (entry.written.offset == MemoryDisk::kMark) {
        (entry.mark % 2 == 0 ? begun_ : acknowledged_) = entry.mark / 2;
      } else if (entry.written.offset == MemoryDisk::kGrow) {
        grown_ = entry.mark;
      } else if (entry.written.offset == MemoryDisk::kFlush) {
        disk_.resize(std::max(disk_.size(), grown_));
        for (const auto* write : unflushed_) apply(disk_, *write, [](std::size_t) { return true; });
        unflushed_.clear();
        check(disk_);
        ++states;
      } else if (entry.written.offset == MemoryDisk::kFailedFlush) {
        for (const auto* write : unflushed_) apply(disk_, *write, [&](std::size_t) { return coin(); });
        unflushed_.clear();
      } else {
        unflushed_.push_back(&entry.written);
        for (int i = 0; i < states_per_write; ++i, ++states) {
          check(state(i));
          if (::testing::Test::HasFailure()) return states;
        }
      }
    }
    return states;
  }

 private:
  template <typename Survives>
  void apply(std::vector<std::byte>& disk, const MemoryDisk::Written& write, Survives survives) const {
    if (disk.size() < write.offset + write.content.size()) disk.resize(write.offset + write.content.size());
    for (std::size_t at = 0; at < write.content.size(); at += unit_) {
      if (survives(at)) std::memcpy(disk.data() + write.offset + at, write.content.data() + at, unit_);
    }
  }

  bool coin() {
    if (coins_ <= 1) coins_ = random_() | std::uint64_t{1} << 63;  // 63 of them, behind a mark
    const bool head = coins_ % 2 != 0;
    coins_ /= 2;
    return head;
  }

  std::vector<std::byte> state(int kind) {
    std::vector<std::byte> disk = disk_;
    if (grown_ > disk.size() && random_() % 2 == 0) disk.resize(grown_);
    const std::size_t torn_at = random_() % (unflushed_.back()->content.size() / unit_ + 1) * unit_;
    for (const auto* write : unflushed_) {
      const bool last = write == unflushed_.back();
      switch (kind % 3) {
        case 0:  // in order, the last one torn
          apply(disk, *write, [&](std::size_t at) { return !last || at < torn_at; });
          break;
        case 1:  // any subset of units
          apply(disk, *write, [&](std::size_t) { return coin(); });
          break;
        default:  // only the last one, whole: reordered before all others
          if (last) apply(disk, *write, [](std::size_t) { return true; });
      }
    }
    return disk;
  }

  void check(std::vector<std::byte> bytes) {
    auto disk = std::make_shared<MemoryDisk>();
    disk->bytes = std::move(bytes);
    {
      testing::MemoryDevice device(disk);
      const auto findings = verify_device(device, "memory");
      ASSERT_TRUE(findings) << findings.error().message;
      for (const auto& finding : *findings) {
        // Before any commit is acknowledged, a torn root looks like the damaged root of a heap with one
        // version.
        const bool first_root = acknowledged_ == 0 && finding.message.starts_with("root slot");
        ASSERT_TRUE(finding.severity == Finding::Severity::kNote || first_root) << finding.message;
      }
    }
    auto store = testing::open_disk(disk, {.line_limit = kLimit});
    ASSERT_TRUE(store);
    const Version version = store->current_version().version;
    const TriedCommit* found = nullptr;
    for (std::uint64_t i = acknowledged_; i <= std::max(begun_, acknowledged_) && found == nullptr; ++i) {
      const TriedCommit& candidate = recorded_.tries[i];
      if (candidate.version == version && same(*store, candidate.lines)) found = &candidate;
    }
    ASSERT_NE(found, nullptr) << "version " << version << " was opened and is none of those tried from "
                              << recorded_.tries[acknowledged_].version << " on";
    // The heap is usable: one more commit succeeds and lasts.
    if (random_() % 8 != 0) return;
    Lines lines = found->lines;
    for (int i = 0; i < 20; ++i) lines[random_() % kLimit] = 7;
    ASSERT_TRUE(testing::write_lines(*store, lines));
    ASSERT_TRUE(testing::cut_and_commit(*store));
    store.reset();
    store = testing::open_disk(disk, {.line_limit = kLimit});
    ASSERT_TRUE(same(*store, lines));
  }

  static bool same(FileStore& store, const Lines& lines) {
    return store.current_version().lines == lines.size() &&
           std::all_of(lines.begin(), lines.end(),
                       [&](const auto& line) { return bool{line_is(store, line.first, line.second)}; });
  }

  const Recorded& recorded_;
  std::mt19937_64 random_;
  std::uint64_t coins_ = 0;
  std::size_t unit_;
  std::vector<std::byte> disk_;
  std::vector<const MemoryDisk::Written*> unflushed_;
  std::size_t grown_ = 0;    // length of the file, durable with the next flush
  std::uint64_t begun_ = 0;  // tries
  std::uint64_t acknowledged_ = 0;
};

std::uint64_t from_environment(const char* name, std::uint64_t otherwise) {
  const char* value = std::getenv(name);
  return value == nullptr ? otherwise : std::strtoull(value, nullptr, 10);
}

TEST(StoreCrashTest, EveryCutLeavesACompleteVersion) {
  // Each state is a disk of some hundred KiB; the kernel should not have to provide fresh memory each time.
  mallopt(M_MMAP_THRESHOLD, 1 << 30);
  mallopt(M_TRIM_THRESHOLD, 1 << 30);
  const std::uint64_t wanted = from_environment("UVM_CRASH_STATES", kSanitized ? 1000 : 6000);
  const std::uint64_t first = from_environment("UVM_CRASH_SEED", 1);
  std::uint64_t states = 0, seed = first;
  for (; states < wanted || seed < first + 8; ++seed) {
    const bool failing_flushes = seed / 2 % 2 == 0;
    const std::size_t unit = seed % 2 == 0 ? 8 : 512;
    SCOPED_TRACE("seed " + std::to_string(seed));
    const Recorded recorded = record(seed, kSanitized ? 10 : 80, failing_flushes);
    ASSERT_FALSE(HasFailure());
    states += Replay(recorded, seed, unit).run(3);
    if (HasFailure()) return;
  }
  std::printf("%llu crash states opened, seeds %llu to %llu\n", static_cast<unsigned long long>(states),
              static_cast<unsigned long long>(first), static_cast<unsigned long long>(seed - 1));
  EXPECT_GE(states, wanted);
}

}  // namespace
}  // namespace uvm::store
