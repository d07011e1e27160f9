// The undo journal by itself: whatever was done to files since a cut, undoing leaves them as they were then.
#include "runtime/outside/undo_journal.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <random>
#include <string>

#include "runtime/boot/test_vm.h"
#include "runtime/metadata/vm.h"
#include "runtime/outside/own_writes.h"
#include "runtime/outside/undoable_files.h"

namespace uvm::rt {
namespace {

namespace fs = std::filesystem;

// The place of the heap's folder: a removed file is kept as a link or, on another file system, as a copy.
class UndoJournal : public testing::TestWithParam<const char*> {
 protected:
  TestVm vm_;

  void SetUp() override {
    char files[] = "/tmp/undo_test_XXXXXX";
    ASSERT_NE(::mkdtemp(files), nullptr);
    files_ = files;
    std::string heap = std::string(GetParam()) + "/undo_heap_XXXXXX";
    if (::mkdtemp(heap.data()) == nullptr) GTEST_SKIP() << "no folder in " << GetParam();
    heap_ = heap;
    undo_attach(heap_);
    own_writes_begin(0);
  }
  void TearDown() override {
    undo_attach("");
    std::error_code ignored;
    fs::remove_all(files_, ignored);
    if (!heap_.empty()) fs::remove_all(heap_, ignored);
  }

  [[nodiscard]] std::string path(const std::string& name) const { return files_ + "/" + name; }
  void write(const std::string& name, const std::string& content, int flags) const {
    FileFacts facts;
    const int fd = undoable_open(AT_FDCWD, path(name).c_str(), O_WRONLY | flags, 0644, &facts);
    ASSERT_GE(fd, 0) << name;
    ASSERT_EQ(
        own_write(fd, key_of(facts.status), (flags & O_APPEND) != 0 ? OwnPlace::kEnd : OwnPlace::kPosition,
                  -1, content.data(), content.size()),
        static_cast<ssize_t>(content.size()));
    ::close(fd);
  }
  void truncate(const std::string& name, off_t length) const {
    FileFacts facts;
    const int fd = undoable_open(AT_FDCWD, path(name).c_str(), O_WRONLY, 0, &facts);
    ASSERT_GE(fd, 0);
    EXPECT_EQ(undoable_truncate(fd, length), 0);
    ::close(fd);
  }
  int rename(const std::string& from, const std::string& to) const {
    return undoable_rename(AT_FDCWD, path(from).c_str(), AT_FDCWD, path(to).c_str());
  }
  int remove(const std::string& name) const { return undoable_remove(path(name).c_str()); }

  // Every name below the folder, with its content.
  [[nodiscard]] std::map<std::string, std::string> look() const {
    std::map<std::string, std::string> all;
    for (const auto& entry : fs::recursive_directory_iterator(files_)) {
      std::string& what = all[entry.path().string().substr(files_.size())];
      if (entry.is_symlink()) {
        what = "-> " + fs::read_symlink(entry.path()).string();
      } else if (entry.is_directory()) {
        what = "folder";
      } else {
        std::ifstream file(entry.path(), std::ios::binary);
        what = "= " + std::string(std::istreambuf_iterator<char>(file), {});
      }
    }
    return all;
  }
  [[nodiscard]] std::size_t journal_files() const {
    const auto is_note = [](const auto& entry) {
      return entry.path().filename() == "undo-reborn" || entry.path().filename() == "writes";
    };
    return static_cast<std::size_t>(
        std::distance(fs::directory_iterator(heap_), fs::directory_iterator()) -
        std::count_if(fs::directory_iterator(heap_), fs::directory_iterator(), is_note));
  }

