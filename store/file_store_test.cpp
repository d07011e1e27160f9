// The contract of LineStore, on real files.
#include "store/file_store.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <random>
#include <set>
#include <thread>

#include "base/descriptor.h"
#include "pmem/pmem_file.h"
#include "store/reader.h"
#include "store/test_util.h"
#include "store/verify.h"

namespace uvm::store {
namespace {

using testing::cut_and_commit;
using testing::kNoTag;
using testing::line_is;
using testing::write_line;
using testing::write_lines;

struct Mode {
  bool direct, compress;
};

class FileStoreTest : public ::testing::TestWithParam<Mode> {
 protected:
  std::unique_ptr<FileStore> open(OpenOptions options = {}, const std::string& name = "heap") {
    options.direct = GetParam().direct;
    options.compress = GetParam().compress;
    auto store = FileStore::open(folder_ / name, options);
    EXPECT_TRUE(store) << (store ? "" : store.error().message);
    return store ? std::move(*store) : nullptr;
  }
  std::unique_ptr<FileStore> create(const std::string& name = "heap") {
    EXPECT_TRUE(FileStore::create(folder_ / name));
    return open({}, name);
  }
  // Whether the device of a heap can read while its caller continues: files can, where io_uring may be used,
  // and persistent memory cannot.
  bool can_start_reads(const std::string& name = "heap") {
    const Descriptor file(::open((folder_ / name).c_str(), O_RDWR | O_CLOEXEC));
    return io_uring_works() && !(GetParam().direct && pmem::on_persistent_memory(file.get(), folder_ / name));
  }
  testing::TempFolder folder_;
};

INSTANTIATE_TEST_SUITE_P(Modes, FileStoreTest,
                         ::testing::Values(Mode{true, false}, Mode{false, false}, Mode{true, true}),
                         [](const auto& mode) {
                           return mode.param.compress ? "Compressed"
                                  : mode.param.direct ? "Direct"
                                                      : "Buffered";
                         });

TEST_P(FileStoreTest, NewHeapIsEmpty) {
  auto store = create();
  EXPECT_EQ(store->current_version().version, 0U);
  EXPECT_TRUE(store->versions().empty());
  EXPECT_TRUE(line_is(*store, 0, kNoTag));
  EXPECT_TRUE(line_is(*store, kMaxLines - 1, kNoTag));
  EXPECT_FALSE(store->present(5));
  EXPECT_TRUE(store->blob().empty());
}

TEST_P(FileStoreTest, CommittedLinesAndBlobSurvive) {
  auto store = create();
  ASSERT_TRUE(write_lines(*store, {{0, 1}, {1, 2}, {511, 3}, {512, 4}, {1000000, 5}, {kMaxLines - 1, 6}}));
  auto version = cut_and_commit(*store, "state");
  ASSERT_TRUE(version) << version.error().message;
  EXPECT_EQ(version->version, 1U);
  EXPECT_EQ(version->lines, 6U);
  EXPECT_EQ(version->lines_written, 6U);
  store.reset();

  store = open();
  EXPECT_EQ(store->current_version().version, 1U);
  EXPECT_EQ(store->current_version().lines, 6U);
  EXPECT_TRUE(line_is(*store, 0, 1));
  EXPECT_TRUE(line_is(*store, 1, 2));
  EXPECT_TRUE(line_is(*store, 2, kNoTag));
  EXPECT_TRUE(line_is(*store, 511, 3));
  EXPECT_TRUE(line_is(*store, 512, 4));
  EXPECT_TRUE(line_is(*store, 1000000, 5));
  EXPECT_TRUE(line_is(*store, kMaxLines - 1, 6));
  const auto blob = store->blob();
  EXPECT_EQ(std::string(reinterpret_cast<const char*>(blob.data()), blob.size()), "state");
}

TEST_P(FileStoreTest, UncommittedWritesAreSeenButDoNotSurvive) {
  auto store = create();
  ASSERT_TRUE(write_line(*store, 7, 1));
  ASSERT_TRUE(cut_and_commit(*store));
  ASSERT_TRUE(write_line(*store, 7, 2));
  ASSERT_TRUE(write_line(*store, 8, 2));
  EXPECT_TRUE(line_is(*store, 7, 2));
  store.reset();
  store = open();
  EXPECT_TRUE(line_is(*store, 7, 1));
  EXPECT_TRUE(line_is(*store, 8, kNoTag));
}

TEST_P(FileStoreTest, CutSeparatesPendingFromCurrent) {
  auto store = create();
  ASSERT_TRUE(write_lines(*store, {{1, 10}, {2, 10}, {3, 10}}));
  store->cut();
  ASSERT_TRUE(write_line(*store, 1, 20));                         // newer than the cut
  ASSERT_TRUE(write_line(*store, 1, 11, Transaction::kPending));  // captured late: must not hide it
  ASSERT_TRUE(write_line(*store, 2, 11, Transaction::kPending));
  ASSERT_TRUE(write_line(*store, 4, 11, Transaction::kPending));
  EXPECT_TRUE(line_is(*store, 1, 20));
  EXPECT_TRUE(line_is(*store, 2, 11));
  EXPECT_TRUE(line_is(*store, 4, 11));
  ASSERT_TRUE(store->commit({}));
  EXPECT_TRUE(line_is(*store, 1, 20));
  store.reset();

  store = open();
  EXPECT_TRUE(line_is(*store, 1, 11));
  EXPECT_TRUE(line_is(*store, 2, 11));
  EXPECT_TRUE(line_is(*store, 3, 10));
  EXPECT_TRUE(line_is(*store, 4, 11));
}

TEST_P(FileStoreTest, AbandonedCutIsMergedBackUnderCurrent) {
  auto store = create();
  ASSERT_TRUE(write_lines(*store, {{1, 10}, {2, 10}, {3, 10}}));
  ASSERT_TRUE(cut_and_commit(*store));
  store->abandon();  // nothing is pending
  ASSERT_TRUE(write_lines(*store, {{1, 11}, {2, 11}}));
  store->cut();
  ASSERT_TRUE(write_line(*store, 1, 20));
  ASSERT_TRUE(write_line(*store, 3, 12, Transaction::kPending));
  store->abandon();
  EXPECT_EQ(store->current_version().version, 1U);
  const auto version = store->commit({});
  ASSERT_FALSE(version);  // nothing is pending any more
  EXPECT_EQ(version.error().code, Errc::kInvalid);
  EXPECT_TRUE(line_is(*store, 1, 20));
  EXPECT_TRUE(line_is(*store, 2, 11));
  EXPECT_TRUE(line_is(*store, 3, 12));
  const auto committed = cut_and_commit(*store);
  ASSERT_TRUE(committed);
  EXPECT_EQ(committed->version, 2U);
  EXPECT_EQ(committed->lines_written, 3U);
  store.reset();
  store = open();
  EXPECT_TRUE(line_is(*store, 1, 20));
  EXPECT_TRUE(line_is(*store, 2, 11));
  EXPECT_TRUE(line_is(*store, 3, 12));
}

TEST_P(FileStoreTest, CommitWithoutCutIsRefused) {
  auto store = create();
  const auto version = store->commit({});
  ASSERT_FALSE(version);
  EXPECT_EQ(version.error().code, Errc::kInvalid);
  store->cut();
  const std::vector<std::byte> large(kMaxBlob + 1);
  EXPECT_FALSE(store->commit(large));
  EXPECT_TRUE(store->commit(std::span(large).first(kMaxBlob)));
}

TEST_P(FileStoreTest, ZeroLinesTakeNoBlock) {
  auto store = create();
  std::map<LineNumber, std::uint64_t> zeros;
  for (LineNumber line = 0; line < 2000; ++line) zeros[line] = 0;
  const std::uint64_t before = store->counters().bytes_written;
  ASSERT_TRUE(write_lines(*store, zeros));
  EXPECT_EQ(store->counters().bytes_written, before);
  EXPECT_TRUE(store->present(5));
  ASSERT_TRUE(cut_and_commit(*store));
  store.reset();
  store = open();
  EXPECT_EQ(store->current_version().lines, 2000U);
  EXPECT_TRUE(line_is(*store, 1999, 0));
  EXPECT_TRUE(line_is(*store, 2000, kNoTag));
}

TEST_P(FileStoreTest, UnchangedLinesAreNotWritten) {
  auto store = create();
  ASSERT_TRUE(write_lines(*store, {{1, 1}, {2, 2}}));
  ASSERT_TRUE(cut_and_commit(*store));
  ASSERT_TRUE(write_lines(*store, {{1, 1}, {2, 3}}));
  const auto version = cut_and_commit(*store);
  ASSERT_TRUE(version);
  EXPECT_EQ(version->lines_written, 1U);
}

TEST_P(FileStoreTest, ErasedLinesAreAbsent) {
  auto store = create();
  std::map<LineNumber, std::uint64_t> lines;
  for (LineNumber line = 0; line < 3000; ++line) lines[line] = line + 1;
  ASSERT_TRUE(write_lines(*store, lines));
  ASSERT_TRUE(cut_and_commit(*store));
  const LineRange ranges[] = {{10, 2000}, {5000, kMaxLines}};
  ASSERT_TRUE(store->erase(ranges));
  ASSERT_TRUE(write_line(*store, 100, 7));
  EXPECT_TRUE(line_is(*store, 10, kNoTag));
  EXPECT_FALSE(store->present(11));
  const auto version = cut_and_commit(*store);
  ASSERT_TRUE(version);
  EXPECT_EQ(version->lines, 1001U);
  store.reset();
  store = open();
  EXPECT_TRUE(line_is(*store, 9, 10));
  EXPECT_TRUE(line_is(*store, 10, kNoTag));
  EXPECT_TRUE(line_is(*store, 100, 7));
  EXPECT_TRUE(line_is(*store, 2009, kNoTag));
  EXPECT_TRUE(line_is(*store, 2010, 2011));
}

TEST_P(FileStoreTest, ReadOfManyLinesMixesKinds) {
  auto store = create();
  std::map<LineNumber, std::uint64_t> lines;
  for (LineNumber line = 0; line < 1000; ++line) {
    if (line % 7 != 0) lines[line] = line % 5 == 0 ? 0 : line;
  }
  ASSERT_TRUE(write_lines(*store, lines));
  const AlignedBuffer buffer = make_aligned(1000 * kLineSize);
  const AlignedBuffer expected = make_aligned(kLineSize);
  std::vector<ReadStatus> status(1000);
  for (const std::size_t shift : {0, 8}) {  // aligned, and through the bounce buffer
    std::vector<std::byte> loose(100 * kLineSize + 8);
    const std::size_t count = shift == 0 ? 1000 : 100;
    std::byte* target =
        shift == 0 ? buffer.get()
                   : loose.data() + (reinterpret_cast<std::uintptr_t>(loose.data()) % 4096 == 0 ? 8 : 0);
    ASSERT_TRUE(store->read(0, count, target, status.data()));
    for (LineNumber line = 0; line < count; ++line) {
      const bool there = lines.contains(line);
      ASSERT_EQ(status[line], there ? ReadStatus::kOk : ReadStatus::kAbsent) << line;
      testing::fill_line(expected.get(), line, there ? lines[line] : 0);
      ASSERT_EQ(std::memcmp(target + line * kLineSize, expected.get(), kLineSize), 0) << line;
    }
  }
}

TEST_P(FileStoreTest, UnalignedContentIsWritten) {
  auto store = create();
  std::vector<std::byte> loose(3 * kLineSize);
  const std::size_t shift = reinterpret_cast<std::uintptr_t>(loose.data()) % 4096 == 0 ? 16 : 0;
  testing::fill_line(loose.data() + shift, 1, 5);
  testing::fill_line(loose.data() + shift + kLineSize, 2, 5);
  const LineWrite writes[] = {{1, loose.data() + shift}, {2, loose.data() + shift + kLineSize}};
  ASSERT_TRUE(store->write(Transaction::kCurrent, writes));
  EXPECT_TRUE(line_is(*store, 1, 5));
  EXPECT_TRUE(line_is(*store, 2, 5));
}

TEST_P(FileStoreTest, LinesBeyondTheLimitAreRefused) {
  ASSERT_TRUE(FileStore::create(folder_ / "heap"));
  auto store = open({.line_limit = 1000});
  EXPECT_TRUE(write_line(*store, 999, 1));
  const auto refused = write_line(*store, kMaxLines - 1, 1);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().sys_errno, EINVAL);
  EXPECT_TRUE(line_is(*store, kMaxLines - 1, kNoTag));
}

TEST_P(FileStoreTest, VersionsAreNotPinnedWhileATransactionIsPending) {
  auto store = create();
  for (std::uint64_t tag = 1; tag <= 2; ++tag) {
    ASSERT_TRUE(write_line(*store, 1, tag));
    ASSERT_TRUE(cut_and_commit(*store));
  }
  store->cut();
  for (const auto& refused : {store->pin(1, true), store->remove_version(1)}) {
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Errc::kInvalid);
  }
  ASSERT_TRUE(store->commit({}));
  EXPECT_TRUE(store->pin(2, true));
}

