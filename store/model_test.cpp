// FileStore against a model in memory: random writes, erasures, cuts, commits, failures in between,
// re-opening at any version, and readers of older versions at the same time. The seed is printed with every
// failure; UVM_STORE_SEED replays one.
#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <set>

#include "store/file_store.h"
#include "store/test_util.h"
#include "store/verify.h"

namespace uvm::store {
namespace {

using testing::kNoTag;
using testing::line_is;
using testing::MemoryDisk;

using Lines = std::map<LineNumber, std::uint64_t>;  // line -> tag

class Model {
 public:
  Model(std::uint64_t seed, bool with_base, bool with_faults, bool compress)
      : random_(seed), with_faults_(with_faults), compress_(compress) {
    if (with_base) {
      image_disk_ = testing::new_disk();
      auto image = testing::open_disk(image_disk_, {.compress = compress_, .line_limit = kLimit});
      for (int i = 0; i < 500; ++i) base_lines_[pick_line()] = random_() % 5;
      EXPECT_TRUE(testing::write_lines(*image, base_lines_));
      EXPECT_TRUE(testing::cut_and_commit(*image));
      image.reset();
      base_ = testing::open_disk(image_disk_, {.read_only = true, .line_limit = kLimit});
    }
    disk_ = testing::new_disk({.base = base_});
    disk_->random.seed(seed);
    versions_[0] = {};
    open(std::nullopt);
  }

  void run(int steps) {
    for (int i = 0; i < steps && !::testing::Test::HasFailure(); ++i) {
      step();
      if (i % 50 == 0) check_all();
      if (i % 400 == 0) verify();
    }
    check_all();
    verify();
  }
  [[nodiscard]] std::uint64_t bytes_released() const { return disk_->bytes_released; }

 private:
  static constexpr LineNumber kLimit = 1 << 20;
  static constexpr std::uint64_t kKeepFree = 16 << 20;

  LineNumber pick_line() {
    // Crowded leaves, a few distant ones.
    switch (random_() % 4) {
      case 0:
        return random_() % 64;
      case 1:
        return random_() % 2048;
      case 2:
        return 500000 + random_() % 600;
      default:
        return random_() % kLimit;
    }
  }
  std::uint64_t pick_tag() { return random_() % 4 == 0 ? 0 : random_() % 6; }

  void open(std::optional<Version> version) {
    readers_.clear();
    store_.reset();
    store_ = testing::open_disk(disk_, {.version = version,
                                        .base = base_,
                                        .keep = {.versions = static_cast<std::uint32_t>(1 + random_() % 3)},
                                        .compress = compress_ && random_() % 5 != 0,
                                        .line_limit = kLimit,
                                        .keep_free = random_() % 2 * kKeepFree});
    ASSERT_TRUE(store_);
    const Version opened = store_->current_version().version;
    ASSERT_TRUE(versions_.contains(opened));
    if (!version && !uncertain_) {
      ASSERT_EQ(opened, newest_);
    }
    newest_opened_ = opened;
    committed_ = newest_lines_ = versions_[opened];
    pending_.reset();
    for (const auto& info : store_->versions()) {
      ASSERT_TRUE(versions_.contains(info.version)) << info.version;
    }
    if (!version) newest_ = opened;
  }