  std::string files_, heap_;
};

TEST_P(UndoJournal, EachDeedIsUndone) {
  write("log", "one\n", O_CREAT);
  write("state", "the old state", O_CREAT);
  write("table", "0123456789", O_CREAT);
  write("job", "to be done", O_CREAT);
  write("target", "replaced", O_CREAT);
  fs::create_directory(path("empty"));
  fs::create_symlink("log", path("link"));
  const auto before = look();
  undo_at_cut(5);
  write("log", "two\n", O_APPEND);
  write("log", "three\n", O_APPEND);
  write("state", "new", O_TRUNC);
  write("state", "newer and longer than the old", O_TRUNC);
  truncate("table", 6);
  truncate("table", 2);
  EXPECT_EQ(remove("job"), 0);
  write("job", "another", O_CREAT | O_EXCL);
  write("aside", "content", O_CREAT | O_EXCL);
  EXPECT_EQ(rename("aside", "target"), 0);
  EXPECT_EQ(remove("empty"), 0);
  EXPECT_EQ(remove("link"), 0);
  EXPECT_EQ(undoable_mkdir(AT_FDCWD, path("made").c_str(), 0755), 0);
  write("made/inside", "x", O_CREAT);
  EXPECT_EQ(undoable_symlink("nowhere", path("dangling").c_str()), 0);
  EXPECT_EQ(undoable_link(path("state").c_str(), path("second name").c_str()), 0);
  EXPECT_EQ(rename("log", "made/log"), 0);
  EXPECT_NE(look(), before);

  undo_attach(heap_);  // as the next process does
  (void)undo_since(5);
  EXPECT_EQ(look(), before);
  EXPECT_EQ(journal_files(), 0U);
  (void)undo_since(5);
  EXPECT_EQ(look(), before);
}

TEST_P(UndoJournal, UndoingContinuesAfterAKill) {
  std::mt19937 random(7);
  int killed = 0;
  for (int round = 0; round < 30; ++round) {
    write("pre", "made before the cut", O_CREAT | O_TRUNC);
    write("job", "to be done", O_CREAT | O_TRUNC);
    (void)undoable_mkdir(AT_FDCWD, path("folder").c_str(), 0755);
    undo_at_cut(1);
    const auto before = look();
    for (int i = 0; i < 10; ++i) {
      EXPECT_EQ(rename("pre", "folder/inside"), 0);
      EXPECT_EQ(remove("folder/inside"), 0);
      EXPECT_EQ(remove("folder"), 0);
      EXPECT_EQ(remove("job"), 0);
      write("pre", "anew", O_CREAT | O_EXCL);
      write("job", "longer than it was before", O_CREAT | O_TRUNC);
      truncate("job", 3);
      EXPECT_EQ(undoable_mkdir(AT_FDCWD, path("folder").c_str(), 0755), 0);
    }
    unsigned patience = 1500;  // us; grows, so that a slow machine makes progress
    for (bool done = false; !done; patience += patience / 4) {
      const pid_t child = ::fork();
      ASSERT_GE(child, 0);
      if (child == 0) {
        undo_attach(heap_);
        (void)undo_since(1);
        ::_exit(0);
      }
      ::usleep(random() % patience);
      ::kill(child, SIGKILL);
      int status = 0;
      ASSERT_EQ(::waitpid(child, &status, 0), child);
      done = WIFEXITED(status);
      killed += done ? 0 : 1;
    }
    // If it was killed between the note that a file is cut back and the cut, it no longer knows whose the
    // rest is, and saves it in a file next to it (cut_back.h). That can only be content which the run has
    // written to the file.
    auto after = look();
    std::erase_if(after, [&](const auto& file) {
      const auto& [name, content] = file;
      const std::string ours = name.starts_with("/job.uvm-cut")   ? "= longer than it was before"
                               : name.starts_with("/pre.uvm-cut") ? "= anew"
                                                                  : "";
      return ours.starts_with(content) && std::filesystem::remove(path(name.substr(1)));
    });
    EXPECT_EQ(after, before);
    EXPECT_EQ(journal_files(), 0U);
    undo_attach(heap_);
    own_writes_begin(1);
  }
  EXPECT_GT(killed, 0);
}

TEST_P(UndoJournal, MovedThroughFoldersThatCameAndWent) {
  write("file", "content", O_CREAT);
  const auto before = look();
  undo_at_cut(1);
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(undoable_mkdir(AT_FDCWD, path("folder").c_str(), 0755), 0);
    EXPECT_EQ(undoable_mkdir(AT_FDCWD, path("folder/deep").c_str(), 0755), 0);
    EXPECT_EQ(rename("file", "folder/deep/inside"), 0);
    EXPECT_EQ(rename("folder", "other"), 0);
    EXPECT_EQ(i == 2 ? remove("other/deep/inside") : rename("other/deep/inside", "file"), 0);
    EXPECT_EQ(remove("other/deep"), 0);
    EXPECT_EQ(remove("other"), 0);
  }
  EXPECT_TRUE(look().empty());
  undo_attach(heap_);
  (void)undo_since(1);
  EXPECT_EQ(look(), before);
}

TEST_P(UndoJournal, DeedsBeforeTheVersionStay) {
  write("log", "one\n", O_CREAT);
  undo_at_cut(1);
  write("log", "two\n", O_APPEND);
  undo_at_cut(2);
  const auto before = look();
  write("log", "three\n", O_APPEND);
  undo_committed(2);
  EXPECT_EQ(journal_files(), 1U);
  undo_at_cut(3);  // never committed
  write("log", "four\n", O_APPEND);
  (void)undo_since(2);
  EXPECT_EQ(look(), before);
  EXPECT_EQ(journal_files(), 0U);
}

TEST_P(UndoJournal, NothingIsRecordedBeforeTheFirstCut) {
  EXPECT_FALSE(undo_records());
  write("log", "one\n", O_CREAT);
  EXPECT_EQ(journal_files(), 0U);
}

TEST_P(UndoJournal, OthersFilesAreLeftAlone) {
  write("log", "one\n", O_CREAT);
  undo_at_cut(1);
  write("log", "two\n", O_APPEND);
  write("new", "ours", O_CREAT);
  EXPECT_EQ(remove("log"), 0);
  EXPECT_EQ(::unlink(path("new").c_str()), 0);
  // Both names belong to others now; the numbers of the former files may have been reused for these.
  std::ofstream(path("log")) << "theirs";
  std::ofstream(path("other")) << "also";
  (void)undo_since(1);
  EXPECT_EQ(look()["/log"], "= theirs");
  EXPECT_EQ(look()["/other"], "= also");
}

TEST_P(UndoJournal, BytesAppendedByOthersStay) {
  write("log", "one\n", O_CREAT);
  write("state", "the old state", O_CREAT);
  undo_at_cut(1);
  const auto theirs = [this](const char* name) { std::ofstream(path(name), std::ios::app) << "theirs\n"; };
  write("log", "two\n", O_APPEND);
  theirs("log");
  write("log", "three\n", O_APPEND);
  theirs("log");
  write("made", "ours\n", O_CREAT | O_APPEND);
  theirs("made");
  write("state", "new", O_TRUNC);
  theirs("state");
  undo_attach(heap_);
  const auto undone = undo_since(1);
  ASSERT_TRUE(undone);
  const std::map<std::string, std::string> after = {{"/log", "= one\ntheirs\ntheirs\n"},
                                                    {"/made", "= theirs\n"},
                                                    {"/state", "= the old state"},
                                                    {"/state.uvm-cut", "= theirs\n"}};
  EXPECT_EQ(look(), after);
  ASSERT_EQ(undone->remarks.size(), 1U);
  EXPECT_NE(undone->remarks[0].find(path("state.uvm-cut")), std::string::npos) << undone->remarks[0];
}

TEST_P(UndoJournal, AFileThatOnlyGetsAnotherNameDoesNotCountAsCreated) {
  write("state", "the old state", O_CREAT);
  write("log", "one\n", O_CREAT);
  undo_at_cut(1);
  const auto before = look();
  EXPECT_EQ(undoable_link(path("state").c_str(), path("state.backup").c_str()), 0);
  write("state", "new", O_TRUNC);
  EXPECT_EQ(undoable_link(path("log").c_str(), path("second").c_str()), 0);
  write("log", "two\n", O_APPEND);
  EXPECT_EQ(remove("second"), 0);
  EXPECT_EQ(remove("log"), 0);
  undo_attach(heap_);
  ASSERT_TRUE(undo_since(1));
  EXPECT_EQ(look(), before);
}

TEST_P(UndoJournal, FilesOfOthersInTheWayAreKept) {
  write("log", "one\n", O_CREAT);
  write("rolled", "old\n", O_CREAT);
  write("lock", "ours", O_CREAT);
  undo_at_cut(1);
  const auto theirs = [this](const char* name) { std::ofstream(path(name), std::ios::app) << "theirs\n"; };
  EXPECT_EQ(remove("log"), 0);
  write("log", "ours\n", O_CREAT | O_APPEND);
  theirs("log");
  EXPECT_EQ(rename("rolled", "rolled.1"), 0);
  write("rolled", "ours\n", O_CREAT | O_APPEND);
  theirs("rolled");
  EXPECT_EQ(remove("lock"), 0);
  theirs("lock");
  undo_attach(heap_);
  const auto undone = undo_since(1);
  ASSERT_TRUE(undone);
  const std::map<std::string, std::string> after = {
      {"/log", "= one\n"},     {"/log.uvm-cut", "= theirs\n"},
      {"/rolled", "= old\n"},  {"/rolled.uvm-cut", "= theirs\n"},
      {"/lock", "= theirs\n"}, {"/lock.uvm-cut", "= ours"}};
  EXPECT_EQ(look(), after);
  EXPECT_EQ(undone->remarks.size(), 3U);
}

TEST_P(UndoJournal, BytesAfterAFailedResizeAreNotTheProgramsOwn) {
  write("log", "one\n", O_CREAT);
  undo_at_cut(1);
  write("log", "two\n", O_APPEND);
  const int fd = ::open(path("log").c_str(), O_RDONLY | O_CLOEXEC);
  EXPECT_EQ(undoable_truncate(fd, 100), -1);
  ::close(fd);
  std::ofstream(path("log"), std::ios::app) << "theirs\n";
  undo_attach(heap_);
  ASSERT_TRUE(undo_since(1));
  EXPECT_EQ(look()["/log"], "= one\ntheirs\n");
}

TEST_P(UndoJournal, BytesOfAnUnknownWriterAreSaved) {
  write("log", "one\n", O_CREAT);
  undo_at_cut(1);
  write("log", "two\n", O_APPEND);
  write("made", "whose?", O_CREAT);
  own_writes_unknown();
  undo_attach(heap_);
  const auto undone = undo_since(1);
  ASSERT_TRUE(undone);
  EXPECT_EQ(look()["/log"], "= one\n");
  EXPECT_EQ(look()["/log.uvm-cut"], "= two\n");
  EXPECT_FALSE(fs::exists(path("made")));
  EXPECT_EQ(look()["/made.uvm-cut"], "= whose?");
  EXPECT_EQ(undone->remarks.size(), 2U);
}

TEST_P(UndoJournal, ATornRecordIsTheEnd) {
  write("log", "one\n", O_CREAT);
  const auto before = look();
  undo_at_cut(1);
  write("log", "two\n", O_APPEND);
  const fs::path records = heap_ + "/undo.1";
  std::ifstream file(records, std::ios::binary);
  const std::string whole(std::istreambuf_iterator<char>(file), {});
  const auto end = static_cast<std::streamoff>(whole.find_last_not_of('\0') + 1);
  std::fstream(records, std::ios::in | std::ios::out | std::ios::binary).seekp(end) << std::string(70, 'x');
  (void)undo_since(1);
  EXPECT_EQ(look(), before);
}

TEST_P(UndoJournal, RestoredCopiesAreNamed) {
  write("job", "to be done", O_CREAT);
  struct stat before {};
  ASSERT_EQ(::stat(path("job").c_str(), &before), 0);
  undo_at_cut(1);
  EXPECT_EQ(remove("job"), 0);
  const auto restored = undo_since(1).value().restored;
  struct stat after {};
  ASSERT_EQ(::stat(path("job").c_str(), &after), 0);
  if (restored.empty()) {
    EXPECT_EQ(after.st_ino, before.st_ino);
  } else {
    ASSERT_EQ(restored.size(), 1U);
    EXPECT_EQ(restored[0].old_inode, before.st_ino);
    EXPECT_EQ(restored[0].inode, after.st_ino);
  }
}

TEST_P(UndoJournal, RestoredCopiesAreNamedAgainUntilACommit) {
  write("job", "to be done", O_CREAT);
  struct stat before {};
  ASSERT_EQ(::stat(path("job").c_str(), &before), 0);
  undo_at_cut(1);
  EXPECT_EQ(remove("job"), 0);
  const auto first = undo_since(1).value().restored;
  own_writes_begin(1);
  EXPECT_EQ(remove("job"), 0);  // the run goes on, and is killed again before there is a newer version
  undo_attach(heap_);
  const auto second = undo_since(1).value().restored;
  struct stat after {};
  ASSERT_EQ(::stat(path("job").c_str(), &after), 0);
  EXPECT_EQ(look()["/job"], "= to be done");
  if (first.empty()) {
    EXPECT_TRUE(second.empty());
    EXPECT_EQ(after.st_ino, before.st_ino);
  } else {
    const auto named = [&](const RestoredFile& file) {
      return file.old_inode == before.st_ino && file.old_device == before.st_dev &&
             file.inode == after.st_ino;
    };
    EXPECT_TRUE(std::any_of(second.begin(), second.end(), named));
  }
  undo_committed(2);
  EXPECT_EQ(journal_files(), 0U);
}

TEST_P(UndoJournal, ManyRecordsAreUndone) {
  undo_at_cut(1);
  const auto before = look();
  for (int i = 0; i < 500; ++i)
    write(std::to_string(i), "x", O_CREAT);  // more than the file first has room for
  undo_attach(heap_);
  ASSERT_TRUE(undo_since(1));
  EXPECT_EQ(look(), before);
}

// If the file of records cannot grow, it keeps what it has, and what it cannot take is reported.
TEST_P(UndoJournal, RecordsStayWhenThereIsNoMoreRoom) {
  std::vector<std::string> told;
  undo_attach(heap_, [&told](const std::string& line) { told.push_back(line); });
  own_writes_begin(0);
  undo_at_cut(1);
  write("first", "x", O_CREAT);
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
  const rlimit small{16 << 10, before.rlim_max};
  const auto ignored = ::signal(SIGXFSZ, SIG_IGN);
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &small), 0);
  int made = 1;
  for (; told.empty() && made < 1000; ++made) write(std::to_string(made), "x", O_CREAT);
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &before), 0);
  ::signal(SIGXFSZ, ignored);
  EXPECT_EQ(told.size(), 1U);
  EXPECT_LT(made, 1000);
  undo_attach(heap_);
  ASSERT_TRUE(undo_since(1));
  EXPECT_FALSE(fs::exists(path("first")));
  EXPECT_FALSE(fs::exists(path("1")));
  EXPECT_FALSE(fs::exists(path(std::to_string(made - 2))));
  EXPECT_TRUE(fs::exists(path(std::to_string(made - 1))));  // this was reported
}

