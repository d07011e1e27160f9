#include "runtime/bundle/jar_reader.h"

#include <gtest/gtest.h>

#include "runtime/bundle/test_jar.h"

namespace uvm::rt::bundle {
namespace {

const std::vector<TestJarEntry> kEntries = {{"a/", "", false},
                                            {"a/stored.txt", "as it is", false},
                                            {"a/deflated.txt", std::string(5000, 'x')},
                                            {"empty", ""}};

void expect_entries(const std::string& jar) {
  const auto bytes = to_bytes(jar);
  auto reader = JarReader::read(bytes, "test.jar");
  ASSERT_TRUE(reader) << reader.error().message;
  ASSERT_EQ(reader->entries().size(), kEntries.size());
  for (std::size_t i = 0; i < kEntries.size(); i++) {
    EXPECT_EQ(reader->entries()[i].name, kEntries[i].name);
    auto content = reader->content(reader->entries()[i]);
    ASSERT_TRUE(content) << content.error().message;
    EXPECT_EQ(to_text(*content), kEntries[i].content);
  }
}

TEST(JarReader, ReadsPlainZip64AndPrefixedArchives) {
  expect_entries(make_jar(kEntries));
  expect_entries(make_jar(kEntries, {"#!/bin/sh\nexec java -jar $0\n", false}));
  expect_entries(make_jar(kEntries, {"", true}));
  expect_entries(make_jar(kEntries, {"#!/bin/sh\n", true}));
}

TEST(JarReader, ReadsArchivesWithSomethingAppended) {
  expect_entries(make_jar(kEntries) + '\0');
  expect_entries(make_jar(kEntries, {"#!/bin/sh\n", false}) + "PK\x05\x06 and what somebody has appended");
}

TEST(JarReader, ReadsAllEntriesWhateverTheirCount) {
  for (const char* count : {"\0", "\1", "\5", "\377"}) {
    auto jar = make_jar(kEntries);
    for (const std::size_t field : {8, 10}) jar[jar.rfind("PK\x05\x06") + field] = *count;
    expect_entries(jar);
  }
}

// Reads all of an archive; true if all of it could be read.
bool exercise(const std::vector<std::byte>& bytes) {
  auto reader = JarReader::read(bytes, "hostile.jar");
  if (!reader) return false;
  bool all = true;
  for (const auto& entry : reader->entries()) all = bool(reader->content(entry)) && all;
  return all;
}

TEST(JarReader, RefusesEveryTruncation) {
  const auto bytes = to_bytes(make_jar(kEntries));
  for (std::size_t length = 0; length < bytes.size(); length++) {
    EXPECT_FALSE(exercise({bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(length)})) << length;
  }
}

TEST(JarReader, SurvivesEveryHostileByte) {
  for (const bool zip64 : {false, true}) {
    const auto bytes = to_bytes(make_jar(kEntries, {"", zip64}));
    ASSERT_TRUE(exercise(bytes));
    int refused = 0;
    for (std::size_t at = 0; at < bytes.size(); at++) {
      for (const int value : {0x00, 0x01, 0x7f, 0x80, 0xff}) {
        auto hostile = bytes;
        hostile[at] = std::byte(value);
        if (!exercise(hostile)) refused++;
      }
    }
    EXPECT_GT(refused, 300);
  }
}

TEST(JarReader, NamesTheEntryThatIsWrong) {
  auto jar = make_jar({{"p/A.class", "content of the class", false}});
  jar[jar.find("content of")] = 'C';
  const auto bytes = to_bytes(jar);
  auto reader = JarReader::read(bytes, "my.jar");
  ASSERT_TRUE(reader);
  EXPECT_EQ(reader->content(reader->entries()[0]).error().message,
            "my.jar: p/A.class: the checksum does not match");
}

TEST(JarReader, DoesNotBelieveImpossibleSizes) {
  auto jar = make_jar({{"bomb", std::string(100, 'x')}});
  // The size in the central directory: 22 bytes after the header's signature and version.
  const std::uint32_t claim = 0x7f000000;
  jar.replace(jar.find("PK\x01\x02") + 24, 4, reinterpret_cast<const char*>(&claim), 4);
  const auto bytes = to_bytes(jar);
  auto reader = JarReader::read(bytes, "my.jar");
  ASSERT_TRUE(reader);
  EXPECT_EQ(reader->content(reader->entries()[0]).error().message, "my.jar: bomb: claims an impossible size");
}

}  // namespace
}  // namespace uvm::rt::bundle
