// Leases over a region of plain memory: what a cut stores, and what a resume makes of it.
#include "runtime/outside/leases.h"
#include "runtime/boot/test_vm.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <utility>

#include "runtime/bundle/bundle_writer.h"
#include "runtime/metadata/roots.h"
#include "runtime/metadata/vm.h"
#include "runtime/outside/file_calls.h"
#include "runtime/outside/lease_durability.h"
#include "runtime/outside/program_bundle.h"

namespace uvm::rt {
namespace {

class Leases : public testing::Test {
 protected:
  TestVm vm_;

  void SetUp() override {
    char name[] = "/tmp/leases_test_XXXXXX";
    ASSERT_NE(::mkdtemp(name), nullptr);
    folder_ = name;
    leases_at_start();
  }
  void TearDown() override {
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }

  [[nodiscard]] std::string path(const std::string& name) const { return folder_ + "/" + name; }
  void make_file(const std::string& name, const std::string& content) const {
    std::ofstream(path(name), std::ios::binary) << content;
  }
  [[nodiscard]] std::string content(const std::string& name) const {
    std::ifstream file(path(name), std::ios::binary);
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  }
  static void put(std::int32_t lease, const std::string& text) {
    ASSERT_EQ(lease_write(lease, text.data(), text.size(), -1), static_cast<ssize_t>(text.size()));
  }
  static std::string get(std::int32_t lease, std::size_t size) {
    std::string text(size, '\0');
    const ssize_t got = lease_read(lease, text.data(), size);
    text.resize(got < 0 ? 0 : static_cast<std::size_t>(got));
    return text;
  }
  // The process is lost and another one continues from the last cut.
  void lose_process() {
    vm_.change_process();
    leases_at_resume(Grown::kIsOurs, 0);
  }

  // The native segment and the roots, as a version has them.
  static std::pair<Roots, std::string> version() {
    const auto* native = gc::at_offset<char>(gc::kNativeStart);
    return {roots(), std::string(native, roots().native.top - gc::kNativeStart)};
  }
  static void restore(const std::pair<Roots, std::string>& version) {
    roots() = version.first;
    std::memcpy(gc::at_offset<char>(gc::kNativeStart), version.second.data(), version.second.size());
  }

