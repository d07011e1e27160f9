#include "runtime/outside/undo_journal.h"

#include <dirent.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <cstddef>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <map>
#include <mutex>
#include <optional>
#include <utility>

#include "base/descriptor.h"
#include "base/folder_names.h"
#include "runtime/metadata/vm.h"
#include "runtime/outside/host_paths.h"
#include "runtime/outside/mapped_file.h"
#include "runtime/outside/own_writes.h"
#include "runtime/outside/undo_record.h"
#include "runtime/outside/undo_replay.h"
#include "store/device.h"
#include "store/owned_file.h"

namespace uvm::rt {
namespace {

using undo::Deed;
using undo::RecordHeader;

constexpr const char* kPrefix = "undo.";
constexpr std::uint64_t kFirstRecordBytes = 16 << 10;  // of a file of records
constexpr std::int64_t kInRecord = 4096;               // bytes: less than that needs no file of its own

// What need not be recorded again since the cut.
struct Known {
  bool created = false;                            // since the cut
  bool restored = false;                           // by its record, or its length is recorded
  std::int64_t kept_from = std::int64_t{1} << 62;  // bytes from here on are already kept
};

struct Journal final : HostState {
  static constexpr HostPart kPart = HostPart::kUndoJournal;
  ~Journal() override {
    if (fd >= 0) ::close(fd);
  }