TEST_P(FileStoreTest, KeepsTheLastVersionsAndThePinnedOnes) {
  auto store = create();
  for (std::uint64_t i = 1; i <= 6; ++i) {
    ASSERT_TRUE(write_line(*store, 0, i));
    ASSERT_TRUE(cut_and_commit(*store, "blob " + std::to_string(i)));
    if (i == 2) {
      ASSERT_TRUE(store->pin(2, true));
    }
  }
  const auto numbers = [&] {
    std::vector<Version> result;
    for (const auto& version : store->versions()) result.push_back(version.version);
    return result;
  };
  EXPECT_EQ(numbers(), (std::vector<Version>{2, 5, 6}));
  store.reset();
  store = open();
  EXPECT_EQ(numbers(), (std::vector<Version>{2, 5, 6}));
  EXPECT_EQ(store->pinned(), std::vector<Version>{2});
  const auto info = inspect_heap(folder_ / "heap");  // while it is open
  ASSERT_TRUE(info);
  EXPECT_EQ(info->pinned, std::vector<Version>{2});
  EXPECT_EQ(info->blob, store->blob());
  EXPECT_EQ(info->blob.size(), 6U);
  ASSERT_FALSE(store->remove_version(6));
  ASSERT_FALSE(store->remove_version(3));
  ASSERT_FALSE(store->remove_version(2));  // pinned
  ASSERT_TRUE(store->remove_version(5));
  ASSERT_TRUE(store->pin(2, false));
  store->set_retention({.versions = 3});
  ASSERT_TRUE(cut_and_commit(*store));
  EXPECT_EQ(numbers(), (std::vector<Version>{2, 6, 7}));
  store.reset();
  store = open({.read_only = true, .version = 2});
  EXPECT_TRUE(line_is(*store, 0, 2));
  EXPECT_FALSE(write_line(*store, 0, 3));
}

