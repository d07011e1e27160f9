#include "store/directory.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>

#include "store/file_device.h"
#include "store/test_util.h"
#include "store/verify.h"

namespace uvm::store {
namespace {

using testing::cut_and_commit;
using testing::line_is;
using testing::write_line;

class StoreDirectoryTest : public ::testing::Test {
 protected:
  StoreDirectory directory() {
    auto opened = StoreDirectory::open(folder_ / "store", true);
    EXPECT_TRUE(opened);
    return *opened;
  }
  testing::TempFolder folder_;
};

// Leftovers are recognised by their age and by not being locked, whatever process their name or number
// suggests.
TEST_F(StoreDirectoryTest, LeftoversAreSweptByAgeAndLock) {
  const StoreDirectory store = directory();
  ASSERT_TRUE(store.create_heap("one"));
  const std::string top = store.path() + "/";
  const std::string pid = std::to_string(getpid());
  for (const std::string& name :
       {".new-" + pid + "-1-0", std::string(".removed-1-1-0"), std::string(".new-young"),
        std::string(".new-locked"), std::string(".other")}) {
    std::filesystem::copy(top + "one", top + name, std::filesystem::copy_options::recursive);
  }
  auto image = store.begin_image("key");  // being made, for longer than ten minutes
  ASSERT_TRUE(image) << image.error().message;
  const auto locked = open_file_device(top + ".new-locked/heap", {});
  ASSERT_TRUE(locked) << locked.error().message;
  const auto old = std::filesystem::file_time_type::clock::now() - std::chrono::minutes(11);
  for (const auto& entry : std::filesystem::recursive_directory_iterator(top)) {
    if (entry.path().filename() != ".new-young") std::filesystem::last_write_time(entry.path(), old);
  }
  ASSERT_TRUE(StoreDirectory::open(store.path(), false));
  EXPECT_FALSE(std::filesystem::exists(top + ".new-" + pid + "-1-0"));
  EXPECT_FALSE(std::filesystem::exists(top + ".removed-1-1-0"));
  EXPECT_TRUE(std::filesystem::exists(top + ".new-young"));
  EXPECT_TRUE(std::filesystem::exists(top + ".new-locked"));
  EXPECT_TRUE(std::filesystem::exists(top + ".other"));
  EXPECT_TRUE(std::filesystem::exists(top + "one"));
  EXPECT_TRUE(store.publish_image(*image, "key"));
}

TEST_F(StoreDirectoryTest, HeapsComeAndGo) {
  const StoreDirectory store = directory();
  EXPECT_FALSE(store.has_heap("one"));
  ASSERT_TRUE(store.create_heap("one"));
  ASSERT_TRUE(store.create_heap("two words.bc"));
  EXPECT_TRUE(store.has_heap("one"));
  EXPECT_EQ(store.create_heap("one").error().code, Errc::kInvalid);
  {
    auto heap = store.open_heap("one");
    ASSERT_TRUE(heap) << heap.error().message;
    ASSERT_TRUE(write_line(**heap, 1, 1));
    ASSERT_TRUE(cut_and_commit(**heap));
    auto list = store.list_heaps();
    ASSERT_TRUE(list);
    ASSERT_EQ(list->size(), 2U);
    EXPECT_EQ((*list)[0].name, "one");
    EXPECT_TRUE((*list)[0].in_use);
    ASSERT_TRUE((*list)[0].info);
    ASSERT_EQ((*list)[0].info->versions.size(), 1U);
    EXPECT_EQ((*list)[0].info->versions[0].lines, 1U);
    EXPECT_FALSE((*list)[1].in_use);
    EXPECT_EQ(store.remove_heap("one").error().code, Errc::kLocked);
    EXPECT_EQ(store.open_heap("one").error().code, Errc::kLocked);
  }
  ASSERT_TRUE(store.remove_heap("one"));
  EXPECT_EQ(store.remove_heap("one").error().code, Errc::kNotFound);
  EXPECT_EQ(store.open_heap("one").error().code, Errc::kNotFound);
  EXPECT_TRUE(store.open_heap("two words.bc"));
}

TEST_F(StoreDirectoryTest, NamesAreChecked) {
  for (const std::string name :
       {"", ".", "..", ".x", "a/b", "/a", "images", "a\nb", "\x7f", "\xc2\x9b", "images-1000"}) {
    EXPECT_FALSE(StoreDirectory::check_name(name)) << name;
    EXPECT_EQ(directory().create_heap(name).error().code, Errc::kInvalid) << name;
    EXPECT_EQ(directory().remove_heap(name).error().code, Errc::kInvalid) << name;
  }
  EXPECT_FALSE(StoreDirectory::check_name(std::string(201, 'a')));
  EXPECT_TRUE(directory().create_heap(std::string(200, 'a')));
  EXPECT_TRUE(directory().create_heap("größer"));
  EXPECT_TRUE(directory().create_heap("images-of-mine"));
}

TEST_F(StoreDirectoryTest, RemovalDoesNotFollowLinks) {
  const StoreDirectory store = directory();
  std::filesystem::create_directory(folder_ / "elsewhere");
  std::ofstream(folder_ / "elsewhere/precious") << "data";
  std::filesystem::create_directory_symlink(folder_ / "elsewhere", folder_ / "store/link");
  EXPECT_EQ(store.remove_heap("link").error().code, Errc::kInvalid);
  ASSERT_TRUE(store.create_heap("heap"));
  std::filesystem::create_directory_symlink(folder_ / "elsewhere", folder_ / "store/heap/inner");
  std::filesystem::create_directory_symlink(folder_ / "elsewhere", folder_ / "store/heap/writes");
  const auto refused = store.remove_heap("heap");
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().message.find("not made: inner;"), std::string::npos) << refused.error().message;
  EXPECT_TRUE(store.open_heap("heap"));
  std::filesystem::remove(folder_ / "store/heap/inner");
  ASSERT_TRUE(store.remove_heap("heap"));
  EXPECT_FALSE(store.has_heap("heap"));
  EXPECT_TRUE(std::filesystem::exists(folder_ / "elsewhere/precious"));
}

TEST_F(StoreDirectoryTest, OnlyWhatUvmMakesIsRemoved) {
  const StoreDirectory store = directory();
  ASSERT_TRUE(store.create_heap("heap"));
  for (const char* own : {"running", "writes", "stats.socket", "undo-reborn", "undo.12", "undo.12.3"})
    std::ofstream(folder_ / ("store/heap/" + std::string(own))) << "x";
  for (const char* other : {"thesis", "heap.old", "undo.12.3.txt", "undo.x", ".hidden"}) {
    const std::string path = folder_ / ("store/heap/" + std::string(other));
    std::ofstream(path) << "x";
    EXPECT_EQ(store.remove_heap("heap").error().code, Errc::kInvalid) << other;
    EXPECT_TRUE(std::filesystem::remove(path)) << other;
  }
  std::filesystem::create_directory(folder_ / "store/heap/undo.1");
  EXPECT_EQ(store.remove_heap("heap").error().code, Errc::kInvalid);
  std::filesystem::remove(folder_ / "store/heap/undo.1");
  EXPECT_TRUE(store.open_heap("heap"));
  EXPECT_TRUE(store.remove_heap("heap"));
}

TEST_F(StoreDirectoryTest, OnlyOneProcessMakesAnImage) {
  using std::chrono::milliseconds;
  const StoreDirectory store = directory();
  int ready[2];
  ASSERT_EQ(pipe(ready), 0);
  const pid_t builder = fork();
  if (builder == 0) {
    const auto lock = store.lock_image("key", milliseconds(0), [] {});
    if (write(ready[1], lock ? "y" : "n", 1) == 1) pause();
    _exit(1);
  }
  char locked = 0;
  ASSERT_EQ(read(ready[0], &locked, 1), 1);
  EXPECT_EQ(locked, 'y');
  EXPECT_EQ(store.lock_image("key", milliseconds(30), [] {}).error().code, Errc::kLocked);
  EXPECT_TRUE(store.lock_image("another key", milliseconds(0), [] {}));
  // A long wait is reported once. Then the builder dies and its lock is released.
  int told = 0;
  const auto lock = store.lock_image("key", std::chrono::minutes(5), [&] {
    ++told;
    kill(builder, SIGKILL);
  });
  EXPECT_TRUE(lock);
  EXPECT_EQ(told, 1);
  waitpid(builder, nullptr, 0);
  close(ready[0]);
  close(ready[1]);
}

TEST_F(StoreDirectoryTest, ImagesOfAnotherUserAreNotUsed) {
  if (geteuid() != 0) GTEST_SKIP() << "only root can give files away";
  const StoreDirectory first = directory();
  {
    ASSERT_TRUE(first.lock_image("key", std::chrono::milliseconds(0), [] {}));
  }
  ASSERT_EQ(chown((folder_ / "store/images").c_str(), 65534, 65534), 0);
  const StoreDirectory second = directory();
  EXPECT_EQ(second.image_path("key"), (folder_ / "store/images-0/base-key"));
  EXPECT_EQ(second.open_image("key").error().code, Errc::kNotFound);
  auto image = second.begin_image("key");
  ASSERT_TRUE(image) << image.error().message;
  ASSERT_TRUE(write_line(*image->store, 1, 1));
  ASSERT_TRUE(cut_and_commit(*image->store));
  const ContentId content = image->store->content_id();
  image->store.reset();
  ASSERT_TRUE(second.publish_image(*image, "key"));
  auto base = second.open_image("key");
  ASSERT_TRUE(base) << base.error().message;
  EXPECT_EQ((*base)->content_id(), content);
  ASSERT_TRUE(second.create_heap("heap", {.base = *base}));
  EXPECT_TRUE(second.open_heap("heap"));
  EXPECT_EQ(second.list_heaps()->size(), 1U);
  // With the ownership restored, each folder is searched.
  ASSERT_EQ(chown((folder_ / "store/images").c_str(), 0, 0), 0);
  EXPECT_TRUE(directory().open_heap("heap"));
}

// An image with those lines.
void make_image(const StoreDirectory& store, const std::string& key, std::initializer_list<LineNumber> lines,
                unsigned content, const std::shared_ptr<FileStore>& base = nullptr) {
  auto image = store.begin_image(key, {.base = base});
  ASSERT_TRUE(image) << image.error().message;
  for (const LineNumber line : lines) ASSERT_TRUE(write_line(*image->store, line, content));
  ASSERT_TRUE(cut_and_commit(*image->store));
  image->store.reset();
  ASSERT_TRUE(store.publish_image(*image, key));
}

TEST_F(StoreDirectoryTest, ImagesAreFoundByContent) {
  const StoreDirectory store = directory();
  EXPECT_TRUE(store.list_images()->empty());
  EXPECT_EQ(store.open_image("k1").error().code, Errc::kNotFound);
  make_image(store, "k1", {3}, 1);
  make_image(store, "k2", {3}, 2);
  const auto listed = store.list_images();
  ASSERT_TRUE(listed);
  ASSERT_EQ(listed->size(), 2U);
  EXPECT_EQ((*listed)[0].key, "k1");
  EXPECT_EQ((*listed)[1].key, "k2");
  EXPECT_EQ((*listed)[1].info->newest, (*store.open_image("k2"))->content_id());
  auto base = store.open_image("k2");
  ASSERT_TRUE(base);
  auto shared = store.open_image("k2");  // by any number of processes
  ASSERT_TRUE(shared);
  ASSERT_TRUE(store.create_heap("heap", {.base = *base}));
  auto heap = store.open_heap("heap");
  ASSERT_TRUE(heap) << heap.error().message;
  EXPECT_TRUE(line_is(**heap, 3, 2));
  *heap = nullptr;
  ASSERT_TRUE(store.remove_image("k2"));
  EXPECT_EQ(store.open_heap("heap").error().code, Errc::kCorrupt);
  EXPECT_EQ(store.images_of_heap("heap").error().code, Errc::kCorrupt);
}

// A heap over an image over another: lines come from the topmost one that has them.
TEST_F(StoreDirectoryTest, ImagesMayLieOverImages) {
  const StoreDirectory store = directory();
  constexpr LineNumber kFar = 40'000'000;  // in another part of the tables
  make_image(store, "low", {3, 4, 5, kFar}, 1);
  auto low = store.open_image("low");
  ASSERT_TRUE(low);
  make_image(store, "high", {4, 6}, 2, *low);
  {
    auto high = store.open_image("high");  // finds the image below by itself
    ASSERT_TRUE(high) << high.error().message;
    EXPECT_EQ((*high)->base()->name(), store.image_path("low"));
    ASSERT_TRUE(store.create_heap("heap", {.base = *high}));
  }
  EXPECT_EQ(*store.images_of_heap("heap"), (std::vector{store.image_path("high"), store.image_path("low")}));
  auto opened = store.open_heap("heap");
  ASSERT_TRUE(opened) << opened.error().message;
  FileStore& heap = **opened;
  const auto is = [&](LineNumber line, unsigned content, const char* owner) {
    EXPECT_TRUE(line_is(heap, line, content)) << line;
    EXPECT_TRUE(heap.present(line)) << line;
    EXPECT_TRUE(heap.owner_of(line).name().ends_with(owner)) << line << heap.owner_of(line).name();
  };
  is(3, 1, "base-low");
  is(4, 2, "base-high");
  is(6, 2, "base-high");
  is(kFar, 1, "base-low");
  EXPECT_FALSE(heap.present(7));
  ASSERT_TRUE(write_line(heap, 3, 9));
  is(3, 9, "/heap");
  // Erased lines are hidden, whichever image has them.
  ASSERT_TRUE(heap.erase({{{0, kFar + 1}}}));
  ASSERT_TRUE(cut_and_commit(heap));
  for (const LineNumber line : {LineNumber{3}, LineNumber{4}, LineNumber{5}, LineNumber{6}, kFar})
    EXPECT_FALSE(heap.present(line)) << line;
  opened->reset();
  opened = store.open_heap("heap");
  ASSERT_TRUE(opened) << opened.error().message;
  for (const LineNumber line : {LineNumber{3}, LineNumber{4}, LineNumber{5}, LineNumber{6}, kFar})
    EXPECT_FALSE((*opened)->present(line)) << line;
  opened->reset();
  // Neither may be removed.
  low->reset();
  ASSERT_TRUE(store.remove_image("low"));
  EXPECT_EQ(store.open_heap("heap").error().code, Errc::kCorrupt);
}

// For tools that remove images which are not used any more.
TEST_F(StoreDirectoryTest, ImagesSayWhenTheyWereUsed) {
  const StoreDirectory store = directory();
  make_image(store, "k", {3}, 1);
  const timespec long_ago[2] = {{1'000'000'000, 0}, {1'000'000'000, 0}};
  ASSERT_EQ(utimensat(AT_FDCWD, store.image_path("k").c_str(), long_ago, 0), 0);
  EXPECT_EQ(store.list_images()->at(0).last_used, 1'000'000'000);
  ASSERT_TRUE(store.open_image("k"));
  EXPECT_GT(store.list_images()->at(0).last_used, 1'600'000'000);
}

TEST_F(StoreDirectoryTest, AnUnpublishedImageLeavesNothing) {
  const StoreDirectory store = directory();
  const auto files = [&] {
    const std::filesystem::directory_iterator images(
        std::filesystem::path(store.image_path("k")).parent_path());
    return std::distance(begin(images), end(images));
  };
  {
    auto image = store.begin_image("k");
    ASSERT_TRUE(image) << image.error().message;
    ASSERT_TRUE(write_line(*image->store, 3, 1));
    EXPECT_EQ(files(), 1);
  }
  EXPECT_EQ(files(), 0);
}

TEST_F(StoreDirectoryTest, AnImageThatLostItsVersionIsDamaged) {
  const StoreDirectory store = directory();
  make_image(store, "k", {3}, 1);
  {
    auto base = store.open_image("k");
    ASSERT_TRUE(base);
    ASSERT_TRUE(store.create_heap("heap", {.base = *base}));
    EXPECT_EQ(*store.images_of_heap("heap"), std::vector{store.image_path("k")});
    auto heap = store.open_heap("heap");
    ASSERT_TRUE(heap);
    ASSERT_TRUE(write_line(**heap, 4, 1));
    EXPECT_EQ(&(*heap)->owner_of(3), (*heap)->base());
    EXPECT_EQ(&(*heap)->owner_of(4), heap->get());
  }
  // Its first commit wrote root slot 0; the other slot still has the empty heap.
  std::fstream file(store.image_path("k"), std::ios::in | std::ios::out | std::ios::binary);
  file.seekp(kRootBlock[0] * kBlockSize + offsetof(Root, versions));
  file.put('x');
  file.close();
  EXPECT_EQ(store.open_image("k").error().code, Errc::kCorrupt);
  const auto heap = store.open_heap("heap");
  ASSERT_FALSE(heap);
  EXPECT_EQ(heap.error().code, Errc::kCorrupt);
  EXPECT_NE(heap.error().message.find(store.image_path("k")), std::string::npos) << heap.error().message;
}

TEST_F(StoreDirectoryTest, DistinctErrors) {
  EXPECT_EQ(StoreDirectory::open(folder_ / "missing", false).error().code, Errc::kNotFound);
  std::ofstream(folder_ / "file") << "x";
  EXPECT_EQ(StoreDirectory::open(folder_ / "file", false).error().code, Errc::kNotAStore);
  EXPECT_EQ(StoreDirectory::open((folder_ / "file") + "/below", true).error().code, Errc::kNotFound);
  const StoreDirectory store = directory();

  // Something that is not a heap under the heap's name.
  std::filesystem::create_directory(folder_ / "store/alien");
  std::ofstream(store.heap_path("alien")) << "#!/bin/sh\n" << std::string(100000, 'x');
  EXPECT_EQ(store.open_heap("alien").error().code, Errc::kNotAStore);
  std::filesystem::create_directory(folder_ / "store/empty");
  std::ofstream(store.heap_path("empty")).flush();
  EXPECT_EQ(store.open_heap("empty").error().code, Errc::kNotAStore);
  std::filesystem::create_directories(store.heap_path("folder"));
  EXPECT_FALSE(store.open_heap("folder"));

  // A truncated heap.
  ASSERT_TRUE(store.create_heap("cut"));
  {
    auto heap = store.open_heap("cut");
    ASSERT_TRUE(write_line(**heap, 1, 1));
    ASSERT_TRUE(cut_and_commit(**heap));
  }
  ASSERT_EQ(truncate(store.heap_path("cut").c_str(), 5 * 4096 + 100), 0);
  auto cut = store.open_heap("cut");
  EXPECT_EQ(cut.error().code, Errc::kCorrupt);
  EXPECT_NE(cut.error().message.find("cut off"), std::string::npos);

  // A heap from the future: another format, or an unknown feature.
  const auto patch = [&](const std::string& name, BlockNumber block, auto change) {
    const int fd = ::open(store.heap_path(name).c_str(), O_RDWR);
    std::vector<char> content(4096);
    ASSERT_EQ(pread(fd, content.data(), 4096, static_cast<off_t>(block) * 4096), 4096);
    change(content.data());
    ASSERT_EQ(pwrite(fd, content.data(), 4096, static_cast<off_t>(block) * 4096), 4096);
    close(fd);
  };
  ASSERT_TRUE(store.create_heap("format"));
  for (const BlockNumber block : {kHeaderBlock, kHeaderCopyBlock}) {
    patch("format", block, [](char* content) {
      Header header;
      std::memcpy(&header, content, sizeof header);
      header.format_version = kFormatVersion + 1;
      seal(header);
      std::memcpy(content, &header, sizeof header);
    });
  }
  EXPECT_EQ(store.open_heap("format").error().code, Errc::kNewerFormat);
  ASSERT_TRUE(store.create_heap("feature"));
  patch("feature", kRootBlock[1], [](char* content) {
    Root root;
    std::memcpy(&root, content, sizeof root);
    root.incompatible_features = kFeatureLongCatalogue;
    seal(root);
    std::memcpy(content, &root, sizeof root);
  });
  EXPECT_EQ(store.open_heap("feature").error().code, Errc::kNewerFormat);

  // One bad heap does not spoil the list.
  ASSERT_TRUE(store.create_heap("good"));
  const auto list = store.list_heaps();
  ASSERT_TRUE(list);
  std::map<std::string, bool> good;
  for (const auto& entry : *list) good[entry.name] = entry.info.has_value();
  EXPECT_EQ(good, (std::map<std::string, bool>{{"alien", false},
                                               {"cut", false},
                                               {"empty", false},
                                               {"feature", false},
                                               {"folder", false},
                                               {"format", false},
                                               {"good", true}}));
  EXPECT_TRUE(store.remove_heap("alien"));

  if (geteuid() != 0) {
    ASSERT_EQ(chmod(store.heap_path("good").c_str(), 0), 0);
    EXPECT_EQ(store.open_heap("good").error().code, Errc::kPermission);
    ASSERT_EQ(chmod((folder_ / "store").c_str(), 0), 0);
    EXPECT_EQ(StoreDirectory::open(folder_ / "store", false).error().code, Errc::kPermission);
    ASSERT_EQ(chmod((folder_ / "store").c_str(), 0700), 0);
  }
}

}  // namespace
}  // namespace uvm::store
