#include "runtime/undo_journal.h"

#include <dirent.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <xxhash.h>

#include <algorithm>
#include <cerrno>
#include <compare>
#include <cstddef>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <map>
#include <mutex>
#include <set>
#include <type_traits>
#include <utility>

namespace uvm::rt {
namespace {

constexpr const char* kPrefix = "undo.";
constexpr const char* kBirths = "undo-reborn";  // while a journal is undone: kReborn records

enum class Deed : std::uint32_t { kCreated = 1, kLength, kTruncated, kRemoved, kRenamed, kCreating, kReborn };

// As it lies in the file, followed by the two texts.
struct RecordHeader {
  std::uint64_t checksum;  // XXH3-64 of what follows, texts included
  Deed deed;
  std::uint32_t mode;  // st_mode
  std::uint64_t device, inode;
  std::int64_t offset;  // kTruncated: of the first byte kept
  std::int64_t length;  // of the file; kCreating: the time, in ns since the epoch
  std::uint32_t kept;   // number of the file that has what was destroyed; 0 none
  std::uint32_t path_length, other_length;
  std::uint32_t reserved;
  std::int64_t birth;  // when the file was made, in ns since the epoch; 0 unknown
};
static_assert(sizeof(RecordHeader) == 72 && std::is_trivially_copyable_v<RecordHeader>);

struct Record {
  RecordHeader header;
  std::string path;
  std::string other;        // kRenamed: the new path; kRemoved: where a symbolic link led; kReborn: Identity
  std::uint64_t start = 0;  // where it lies in the file
};

using FileKey = std::pair<std::uint64_t, std::uint64_t>;  // device, inode
FileKey key_of(const struct stat& status) { return {status.st_dev, status.st_ino}; }

std::int64_t ns_of(const timespec& time) { return std::int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec; }

// What need not be recorded again since the cut.
struct Known {
  bool created = false;                            // since the cut
  bool restored = false;                           // by that, or its length is recorded
  std::int64_t kept_from = std::int64_t{1} << 62;  // bytes from here on are kept
};

struct Journal {
  std::mutex lock;
  std::string folder;
  std::uint64_t cut = 0;  // 0: nothing is recorded yet
  int fd = -1;            // of undo.<cut>, made with the first record
  std::uint32_t kept = 0;
  std::map<FileKey, Known> known;
};
Journal journal;

std::string file_of(std::uint64_t cut, std::uint32_t kept = 0) {
  std::string path = journal.folder + "/" + kPrefix + std::to_string(cut);
  if (kept != 0) path += "." + std::to_string(kept);
  return path;
}

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  [[nodiscard]] int get() const { return fd_; }