  void step() {
    disk_->fate = nullptr;
    if (with_faults_ && random_() % 3 == 0) {
      const std::uint64_t after = random_() % 20;
      disk_->fate = [this, left = after](MemoryDisk::Operation operation) mutable {
        if (left-- != 0) return MemoryDisk::Fate::kGood;
        left = ~std::uint64_t{0};
        if (operation == MemoryDisk::Operation::kRead) return MemoryDisk::Fate::kGood;
        const MemoryDisk::Fate fates[] = {MemoryDisk::Fate::kNoSpace, MemoryDisk::Fate::kIoError,
                                          MemoryDisk::Fate::kShort};
        return fates[random_() % 3];
      };
    }
    const std::uint64_t action = random_() % 100;
    if (action < 45) {
      write(Transaction::kCurrent);
    } else if (action < 52) {
      erase();
    } else if (action < 60) {
      if (pending_) write(Transaction::kPending);
    } else if (action < 75) {
      if (!pending_) cut();
    } else if (action < 93) {
      if (!pending_) cut();
      commit();
    } else if (action < 95) {
      disk_->fate = nullptr;
      if (!pending_) reopen();
    } else if (action < 97) {
      disk_->fate = nullptr;
      pin();
    } else if (action < 99) {
      disk_->fate = nullptr;
      change_readers();
    } else {
      const LineNumber line = pick_line();
      check_line(line);
    }
    disk_->fate = nullptr;
  }

  void change_readers() {
    if (readers_.size() > 3)
      readers_.erase(readers_.begin() + static_cast<std::ptrdiff_t>(random_() % readers_.size()));
    const auto infos = store_->versions();
    if (infos.empty()) return;
    const Version version = infos[random_() % infos.size()].version;
    auto reader = store_->open_reader(version);
    if (version > store_->current_version().version) {
      ASSERT_FALSE(reader);
      return;
    }
    ASSERT_TRUE(reader) << reader.error().message;
    readers_.push_back(*reader);
  }

  void write(Transaction transaction) {
    Lines lines;
    const std::size_t count = 1 + random_() % (random_() % 8 == 0 ? 700 : 12);
    const LineNumber start = pick_line();
    for (std::size_t i = 0; i < count; ++i) {
      lines[random_() % 2 == 0 ? (start + i) % kLimit : pick_line()] = pick_tag();
    }
    // A call that fails may have written some lines. Write single ones while faults are possible, to know
    // which.
    if (disk_->fate) {
      for (const auto& [line, tag] : lines) {
        if (testing::write_line(*store_, line, tag, transaction)) note(transaction, line, tag);
      }
      return;
    }
    ASSERT_TRUE(testing::write_lines(*store_, lines, transaction));
    for (const auto& [line, tag] : lines) note(transaction, line, tag);
  }

  void note(Transaction transaction, LineNumber line, std::uint64_t tag) {
    if (transaction == Transaction::kCurrent) {
      newest_lines_[line] = tag;
      if (pending_) after_cut_.insert(line);
      return;
    }
    (*pending_)[line] = tag;
    if (!after_cut_.contains(line)) newest_lines_[line] = tag;
  }

  void erase() {
    const LineRange range{pick_line(), 1 + random_() % 300};
    disk_->fate = nullptr;
    ASSERT_TRUE(store_->erase({&range, 1}));
    for (LineNumber line = range.first; line < std::min(kLimit, range.first + range.count); ++line) {
      if (base_lines_.contains(line)) {
        newest_lines_[line] = kNoTag;
      } else {
        newest_lines_.erase(line);
      }
      if (pending_) after_cut_.insert(line);
    }
  }

  void cut() {
    store_->cut();
    pending_ = newest_lines_;
    after_cut_.clear();
  }

  void commit() {
    const std::string blob = "blob " + std::to_string(random_() % 1000);
    const auto version = store_->commit(std::as_bytes(std::span(blob)));
    if (version) {
      ASSERT_GT(version->version, newest_);
      newest_ = version->version;
      versions_[newest_] = *pending_;
      uncertain_ = false;
    } else {
      ASSERT_TRUE(disk_->fate) << version.error().message;
      // A failure while the root was written: after a restart the version may appear, complete.
      versions_[failed_number()] = *pending_;
      uncertain_ = true;
    }
    pending_.reset();
  }

  Version failed_number() { return newest_ + 1; }

  void reopen() {
    const auto infos = store_->versions();
    if (random_() % 3 == 0 && !infos.empty() && !uncertain_) {
      const Version version = infos[random_() % infos.size()].version;
      open(version);
      return;
    }
    open(std::nullopt);
    uncertain_ = false;
  }