TEST_P(FileStoreTest, KeepsTheFirstYoungVersionOfEachStepOfTime) {
  constexpr std::uint64_t kAge = 300'000'000, kStep = kAge / Retention::kAgeSteps;
  create().reset();
  auto store = open({.keep = {.versions = 2, .age_ns = kAge}});
  std::uint64_t begin = 0, now = 0;
  while (now - begin < 2 * kAge) {
    ASSERT_TRUE(write_line(*store, 0, now));
    const auto version = cut_and_commit(*store);
    ASSERT_TRUE(version);
    now = version->wall_time_ns;
    if (begin == 0) begin = now;
    const auto kept = store->versions();
    std::set<std::uint64_t> steps;
    for (std::size_t i = 0; i + 2 < kept.size(); ++i) {
      EXPECT_LT(now - kept[i].wall_time_ns, kAge);
      EXPECT_TRUE(steps.insert(kept[i].wall_time_ns / kStep).second);
    }
  }
  EXPECT_GT(store->versions().size(), 3U);
  EXPECT_LE(store->versions().size(), Retention::kAgeSteps + 3);
}

TEST_P(FileStoreTest, ContinuingFromAnOlderVersionDiscardsNewerOnesAtCommit) {
  auto store = create();
  for (std::uint64_t i = 1; i <= 3; ++i) {
    ASSERT_TRUE(write_lines(*store, {{0, i}, {i, i}}));
    ASSERT_TRUE(cut_and_commit(*store));
  }
  store.reset();
  store = open({.version = 2});
  EXPECT_TRUE(line_is(*store, 0, 2));
  EXPECT_TRUE(line_is(*store, 3, kNoTag));
  store.reset();
  store = open();
  EXPECT_TRUE(line_is(*store, 0, 3));  // nothing was committed, so nothing is discarded
  store.reset();
  store = open({.version = 2});
  ASSERT_TRUE(write_line(*store, 9, 9));
  const auto version = cut_and_commit(*store);
  ASSERT_TRUE(version);
  EXPECT_EQ(version->version, 4U);
  store.reset();
  store = open();
  EXPECT_TRUE(line_is(*store, 0, 2));
  EXPECT_TRUE(line_is(*store, 3, kNoTag));
  EXPECT_TRUE(line_is(*store, 9, 9));
  EXPECT_FALSE(FileStore::open(folder_ / "missing", {}));
}