  std::mutex lock;
  std::string folder;
  std::uint64_t cut = 0;  // 0: nothing has been recorded yet
  // undo.<cut>, made with the first record: mapped, with records that end before `end`; or open for
  // appending.
  MappedFile records;
  std::uint64_t end = 0;
  int fd = -1;
  std::uint32_t kept = 0;
  std::int64_t copied = 0;  // bytes, since the cut
  std::map<FileKey, Known> known;
  std::function<void(const std::string&)> report;
  bool told = false;  // reported that nothing can be recorded
  // Descriptors for records when the program has used up all others: a file of records, the two ends of a
  // copy, and the folder that one of them is opened in.
  std::array<std::optional<Descriptor>, 4> spare;
};
Journal& journal() { return vm()->state<Journal>(); }

void keep_spare() {
  for (auto& spare : journal().spare) {
    if (!spare || !*spare) spare.emplace(::open("/", O_PATH | O_CLOEXEC));
  }
}

// Returns what `open` opens; if no other descriptors are left, gives up spare ones for it. On failure errno
// says why.
template <typename Open>
int open_with_spare(Open open) {
  int fd = open();
  for (auto& spare : journal().spare) {
    if (fd >= 0 || errno != EMFILE) break;
    spare.reset();
    fd = open();
  }
  return fd;
}

// Creates a file of the journal.
int make_file(const std::string& name, int flags) {
  return open_with_spare([&] {
    return store::descriptor_or_errno(store::open_file(name, O_CREAT | flags, store::Ownership::kOwned));
  });
}

std::string file_of(std::uint64_t cut, std::uint32_t kept = 0) {
  std::string path = journal().folder + "/" + kPrefix + std::to_string(cut);
  if (kept != 0) path += "." + std::to_string(kept);
  return path;
}

// Reports that a record, or what is kept with it, could not be written.
void tell_trouble(const std::string& file, IoError error) {
  if (std::exchange(journal().told, true) || !journal().report) return;
  journal().report("the undo journal of files cannot be written: " +
                   system_error("cannot write", file, error.sys_errno).message +
                   "; the run continues, but if it is killed before the next checkpoint, files stay as the "
                   "program left them");
}

// Content that is kept, and the file that it is from.
struct Copied {
  bool made = false;
  std::uint32_t kept = 0;    // 0: it is `content`, which is stored in the record
  std::string content = {};  // at most kInRecord bytes
  std::string path = {};     // without links
  FileFacts facts = {};
};

// Keeps a copy of a file's content from `offset` on.
Copied keep_copy(const std::string& path, const struct stat& status, std::int64_t offset,
                 std::int64_t length) {
  if (length > kMaxCopy || journal().copied + length > kMaxCopies) return {};
  keep_spare();  // the ends of the last copy are closed
  const Descriptor from(
      open_with_spare([&] { return ::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC); }));
  FileFacts now;
  if (from.get() < 0 || find_facts(from.get(), &now) != 0 || key_of(now.status) != key_of(status)) return {};
  Copied copied{.made = true, .path = path_of_descriptor(from.get()), .facts = now};
  if (length <= kInRecord) {
    copied.content.resize(static_cast<std::size_t>(length));
    const ssize_t n = ::pread(from.get(), copied.content.data(), copied.content.size(), offset);
    if (n < 0) return {};
    copied.content.resize(static_cast<std::size_t>(n));
    journal().copied += n;
    return copied;
  }
  copied.kept = journal().kept + 1;
  const std::string name = file_of(journal().cut, copied.kept);
  const Descriptor to(make_file(name, O_WRONLY | O_EXCL));
  if (to.get() < 0) {
    tell_trouble(name, {errno});
    return {};
  }
  // File systems that share blocks need not copy.
  const bool shared = offset == 0 && ::ioctl(to.get(), FICLONE, from.get()) == 0;
  if (!shared) {
    if (const auto done = undo::copy_range(from.get(), offset, length, to.get()); !done) {
      tell_trouble(name, done.error());
      ::unlink(name.c_str());
      return {};
    }
  }
  journal().copied += shared ? 0 : length;
  journal().kept = copied.kept;
  return copied;
}

std::uint32_t keep_link(const std::string& path) {
  const std::uint32_t kept = journal().kept + 1;
  if (::linkat(AT_FDCWD, path.c_str(), AT_FDCWD, file_of(journal().cut, kept).c_str(), 0) != 0) return 0;
  journal().kept = kept;
  return kept;
}

RecordHeader header_of(Deed deed, const FileFacts& facts) {
  const struct stat& status = facts.status;
  RecordHeader header{};
  header.birth = facts.birth;
  header.deed = deed;
  header.mode = status.st_mode;
  header.device = status.st_dev;
  header.inode = status.st_ino;
  header.length = status.st_size;
  return header;
}

IoResult<void> begin_records(const std::string& file) {
  const int fd = make_file(file, O_RDWR);
  struct stat status {};
  if (fd < 0) return io_failure(errno);
  // A file that could not be removed is appended to.
  const bool empty = ::fstat(fd, &status) == 0 && status.st_size == 0;
  if (empty && journal().records.open(fd, kFirstRecordBytes)) {
    journal().end = 0;
  } else {
    if (empty) (void)!::ftruncate(fd, 0);
    ::fcntl(fd, F_SETFL, O_APPEND);
    journal().fd = fd;
  }
  return {};
}

// Stores a record after the others. False: there is no room for it in the mapping.
bool store_record(const std::string& record) {
  while (journal().records.bytes() - journal().end < record.size()) {
    if (!journal().records.grow(journal().records.bytes() * 2)) return false;
  }
  // A record begins with its checksum, which is stored last: without it there is no record.
  constexpr std::size_t kChecksum = sizeof RecordHeader::checksum;
  std::byte* to = journal().records.memory() + journal().end;
  std::memcpy(to + kChecksum, record.data() + kChecksum, record.size() - kChecksum);
  std::atomic_signal_fence(std::memory_order_release);
  std::memcpy(to, record.data(), kChecksum);
  std::atomic_signal_fence(std::memory_order_release);
  journal().end += record.size();
  return true;
}

// False: it was not written, which has been reported.
bool append(const RecordHeader& header, const std::string& path, const std::string& other = {}) {
  const std::string file = file_of(journal().cut);
  if (!journal().records.is_open() && journal().fd < 0) {
    if (const auto begun = begin_records(file); !begun) {
      tell_trouble(file, begun.error());
      return false;
    }
  }
  const std::string record = undo::bytes_of(header, path, other);
  if (journal().records.is_open() && !store_record(record)) {
    // There may still be room for a small one.
    journal().records.close();
    journal().fd = make_file(file, O_WRONLY | O_APPEND);
    if (journal().fd >= 0) (void)!::ftruncate(journal().fd, static_cast<off_t>(journal().end));
  }
  if (!journal().records.is_open()) {
    const auto written = journal().fd < 0 ? io_failure(errno) : undo::put(journal().fd, record);
    if (!written) {
      tell_trouble(file, written.error());
      return false;
    }
  }
  journal().told = false;
  return true;
}

// A file of the journal: the cut in its name, and whether it has records or kept content.
struct JournalFile {
  std::uint64_t cut;
  bool records;
  std::string path;
};
// Fails when the folder cannot be listed.
IoResult<std::vector<JournalFile>> journal_files() {
  std::vector<JournalFile> files;
  const int folder = open_with_spare([] {
    return store::descriptor_or_errno(store::open_folder(journal().folder, store::Ownership::kOwned));
  });
  DIR* listing = folder < 0 ? nullptr : ::fdopendir(folder);
  if (listing == nullptr) {
    const int error = errno;
    if (folder >= 0) ::close(folder);
    return io_failure(error);
  }
  std::vector<std::string> names;
  const int error = read_names(listing, &names);
  for (const std::string& name : names) {
    unsigned long cut = 0;
    unsigned kept = 0;
    char rest = 0;
    const int got = std::sscanf(name.c_str(), "undo.%lu.%u%c", &cut, &kept, &rest);
    if (got == 1 || got == 2) files.push_back({cut, got == 1, journal().folder + "/" + name});
  }
  ::closedir(listing);
  keep_spare();
  if (error != 0) return io_failure(error);
  return files;
}

void forget() {
  if (journal().fd >= 0) ::close(journal().fd);
  journal().fd = -1;
  journal().records.close();
  if (!journal().folder.empty()) keep_spare();
  journal().kept = 0;
  journal().copied = 0;
  journal().known.clear();
}

}  // namespace