  void pin() {
    const auto infos = store_->versions();
    if (infos.empty()) return;
    const auto pinned = store_->pin(infos[random_() % infos.size()].version, random_() % 2 == 0);
    ASSERT_EQ(pinned.has_value(), !pending_.has_value());
  }

  void check_line(LineNumber line) { check_line(*store_, newest_lines_, line); }

  void check_line(FileStore& store, const Lines& lines, LineNumber line) {
    std::uint64_t expected = kNoTag;
    if (const auto own = lines.find(line); own != lines.end()) {
      expected = own->second;
    } else if (const auto below = base_lines_.find(line); below != base_lines_.end()) {
      expected = below->second;
    }
    ASSERT_TRUE(line_is(store, line, expected));
    ASSERT_EQ(store.present(line), expected != kNoTag) << line;
  }

  void check_all() {
    for (const auto& [line, tag] : newest_lines_) check_line(line);
    for (const auto& [line, tag] : base_lines_) check_line(line);
    for (int i = 0; i < 100; ++i) check_line(pick_line());
    for (const auto& reader : readers_) {
      SCOPED_TRACE("reader of version " + std::to_string(reader->current_version().version));
      const Lines& lines = versions_[reader->current_version().version];
      for (int i = 0; i < 40; ++i) check_line(*reader, lines, pick_line());
    }
  }

  void verify() {
    if (uncertain_) return;
    testing::MemoryDevice device(disk_);
    testing::expect_whole(verify_device(device, "memory"));
  }

  std::mt19937_64 random_;
  const bool with_faults_;
  const bool compress_;
  std::shared_ptr<MemoryDisk> image_disk_, disk_;
  std::shared_ptr<FileStore> base_;
  std::unique_ptr<FileStore> store_;
  std::vector<std::shared_ptr<FileStore>> readers_;
  Lines base_lines_;
  std::map<Version, Lines> versions_;  // own lines only; kNoTag: erased
  Lines committed_, newest_lines_;
  std::optional<Lines> pending_;
  std::set<LineNumber> after_cut_;  // lines of current that were changed since the cut
  Version newest_ = 0;
  Version newest_opened_ = 0;
  bool uncertain_ = false;  // the last commit failed; its root may be on the disk
};

std::uint64_t first_seed() {
  const char* seed = std::getenv("UVM_STORE_SEED");
  return seed != nullptr ? std::strtoull(seed, nullptr, 0) : 1;
}

struct Kind {
  bool base, faults, compress;
};
class StoreModelTest : public ::testing::TestWithParam<Kind> {};

TEST_P(StoreModelTest, AgreesWithTheModel) {
  const std::uint64_t seeds = kSanitized ? 1 : 4;
  std::uint64_t released = 0;
  for (std::uint64_t seed = first_seed(); seed < first_seed() + seeds; ++seed) {
    SCOPED_TRACE("UVM_STORE_SEED=" + std::to_string(seed));
    Model model(seed, GetParam().base, GetParam().faults, GetParam().compress);
    model.run(800);
    if (HasFailure()) return;
    released += model.bytes_released();
  }
  EXPECT_GT(released, 0U);  // or nothing is known about holes
}

std::vector<Kind> all_kinds() {
  std::vector<Kind> kinds;
  for (const bool compress : {false, true}) {
    for (const bool faults : {false, true}) {
      for (const bool base : {false, true}) kinds.push_back({base, faults, compress});
    }
  }
  return kinds;
}

INSTANTIATE_TEST_SUITE_P(Kinds, StoreModelTest, ::testing::ValuesIn(all_kinds()), [](const auto& kind) {
  return std::string(kind.param.base ? "Layered" : "Plain") + (kind.param.faults ? "WithFaults" : "") +
         (kind.param.compress ? "Compressed" : "");
});

}  // namespace
}  // namespace uvm::store