TEST_P(FileStoreTest, MissingVersionIsNotFound) {
  create().reset();
  const auto store = FileStore::open(folder_ / "heap", {.version = 5});
  ASSERT_FALSE(store);
  EXPECT_EQ(store.error().code, Errc::kNotFound);
}

TEST_P(FileStoreTest, BaseImageShowsThrough) {
  auto image = create("image");
  ASSERT_TRUE(write_lines(*image, {{1, 1}, {2, 2}, {3, 3}, {600, 4}}));
  ASSERT_TRUE(cut_and_commit(*image));
  image.reset();
  std::shared_ptr<FileStore> base = open({.read_only = true}, "image");
  ASSERT_TRUE(FileStore::create(folder_ / "heap", {.base = base}));

  auto store = open({.base = base});
  EXPECT_TRUE(line_is(*store, 1, 1));
  EXPECT_TRUE(store->present(1));
  EXPECT_TRUE(line_is(*store, 5, kNoTag));
  ASSERT_TRUE(write_line(*store, 2, 20));
  const LineRange range{3, 1};
  ASSERT_TRUE(store->erase({&range, 1}));
  EXPECT_FALSE(store->present(3));
  ASSERT_TRUE(cut_and_commit(*store));
  store.reset();
  store = open({.base = base});
  EXPECT_TRUE(line_is(*store, 1, 1));
  EXPECT_TRUE(line_is(*store, 2, 20));
  EXPECT_TRUE(line_is(*store, 3, kNoTag));
  EXPECT_TRUE(line_is(*store, 600, 4));
  const LineRange all{0, kMaxLines};
  ASSERT_TRUE(store->erase({&all, 1}));
  EXPECT_TRUE(line_is(*store, 600, kNoTag));
  store.reset();

  // Without the image, and with another one.
  auto alone = FileStore::open(folder_ / "heap", {});
  ASSERT_FALSE(alone);
  EXPECT_EQ(alone.error().code, Errc::kInvalid);
  create("other").reset();
  std::shared_ptr<FileStore> other = open({.read_only = true}, "other");
  ASSERT_TRUE(FileStore::create(folder_ / "third", {.base = base}));
  EXPECT_FALSE(FileStore::open(folder_ / "third", {.base = other}));
}