  std::string folder_;
};

TEST_F(Leases, NumbersStartAfterTheStandardStreamsAndAreReused) {
  make_file("a", "x");
  const std::int32_t first = lease_open(path("a").c_str(), O_RDONLY, 0);
  const std::int32_t second = lease_open(path("a").c_str(), O_RDONLY, 0);
  EXPECT_EQ(first, 3);
  EXPECT_EQ(second, 4);
  EXPECT_EQ(lease_close(first), 0);
  EXPECT_EQ(host_fd(first), -1);
  EXPECT_EQ(lease_close(first), EBADF);
  EXPECT_EQ(lease_open(path("a").c_str(), O_RDONLY, 0), first);
  EXPECT_EQ(lease_open(path("nothing").c_str(), O_RDONLY, 0), -ENOENT);
}

TEST_F(Leases, ManyLeasesSurvive) {
  make_file("a", "0123456789");
  for (int i = 0; i < 300; ++i) ASSERT_EQ(lease_open(path("a").c_str(), O_RDONLY, 0), 3 + i);
  EXPECT_EQ(get(250, 4), "0123");
  leases_at_cut();
  lose_process();
  EXPECT_EQ(get(250, 3), "456");
  EXPECT_EQ(get(302, 3), "012");
}

TEST_F(Leases, ReadingContinuesAtTheCommittedPosition) {
  make_file("a", "abcdefghij");
  const std::int32_t lease = lease_open(path("a").c_str(), O_RDONLY, 0);
  EXPECT_EQ(get(lease, 3), "abc");
  leases_at_cut();
  EXPECT_EQ(get(lease, 4), "defg");
  lose_process();
  EXPECT_EQ(get(lease, 4), "defg");
}

TEST_F(Leases, OutputAfterTheCutIsCutOff) {
  const std::int32_t lease = lease_open(path("a").c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0644);
  put(lease, "one ");
  leases_at_cut();
  put(lease, "two ");
  lose_process();
  EXPECT_EQ(content("a"), "one ");
  put(lease, "two three");
  EXPECT_EQ(content("a"), "one two three");
}

TEST_F(Leases, AppendedOutputIsUndone) {
  make_file("a", "before ");
  const std::int32_t lease = lease_open(path("a").c_str(), O_WRONLY | O_APPEND, 0);
  put(lease, "one ");
  leases_at_cut();
  put(lease, "two ");
  lose_process();
  put(lease, "TWO");
  EXPECT_EQ(content("a"), "before one TWO");
}

TEST_F(Leases, FileClosedAfterTheCutIsOpenAgain) {
  const std::int32_t lease = lease_open(path("a").c_str(), O_WRONLY | O_CREAT | O_EXCL, 0644);
  put(lease, "one");
  leases_at_cut();
  const auto committed = version();
  put(lease, "two");
  ASSERT_EQ(lease_close(lease), 0);
  vm_.change_process();
  restore(committed);
  leases_at_resume(Grown::kIsOurs, 0);
  put(lease, "TWO");
  EXPECT_EQ(content("a"), "oneTWO");
}

TEST_F(Leases, LostFilesBreakTheLeaseAndSayWhy) {
  make_file("a", "abcdef");
  const std::int32_t gone = lease_open(path("a").c_str(), O_RDONLY, 0);
  make_file("b", "abcdef");
  const std::int32_t shrunk = lease_open(path("b").c_str(), O_RDONLY, 0);
  leases_at_cut();
  ASSERT_EQ(::unlink(path("a").c_str()), 0);
  ASSERT_EQ(::truncate(path("b").c_str(), 2), 0);
  lose_process();
  EXPECT_EQ(host_fd(gone), -1);
  EXPECT_EQ(lease_problem(gone),
            "lease on " + path("a") + " could not be re-established: No such file or directory");
  EXPECT_EQ(lease_problem(shrunk),
            "lease on " + path("b") +
                " could not be re-established: it is shorter than the 6 bytes it had at the "
                "last checkpoint");
  EXPECT_EQ(lease_close(gone), 0);
  EXPECT_FALSE(lease_problem(gone));
}

TEST_F(Leases, NonBlockingModeIsRestored) {
  make_file("a", "abcdef");
  const std::int32_t file = lease_open(path("a").c_str(), O_RDONLY, 0);
  const std::int32_t device = lease_open("/dev/zero", O_RDONLY, 0);
  const auto host_blocks = [](std::int32_t lease) {
    return (::fcntl(host_fd(lease), F_GETFL) & O_NONBLOCK) == 0;
  };
  for (const std::int32_t lease : {file, device}) {
    EXPECT_TRUE(lease_blocks(lease));
    EXPECT_EQ(lease_set_blocking(lease, false), 0);
    EXPECT_FALSE(host_blocks(lease));
  }
  leases_at_cut();
  lose_process();
  for (const std::int32_t lease : {file, device}) {
    EXPECT_FALSE(lease_blocks(lease));
    EXPECT_FALSE(host_blocks(lease));
    EXPECT_EQ(lease_set_blocking(lease, true), 0);
  }
  leases_at_cut();
  lose_process();
  for (const std::int32_t lease : {file, device}) {
    EXPECT_TRUE(lease_blocks(lease));
    EXPECT_TRUE(host_blocks(lease));
  }
  EXPECT_EQ(lease_close(device), 0);
  EXPECT_EQ(lease_set_blocking(device, false), EBADF);
}

TEST_F(Leases, AnotherFileInItsPlaceIsRefused) {
  make_file("a", "abcdef");
  const std::int32_t lease = lease_open(path("a").c_str(), O_RDWR, 0);
  leases_at_cut();
  ASSERT_EQ(::rename(path("a").c_str(), path("moved").c_str()), 0);
  make_file("a", "other content");
  lose_process();
  EXPECT_EQ(lease_problem(lease),
            "lease on " + path("a") + " could not be re-established: a different file is there now");
  EXPECT_EQ(content("a"), "other content");
  EXPECT_EQ(content("moved"), "abcdef");
}

TEST_F(Leases, PipesAreLost) {
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  const std::int32_t reading = lease_adopt(ends[0]);
  EXPECT_TRUE(lease_may_wait(reading));
  ::close(ends[1]);
  leases_at_cut();
  lose_process();
  EXPECT_EQ(lease_problem(reading),
            "lease on a pipe or socket could not be re-established: its other end was lost with the process");
}

TEST_F(Leases, DuplicatesHaveTheSamePosition) {
  make_file("a", "abcdef");
  const std::int32_t lease = lease_open(path("a").c_str(), O_RDONLY, 0);
  const std::int32_t copy = lease_dup(lease);
  EXPECT_EQ(get(lease, 2), "ab");
  leases_at_cut();
  lose_process();
  EXPECT_EQ(get(copy, 2), "cd");
}

TEST_F(Leases, ReadingWritingAndSeekingShareAPosition) {
  make_file("a", "abcdefgh");
  const std::int32_t lease = lease_open(path("a").c_str(), O_RDWR, 0);
  EXPECT_EQ(get(lease, 2), "ab");
  put(lease, "CD");
  EXPECT_EQ(lease_seek(lease, 0, SEEK_CUR), 4);
  EXPECT_EQ(lease_seek(lease, 1, SEEK_CUR), 5);
  EXPECT_EQ(get(lease, 1), "f");
  EXPECT_EQ(lease_write(lease, "A", 1, 0), 1);  // at a place: the position stays
  EXPECT_EQ(lease_seek(lease, -2, SEEK_END), 6);
  EXPECT_EQ(get(lease, 9), "gh");
  EXPECT_EQ(get(lease, 9), "");
  EXPECT_EQ(lease_seek(lease, -1, SEEK_SET), -1);
  EXPECT_EQ(errno, EINVAL);
  EXPECT_EQ(lease_seek(lease, -9, SEEK_CUR), -1);
  EXPECT_EQ(errno, EINVAL);
  EXPECT_EQ(lease_seek(lease, std::int64_t{1} << 62, SEEK_CUR),
            ::lseek(host_fd(lease), std::int64_t{1} << 62, SEEK_SET) < 0 ? -1 : (std::int64_t{1} << 62) + 8);
  EXPECT_EQ(lease_seek(lease, 3, SEEK_SET), 3);
  leases_at_cut();
  lose_process();
  EXPECT_EQ(get(lease, 3), "Def");
  EXPECT_EQ(lease_truncate(lease, 4), 0);
  EXPECT_EQ(content("a"), "AbCD");
}

// Through a duplicate, others may move the position.
TEST_F(Leases, DuplicatesOpenForWritingShareAPosition) {
  const std::int32_t lease = lease_open(path("a").c_str(), O_RDWR | O_CREAT, 0600);
  put(lease, "one");
  const std::int32_t copy = lease_dup(lease);
  put(copy, "two");
  put(lease, "three");
  EXPECT_EQ(lease_seek(copy, 0, SEEK_SET), 0);
  EXPECT_EQ(get(lease, 20), "onetwothree");
  const std::int32_t other = lease_open(path("b").c_str(), O_WRONLY | O_CREAT, 0600);
  EXPECT_EQ(lease_dup2(lease, other), 0);
  put(other, "four");
  put(lease, "five");
  EXPECT_EQ(content("a"), "onetwothreefourfive");
}

// The path at the time of the cut is the one that counts.
TEST_F(Leases, ARenamedFileIsFoundAgain) {
  const std::int32_t lease = lease_open(path("a").c_str(), O_WRONLY | O_CREAT, 0600);
  put(lease, "one");
  ASSERT_EQ(::rename(path("a").c_str(), path("moved").c_str()), 0);
  leases_at_cut();
  lose_process();
  put(lease, "two");
  EXPECT_EQ(content("moved"), "onetwo");
}

TEST_F(Leases, ARemovedFileIsReportedLostByItsFormerName) {
  const std::int32_t lease = lease_open(path("a").c_str(), O_WRONLY | O_CREAT, 0600);
  ASSERT_EQ(::unlink(path("a").c_str()), 0);
  leases_at_cut();
  lose_process();
  EXPECT_EQ(lease_problem(lease),
            "lease on " + path("a") + " could not be re-established: No such file or directory");
}

TEST_F(Leases, OpeningAFifoDoesNotWait) {
  ASSERT_EQ(::mkfifo(path("a").c_str(), 0600), 0);
  EXPECT_EQ(lease_open(path("a").c_str(), O_RDONLY, 0), -EWOULDBLOCK);
  EXPECT_EQ(lease_open(path("a").c_str(), O_WRONLY, 0), -EWOULDBLOCK);
  const std::int32_t both = lease_open(path("a").c_str(), O_RDWR, 0);
  EXPECT_GE(both, 0);
  EXPECT_TRUE(lease_may_wait(both));
}

// What another process would find: 'n' for no lock on the byte, 'r' for a read lock, 'w' for a write lock.
char locked(const std::string& file, off_t at) {
  const int fd = ::open(file.c_str(), O_RDWR);
  struct flock lock {};
  lock.l_type = F_WRLCK;
  lock.l_start = at;
  lock.l_len = 1;
  EXPECT_EQ(::fcntl(fd, F_OFD_GETLK, &lock), 0);
  ::close(fd);
  return lock.l_type == F_UNLCK ? 'n' : lock.l_type == F_RDLCK ? 'r' : 'w';
}

TEST_F(Leases, LocksAreTakenAgain) {
  make_file("a", "abcdef");
  const std::int32_t lease = lease_open(path("a").c_str(), O_RDWR, 0);
  const std::int32_t other = lease_open(path("a").c_str(), O_RDWR, 0);
  EXPECT_EQ(lease_lock(lease, 0, 2, false), 0);
  EXPECT_EQ(lease_lock(lease, 2, 1, true), 0);
  EXPECT_EQ(lease_lock(lease, 10, 0, false), 0);
  EXPECT_EQ(lease_lock(other, 5, 1, false), 0);
  EXPECT_EQ(lease_lock(other, 1, 1, true), EAGAIN);
  EXPECT_EQ(lease_unlock(lease, 0, 2), 0);
  put(lease, "x");
  EXPECT_TRUE(leases_make_durable());  // closes a descriptor on the file
  leases_at_cut();
  const auto all = [&] {
    return std::string{locked(path("a"), 0), locked(path("a"), 2), locked(path("a"), 5),
                       locked(path("a"), 1 << 30)};
  };
  EXPECT_EQ(all(), "nrww");
  vm_.change_process();
  EXPECT_EQ(all(), "nnnn");
  leases_at_resume(Grown::kIsOurs, 0);
  EXPECT_EQ(all(), "nrww");
  EXPECT_EQ(lease_close(other), 0);
  EXPECT_EQ(all(), "nrnw");
  EXPECT_EQ(lease_unlock(lease, 10, 0), 0);
  leases_at_cut();
  lose_process();
  EXPECT_EQ(all(), "nrnn");
  EXPECT_EQ(lease_close(lease), 0);
  EXPECT_EQ(all(), "nnnn");
}

TEST_F(Leases, ALockHeldByAnotherProcessBreaksTheLease) {
  make_file("a", "abcdef");
  const std::int32_t lease = lease_open(path("a").c_str(), O_RDWR, 0);
  EXPECT_EQ(lease_lock(lease, 0, 1, false), 0);
  leases_at_cut();
  vm_.change_process();
  const int fd = ::open(path("a").c_str(), O_RDWR);
  struct flock lock {};
  lock.l_type = F_RDLCK;
  lock.l_len = 1;
  ASSERT_EQ(::fcntl(fd, F_OFD_SETLK, &lock), 0);
  leases_at_resume(Grown::kIsOurs, 0);
  ::close(fd);
  EXPECT_EQ(host_fd(lease), -1);
  EXPECT_EQ(lease_problem(lease),
            "lease on " + path("a") + " could not be re-established: another process has locked it");
  EXPECT_EQ(lease_close(lease), 0);
}

TEST_F(Leases, ClosedStandardStreamSwallowsOutput) {
  EXPECT_EQ(lease_close(1), 0);
  put(1, "nobody sees this");
  leases_at_cut();
  lose_process();
  put(1, "nor this");
  EXPECT_EQ(lease_close(1), 0);
}

// Standard output as a file, in a child, so that the test program keeps its own.
TEST_F(Leases, StandardOutputInAFileIsCutBack) {
  const int saved = ::dup(1);
  const auto redirect = [&](int flags) {
    const int fd = ::open(path("a").c_str(), flags, 0644);
    ASSERT_GE(fd, 0);
    ASSERT_EQ(::dup2(fd, 1), 1);
    ::close(fd);
  };
  redirect(O_WRONLY | O_CREAT | O_APPEND);
  leases_at_start();
  put(1, "one ");
  leases_at_cut();
  put(1, "two ");
  vm_.change_process();
  redirect(O_WRONLY | O_APPEND);  // >> in the shell that resumes
  leases_at_resume(Grown::kIsOurs, 0);
  put(1, "TWO ");
  leases_at_cut();
  vm_.change_process();
  const std::string appended = content("a");

  redirect(O_WRONLY | O_TRUNC);  // >: shorter than it was, so the program goes on from here
  leases_at_resume(Grown::kIsOurs, 0);
  put(1, "three");
  vm_.change_process();
  ASSERT_EQ(::dup2(saved, 1), 1);
  ::close(saved);
  EXPECT_EQ(appended, "one TWO ");
  EXPECT_EQ(content("a"), "three");
}

TEST_F(Leases, OutputOfOthersAfterASuspensionStays) {
  const std::int32_t lease = lease_open(path("a").c_str(), O_WRONLY | O_CREAT | O_APPEND, 0644);
  put(lease, "mine ");
  leases_at_cut();
  std::ofstream(path("a"), std::ios::app) << "another's ";
  leases_at_resume(Grown::kIsOthers, 0);
  put(lease, "mine again");
  EXPECT_EQ(content("a"), "mine another's mine again");
}

TEST_F(Leases, RelativePathsStayRelativeToWhereTheProgramStarted) {
  char before[4096];
  ASSERT_NE(::getcwd(before, sizeof before), nullptr);
  leases_at_cut();
  EXPECT_EQ(host_path("x"), "x");
  EXPECT_EQ(program_directory(), before);
  vm_.change_process();
  ASSERT_EQ(::chdir("/"), 0);
  leases_at_resume(Grown::kIsOurs, 0);
  const std::string there = host_path("x");
  ASSERT_EQ(::chdir(before), 0);
  EXPECT_EQ(there, std::string(before) + "/x");
  EXPECT_EQ(host_path("/x"), "/x");
}

TEST_F(Leases, OutputIsFlushedOnceAfterItIsWritten) {
  const std::int32_t file = lease_open(path("a").c_str(), O_WRONLY | O_CREAT, 0600);
  put(file, "text");
  EXPECT_TRUE(leases_make_durable());
  EXPECT_EQ(lease_close(file), 0);
  EXPECT_TRUE(leases_make_durable());  // the descriptor that was kept for the closed file
}

TEST(ClosedOutput, ManyFilesTakeOneDescriptor) {
  const auto descriptors = [] {
    const auto folder = std::filesystem::directory_iterator("/proc/self/fd");
    return std::distance(begin(folder), end(folder));
  };
  const auto before = descriptors();
  ClosedOutput closed;
  char name[] = "/tmp/closed_output_XXXXXX";
  const int fd = ::mkstemp(name);
  ASSERT_GE(fd, 0);
  for (int i = 0; i < 16; ++i) closed.add(fd, 1);
  EXPECT_EQ(descriptors(), before + 17);
  for (int i = 0; i < 16; ++i) closed.add(fd, 1);
  EXPECT_EQ(descriptors(), before + 2);
  EXPECT_EQ(closed.flush(), 0);
  EXPECT_EQ(descriptors(), before + 1);
  ::close(fd);
  ::unlink(name);
}

// Puts a bundle into the region, with a jar and a folder at these paths.
void install_class_path(const std::string& jar, const std::string& folder) {
  bundle::BundleWriter writer;
  const std::string text = "bytes of the jar";
  const auto* bytes = reinterpret_cast<const std::byte*>(text.data());
  writer.add_jar(jar, {bytes, bytes + text.size()}, true, 1'500'000'000);
  const auto origin = writer.add_folder(folder, true, 0);
  writer.add_file("p/", origin, {}, 0);
  writer.add_file("p/a", origin, {bytes, bytes + 5}, 0);
  const auto whole = writer.finish("");
  ASSERT_TRUE(whole);
  const auto view = bundle::BundleView::view(*whole, bundle::Check::kAll, "test");
  ASSERT_TRUE(view);
  ASSERT_TRUE(install_program_bundle(*vm(), *view, "test"));
}

std::string read_all(std::int32_t lease) {
  std::string text(64, '\0');
  const ssize_t got = lease_read(lease, text.data(), text.size());
  text.resize(got < 0 ? 0 : static_cast<std::size_t>(got));
  return text;
}

TEST_F(Leases, FilesOfTheClassPathNeedNoHost) {
  install_class_path("/nowhere/lib/x.jar", "/nowhere/classes");
  const std::int32_t lease = lease_open("/nowhere/lib/x.jar", O_RDONLY, 0);
  ASSERT_GE(lease, 0);
  EXPECT_EQ(host_fd(lease), -1);
  EXPECT_EQ(lease_seek(lease, 6, SEEK_SET), 6);
  char two[2];
  EXPECT_EQ(lease_read(lease, two, 2), 2);
  EXPECT_EQ(std::string(two, 2), "of");
  EXPECT_EQ(lease_pread(lease, two, 2, 100), 0);
  EXPECT_EQ(lease_seek(lease, -9, SEEK_CUR), -1);
  leases_at_cut();
  vm_.change_process();
  EXPECT_EQ(leases_at_resume(Grown::kIsOurs, 0), std::vector<std::string>());
  EXPECT_EQ(read_all(lease), " the jar");
  EXPECT_EQ(lease_lock(lease, 0, 0, true), 0);
  EXPECT_EQ(lease_lock(lease, 0, 0, false), EBADF);
  struct stat status {};
  ASSERT_EQ(lease_status(lease, &status), 0);
  EXPECT_EQ(status.st_size, 16);
  EXPECT_EQ(status.st_mtim.tv_nsec, 500'000'000);
  EXPECT_EQ(lease_close(lease), 0);

  EXPECT_EQ(lease_open("/nowhere/lib/x.jar", O_RDWR, 0), -EROFS);
  EXPECT_EQ(lease_open("/nowhere/lib/x.jar", O_WRONLY | O_CREAT | O_TRUNC, 0666), -EROFS);
  EXPECT_EQ(lease_open("/nowhere/lib/x.jar", O_WRONLY | O_CREAT | O_EXCL, 0666), -EEXIST);
  EXPECT_EQ(lease_open("/nowhere/classes/new", O_WRONLY | O_CREAT, 0666), -EROFS);
  EXPECT_EQ(lease_open("/nowhere/lib/y.jar", O_RDONLY, 0), -ENOENT);
  EXPECT_EQ(refused_change("/nowhere/classes/p/a", Change::kExisting), EROFS);
  EXPECT_EQ(refused_change("/nowhere/else", Change::kExisting), 0);

  std::vector<std::string> names;
  ASSERT_EQ(file_names("/nowhere", &names), 0);
  EXPECT_EQ(names, (std::vector<std::string>{".", "..", "classes", "lib"}));
  const std::int32_t folder = lease_open("/nowhere/classes", O_RDONLY | O_DIRECTORY, 0);
  ASSERT_GE(folder, 0);
  const std::int32_t file = lease_open_at(folder, "p/a", O_RDONLY, 0);
  ASSERT_GE(file, 0);
  EXPECT_EQ(read_all(file), "bytes");
  char byte = 0;
  errno = 0;
  EXPECT_EQ(lease_read(folder, &byte, 1), -1);
  EXPECT_EQ(errno, EISDIR);
}

TEST_F(Leases, FilesOfTheClassPathAreOpenByAnySpellingOfTheirPath) {
  install_class_path("/nowhere/lib/x.jar", "/nowhere/classes");
  for (const char* path :
       {"/nowhere/lib/../lib/x.jar", "/nowhere//lib/./x.jar", "/nowhere/classes/../lib/x.jar"}) {
    const std::int32_t lease = lease_open(path, O_RDONLY, 0);
    ASSERT_GE(lease, 0) << path;
    struct stat status {};
    ASSERT_EQ(lease_status(lease, &status), 0) << path;
    EXPECT_EQ(status.st_size, 16) << path;
    EXPECT_EQ(lease_close(lease), 0);
  }
  // Below the working directory.
  install_class_path(std::filesystem::current_path().string() + "/no-such-folder/x.jar", "/nowhere/classes");
  const std::int32_t lease = lease_open("no-such-folder/x.jar", O_RDONLY, 0);
  ASSERT_GE(lease, 0);
  struct stat status {};
  EXPECT_EQ(lease_status(lease, &status), 0);
}

TEST_F(Leases, InFoldersTheHostComesFirst) {
  install_class_path("/nowhere/x.jar", folder_);
  make_file("a", "other");
  std::vector<std::string> names;
  ASSERT_EQ(file_names(folder_, &names), 0);
  std::sort(names.begin(), names.end());
  EXPECT_EQ(names, (std::vector<std::string>{".", "..", "a", "p"}));
  EXPECT_EQ(refused_change(path("a"), Change::kExisting), 0);
  EXPECT_EQ(file_access(path("p/a"), R_OK), 0);
  EXPECT_EQ(file_access(path("p/a"), W_OK), -1);

  // A file that was open from the host and is gone continues as the class path's.
  ASSERT_EQ(::mkdir(path("p").c_str(), 0777), 0);
  make_file("p/a", "right");
  const std::int32_t lease = lease_open(path("p/a").c_str(), O_RDONLY, 0);
  ASSERT_GE(host_fd(lease), 0);
  char one = 0;
  EXPECT_EQ(lease_read(lease, &one, 1), 1);
  leases_at_cut();
  vm_.change_process();
  ASSERT_EQ(::unlink(path("p/a").c_str()), 0);
  ASSERT_EQ(::rmdir(path("p").c_str()), 0);
  EXPECT_EQ(leases_at_resume(Grown::kIsOurs, 0), std::vector<std::string>());
  EXPECT_EQ(read_all(lease), "ytes");
}

}  // namespace
}  // namespace uvm::rt