void undo_attach(const std::string& folder, std::function<void(const std::string&)> report) {
  const std::lock_guard guard(journal().lock);
  journal().folder = folder;
  forget();
  journal().cut = 0;
  journal().report = std::move(report);
  journal().told = false;
  own_writes_attach(folder);
}

void undo_at_cut(std::uint64_t cut) {
  own_writes_at_cut(cut);
  const std::lock_guard guard(journal().lock);
  forget();
  journal().cut = cut;
}

void undo_committed(std::uint64_t cut) {
  const std::lock_guard guard(journal().lock);
  if (journal().folder.empty()) return;
  own_writes_committed(cut);
  const auto files = journal_files();  // what is left is removed after the next commit
  for (std::size_t i = 0; files && i < files->size(); ++i) {
    const JournalFile& file = (*files)[i];
    if (file.cut < cut) ::unlink(file.path.c_str());
  }
  undo::Replay::forget(journal().folder);
}

Result<Undone> undo_since(std::uint64_t cut) {
  const std::lock_guard guard(journal().lock);
  Undone undone;
  if (journal().folder.empty()) return undone;
  undo::Replay replay(journal().folder, cut);
  auto listed = journal_files();
  if (!listed) return Unexpected{system_error("cannot list", journal().folder, listed.error().sys_errno)};
  std::vector<JournalFile> files = std::move(*listed);
  std::sort(files.begin(), files.end(),
            [](const JournalFile& a, const JournalFile& b) { return a.cut > b.cut; });
  for (const JournalFile& file : files) {
    if (file.cut < cut || !file.records) continue;
    if (auto done = replay.undo_file(file.path); !done) return Unexpected{done.error()};
  }
  for (const JournalFile& file : files) ::unlink(file.path.c_str());
  for (const auto& [old, now] : replay.reborn())
    undone.restored.push_back({old.device, old.inode, now.device, now.inode});
  undone.remarks = replay.remarks();
  forget();
  journal().cut = cut;
  return undone;
}