TEST_P(FileStoreTest, SecondOpenerLearnsWhoHoldsTheHeap) {
  auto store = create();
  // The message that another process sees names this one.
  const pid_t holder = getpid();
  const std::string path = folder_ / "heap";
  const pid_t child = fork();
  if (child == 0) {
    const auto other = open_file_device(path, {});
    const bool told = !other && other.error().code == Errc::kLocked &&
                      other.error().message.find("process " + std::to_string(holder)) != std::string::npos;
    _exit(told ? 0 : 1);
  }
  int status = -1;
  waitpid(child, &status, 0);
  EXPECT_EQ(status, 0);
  const auto second = FileStore::open(folder_ / "heap", {});
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, Errc::kLocked);
  store.reset();
  EXPECT_TRUE(FileStore::open(folder_ / "heap", {}));
}

// Bytes sent to the device for dirty lines scattered over 1 GiB, and for the same number side by side.
TEST_P(FileStoreTest, WriteAmplificationStaysSmall) {
  if (GetParam().compress) GTEST_SKIP() << "would measure how well test content compresses";
  auto store = create();
  constexpr LineNumber kLines = kSanitized ? 65536 : 262144;
  constexpr std::size_t kDirty = kLines / 100;
  std::map<LineNumber, std::uint64_t> chunk;
  for (LineNumber line = 0; line < kLines; ++line) {
    chunk[line] = 1;
    if (chunk.size() < 4096) continue;
    ASSERT_TRUE(write_lines(*store, chunk));
    chunk.clear();
  }
  ASSERT_TRUE(cut_and_commit(*store));
  std::mt19937_64 random(1);
  for (const bool scattered : {false, true}) {
    std::uint64_t total = 0;
    constexpr std::uint64_t kRounds = 40;
    for (std::uint64_t round = 0; round < kRounds; ++round) {
      std::map<LineNumber, std::uint64_t> lines;
      const LineNumber start = random() % (kLines - kDirty);
      while (lines.size() < kDirty) {
        lines[scattered ? random() % kLines : start + lines.size()] = 100 + round * 2 + (scattered ? 0 : 1);
      }
      const std::uint64_t before = store->counters().bytes_written;
      ASSERT_TRUE(write_lines(*store, lines));
      const auto version = cut_and_commit(*store);
      ASSERT_TRUE(version) << version.error().message;
      const std::uint64_t bytes = store->counters().bytes_written - before;
      EXPECT_EQ(bytes, version->bytes_written);
      EXPECT_LE(bytes, kDirty * kLineSize * 5 / 4) << "in the worst commit, one that rewrites the page table";
      total += bytes;
    }
    const double amplification = static_cast<double>(total) / (kRounds * kDirty * kLineSize);
    EXPECT_LE(amplification, scattered ? 1.1 : 1.05);
    std::printf("write amplification, %s: %.4f\n", scattered ? "scattered" : "clustered", amplification);
  }
  // A quarter of the file may be free before crumbs of space are used. The last growth is an eighth of the
  // file, at most 64 MiB, so less for the large file.
  EXPECT_LE(store->counters().file_bytes, kLines * kLineSize * (kSanitized ? 15 : 14) / 10);
}

TEST_P(FileStoreTest, FileStopsGrowing) {
  auto store = create();
  std::mt19937_64 random(2);
  std::uint64_t settled = 0;
  for (int round = 0; round < (kSanitized ? 300 : 600); ++round) {
    std::map<LineNumber, std::uint64_t> lines;
    for (int i = 0; i < 100; ++i) lines[random() % 4096] = random() | 1;
    ASSERT_TRUE(write_lines(*store, lines));
    ASSERT_TRUE(cut_and_commit(*store));
    if (round == 200) settled = store->counters().file_bytes;
  }
  EXPECT_EQ(store->counters().file_bytes, settled);
  EXPECT_LE(settled, 4096 * kLineSize * 3);
  const std::uint64_t free = store->counters().free_bytes;
  store.reset();
  store = open();
  EXPECT_EQ(store->counters().free_bytes, free);  // opening finds the same free space
}

// When a heap has become small, the space that it no longer needs goes back to the device; what it needs
// again is allocated again.
TEST_P(FileStoreTest, FileShrinks) {
  constexpr LineNumber kLines = kSanitized ? 4096 : 16384;
  constexpr std::uint64_t kKeepFree = 1 << 20;
  ASSERT_TRUE(FileStore::create(folder_ / "heap"));
  auto store = open({.keep_free = kKeepFree});
  std::map<LineNumber, std::uint64_t> few;
  for (LineNumber line = 0; line < kLines; line += 64) few[line] = line + 1;
  for (int round = 0; round < 3; ++round) {
    std::map<LineNumber, std::uint64_t> lines;
    for (LineNumber line = 0; line < kLines; ++line) lines[line] = line + static_cast<std::uint64_t>(round);
    ASSERT_TRUE(write_lines(*store, lines));
    ASSERT_TRUE(cut_and_commit(*store));
    const std::uint64_t large = store->counters().file_bytes;
    EXPECT_GE(large, GetParam().compress ? kLines * kLineSize / 3 : kLines * kLineSize);

    const LineRange all{0, kLines};
    ASSERT_TRUE(store->erase({&all, 1}));
    ASSERT_TRUE(write_lines(*store, few));
    for (int i = 0; i < 3; ++i) ASSERT_TRUE(cut_and_commit(*store));
    EXPECT_LE(store->counters().file_bytes, large / 4);
    for (const auto& [line, tag] : few) ASSERT_TRUE(line_is(*store, line, tag));
    ASSERT_TRUE(line_is(*store, 1, testing::kNoTag));
    if (round == 1) {  // the holes are forgotten
      store.reset();
      store = open({.keep_free = kKeepFree});
    }
  }
  store.reset();
  testing::expect_whole(verify_heap(folder_ / "heap"));
}

