// Failing devices: every operation of a run fails, in every manner, once or from then on. What must hold:
// acknowledged content is read back; the last version is valid; once the device works, a commit succeeds.
#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "store/file_store.h"
#include "store/test_util.h"
#include "store/verify.h"

namespace uvm::store {
namespace {

using testing::kLimit;
using testing::kNoTag;
using testing::line_is;
using testing::MemoryDisk;
using Fate = MemoryDisk::Fate;
using Operation = MemoryDisk::Operation;
using Lines = std::map<LineNumber, std::uint64_t>;

struct Fault {
  std::uint64_t at;  // index of the operation
  bool for_ever;     // and all after it
  Fate fate;
  bool reads;  // reads count and fail too
  bool compress = false;
};

// Injects `fault` into a disk and counts operations.
struct Injector {
  std::shared_ptr<MemoryDisk> disk;
  Fault fault;
  std::uint64_t operations = 0;
  bool hit = false;

  void arm() {
    disk->fate = [this](Operation operation) {
      if (operation == Operation::kRead && !fault.reads) return Fate::kGood;
      const std::uint64_t index = operations++;
      if (index != fault.at && !(fault.for_ever && index > fault.at)) return Fate::kGood;
      hit = true;
      return fault.fate;
    };
  }
};

// Runs a script of writes and commits under the fault and checks what it leaves. Returns the operations of
// the script.
std::uint64_t run(const Fault& fault) {
  auto disk = testing::new_disk();
  auto store = testing::open_disk(disk, {.compress = fault.compress, .line_limit = kLimit});
  Lines lines;  // written without an error
  Lines stands;
  std::vector<Lines> candidates;  // failed commits since: a restart may find one as the next version
  std::mt19937_64 random(1);
  const auto write_some = [&](bool must) {
    for (int i = 0; i < 12; ++i) {
      const LineNumber line = random() % (i % 4 == 0 ? kLimit : 64);
      const std::uint64_t tag = random() % 6;
      if (fault.compress && tag % 2 != 0) {  // two that share a block: both are written, or neither
        const LineNumber other = (line + 1) % kLimit;
        const bool both = testing::write_lines(*store, {{line, tag}, {other, tag}}).has_value();
        EXPECT_TRUE(both || !must);
        if (both) lines[line] = lines[other] = tag;
        continue;
      }
      const auto written = testing::write_line(*store, line, tag);
      if (must) {
        ASSERT_TRUE(written);
      }
      if (written) lines[line] = tag;
      if (!written) {
        EXPECT_NE(written.error().sys_errno, 0);
      }
    }
  };
  write_some(true);
  // Enough commits that the page table is rewritten while the fault is active.
  for (std::uint32_t i = 0; i < kMaxSegments - 1; ++i) {
    const LineNumber line = i % 64;
    EXPECT_TRUE(testing::write_line(*store, line, 10 + i));
    lines[line] = 10 + i;
    EXPECT_TRUE(testing::cut_and_commit(*store));
  }
  stands = lines;

  Injector injector{disk, fault};
  injector.arm();
  for (int i = 0; i < 4; ++i) {
    write_some(false);
    const Version version = store->current_version().version;
    const auto committed = testing::cut_and_commit(*store);
    if (committed) {
      EXPECT_EQ(committed->version, version + 1);
      stands = lines;
      candidates.clear();
    } else {
      EXPECT_TRUE(injector.hit) << committed.error().message;
      EXPECT_FALSE(committed.error().message.empty());
      EXPECT_NE(committed.error().sys_errno, 0);
      EXPECT_EQ(committed.error().code, fault.fate == Fate::kNoSpace ? Errc::kNoSpace : Errc::kIo);
      EXPECT_EQ(store->current_version().version, version);
      candidates.push_back(lines);
    }
  }
  const std::uint64_t operations = injector.operations;
  disk->fate = nullptr;

  // The process continues: everything that was written can be read.
  for (const auto& [line, tag] : lines) EXPECT_TRUE(line_is(*store, line, tag));

  // Or it ends here: the last version is valid, or one whose commit failed while its root was being written.
  {
    auto copy = std::make_shared<MemoryDisk>(*disk);
    auto other = testing::open_disk(copy, {.line_limit = kLimit});
    if (!other) return operations;
    const Version version = other->current_version().version;
    if (version == store->current_version().version) {
      candidates = {stands};
    } else {
      EXPECT_EQ(version, store->current_version().version + 1);
    }
    const bool complete = std::any_of(candidates.begin(), candidates.end(), [&](const Lines& candidate) {
      return other->current_version().lines == candidate.size() &&
             std::all_of(candidate.begin(), candidate.end(),
                         [&](const auto& line) { return bool{line_is(*other, line.first, line.second)}; });
    });
    EXPECT_TRUE(complete) << "version " << version;
  }

  // The device works again: the next commit contains everything, including what had failed.
  write_some(true);
  const auto committed = testing::cut_and_commit(*store);
  EXPECT_TRUE(committed) << committed.error().message;
  store.reset();
  testing::MemoryDevice device(disk);
  testing::expect_whole(verify_device(device, "memory"));
  store = testing::open_disk(disk, {.line_limit = kLimit});
  if (!store) return operations;
  for (const auto& [line, tag] : lines) EXPECT_TRUE(line_is(*store, line, tag));
  EXPECT_EQ(store->current_version().lines, lines.size());
  return operations;
}

void fail_every_operation(bool compress) {
  constexpr std::uint64_t kStep = UVM_THREAD_SANITIZER ? 20 : kSanitized ? 5 : 1;
  const std::uint64_t operations = run({~std::uint64_t{0}, false, Fate::kGood, false, compress});
  ASSERT_GT(operations, 50U);
  for (const Fate fate : {Fate::kNoSpace, Fate::kIoError, Fate::kShort}) {
    for (const bool for_ever : {false, true}) {
      for (std::uint64_t at = 0; at < operations; at += kStep) {
        SCOPED_TRACE("operation " + std::to_string(at) + ", fate " + std::to_string(static_cast<int>(fate)) +
                     (for_ever ? ", for ever" : ""));
        run({at, for_ever, fate, false, compress});
        if (::testing::Test::HasFailure()) return;
      }
    }
  }
}

TEST(StoreFaultTest, EveryOperationFailsOnce) { fail_every_operation(false); }
TEST(StoreFaultTest, EveryOperationFailsOnceCompressed) { fail_every_operation(true); }

TEST(StoreFaultTest, FailedReadsAreReportedAndLaterOnesSucceed) {
  auto disk = testing::new_disk();
  {
    auto store = testing::open_disk(disk, {.line_limit = kLimit});
    Lines lines;
    for (LineNumber line = 0; line < 1000; ++line) lines[line] = 5;
    ASSERT_TRUE(testing::write_lines(*store, lines));
    ASSERT_TRUE(testing::cut_and_commit(*store));
  }
  auto store = testing::open_disk(disk, {.line_limit = kLimit});
  const AlignedBuffer buffer = make_aligned(64 * kLineSize);
  std::vector<ReadStatus> status(64);
  for (int round = 0; round < 2; ++round) {  // with the page table unread, and read
    disk->fate = [](Operation operation) {
      return operation == Operation::kRead ? Fate::kIoError : Fate::kGood;
    };
    const auto failed = store->read(0, 64, buffer.get(), status.data());
    for (const ReadStatus one : status) EXPECT_EQ(one, ReadStatus::kIoError);
    ASSERT_FALSE(failed);
    EXPECT_EQ(failed.error().sys_errno, EIO);
    // One bad operation for many lines: each is tried by itself.
    disk->fate = [reads = 0](Operation operation) mutable {
      return operation == Operation::kRead && reads++ == 0 ? Fate::kIoError : Fate::kGood;
    };
    EXPECT_TRUE(store->read(0, 64, buffer.get(), status.data()));
    for (const ReadStatus one : status) EXPECT_EQ(one, ReadStatus::kOk);
    disk->fate = nullptr;
  }
}

// A device that gives up half-way while a heap is opened: the result is the newest version, or an error.
TEST(StoreFaultTest, ReadsThatFallShortCostNoVersion) {
  auto disk = testing::new_disk();
  auto store = testing::open_disk(disk, {.line_limit = kLimit});
  for (std::uint64_t tag = 1; tag <= 5; ++tag) {
    ASSERT_TRUE(testing::write_line(*store, tag % 3, tag));
    ASSERT_TRUE(testing::cut_and_commit(*store));
  }
  store.reset();
  for (const Fate fate : {Fate::kShort, Fate::kIoError}) {
    std::uint64_t operations = 1;
    for (std::uint64_t at = 0; at < operations; ++at) {
      for (const bool for_ever : {false, true}) {
        Injector injector{disk, {at, for_ever, fate, true}};
        injector.arm();
        auto opened = FileStore::open_on(std::make_unique<testing::MemoryDevice>(disk), "memory",
                                         {.line_limit = kLimit});
        operations = std::max(operations, injector.operations);
        // A read that fails once is repeated.
        EXPECT_EQ(opened.has_value(), !(for_ever && injector.hit)) << "read " << at;
        if (opened) {
          EXPECT_EQ((*opened)->current_version().version, 5U) << "read " << at;
          EXPECT_EQ((*opened)->versions().size(), 2U) << "read " << at;
          EXPECT_FALSE((*opened)->root_damage()) << "read " << at;
        } else {
          EXPECT_EQ(opened.error().sys_errno, EIO) << opened.error().message;
        }
        disk->fate = nullptr;
      }
    }
    EXPECT_GT(operations, 3U);
  }
}

TEST(StoreFaultTest, DiskFullKeepsTheLastVersionAndRecoversWithSpace) {
  auto disk = testing::new_disk();
  auto store = testing::open_disk(disk, {.line_limit = kLimit});
  // No growth beyond what the heap was created with.
  disk->fate = [](Operation operation) {
    return operation == Operation::kGrow ? Fate::kNoSpace : Fate::kGood;
  };
  ASSERT_TRUE(testing::write_line(*store, 0, 1));
  ASSERT_TRUE(testing::cut_and_commit(*store));
  Lines written;
  IoResult<void> done;
  for (LineNumber line = 1; line < kLimit && done; ++line) {
    done = testing::write_line(*store, line, 2);
    if (done) written[line] = 2;
  }
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().sys_errno, ENOSPC);
  const auto full = testing::cut_and_commit(*store);
  ASSERT_FALSE(full);
  EXPECT_EQ(full.error().code, Errc::kNoSpace);
  EXPECT_EQ(store->current_version().version, 1U);
  for (const auto& [number, tag] : written) ASSERT_TRUE(line_is(*store, number, tag));
  // Erasing lines makes room inside the file.
  const LineRange range{50, 100};
  ASSERT_TRUE(store->erase({&range, 1}));
  for (LineNumber erased = 50; erased < 150; ++erased) written.erase(erased);
  ASSERT_TRUE(testing::cut_and_commit(*store));
  // So does a larger disk.
  disk->fate = nullptr;
  for (LineNumber line = 1000; line < 2000; ++line) {
    ASSERT_TRUE(testing::write_line(*store, line, 3));
    written[line] = 3;
  }
  ASSERT_TRUE(testing::cut_and_commit(*store));
  store.reset();
  store = testing::open_disk(disk, {.line_limit = kLimit});
  for (const auto& [number, tag] : written) ASSERT_TRUE(line_is(*store, number, tag));
  EXPECT_TRUE(line_is(*store, 60, kNoTag));
}

// A device that at once loses some of what a failed flush should have made durable: lost lines are reported,
// never replaced by something else, and the last version is untouched.
TEST(StoreFaultTest, WhatAFailedFlushLosesIsReported) {
  int lost = 0;
  for (std::uint64_t seed = 1; seed <= (kSanitized ? 5 : 30); ++seed) {
    auto disk = testing::new_disk();
    disk->random.seed(seed);
    disk->lossy_flush = true;
    auto store = testing::open_disk(disk, {.compress = seed % 2 == 0, .line_limit = kLimit});
    Lines old_lines, new_lines;
    for (LineNumber line = 0; line < 200; ++line) old_lines[line] = 1 + line % 3;
    for (LineNumber line = 0; line < 200; line += 2) new_lines[line] = 5;
    ASSERT_TRUE(testing::write_lines(*store, old_lines));
    ASSERT_TRUE(testing::cut_and_commit(*store));
    ASSERT_TRUE(testing::write_lines(*store, new_lines));
    disk->fate = [](Operation operation) {
      return operation == Operation::kFlush ? Fate::kIoError : Fate::kGood;
    };
    ASSERT_FALSE(testing::cut_and_commit(*store));
    disk->fate = nullptr;
    const AlignedBuffer buffer = make_aligned(kLineSize);
    for (const auto& [line, tag] : new_lines) {
      ReadStatus status = ReadStatus::kOk;
      ASSERT_TRUE(store->read(line, 1, buffer.get(), &status));
      if (status == ReadStatus::kCorrupt) {
        ++lost;
      } else {
        ASSERT_TRUE(line_is(*store, line, tag));
      }
    }
    // A commit that needs a lost line fails; once all of them are written again it succeeds.
    (void)testing::cut_and_commit(*store);
    ASSERT_TRUE(testing::write_lines(*store, new_lines));
    const auto committed = testing::cut_and_commit(*store);
    ASSERT_TRUE(committed) << committed.error().message;
    store.reset();
    store = testing::open_disk(disk, {.line_limit = kLimit});
    for (const auto& [line, tag] : old_lines) {
      ASSERT_TRUE(line_is(*store, line, new_lines.contains(line) ? new_lines[line] : tag));
    }
  }
  EXPECT_GT(lost, 0);
}

}  // namespace
}  // namespace uvm::store