void undo_creating(const std::string& path, mode_t kind) {
  const std::lock_guard guard(journal().lock);
  RecordHeader header{};
  header.deed = Deed::kCreating;
  header.mode = kind;
  (void)append(header, path);
}

bool undo_records() {
  const std::lock_guard guard(journal().lock);
  return !journal().folder.empty() && journal().cut != 0;
}

void undo_created(const std::string& path, const FileFacts& facts) {
  const std::lock_guard guard(journal().lock);
  const struct stat& status = facts.status;
  (void)append(header_of(Deed::kCreated, facts), path);
  journal().known[key_of(status)] = {.created = true, .restored = true, .kept_from = 0};
  if (S_ISREG(status.st_mode)) own_file_created(key_of(status));
}

// Another name for an existing file says nothing about the file.
void undo_linking(const std::string& to, const FileFacts& facts) {
  const std::lock_guard guard(journal().lock);
  (void)append(header_of(Deed::kCreated, facts), to);
}

void undo_length(int fd, const FileFacts& facts) {
  const std::lock_guard guard(journal().lock);
  if (std::exchange(journal().known[key_of(facts.status)].restored, true)) return;
  (void)append(header_of(Deed::kLength, facts), path_of_descriptor(fd));
}

void undo_truncation(const std::string& path, const struct stat& status, std::int64_t length) {
  const std::lock_guard guard(journal().lock);
  Known& known = journal().known[key_of(status)];
  const std::int64_t end = std::min<std::int64_t>(known.kept_from, status.st_size);
  const FileKey key = key_of(status);
  if (length >= end) return own_file_resized(key, status.st_size, length);
  const Copied copied = keep_copy(path, status, length, end - length);
  if (!copied.made) return own_file_resized(key, status.st_size, length);
  RecordHeader header = header_of(Deed::kTruncated, copied.facts);
  header.offset = length;
  header.length = end;
  header.kept = copied.kept;
  header.epoch = own_next_epoch(key);
  if (!append(header, copied.path, copied.content)) return own_file_resized(key, status.st_size, length);
  known.kept_from = length;
  own_epoch_begins(key, header.epoch, length);
}

void undo_removal(const std::string& path, const FileFacts& facts) {
  const std::lock_guard guard(journal().lock);
  const struct stat& status = facts.status;
  const auto known = journal().known.find(key_of(status));
  if (known != journal().known.end()) {
    const bool created = known->second.created && status.st_nlink == 1;
    journal().known.erase(known);  // its number may be reused by another file
    // The file need not exist again for its creation to be undone; but a folder must, for what was moved
    // through it.
    if (created && !S_ISDIR(status.st_mode)) return;
  }
  RecordHeader header = header_of(Deed::kRemoved, facts);
  bool ends = false;
  std::string other;
  if (S_ISLNK(status.st_mode)) {
    char buffer[4096];
    const ssize_t length = ::readlink(path.c_str(), buffer, sizeof buffer);
    if (length <= 0) return;
    other.assign(buffer, static_cast<std::size_t>(length));
  } else if (S_ISREG(status.st_mode)) {
    header.kept = keep_link(path);
    // A file that is kept only as a copy ends with its last name, and its number may be reused.
    ends = header.kept == 0 && status.st_nlink == 1;
    if (header.kept == 0) {
      Copied copied = keep_copy(path, status, 0, status.st_size);
      if (!copied.made) return;
      header.kept = copied.kept;
      other = std::move(copied.content);
    }
  } else if (!S_ISDIR(status.st_mode)) {
    return;
  }
  const FileKey key = key_of(status);
  if (ends) header.epoch = own_next_epoch(key);
  if (append(header, path, other) && ends) own_epoch_begins(key, header.epoch, 0);
}

void undo_renaming(const std::string& from, const std::string& to, const FileFacts& facts) {
  const std::lock_guard guard(journal().lock);
  (void)append(header_of(Deed::kRenamed, facts), from, to);
}

std::unique_ptr<HostState> make_undo_journal_state() { return std::make_unique<Journal>(); }

}  // namespace uvm::rt