 private:
  int fd_;
};

bool write_all(int fd, const void* bytes, std::size_t length) {
  const auto* at = static_cast<const std::byte*>(bytes);
  while (length > 0) {
    const ssize_t n = ::write(fd, at, length);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return false;
    at += n;
    length -= static_cast<std::size_t>(n);
  }
  return true;
}

bool copy_range(int from, std::int64_t offset, std::int64_t length, int to) {
  std::vector<std::byte> buffer(static_cast<std::size_t>(std::min<std::int64_t>(length, 1 << 20)));
  while (length > 0) {
    const auto want = static_cast<std::size_t>(std::min<std::int64_t>(length, std::ssize(buffer)));
    const ssize_t n = ::pread(from, buffer.data(), want, offset);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return false;
    if (n == 0) return true;  // shorter than it was
    if (!write_all(to, buffer.data(), static_cast<std::size_t>(n))) return false;
    offset += n;
    length -= n;
  }
  return true;
}

// A copy of what a file has from `offset` on; 0: there is none.
std::uint32_t keep_copy(const std::string& path, const struct stat& status, std::int64_t offset,
                        std::int64_t length) {
  if (length > kMaxCopy) return 0;
  const Descriptor from(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  struct stat now {};
  if (from.get() < 0 || ::fstat(from.get(), &now) != 0 || key_of(now) != key_of(status)) return 0;
  const std::uint32_t kept = journal.kept + 1;
  const std::string name = file_of(journal.cut, kept);
  const Descriptor to(::open(name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (to.get() < 0) return 0;
  // File systems that share blocks need not copy.
  const bool shared = offset == 0 && ::ioctl(to.get(), FICLONE, from.get()) == 0;
  if (!shared && !copy_range(from.get(), offset, length, to.get())) {
    ::unlink(name.c_str());
    return 0;
  }
  journal.kept = kept;
  return kept;
}

std::uint32_t keep_link(const std::string& path) {
  const std::uint32_t kept = journal.kept + 1;
  if (::linkat(AT_FDCWD, path.c_str(), AT_FDCWD, file_of(journal.cut, kept).c_str(), 0) != 0) return 0;
  journal.kept = kept;
  return kept;
}

// Files are told apart by their birth, too: the number of a file that is gone soon is another's.
struct Identity {
  std::uint64_t device, inode;
  std::int64_t birth;
  friend auto operator<=>(const Identity&, const Identity&) = default;
};

Identity identity_of(int directory, const char* path, const struct stat& status, int flags) {
  Identity identity{status.st_dev, status.st_ino, 0};
  struct statx more {};
  if (::statx(directory, path, flags, STATX_BTIME | STATX_INO, &more) == 0 && more.stx_ino == status.st_ino &&
      (more.stx_mask & STATX_BTIME) != 0)
    identity.birth = std::int64_t{more.stx_btime.tv_sec} * 1'000'000'000 + more.stx_btime.tv_nsec;
  return identity;
}

Identity identity_of(const std::string& path, const struct stat& status) {
  return identity_of(AT_FDCWD, path.c_str(), status, AT_SYMLINK_NOFOLLOW);
}

RecordHeader header_of(Deed deed, const std::string& path, const struct stat& status) {
  RecordHeader header{};
  header.birth = identity_of(path, status).birth;
  header.deed = deed;
  header.mode = status.st_mode;
  header.device = status.st_dev;
  header.inode = status.st_ino;
  header.length = status.st_size;
  return header;
}

// One write(2), so that a record is whole or, at the end of the file, torn.
void put(int fd, RecordHeader header, const std::string& path, const std::string& other) {
  header.path_length = static_cast<std::uint32_t>(path.size());
  header.other_length = static_cast<std::uint32_t>(other.size());
  std::string bytes(reinterpret_cast<const char*>(&header), sizeof header);
  bytes += path + other;
  header.checksum = XXH3_64bits(bytes.data() + sizeof header.checksum, bytes.size() - sizeof header.checksum);
  std::memcpy(bytes.data(), &header.checksum, sizeof header.checksum);
  (void)write_all(fd, bytes.data(), bytes.size());
}

void append(const RecordHeader& header, const std::string& path, const std::string& other = {}) {
  if (journal.fd < 0) {
    journal.fd = ::open(file_of(journal.cut).c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (journal.fd < 0) return;
  }
  put(journal.fd, header, path, other);
}

std::vector<Record> read_records(const std::string& name) {
  std::string bytes;
  const Descriptor fd(::open(name.c_str(), O_RDONLY | O_CLOEXEC));
  char buffer[65536];
  for (ssize_t n; fd.get() >= 0 && (n = ::read(fd.get(), buffer, sizeof buffer)) > 0;)
    bytes.append(buffer, static_cast<std::size_t>(n));
  std::vector<Record> records;
  for (std::size_t at = 0; bytes.size() - at >= sizeof(RecordHeader);) {
    Record record;
    record.start = at;
    std::memcpy(&record.header, bytes.data() + at, sizeof record.header);
    const std::size_t texts = std::size_t{record.header.path_length} + record.header.other_length;
    if (texts > bytes.size() - at - sizeof record.header) break;
    const std::size_t skip = sizeof record.header.checksum;
    const std::uint64_t checksum = XXH3_64bits(bytes.data() + at + skip, sizeof record.header - skip + texts);
    if (checksum != record.header.checksum) break;
    at += sizeof record.header;
    record.path = bytes.substr(at, record.header.path_length);
    record.other = bytes.substr(at + record.header.path_length, record.header.other_length);
    at += texts;
    records.push_back(std::move(record));
  }
  return records;
}

// Files that exist again as others, while a journal is undone.
std::map<Identity, Identity> reborn;

bool is_of(const Record& record, const Identity& file) {
  Identity wanted{record.header.device, record.header.inode, record.header.birth};
  for (auto again = reborn.find(wanted); again != reborn.end(); again = reborn.find(wanted))
    wanted = again->second;
  const bool one_birth = wanted.birth == file.birth || wanted.birth == 0 || file.birth == 0;
  return wanted.device == file.device && wanted.inode == file.inode && one_birth;
}

// The file that the record is about, open; -1 when another one is there now.
int open_same(const Record& record) {
  const int fd = ::open(record.path.c_str(), O_WRONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
  struct stat status {};
  if (fd < 0 || (::fstat(fd, &status) == 0 && is_of(record, identity_of(fd, "", status, AT_EMPTY_PATH))))
    return fd;
  ::close(fd);
  return -1;
}

void undo_length_of(const Record& record) {
  const Descriptor fd(open_same(record));
  struct stat status {};
  if (fd.get() >= 0 && ::fstat(fd.get(), &status) == 0 && status.st_size > record.header.length)
    (void)!::ftruncate(fd.get(), record.header.length);
}

void undo_truncation_of(const Record& record, const std::string& kept) {
  const Descriptor fd(open_same(record));
  const Descriptor from(::open(kept.c_str(), O_RDONLY | O_CLOEXEC));
  if (fd.get() < 0 || from.get() < 0) return;
  if (::ftruncate(fd.get(), record.header.offset) != 0) return;
  if (::lseek(fd.get(), record.header.offset, SEEK_SET) < 0) return;
  (void)copy_range(from.get(), 0, record.header.length - record.header.offset, fd.get());
}

// Makes what was removed under another name. False: it cannot be had.
bool make_again(const Record& record, const std::string& kept, const std::string& aside) {
  const mode_t mode = record.header.mode & 07777;
  if (S_ISDIR(record.header.mode)) return ::mkdir(aside.c_str(), mode) == 0 || errno == EEXIST;
  if (S_ISLNK(record.header.mode))
    return ::symlink(record.other.c_str(), aside.c_str()) == 0 || errno == EEXIST;
  const Descriptor from(::open(kept.c_str(), O_RDONLY | O_CLOEXEC));
  const Descriptor to(::open(aside.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, mode));
  return from.get() >= 0 && to.get() >= 0 && copy_range(from.get(), 0, record.header.length, to.get());
}

void undo_removal_of(const Record& record, const std::string& kept) {
  struct stat status {};
  if (::lstat(record.path.c_str(), &status) == 0 || errno != ENOENT) return;
  if (record.header.kept != 0 && ::lstat(kept.c_str(), &status) == 0 &&
      is_of(record, identity_of(kept, status))) {
    (void)!::link(kept.c_str(), record.path.c_str());
    return;
  }
  // It gets its name when it is whole, and known who it is: this may be killed, too.
  const std::string aside = record.path + ".uvm-undo";
  if (!make_again(record, kept, aside) || ::lstat(aside.c_str(), &status) != 0) return;
  const Identity now = identity_of(aside, status);
  const Descriptor births(
      ::open((journal.folder + "/" + kBirths).c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600));
  RecordHeader header = record.header;
  header.deed = Deed::kReborn;
  put(births.get(), header, record.path, {reinterpret_cast<const char*>(&now), sizeof now});
  reborn[{header.device, header.inode, header.birth}] = now;
  (void)!::rename(aside.c_str(), record.path.c_str());
}

void undo_renaming_of(const Record& record) {
  struct stat status {};
  if (::lstat(record.other.c_str(), &status) != 0 || !is_of(record, identity_of(record.other, status)))
    return;
  if (::lstat(record.path.c_str(), &status) == 0 || errno != ENOENT) return;
  (void)!::rename(record.other.c_str(), record.path.c_str());
}

void undo_creation_of(const Record& record) {
  struct stat status {};
  if (::lstat(record.path.c_str(), &status) != 0 || !is_of(record, identity_of(record.path, status))) return;
  (void)!(S_ISDIR(record.header.mode) ? ::rmdir(record.path.c_str()) : ::unlink(record.path.c_str()));
}

// Killed between a creation and its record: what is there, and empty, and ours, and was not there before, is
// what was to be created.
void undo_intent_of(const Record& record) {
  struct stat status {};
  if (::lstat(record.path.c_str(), &status) != 0 || status.st_uid != ::geteuid() ||
      (status.st_mode & S_IFMT) != (record.header.mode & S_IFMT) ||
      ns_of(status.st_ctim) < record.header.length) {
    return;
  }
  if (S_ISDIR(status.st_mode)) {
    (void)!::rmdir(record.path.c_str());
  } else if (!S_ISREG(status.st_mode) || status.st_size == 0) {
    (void)!::unlink(record.path.c_str());
  }
}

void undo(const Record& record, const std::string& kept) {
  switch (record.header.deed) {
    case Deed::kCreated:
      return undo_creation_of(record);
    case Deed::kCreating:
      return undo_intent_of(record);
    case Deed::kLength:
      return undo_length_of(record);
    case Deed::kTruncated:
      return undo_truncation_of(record, kept);
    case Deed::kRenamed:
      return undo_renaming_of(record);
    case Deed::kRemoved:
      return undo_removal_of(record, kept);
    case Deed::kReborn:
      return;
  }
}

// The journal's files: the cut in their names, and whether they are records (or what is kept).
struct JournalFile {
  std::uint64_t cut;
  bool records;
  std::string path;
};
std::vector<JournalFile> journal_files() {
  std::vector<JournalFile> files;
  DIR* listing = ::opendir(journal.folder.c_str());
  if (listing == nullptr) return files;
  while (const dirent* entry = ::readdir(listing)) {
    unsigned long cut = 0;
    unsigned kept = 0;
    char rest = 0;
    const int got = std::sscanf(entry->d_name, "undo.%lu.%u%c", &cut, &kept, &rest);
    if (got == 1 || got == 2) files.push_back({cut, got == 1, journal.folder + "/" + entry->d_name});
  }
  ::closedir(listing);
  return files;
}

// Each record is taken off the file when it is undone: undoing all of them again, after a kill, would find
// files where only later records expect them.
void undo_file(const JournalFile& file) {
  const std::vector<Record> records = read_records(file.path);
  std::multiset<std::string> created;
  for (auto record = records.rbegin(); record != records.rend(); ++record) {
    // Of an intent that was carried out, a later record tells more.
    if (record->header.deed == Deed::kCreated) created.insert(record->path);
    const auto done = record->header.deed == Deed::kCreating ? created.find(record->path) : created.end();
    if (done != created.end()) {
      created.erase(done);
    } else {
      undo(*record, file_of(file.cut, record->header.kept));
    }
    (void)!::truncate(file.path.c_str(), static_cast<off_t>(record->start));
  }
}

void forget() {
  if (journal.fd >= 0) ::close(journal.fd);
  journal.fd = -1;
  journal.kept = 0;
  journal.known.clear();
}

}  // namespace

void undo_attach(const std::string& folder) {
  const std::lock_guard guard(journal.lock);
  forget();
  journal.folder = folder;
  journal.cut = 0;
}

void undo_at_cut(std::uint64_t cut) {
  const std::lock_guard guard(journal.lock);
  forget();
  journal.cut = cut;
}

void undo_committed(std::uint64_t cut) {
  const std::lock_guard guard(journal.lock);
  if (journal.folder.empty()) return;
  for (const JournalFile& file : journal_files()) {
    if (file.cut < cut) ::unlink(file.path.c_str());
  }
}

std::vector<RestoredFile> undo_since(std::uint64_t cut) {
  const std::lock_guard guard(journal.lock);
  if (journal.folder.empty()) return {};
  const std::string births = journal.folder + "/" + kBirths;
  reborn.clear();
  for (const Record& record : read_records(births)) {
    Identity now{};
    if (record.other.size() != sizeof now) continue;
    std::memcpy(&now, record.other.data(), sizeof now);
    reborn[{record.header.device, record.header.inode, record.header.birth}] = now;
  }
  std::vector<JournalFile> files = journal_files();
  std::sort(files.begin(), files.end(),
            [](const JournalFile& a, const JournalFile& b) { return a.cut > b.cut; });
  for (const JournalFile& file : files) {
    if (file.cut >= cut && file.records) undo_file(file);
  }
  for (const JournalFile& file : files) ::unlink(file.path.c_str());
  ::unlink(births.c_str());
  std::vector<RestoredFile> restored;
  for (const auto& [old, now] : reborn) restored.push_back({old.device, old.inode, now.device, now.inode});
  forget();
  journal.cut = cut;
  return restored;
}

void undo_creating(const std::string& path, mode_t kind) {
  const std::lock_guard guard(journal.lock);
  RecordHeader header{};
  header.deed = Deed::kCreating;
  header.mode = kind;
  timespec now{};
  clock_gettime(CLOCK_REALTIME_COARSE, &now);  // which st_ctime is taken from, too
  header.length = ns_of(now);
  append(header, path);
}

bool undo_records() {
  const std::lock_guard guard(journal.lock);
  return !journal.folder.empty() && journal.cut != 0;
}

void undo_created(const std::string& path, const struct stat& status) {
  const std::lock_guard guard(journal.lock);
  append(header_of(Deed::kCreated, path, status), path);
  // Another name of a file that there was says nothing of the file.
  if (status.st_nlink == 1)
    journal.known[key_of(status)] = {.created = true, .restored = true, .kept_from = 0};
}

void undo_length(const std::string& path, const struct stat& status) {
  const std::lock_guard guard(journal.lock);
  if (std::exchange(journal.known[key_of(status)].restored, true)) return;
  append(header_of(Deed::kLength, path, status), path);
}

void undo_truncation(const std::string& path, const struct stat& status, std::int64_t length) {
  const std::lock_guard guard(journal.lock);
  Known& known = journal.known[key_of(status)];
  const std::int64_t end = std::min<std::int64_t>(known.kept_from, status.st_size);
  if (length >= end) return;
  RecordHeader header = header_of(Deed::kTruncated, path, status);
  header.offset = length;
  header.length = end;
  header.kept = keep_copy(path, status, length, end - length);
  if (header.kept == 0) return;
  known.kept_from = length;
  append(header, path);
}

void undo_removal(const std::string& path, const struct stat& status) {
  const std::lock_guard guard(journal.lock);
  const auto known = journal.known.find(key_of(status));
  if (known != journal.known.end()) {
    const bool created = known->second.created && status.st_nlink == 1;
    journal.known.erase(known);  // its number may become another file's
    // It need not be there again for its creation to be undone; but a folder for what was moved through it.
    if (created && !S_ISDIR(status.st_mode)) return;
  }
  RecordHeader header = header_of(Deed::kRemoved, path, status);
  std::string target;
  if (S_ISLNK(status.st_mode)) {
    char buffer[4096];
    const ssize_t length = ::readlink(path.c_str(), buffer, sizeof buffer);
    if (length <= 0) return;
    target.assign(buffer, static_cast<std::size_t>(length));
  } else if (S_ISREG(status.st_mode)) {
    header.kept = keep_link(path);
    if (header.kept == 0) header.kept = keep_copy(path, status, 0, status.st_size);
    if (header.kept == 0) return;
  } else if (!S_ISDIR(status.st_mode)) {
    return;
  }
  append(header, path, target);
}

void undo_renaming(const std::string& from, const std::string& to, const struct stat& status) {
  const std::lock_guard guard(journal.lock);
  append(header_of(Deed::kRenamed, from, status), from, to);
}

}  // namespace uvm::rt