// A pinned version holds the space it needs and no more, however many versions follow.
TEST_P(FileStoreTest, APinnedVersionDoesNotMakeTheFileGrow) {
  auto store = create();
  std::mt19937_64 random(3);
  std::map<LineNumber, std::uint64_t> pinned;
  for (LineNumber line = 0; line < 2048; ++line) pinned[line] = random() | 1;
  ASSERT_TRUE(write_lines(*store, pinned));
  ASSERT_TRUE(cut_and_commit(*store));
  ASSERT_TRUE(store->pin(1, true));
  std::uint64_t settled = 0;
  for (int round = 0; round < (kSanitized ? 250 : 500); ++round) {
    std::map<LineNumber, std::uint64_t> lines;
    for (int i = 0; i < 100; ++i) lines[random() % 2048] = random() | 1;
    ASSERT_TRUE(write_lines(*store, lines));
    ASSERT_TRUE(cut_and_commit(*store));
    if (round == 150) settled = store->counters().file_bytes;
  }
  EXPECT_EQ(store->counters().file_bytes, settled);
  store.reset();
  store = open({.version = 1});
  for (const auto& [line, tag] : pinned) ASSERT_TRUE(line_is(*store, line, tag));
}

// More threads than there are rings, on a page table that none of them has loaded yet.
TEST_P(FileStoreTest, ManyThreadsReadAtOnce) {
  std::map<LineNumber, std::uint64_t> lines;
  for (LineNumber line = 0; line < 4096; ++line) lines[line * 37] = 1 + line % 9;
  {
    auto store = create();
    ASSERT_TRUE(write_lines(*store, lines));
    ASSERT_TRUE(cut_and_commit(*store));
  }
  auto store = open();
  std::vector<std::thread> threads;
  for (unsigned t = 0; t < 24; ++t) {
    threads.emplace_back([&, t] {
      std::mt19937_64 random(t);
      for (int i = 0; i < 200; ++i) {
        const LineNumber line = random() % 4096 * 37 + random() % 2;
        ASSERT_TRUE(line_is(*store, line, lines.contains(line) ? lines.at(line) : kNoTag));
      }
    });
  }
  for (auto& thread : threads) thread.join();
}

// What was read is thrown away if the line has new content by then, or none.
TEST_P(FileStoreTest, StartedReadsDeliverTheNewestContentAtTheirEnd) {
  constexpr std::size_t kCount = 40;
  std::map<LineNumber, std::uint64_t> lines;
  for (LineNumber line = 0; line < 8 * kCount; ++line) lines[line] = 1;
  lines[3] = 0;  // zeros
  lines.erase(5);
  auto store = create();
  ASSERT_TRUE(write_lines(*store, lines));
  ASSERT_TRUE(cut_and_commit(*store));
  struct Read {
    AlignedBuffer buffer = make_aligned(kCount * kLineSize);
    StartedRead* handle = nullptr;
  };
  std::vector<Read> reads(8);  // more than can be in flight
  std::size_t started = 0;
  for (std::size_t i = 0; i < reads.size(); ++i) {
    reads[i].handle = store->start_read(i * kCount, kCount, reads[i].buffer.get());
    started += reads[i].handle != nullptr ? 1 : 0;
  }
  if (!can_start_reads()) {
    ASSERT_EQ(started, 0U);
    return;
  }
  EXPECT_GT(started, 0U);
  EXPECT_LT(started, reads.size());
  // Blocks that become free are written to at once.
  for (LineNumber line = 0; line < 8 * kCount; line += 4)
    ASSERT_TRUE(write_line(*store, line, lines[line] = 2));
  const LineRange gone{8, 2};
  ASSERT_TRUE(store->erase({&gone, 1}));
  lines.erase(8);
  lines.erase(9);
  ASSERT_TRUE(cut_and_commit(*store));
  ASSERT_TRUE(write_line(*store, 5, lines[5] = 3));
  for (LineNumber line = 0; line < 8 * kCount; line += 8) {
    if (!lines.contains(line)) continue;
    ASSERT_TRUE(write_line(*store, line, lines[line] = 4));
  }
  for (std::size_t i = 0; i < reads.size(); ++i) {
    if (reads[i].handle == nullptr) continue;
    std::array<ReadStatus, kCount> status;
    std::thread([&] {
      const auto ended = store->end_read(reads[i].handle, kCount, status.data(), Device::kForEver);
      EXPECT_TRUE(ended && *ended);
    }).join();  // ended by another thread than started it
    for (std::size_t at = 0; at < kCount; ++at) {
      const LineNumber line = i * kCount + at;
      alignas(kLineSize) std::byte expected[kLineSize] = {};
      if (lines.contains(line)) testing::fill_line(expected, line, lines[line]);
      EXPECT_EQ(status[at], lines.contains(line) ? ReadStatus::kOk : ReadStatus::kAbsent) << line;
      EXPECT_EQ(std::memcmp(reads[i].buffer.get() + at * kLineSize, expected, kLineSize), 0) << line;
    }
  }
}