TEST_P(UndoJournal, RandomDeeds) {
  for (unsigned seed = 0; seed < 200; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937 random(seed);
    const auto name = [&] {
      const std::string file(1, static_cast<char>('a' + random() % 5));
      const auto where = random() % 4;
      return where == 0 ? "f/" + file : where == 1 ? "g/" + file : file;
    };
    const auto step = [&] {
      const std::string one = name();
      const bool has_place = fs::exists(fs::path(path(one)).parent_path()) && !fs::is_directory(path(one));
      switch (random() % 10) {
        case 7:
          (void)undoable_mkdir(AT_FDCWD, path(random() % 2 == 0 ? "f" : "g").c_str(), 0755);
          return;
        case 8:
          (void)rename("f", "g");
          return;
        case 9:
          (void)remove(random() % 2 == 0 ? "f" : "g");
          return;
        case 0:
          if (has_place) write(one, "append" + std::to_string(random() % 100), O_CREAT | O_APPEND);
          return;
        case 1:
          // Content that does not fit into a record is kept in a file.
          if (has_place)
            write(one, "anew" + std::to_string(random() % 100) + std::string(random() % 2 * 5000, '.'),
                  O_CREAT | O_TRUNC);
          return;
        case 2:
          if (fs::exists(path(one))) truncate(one, static_cast<off_t>(random() % 8));
          return;
        case 3:
        case 4:
          (void)remove(one);
          return;
        default:
          (void)rename(one, name());
      }
    };
    undo_attach(heap_);
    own_writes_begin(0);
    for (int i = 0; i < 10; ++i) step();
    undo_at_cut(1);
    const auto before = look();
    for (unsigned i = 0, n = random() % 60; i < n; ++i) step();
    if (random() % 2 == 0) {
      undo_at_cut(2);
      for (int i = 0; i < 10; ++i) step();
    }
    undo_attach(heap_);
    const auto undone = undo_since(1);
    ASSERT_TRUE(undone);
    for (const std::string& remark : undone->remarks) ADD_FAILURE() << remark;
    ASSERT_EQ(look(), before);
  }
}

