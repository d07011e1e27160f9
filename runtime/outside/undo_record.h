// Records of the undo journal (undo_journal.h) in the form that its files have, and what recording and
// undoing share.
//
// Known to undo_journal.cpp and undo_replay.cpp only.
#pragma once

#include <sys/stat.h>
#include <sys/types.h>

#include <compare>
#include <cstddef>
#include <cstdint>
#include <string>
#include <type_traits>
#include <vector>

#include "base/error.h"

namespace uvm::rt::undo {

// These numbers are in files and never change.
enum class Deed : std::uint32_t {
  kCreated = 1,
  kLength = 2,
  kTruncated = 3,
  kRemoved = 4,
  kRenamed = 5,
  kCreating = 6,
  kReborn = 7
};

// The form in the file, followed by the two texts.
struct RecordHeader {
  std::uint64_t checksum;  // XXH3-64 of what follows, texts included
  Deed deed;
  std::uint32_t mode;  // st_mode
  std::uint64_t device, inode;
  std::int64_t offset;  // kTruncated: of the first byte kept
  std::int64_t length;  // of the file
  std::uint32_t kept;   // number of the file that has what was destroyed; 0: the record itself, or nothing
  std::uint32_t path_length, other_length;
  std::uint32_t epoch;  // kTruncated, kRemoved: of own_writes.h; 0 none
  std::int64_t birth;   // when the file was made, in ns since the epoch; 0 unknown
};
static_assert(offsetof(RecordHeader, checksum) == 0 && offsetof(RecordHeader, deed) == 8 &&
              offsetof(RecordHeader, mode) == 12 && offsetof(RecordHeader, device) == 16 &&
              offsetof(RecordHeader, inode) == 24 && offsetof(RecordHeader, offset) == 32 &&
              offsetof(RecordHeader, length) == 40 && offsetof(RecordHeader, kept) == 48 &&
              offsetof(RecordHeader, path_length) == 52 && offsetof(RecordHeader, other_length) == 56 &&
              offsetof(RecordHeader, epoch) == 60 && offsetof(RecordHeader, birth) == 64);
static_assert(sizeof(RecordHeader) == 72 && std::is_trivially_copyable_v<RecordHeader>);

struct Record {
  RecordHeader header;
  std::string path;
  // kRenamed: the new path; kRemoved: where a symbolic link led; kRemoved, kTruncated: content; kReborn:
  // Identity
  std::string other;
  std::uint64_t start = 0;  // where it lies in the file
};

// Files are told apart by their birth, too, because the inode number of a removed file is soon given to
// another.
struct Identity {
  std::uint64_t device, inode;
  std::int64_t birth;
  friend auto operator<=>(const Identity&,
                          const Identity&) = default;  // NOLINT(modernize-use-nullptr): its 0
};

Identity identity_of(int directory, const char* path, const struct stat& status, int flags);
Identity identity_of(const std::string& path, const struct stat& status);  // a symbolic link is not followed

// A record in the form that the file has.
std::string bytes_of(RecordHeader header, const std::string& path, const std::string& other);
// Appends a record with one write(2), so that it is complete or, at the end of the file, torn. After an error
// no part of it is left, if possible, because records after a torn one are lost.
IoResult<void> put(int fd, const std::string& record);
// All complete records of a file; none if there is no file. Zeroes may follow them.
IoResult<std::vector<Record>> read_records(const std::string& name);

// Copies from an offset to the position of `to`; less if the file ends before.
IoResult<void> copy_range(int from, std::int64_t offset, std::int64_t length, int to);

}  // namespace uvm::rt::undo
