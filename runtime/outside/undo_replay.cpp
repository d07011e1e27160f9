#include "runtime/outside/undo_replay.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <set>
#include <string>
#include <vector>

#include "base/descriptor.h"
#include "runtime/outside/cut_back.h"
#include "runtime/outside/own_writes.h"
#include "store/device.h"
#include "store/owned_file.h"

namespace uvm::rt::undo {
namespace {

constexpr const char* kNotes = "/undo-reborn";

// A copy, or the program's own file by another name, so its owner does not matter.
int open_kept(const std::string& kept) {
  return store::descriptor_or_errno(store::open_file(kept, O_RDONLY, store::Ownership::kAny));
}

// Writes the kept content, from a file or from the record itself.
IoResult<void> put_back(const Record& record, int kept, std::int64_t length, int to) {
  return record.header.kept == 0 ? write_all(to, record.other.data(), record.other.size())
                                 : copy_range(kept, 0, length, to);
}

Unexpected<Error> not_restored(const Record& record, const std::string& kept, IoError error) {
  return {system_error("cannot restore " + record.path + " from", kept, error.sys_errno)};
}

// Makes a removed file again, under another name. False: it was not kept, or its folder accepts nothing.
// Fails if it cannot be restored from what was kept.
IoResult<bool> make_again(const Record& record, const std::string& kept, const std::string& aside) {
  const mode_t mode = record.header.mode & 07777;
  const auto made = [](int result) { return result == 0 || errno == EEXIST; };
  if (S_ISDIR(record.header.mode)) return made(::mkdir(aside.c_str(), mode));
  if (S_ISLNK(record.header.mode)) return made(::symlink(record.other.c_str(), aside.c_str()));
  const Descriptor from(record.header.kept == 0 ? -1 : open_kept(kept));
  if (record.header.kept != 0 && from.get() < 0) {
    if (errno == ENOENT) return false;
    return io_failure(errno);
  }
  (void)!::unlink(aside.c_str());  // from a replay that was killed; existing files are not written to
  const Descriptor to(::open(aside.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode));
  if (to.get() < 0) return false;
  if (const auto done = put_back(record, from.get(), record.header.length, to.get()); !done)
    return Unexpected{done.error()};
  return true;
}

// Killed between a creation and its record: nothing was there before, so a file that is there now, is empty
// and is ours, is the one that was to be created.
void undo_intent(const Record& record) {
  struct stat status {};
  if (::lstat(record.path.c_str(), &status) != 0 || status.st_uid != ::geteuid() ||
      (status.st_mode & S_IFMT) != (record.header.mode & S_IFMT)) {
    return;
  }
  if (S_ISDIR(status.st_mode)) {
    (void)!::rmdir(record.path.c_str());
  } else if (!S_ISREG(status.st_mode) || status.st_size == 0) {
    (void)!::unlink(record.path.c_str());
  }
}

}  // namespace

Replay::Replay(const std::string& folder, std::uint64_t cut) : notes_(folder + kNotes), cut_(cut) {
  const auto records = read_records(notes_);
  if (!records) {
    notes_read_ = Unexpected{system_error("cannot read", notes_, records.error().sys_errno)};
    return;
  }
  for (const Record& record : *records) {
    Identity now{};
    if (record.other.size() != sizeof now) continue;
    std::memcpy(&now, record.other.data(), sizeof now);
    reborn_[{record.header.device, record.header.inode, record.header.birth}] = now;
    own_file_reborn({now.device, now.inode});
  }
}

void Replay::forget(const std::string& folder) { ::unlink((folder + kNotes).c_str()); }

std::map<Identity, Identity> Replay::reborn() const {
  std::map<Identity, Identity> last;
  for (const auto& [old, now] : reborn_) last[old] = today(now);
  return last;
}

Identity Replay::today(Identity file) const {
  for (auto again = reborn_.find(file); again != reborn_.end(); again = reborn_.find(file))
    file = again->second;
  return file;
}

Result<void> Replay::undo_file(const std::string& name) {
  if (!notes_read_) return notes_read_;
  const auto records = read_records(name);
  if (!records) return Unexpected{system_error("cannot read", name, records.error().sys_errno)};
  std::multiset<std::string> created;
  for (auto record = records->rbegin(); record != records->rend(); ++record) {
    // If an intent was carried out, a later record says more.
    if (record->header.deed == Deed::kCreated) created.insert(record->path);
    const auto done = record->header.deed == Deed::kCreating ? created.find(record->path) : created.end();
    if (done != created.end()) {
      created.erase(done);
    } else if (auto undone = undo(*record, name + "." + std::to_string(record->header.kept)); !undone) {
      return undone;
    }
    const RecordHeader& header = record->header;
    if (header.epoch != 0) {
      const bool gone =
          header.deed == Deed::kTruncated || reborn_.contains({header.device, header.inode, header.birth});
      own_epoch_undone({header.device, header.inode}, header.epoch, gone);
    }
    (void)!::truncate(name.c_str(), static_cast<off_t>(record->start));
  }
  return {};
}

Result<void> Replay::undo(const Record& record, const std::string& kept) {
  switch (record.header.deed) {
    case Deed::kCreated:
      undo_creation(record);
      return {};
    case Deed::kCreating:
      undo_intent(record);
      return {};
    case Deed::kLength:
      undo_length(record);
      return {};
    case Deed::kTruncated:
      return undo_truncation(record, kept);
    case Deed::kRenamed:
      undo_renaming(record);
      return {};
    case Deed::kRemoved:
      return undo_removal(record, kept);
    case Deed::kReborn:
      break;
  }
  return {};
}

bool Replay::is_of(const Record& record, const Identity& file) const {
  const Identity wanted = today({record.header.device, record.header.inode, record.header.birth});
  const bool one_birth = wanted.birth == file.birth || wanted.birth == 0 || file.birth == 0;
  return wanted.device == file.device && wanted.inode == file.inode && one_birth;
}

// The file that the record is about, open; -1 if a different one is there now.
int Replay::open_same(const Record& record) const {
  const int fd = ::open(record.path.c_str(), O_WRONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
  struct stat status {};
  if (fd < 0 || (::fstat(fd, &status) == 0 && is_of(record, identity_of(fd, "", status, AT_EMPTY_PATH))))
    return fd;
  ::close(fd);
  return -1;
}

void Replay::undo_length(const Record& record) {
  const Descriptor fd(open_same(record));
  if (fd.get() >= 0) (void)cut_back(fd.get(), record.header.length, cut_, Others::kStay, remarks_);
}

Result<void> Replay::undo_truncation(const Record& record, const std::string& kept) {
  const Descriptor fd(open_same(record));
  if (fd.get() < 0) return {};
  const Descriptor from(record.header.kept == 0 ? -1 : open_kept(kept));
  if (record.header.kept != 0 && from.get() < 0) {
    if (errno == ENOENT) return {};
    return not_restored(record, kept, {errno});
  }
  // What others have appended since must make way.
  const std::int64_t end = cut_back(fd.get(), record.header.offset, cut_, Others::kAside, remarks_);
  if (end > record.header.offset) return {};  // or it does not, which is reported
  if (end < 0 || ::ftruncate(fd.get(), record.header.offset) != 0 ||
      ::lseek(fd.get(), record.header.offset, SEEK_SET) < 0)
    return not_restored(record, kept, {errno});
  const std::int64_t length = record.header.length - record.header.offset;
  if (const auto done = put_back(record, from.get(), length, fd.get()); !done)
    return not_restored(record, kept, done.error());
  return {};
}

void Replay::tell_aside(const std::string& path, const std::string& whose,
                        const IoResult<std::string>& aside) {
  if (aside) remarks_.push_back(path + ": " + whose + " in " + *aside);
}

bool Replay::is_free(const std::string& path) {
  struct stat status {};
  if (::lstat(path.c_str(), &status) != 0) return errno == ENOENT;
  if (left_.erase(path) == 0) return false;
  const auto aside = move_aside(path, path, Move::kRename);
  tell_aside(path, "back as it was at the last checkpoint; what others have written to it since is", aside);
  return aside.has_value();
}

Result<void> Replay::undo_removal(const Record& record, const std::string& kept) {
  struct stat status {};
  const bool taken = !is_free(record.path);
  // It was not removed, or others have made something else there, which stays.
  if (taken && (!S_ISREG(record.header.mode) || ::lstat(record.path.c_str(), &status) != 0 ||
                is_of(record, identity_of(record.path, status))))
    return {};
  const auto tell_taken = [&](const IoResult<std::string>& aside) {
    tell_aside(record.path, "others have made this file; what the run had there at the last checkpoint is",
               aside);
  };
  if (record.header.kept != 0 && ::lstat(kept.c_str(), &status) == 0 &&
      is_of(record, identity_of(kept, status))) {
    if (taken) {
      tell_taken(move_aside(kept, record.path, Move::kLink));
    } else {
      (void)!::link(kept.c_str(), record.path.c_str());
    }
    return {};
  }
  // One file with two names must not become two files.
  const Identity removed{record.header.device, record.header.inode, record.header.birth};
  const auto again = made_at_.find(removed);
  if (!taken && again != made_at_.end() && ::lstat(again->second.c_str(), &status) == 0 &&
      is_of(record, identity_of(again->second, status)) &&
      ::link(again->second.c_str(), record.path.c_str()) == 0)
    return {};
  const std::string aside = record.path + ".uvm-undo";
  const auto made = make_again(record, kept, aside);
  if (!made) return not_restored(record, kept, made.error());
  if (!*made || ::lstat(aside.c_str(), &status) != 0) return {};
  if (taken) {
    tell_taken(move_aside(aside, record.path, Move::kRename));
    return {};
  }
  const Identity now = identity_of(aside, status);
  const Descriptor notes(store::descriptor_or_errno(
      store::open_file(notes_, O_WRONLY | O_CREAT | O_APPEND, store::Ownership::kOwned)));
  RecordHeader header = record.header;
  header.deed = Deed::kReborn;
  const auto noted =
      notes.get() < 0 ? io_failure(errno)
                      : put(notes.get(),
                            bytes_of(header, record.path, {reinterpret_cast<const char*>(&now), sizeof now}));
  if (!noted) return Unexpected{system_error("cannot write", notes_, noted.error().sys_errno)};
  reborn_[removed] = now;
  made_at_[removed] = record.path;
  own_file_reborn({now.device, now.inode});
  (void)!::rename(aside.c_str(), record.path.c_str());
  return {};
}

void Replay::undo_renaming(const Record& record) {
  struct stat status {};
  if (::lstat(record.other.c_str(), &status) != 0 || !is_of(record, identity_of(record.other, status)))
    return;
  if (is_free(record.path)) (void)!::rename(record.other.c_str(), record.path.c_str());
}

void Replay::undo_creation(const Record& record) {
  struct stat status {};
  if (::lstat(record.path.c_str(), &status) != 0 || !is_of(record, identity_of(record.path, status))) return;
  if (S_ISREG(status.st_mode) && status.st_size != 0 && status.st_nlink == 1) {
    const char* path = record.path.c_str();
    constexpr int kFlags = O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK;
    const int writable = ::open(path, O_RDWR | kFlags);
    const Descriptor fd(writable >= 0 ? writable : ::open(path, O_RDONLY | kFlags));
    if (!own_writes_since(cut_, status, fd.get(), 0).has_value()) {
      tell_aside(record.path, "made after the last checkpoint; what the run or others have written to it is",
                 move_aside(record.path, record.path, Move::kRename));
      return;
    }
    // What others have appended to it stays under its name.
    if (cut_back(fd.get(), 0, cut_, Others::kStay, remarks_) > 0) {
      left_.insert(record.path);
      return;
    }
  }
  (void)!(S_ISDIR(record.header.mode) ? ::rmdir(record.path.c_str()) : ::unlink(record.path.c_str()));
}

}  // namespace uvm::rt::undo