// At the end of the read, lines that show through from a base image are read from it, except those that no
// longer do.
TEST_P(FileStoreTest, StartedReadsOverABaseImage) {
  std::shared_ptr<FileStore> base = create("base");
  std::map<LineNumber, std::uint64_t> lines;
  for (LineNumber line = 0; line < 10; ++line) lines[line] = 1;
  ASSERT_TRUE(write_lines(*base, lines));
  ASSERT_TRUE(cut_and_commit(*base));
  ASSERT_TRUE(FileStore::create(folder_ / "above", {.base = base}));
  auto store = open({.base = base}, "above");
  ASSERT_TRUE(write_line(*store, 0, lines[0] = 2));
  ASSERT_TRUE(cut_and_commit(*store));
  const AlignedBuffer buffer = make_aligned(10 * kLineSize);
  StartedRead* const read = store->start_read(0, 10, buffer.get());
  ASSERT_EQ(read != nullptr, can_start_reads("above"));
  if (read == nullptr) return;
  ASSERT_TRUE(write_line(*store, 5, lines[5] = 3));
  const LineRange gone{7, 1};
  ASSERT_TRUE(store->erase({&gone, 1}));
  lines.erase(7);
  std::array<ReadStatus, 10> status;
  const auto ended = store->end_read(read, 9, status.data(), Device::kForEver);
  ASSERT_TRUE(ended && *ended);
  for (LineNumber line = 0; line < 9; ++line) {
    alignas(kLineSize) std::byte expected[kLineSize] = {};
    if (lines.contains(line)) testing::fill_line(expected, line, lines[line]);
    EXPECT_EQ(status[line], lines.contains(line) ? ReadStatus::kOk : ReadStatus::kAbsent) << line;
    EXPECT_EQ(std::memcmp(buffer.get() + line * kLineSize, expected, kLineSize), 0) << line;
  }
  // A read that was given up does not keep the store from closing.
  StartedRead* const other = store->start_read(0, 10, buffer.get());
  ASSERT_NE(other, nullptr);
  ASSERT_TRUE(store->end_read(other, 0, nullptr, Device::kForEver));
}

TEST_P(FileStoreTest, ReadersAndWritersRunDuringCommits) {
  auto store = create();
  constexpr LineNumber kPerThread = 300;
  constexpr unsigned kThreads = 4;
  std::atomic<bool> stop{false};
  std::vector<std::thread> threads;
  for (unsigned t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      std::mt19937_64 random(t);
      std::map<LineNumber, std::uint64_t> mine;
      while (!stop) {
        const LineNumber line = t * kPerThread + random() % kPerThread;
        if (random() % 2 == 0) {
          std::map<LineNumber, std::uint64_t> lines;
          for (std::uint64_t i = random() % 12 + 1; i > 0; --i)
            lines[t * kPerThread + (line + i) % kPerThread] = random() % 8;
          ASSERT_TRUE(write_lines(*store, lines));
          for (const auto& [written, tag] : lines) mine[written] = tag;
        } else {
          ASSERT_TRUE(line_is(*store, line, mine.contains(line) ? mine[line] : kNoTag));
        }
      }
      for (const auto& [line, tag] : mine) ASSERT_TRUE(line_is(*store, line, tag));
    });
  }
  for (int i = 0; i < 60; ++i) ASSERT_TRUE(cut_and_commit(*store));
  stop = true;
  for (auto& thread : threads) thread.join();
  store.reset();
  testing::expect_whole(verify_heap(folder_ / "heap"));
}

// A checksum of 0 is like any other; this line has it.
TEST_P(FileStoreTest, LinesMayHaveAnyChecksum) {
  const AlignedBuffer buffer = make_aligned(3 * kLineSize);
  for (std::size_t i = 0; i < kLineSize; ++i) buffer[i] = static_cast<std::byte>(i * i >> 7 & 31);
  const std::uint64_t tail = 5406371284;
  std::memcpy(buffer.get() + kLineSize - sizeof tail, &tail, sizeof tail);
  ASSERT_EQ(block_checksum(buffer.get()), 0U);
  testing::fill_line(buffer.get() + kLineSize, 8, 1);
  auto store = create();
  const LineWrite writes[] = {{7, buffer.get()}, {8, buffer.get() + kLineSize}};
  ASSERT_TRUE(store->write(Transaction::kCurrent, writes));
  ASSERT_TRUE(cut_and_commit(*store));
  store.reset();
  store = open();
  ReadStatus status = ReadStatus::kAbsent;
  EXPECT_TRUE(store->read(7, 1, buffer.get() + 2 * kLineSize, &status));
  EXPECT_EQ(status, ReadStatus::kOk);
  EXPECT_EQ(std::memcmp(buffer.get(), buffer.get() + 2 * kLineSize, kLineSize), 0);
  EXPECT_TRUE(line_is(*store, 8, 1));
}