TEST_P(UndoJournal, ReportsOnceThatItCannotBeWritten) {
  std::vector<std::string> told;
  fs::rename(heap_, heap_ + ".away");
  undo_attach(heap_, [&told](const std::string& line) { told.push_back(line); });
  undo_at_cut(1);
  write("a", "1", O_CREAT);
  write("b", "2", O_CREAT);
  ASSERT_EQ(told.size(), 1U);
  EXPECT_NE(told[0].find(heap_ + "/undo.1: No such file or directory"), std::string::npos) << told[0];
  EXPECT_TRUE(fs::exists(path("b")));  // the program goes on
  fs::rename(heap_ + ".away", heap_);
  write("c", "3", O_CREAT);
  undo_at_cut(2);
  fs::rename(heap_, heap_ + ".away");
  write("d", "4", O_CREAT);
  EXPECT_EQ(told.size(), 2U);
  fs::rename(heap_ + ".away", heap_);
}

TEST_P(UndoJournal, StopsWhenItCannotBeRead) {
  undo_at_cut(1);
  write("a", "1", O_CREAT);
  undo_attach(heap_);
  fs::rename(heap_ + "/undo.1", heap_ + "/aside");
  fs::create_directory(heap_ + "/undo.1");  // reading it is an error
  const auto failed = undo_since(1);
  ASSERT_FALSE(failed);
  EXPECT_NE(failed.error().message.find("cannot read " + heap_ + "/undo.1"), std::string::npos)
      << failed.error().message;
  fs::remove(heap_ + "/undo.1");
  fs::rename(heap_ + "/aside", heap_ + "/undo.1");
  ASSERT_TRUE(undo_since(1));
  EXPECT_FALSE(fs::exists(path("a")));
}

TEST_P(UndoJournal, KeptContentStaysWhenItCannotBeRead) {
  write("a", std::string(5000, 'a'), O_CREAT);  // more than a record takes
  undo_at_cut(1);
  write("a", "", O_TRUNC);
  undo_attach(heap_);
  fs::rename(heap_ + "/undo.1.1", heap_ + "/aside");
  fs::create_directory(heap_ + "/undo.1.1");
  const auto failed = undo_since(1);
  ASSERT_FALSE(failed);
  EXPECT_NE(failed.error().message.find("cannot restore " + path("a") + " from " + heap_ + "/undo.1.1"),
            std::string::npos)
      << failed.error().message;
  fs::remove(heap_ + "/undo.1.1");
  fs::rename(heap_ + "/aside", heap_ + "/undo.1.1");
  ASSERT_TRUE(undo_since(1));
  EXPECT_EQ(fs::file_size(path("a")), 5000U);
}

INSTANTIATE_TEST_SUITE_P(HeapFolder, UndoJournal, testing::Values("/tmp", "/dev/shm"),
                         [](const auto& place) { return place.index == 0 ? "Same" : "Other"; });

}  // namespace
}  // namespace uvm::rt
