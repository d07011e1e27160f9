// A program and others write to one file by turns: cutting it back removes what the program wrote, and
// nothing else.
#include "runtime/outside/own_writes.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <stdlib.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <thread>
#include <vector>

#include "base/descriptor.h"
#include "runtime/boot/test_vm.h"
#include "runtime/outside/cut_back.h"

namespace uvm::rt {
namespace {

namespace fs = std::filesystem;

class OwnWrites : public testing::Test {
 protected:
  TestVm vm_;

  void SetUp() override {
    char folder[] = "/tmp/own_writes_test_XXXXXX";
    ASSERT_NE(::mkdtemp(folder), nullptr);
    folder_ = folder;
    fs::create_directory(heap());
    others("before");
    own_writes_attach(heap());
    own_writes_begin(kCut);
  }
  void TearDown() override {
    own_writes_attach("");
    std::error_code ignored;
    fs::remove_all(folder_, ignored);
  }

  static constexpr std::uint64_t kCut = 1;
  static constexpr std::int64_t kLength = 6;  // at the cut

  [[nodiscard]] std::string heap() const { return folder_ + "/heap"; }
  [[nodiscard]] std::string file() const { return folder_ + "/file"; }
  [[nodiscard]] FileKey key() const {
    struct stat status {};
    EXPECT_EQ(::stat(file().c_str(), &status), 0);
    return key_of(status);
  }
  void others(const std::string& text) const { std::ofstream(file(), std::ios::app) << text; }
  // Like RandomAccessFile; `at` < 0: at the current end of the file.
  void write(int fd, const std::string& text, std::int64_t at) const {
    const std::int64_t place = at < 0 ? ::lseek(fd, 0, SEEK_END) : at;
    ASSERT_EQ(own_write(fd, key(), OwnPlace::kPosition, place, text.data(), text.size()),
              static_cast<ssize_t>(text.size()));
  }
  // The content after the next process has cut the file back.
  std::string cut() {
    own_writes_attach(heap());
    const Descriptor fd(::open(file().c_str(), O_WRONLY | O_CLOEXEC));
    EXPECT_GE(cut_back(fd.get(), kLength, kCut, Others::kStay, remarks_), kLength);
    return content();
  }
  [[nodiscard]] std::string content() const {
    std::ifstream stream(file(), std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), {}};
  }
  [[nodiscard]] Descriptor open(int flags) const {
    return Descriptor(::open(file().c_str(), flags | O_CLOEXEC));
  }

  std::string folder_;
  std::vector<std::string> remarks_;
};

TEST_F(OwnWrites, WritingAfterOthersDoesNotClaimTheirBytes) {
  const Descriptor fd = open(O_RDWR);
  write(fd.get(), "<one>", -1);
  others("theirs");
  write(fd.get(), "<two>", -1);
  write(fd.get(), "<ONE>", kLength);
  EXPECT_EQ(cut(), "beforetheirs");
  EXPECT_TRUE(remarks_.empty());
}

TEST_F(OwnWrites, HolesThatAWriteMakesAreTheProgramsOwn) {
  const Descriptor fd = open(O_RDWR);
  write(fd.get(), "far", 100);
  others("theirs");
  write(fd.get(), "farther", 200);
  others("more");
  write(fd.get(), "within", 50);
  EXPECT_EQ(cut(), "beforetheirsmore");
}

TEST_F(OwnWrites, BytesAppendedByOthersBetweenTwoResumesStay) {
  const Descriptor fd = open(O_RDWR);
  write(fd.get(), "<a line of the program>", -1);
  EXPECT_EQ(cut(), "before");
  others("theirs");
  EXPECT_EQ(cut(), "beforetheirs");
}

TEST_F(OwnWrites, BytesAppendedByOthersDuringTheCutStay) {
  const Descriptor fd = open(O_RDWR);
  write(fd.get(), "<the program's>", -1);
  const std::string much(16 << 20, 't');
  others(much);
  std::thread other([this] {  // as soon as their first bytes have moved
    char byte = 0;
    for (const Descriptor look = open(O_RDONLY); byte != 't';) {
      if (::pread(look.get(), &byte, 1, kLength) != 1) break;
    }
    others("late");
  });
  cut();
  other.join();
  EXPECT_TRUE(content() == "before" + much + "late");
}

TEST_F(OwnWrites, AFailedCutDoesNotHideWhatIsCutOff) {
  const Descriptor fd = open(O_RDWR);
  write(fd.get(), "<before the next cut>", -1);
  own_writes_at_cut(kCut + 1);  // never committed
  own_file_resized(key(), static_cast<std::int64_t>(fs::file_size(file())), kLength);
  fs::resize_file(file(), kLength);
  others("theirs");
  EXPECT_EQ(cut(), "beforetheirs");
}

TEST_F(OwnWrites, AFileWithTheNumberOfARemovedOneStartsAnew) {
  const Descriptor fd = open(O_RDWR);
  write(fd.get(), "<of the file that was here>", -1);
  fs::resize_file(file(), 0);
  own_file_created(key());
  write(fd.get(), "abc", 0);
  others("theirs, and longer than three letters");
  EXPECT_EQ(cut(), "abctheirs, and longer than three letters");
}

TEST_F(OwnWrites, APositionedWriteIsNotedOnAnyDescriptor) {
  const Descriptor fd = open(O_RDWR);
  others("theirs");
  ASSERT_EQ(::lseek(fd.get(), 2, SEEK_SET), 2);
  ASSERT_EQ(own_write(fd.get(), key(), OwnPlace::kPosition, 0, "BE", 2), 2);
  EXPECT_EQ(::lseek(fd.get(), 0, SEEK_CUR), 2);
  EXPECT_EQ(cut(), "BEforetheirs");
}

TEST_F(OwnWrites, NonsenseInTheNotesCountsAsUnknown) {
  const Descriptor fd = open(O_RDWR);
  write(fd.get(), "<one>", -1);
  own_writes_attach("");
  // The fields of the first pending write: device, inode, place, hash, size.
  const FileKey file_key = key();
  const std::uint64_t pending[] = {file_key.device, file_key.inode, ~std::uint64_t{0}, 1,
                                   std::uint64_t{1} << 62};
  std::fstream notes(heap() + "/writes", std::ios::in | std::ios::out | std::ios::binary);
  notes.seekp(64);
  notes.write(reinterpret_cast<const char*>(pending), sizeof pending);
  notes.close();
  others("theirs");
  EXPECT_EQ(cut(), "before");
  EXPECT_EQ(remarks_.size(), 1U);
  EXPECT_TRUE(fs::exists(file() + ".uvm-cut"));
}

}  // namespace
}  // namespace uvm::rt