// Compression is a property of the heap until it is changed; lines written before stay readable.
TEST(StoreCompressionTest, IsRememberedAndCanBeTurnedOnAndOff) {
  auto disk = testing::new_disk();
  std::map<LineNumber, std::uint64_t> lines;
  std::uint64_t bytes[4];
  const std::optional<bool> told[4] = {std::nullopt, true, std::nullopt, false};
  for (std::size_t i = 0; i < 4; ++i) {
    auto store = testing::open_disk(disk, {.compress = told[i], .line_limit = 4096});
    EXPECT_EQ(store->compresses(), i == 1 || i == 2);
    for (LineNumber line = i * 100; line < i * 100 + 200; ++line) lines[line] = 4 * i + 1;
    ASSERT_TRUE(write_lines(*store, lines));
    const auto version = cut_and_commit(*store);
    ASSERT_TRUE(version);
    EXPECT_EQ(version->lines_written, 200U);
    bytes[i] = version->bytes_written;
    store = testing::open_disk(disk, {.line_limit = 4096});
    EXPECT_EQ(store->compresses(), i == 1 || i == 2);
    for (const auto& [line, tag] : lines) ASSERT_TRUE(line_is(*store, line, tag));
  }
  EXPECT_GE(bytes[0], 200 * kLineSize);
  EXPECT_LE(bytes[1], bytes[0] / 4);
  EXPECT_LE(bytes[2], bytes[0] / 4);
  EXPECT_GE(bytes[3], 200 * kLineSize);
  // When nothing is compressed any more, the maps of slots are gone.
  auto store = testing::open_disk(disk, {.keep = {.versions = 1}, .line_limit = 4096});
  for (auto& [line, tag] : lines) tag += 2;
  for (std::uint32_t i = 0; i <= kMaxSegments; ++i) {
    lines[i] = 4 * i + 2;
    ASSERT_TRUE(write_lines(*store, lines));
    ASSERT_TRUE(cut_and_commit(*store));
  }
  store.reset();
  testing::MemoryDevice device(disk);
  HeapReader reader(device, "memory");
  const auto start = reader.read_start();
  ASSERT_TRUE(start);
  const Root& root = start->root[start->newest];
  const auto record = reader.read_version(root.versions[root.version_count - 1], start->header.heap_id);
  ASSERT_TRUE(record);
  EXPECT_TRUE((*record)->space_map.is_block());
  EXPECT_FALSE((*record)->slot_map.is_block());
  testing::expect_whole(verify_device(device, "memory"));
}

// A shared block is reused when the last of its lines is gone, and not before.
TEST(StoreCompressionTest, SharedBlocksAreHeldByTheLastOfTheirLines) {
  auto disk = testing::new_disk();
  auto store = testing::open_disk(disk, {.keep = {.versions = 1}, .compress = true, .line_limit = 4096});
  std::map<LineNumber, std::uint64_t> lines;
  for (LineNumber line = 0; line < 2048; ++line) lines[line] = 1;
  ASSERT_TRUE(write_lines(*store, lines));
  ASSERT_TRUE(cut_and_commit(*store));
  const std::uint64_t file = store->counters().file_bytes;
  std::mt19937_64 random(7);
  for (std::uint64_t round = 1; round <= (kSanitized ? 20 : 100); ++round) {
    // Each shared block keeps some of its lines for a while.
    std::map<LineNumber, std::uint64_t> changed;
    for (LineNumber line = 0; line < 2048; ++line) {
      if (random() % 3 == 0) lines[line] = changed[line] = 4 * round + 1;
    }
    ASSERT_TRUE(write_lines(*store, changed));
    // Superseded before they were committed.
    for (auto& [line, tag] : changed) lines[line] = tag += 2;
    ASSERT_TRUE(write_lines(*store, changed));
    ASSERT_TRUE(cut_and_commit(*store));
    if (round % 10 != 0) continue;
    for (const auto& [line, tag] : lines) ASSERT_TRUE(line_is(*store, line, tag));
  }
  EXPECT_LE(store->counters().file_bytes, file + (8 << 20));
  store = testing::open_disk(disk, {.line_limit = 4096});
  for (const auto& [line, tag] : lines) ASSERT_TRUE(line_is(*store, line, tag));
  testing::MemoryDevice device(disk);
  testing::expect_whole(verify_device(device, "memory"));
}

}  // namespace
}  // namespace uvm::store
