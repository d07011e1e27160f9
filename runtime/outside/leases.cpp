#include "runtime/outside/leases.h"

#include <fcntl.h>
#include <spdlog/spdlog.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <deque>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

#include "base/descriptor.h"
#include "runtime/metadata/roots.h"
#include "runtime/metadata/vm.h"
#include "runtime/outside/cut_back.h"
#include "runtime/outside/file_calls.h"
#include "runtime/outside/file_facts.h"
#include "runtime/outside/host_paths.h"
#include "runtime/outside/lease_durability.h"
#include "runtime/outside/own_writes.h"
#include "runtime/outside/undoable_files.h"

namespace uvm::rt {
namespace {

constexpr std::uint32_t kFirstCapacity = 64;
constexpr std::int32_t kStandardStreams = 3;
constexpr int kForgottenFlags = O_CREAT | O_EXCL | O_TRUNC | O_NOCTTY | O_CLOEXEC;

struct HostLease {
  int fd = -1;
  bool may_wait = false;
  bool path_unknown = false;  // ask the kernel when it is needed: most files are closed before
  bool own_position = false;  // the kernel's is not used
  bool written = false;       // not flushed yet; set after a write, so before the next cut
  std::int64_t position = 0;  // bytes from the start, if own_position
};

struct HostLeases final : HostState {
  static constexpr HostPart kPart = HostPart::kLeases;
  ~HostLeases() override {
    for (const HostLease& lease : host) {
      if (lease.fd >= kStandardStreams) ::close(lease.fd);
    }
  }

  // Guards the table in the region and the host's descriptors. Never held over a call that may wait.
  std::mutex lock;
  std::deque<HostLease> host;  // by lease; they never move
  // A lease's mutex is held during reads and writes at its position and during its close, but not during a
  // call that may wait for others. Taken before `lock`.
  std::array<std::mutex, 64> positions;
  ClosedOutput closed_output;
  FlushedDescriptor flushed;
  std::string directory;  // program_directory() when this process is elsewhere, else empty
};

HostLeases& held() { return vm()->state<HostLeases>(); }

LeaseTable* table() {
  const std::uint64_t offset = roots().leases_offset;
  return offset == 0 ? nullptr : gc::at_offset<LeaseTable>(offset);
}

Lease* record(std::int32_t lease) {
  LeaseTable* t = table();
  if (t == nullptr || lease < 0 || static_cast<std::uint32_t>(lease) >= t->capacity) return nullptr;
  return gc::at_offset<Lease>(t->records) + lease;
}

// The standard streams have records from the moment there is a table.
bool make_table() {
  if (table() != nullptr) return true;
  gc::SegmentAllocator& memory = vm()->native_memory;
  const gc::RegionOffset header = memory.allocate(sizeof(LeaseTable));
  const gc::RegionOffset records = memory.allocate(sizeof(Lease) * kFirstCapacity);
  if (header == 0 || records == 0) return false;
  std::memset(gc::at_offset<Lease>(records), 0, sizeof(Lease) * kFirstCapacity);
  *gc::at_offset<LeaseTable>(header) = LeaseTable{kFirstCapacity, 0, records, 0};
  roots().leases_offset = header;
  return true;
}

bool grow_table() {
  LeaseTable* t = table();
  gc::SegmentAllocator& memory = vm()->native_memory;
  const std::uint64_t old_bytes = sizeof(Lease) * t->capacity;
  const gc::RegionOffset records = memory.allocate(old_bytes * 2);
  if (records == 0) return false;
  auto* bytes = gc::at_offset<std::byte>(records);
  std::memcpy(bytes, gc::at_offset<std::byte>(t->records), old_bytes);
  std::memset(bytes + old_bytes, 0, old_bytes);
  memory.release(t->records);
  t->records = records;
  t->capacity *= 2;
  return true;
}

std::int32_t free_lease() {
  for (;;) {
    const std::uint32_t capacity = table()->capacity;
    for (std::uint32_t i = kStandardStreams; i < capacity; ++i) {
      if (record(static_cast<std::int32_t>(i))->state == LeaseState::kFree)
        return static_cast<std::int32_t>(i);
    }
    if (!grow_table()) return -ENOMEM;
  }
}

LeaseKind kind_of(const struct stat& status) {
  if (S_ISREG(status.st_mode)) return LeaseKind::kRegular;
  if (S_ISDIR(status.st_mode)) return LeaseKind::kDirectory;
  if (S_ISCHR(status.st_mode) || S_ISBLK(status.st_mode)) return LeaseKind::kDevice;
  return LeaseKind::kStream;
}

// Among the devices only terminals make a reader wait.
bool waits(LeaseKind kind, int fd) {
  return kind == LeaseKind::kStream || (kind == LeaseKind::kDevice && ::isatty(fd) == 1);
}

std::string path_of(const Lease& lease) {
  if (lease.path == 0) return {};
  return {gc::at_offset<char>(lease.path), lease.path_length};
}

void set_path(Lease& lease, const std::string& path) {
  vm()->native_memory.release(lease.path);
  lease.path = 0;
  lease.path_length = 0;
  if (path.empty()) return;
  const gc::RegionOffset memory = vm()->native_memory.allocate(path.size());
  if (memory == 0) return;
  std::memcpy(gc::at_offset<char>(memory), path.data(), path.size());
  lease.path = memory;
  lease.path_length = static_cast<std::uint32_t>(path.size());
}

std::mutex& position_of(std::int32_t lease) {
  return held().positions[static_cast<std::uint32_t>(lease) % held().positions.size()];
}

HostLease& host(std::int32_t lease) {
  const auto index = static_cast<std::size_t>(lease);
  if (held().host.size() <= index) held().host.resize(index + 1);
  return held().host[index];
}

void close_host(std::int32_t lease) {
  HostLease& h = host(lease);
  // The process keeps its own standard streams, because messages of the VM itself go there.
  if (h.fd >= kStandardStreams) held().flushed.close(h.fd);
  h = HostLease{};
}

bool writes(const Lease& lease) { return (lease.open_flags & O_ACCMODE) != O_RDONLY; }

// Only the program has the descriptor of a file that it opened, so the kernel need not be asked for the
// position before each write. Files that are only read do not need this, and for appending the kernel decides
// the place.
bool has_own_position(const Lease& lease) {
  return lease.kind == LeaseKind::kRegular && writes(lease) && (lease.open_flags & O_APPEND) == 0 &&
         lease.standard == 0;
}

// The kernel's position is used from now on.
void give_up_position(HostLease& h) {
  if (std::exchange(h.own_position, false)) (void)::lseek(h.fd, h.position, SEEK_SET);
}

// What is written through a lease must be flushed. Its position is held, or held().lock.
void note_written(HostLease& h) { std::atomic_ref(h.written).store(true); }

// The same, unless the lease has been closed in the meantime.
void note_written(std::int32_t lease, int fd) {
  const std::lock_guard guard(held().lock);
  if (static_cast<std::size_t>(lease) < held().host.size() && host(lease).fd == fd) note_written(host(lease));
}

void ensure_path(std::int32_t lease) {
  if (std::exchange(host(lease).path_unknown, false))
    set_path(*record(lease), path_of_descriptor(host(lease).fd));
}

void clear_record(Lease& lease) {
  vm()->native_memory.release(lease.path);
  lease = Lease{};
}

// Calls `visit` with the record of every lock.
template <typename Visit>
void for_each_lock(Visit visit) {
  const LeaseTable* t = table();
  for (std::int32_t i = 0; t != nullptr && i < static_cast<std::int32_t>(t->capacity); ++i) {
    if (Lease& r = *record(i); r.state == LeaseState::kLock) visit(r);
  }
}

// Locks of the open file, not of the process: those would be released when any descriptor on the file is
// closed, for example the one that flushes it.
int set_lock(int fd, short type, std::int64_t start, std::int64_t length) {
  struct flock lock {};
  lock.l_whence = SEEK_SET;
  lock.l_start = start;
  lock.l_len = length;
  lock.l_type = type;
  if (::fcntl(fd, F_OFD_SETLK, &lock) == 0) return 0;
  return errno == EACCES ? EAGAIN : errno;
}

// Releases the locks of a lease that is about to end.
void release_locks(std::int32_t lease) {
  for_each_lock([lease](Lease& lock) {
    if (lock.open_flags != lease) return;
    (void)set_lock(host(lease).fd, F_UNLCK, lock.position, lock.length);
    lock = Lease{};
  });
}

// Fills in the record of a file that was just opened.
void describe(Lease& lease, int flags, const struct stat& status) {
  lease.state = LeaseState::kOpen;
  lease.kind = kind_of(status);
  lease.fault = LeaseFault::kNone;
  lease.error = 0;
  lease.open_flags = flags & ~kForgottenFlags;
  lease.device = status.st_dev;
  lease.inode = status.st_ino;
  lease.position = 0;
  lease.length = lease.kind == LeaseKind::kRegular ? status.st_size : 0;
}

// The same for any descriptor.
IoResult<void> describe(Lease& lease, int fd) {
  struct stat status {};
  const int flags = ::fcntl(fd, F_GETFL);
  if (flags < 0 || ::fstat(fd, &status) != 0) return io_failure(errno);
  describe(lease, flags, status);
  if (lease.kind == LeaseKind::kRegular) lease.position = std::max<std::int64_t>(0, ::lseek(fd, 0, SEEK_CUR));
  return {};
}

bool is_program_kind(const Lease* r) {
  return r != nullptr && r->state == LeaseState::kOpen &&
         (r->kind == LeaseKind::kProgramFile || r->kind == LeaseKind::kProgramDirectory);
}

// Turns the record into that of a file of the class path; path and position stay.
void become_program_file(Lease& r, const ProgramFile& file) {
  r.state = LeaseState::kOpen;
  r.kind = file.directory ? LeaseKind::kProgramDirectory : LeaseKind::kProgramFile;
  r.fault = LeaseFault::kNone;
  r.error = 0;
  r.device = file.bytes;
  r.inode = file.inode;
  r.length = static_cast<std::int64_t>(file.size);
}

// A new lease on a file of the class path. held().lock is held.
std::int32_t adopt_program_file(int flags, const ProgramFile& file) {
  if (!make_table()) return -ENOMEM;
  const std::int32_t lease = free_lease();
  if (lease < 0) return lease;
  Lease& r = *record(lease);
  r = Lease{};
  become_program_file(r, file);
  r.open_flags = flags & ~kForgottenFlags;
  set_path(r, file.path);  // not as the program wrote it, which may be relative or have ".."
  host(lease) = HostLease{};
  return lease;
}

// What open(2) would say on a read-only file system.
std::int32_t open_program_file(int flags, const ProgramFile& file) {
  if ((flags & O_ACCMODE) != O_RDONLY || (flags & O_TRUNC) != 0) return file.directory ? -EISDIR : -EROFS;
  if (!file.directory && (flags & O_DIRECTORY) != 0) return -ENOTDIR;
  const std::lock_guard guard(held().lock);
  return adopt_program_file(flags, file);
}

// A new lease on `fd`, which it takes over; `fill` describes it. held().lock is held.
template <typename Fill>
std::int32_t adopt(int fd, Fill fill) {
  const std::int32_t lease = make_table() ? free_lease() : -ENOMEM;
  if (lease < 0) {
    ::close(fd);
    return lease;
  }
  Lease& r = *record(lease);
  if (const IoResult<void> filled = fill(r); !filled) {
    r = Lease{};
    ::close(fd);
    return -filled.error().sys_errno;
  }
  host(lease) = HostLease{.fd = fd,
                          .may_wait = waits(r.kind, fd),
                          .path_unknown = r.kind != LeaseKind::kStream,
                          .written = writes(r)};
  return lease;
}

std::int32_t adopt(int fd) {
  return adopt(fd, [fd](Lease& r) { return describe(r, fd); });
}

// A new lease on what lease_open has opened.
std::int32_t adopt_opened(int fd, int flags, const FileFacts& facts) {
  const std::lock_guard guard(held().lock);
  const std::int32_t lease = adopt(fd, [&](Lease& r) {
    describe(r, flags, facts.status);
    return IoResult<void>();
  });
  if (lease < 0) return lease;
  host(lease).own_position = has_own_position(*record(lease));
  // If not, it was not made or emptied just now.
  host(lease).written = (flags & (O_CREAT | O_TRUNC)) != 0 && facts.status.st_size == 0;
  return lease;
}

void take_standard_stream(std::int32_t stream) {
  Lease& r = *record(stream);
  clear_record(r);
  r.standard = 1;
  close_host(stream);
  if (!describe(r, stream)) {
    r.state = LeaseState::kDiscarded;  // the process was started without it
    r.kind = LeaseKind::kDevice;
    host(stream) = HostLease{.fd = ::open("/dev/null", O_RDWR | O_CLOEXEC)};
    return;
  }
  if (r.kind == LeaseKind::kRegular) set_path(r, path_of_descriptor(stream));
  host(stream) = HostLease{.fd = stream, .may_wait = waits(r.kind, stream)};
}

// A resume in progress.
struct Resume {
  Grown grown;
  std::uint64_t cut;
  std::vector<std::string> remarks;
};

// Brings an open regular file into the state that the record describes. kNone: success.
LeaseFault restore_file(const Lease& lease, int fd, const struct stat& status, Resume& resume) {
  if (status.st_dev != lease.device || status.st_ino != lease.inode || !S_ISREG(status.st_mode)) {
    return LeaseFault::kOtherFile;
  }
  if (status.st_size < lease.length) return LeaseFault::kShrunk;
  errno = 0;
  std::int64_t position = lease.position;
  if (resume.grown == Grown::kIsOurs && writes(lease) && status.st_size > lease.length) {
    const std::int64_t end = cut_back(fd, lease.length, resume.cut, Others::kStay, resume.remarks);
    if (end < 0) return LeaseFault::kCannotPosition;
    if (position == lease.length) position = end;  // after what others have written
  }
  if (::lseek(fd, position, SEEK_SET) < 0) return LeaseFault::kCannotPosition;
  return LeaseFault::kNone;
}

void resume_standard_stream(std::int32_t stream, Resume& resume) {
  const Lease before = *record(stream);
  if (before.state == LeaseState::kDiscarded) {
    host(stream) = HostLease{.fd = ::open("/dev/null", O_RDWR | O_CLOEXEC)};
    return;
  }
  struct stat status {};
  const int flags = ::fcntl(stream, F_GETFL);
  // After a program was suspended, others may have used the stream, as in a script: its position is where
  // they left it.
  const bool in_other_hands = resume.grown == Grown::kIsOthers && stream != 0;
  if (before.kind == LeaseKind::kRegular && !in_other_hands && flags >= 0 && ::fstat(stream, &status) == 0 &&
      (flags & O_ACCMODE) != (stream == 0 ? O_WRONLY : O_RDONLY)) {
    Lease now = before;
    now.open_flags = flags;
    const LeaseFault fault = restore_file(now, stream, status, resume);
    if (fault == LeaseFault::kNone) {
      record(stream)->open_flags = flags & ~kForgottenFlags;
      host(stream) = HostLease{.fd = stream, .written = stream != 0};
      return;
    }
    if (fault == LeaseFault::kShrunk && stream != 0) {
      resume.remarks.push_back(
          std::string(stream == 1 ? "standard output" : "standard error") + " is a file without the " +
          std::to_string(before.length) +
          " bytes that the run had written to it: the shell's > empties it; use >> to continue it");
    }
  }
  take_standard_stream(stream);
}

// The text of lease_problem() for a broken lease.
std::string problem_of(const Lease& r) {
  std::string what = path_of(r);
  if (what.empty()) what = r.kind == LeaseKind::kStream ? "a pipe or socket" : "a file of unknown path";
  std::string why;
  switch (r.fault) {
    case LeaseFault::kNone:
    case LeaseFault::kCannotOpen:
      why = r.error == 0 ? "it cannot be opened" : std::strerror(r.error);
      break;
    case LeaseFault::kOtherFile:
      why = "a different file is there now";
      break;
    case LeaseFault::kShrunk:
      why = "it is shorter than the " + std::to_string(r.length) + " bytes it had at the last checkpoint";
      break;
    case LeaseFault::kStream:
      why = "its other end was lost with the process";
      break;
    case LeaseFault::kCannotLock:
      why = r.error == EAGAIN ? std::string("another process has locked it")
                              : std::string("it cannot be locked: ") + std::strerror(r.error);
      break;
    case LeaseFault::kCannotPosition:
      why = std::string("it cannot be set to its position") +
            (r.error == 0 ? std::string() : std::string(": ") + std::strerror(r.error));
      break;
  }
  return "lease on " + what + " could not be re-established: " + why;
}

void break_lease(std::int32_t lease, LeaseFault fault, int error) {
  Lease& r = *record(lease);
  r.state = LeaseState::kBroken;
  r.fault = fault;
  r.error = error;
  spdlog::debug(problem_of(r));
}

// Continues with the class path's file of the same path, if there is one that can be the one that was open.
bool resume_from_class_path(std::int32_t lease) {
  Lease& r = *record(lease);
  if (writes(r) || r.path == 0) return false;
  const auto file = find_program_file(path_of(r));
  if (!file.has_value() || file->directory != (r.kind == LeaseKind::kDirectory)) return false;
  if (!file->directory && r.length != static_cast<std::int64_t>(file->size)) return false;
  become_program_file(r, *file);
  return true;
}

void resume_lease(std::int32_t lease, Resume& resume) {
  const Lease r = *record(lease);
  if (is_program_kind(&r)) return;
  if (r.kind == LeaseKind::kStream) {
    break_lease(lease, LeaseFault::kStream, 0);
    return;
  }
  const std::string path = path_of(r);
  const int fd = path.empty() ? -1 : ::open(path.c_str(), (r.open_flags & ~kForgottenFlags) | O_CLOEXEC);
  if (fd < 0) {
    const int error = path.empty() ? 0 : errno;
    if (!resume_from_class_path(lease)) break_lease(lease, LeaseFault::kCannotOpen, error);
    return;
  }
  struct stat status {};
  LeaseFault fault = ::fstat(fd, &status) == 0 ? LeaseFault::kNone : LeaseFault::kCannotOpen;
  if (fault == LeaseFault::kNone && r.kind == LeaseKind::kRegular) {
    fault = restore_file(r, fd, status, resume);
  } else if (fault == LeaseFault::kNone && kind_of(status) != r.kind) {
    fault = LeaseFault::kOtherFile;
  }
  if (fault != LeaseFault::kNone) {
    const int error = fault == LeaseFault::kCannotOpen || fault == LeaseFault::kCannotPosition ? errno : 0;
    ::close(fd);
    if (!resume_from_class_path(lease)) break_lease(lease, fault, error);
    return;
  }
  HostLease& h = host(lease);
  h = HostLease{
      .fd = fd, .may_wait = waits(r.kind, fd), .own_position = has_own_position(r), .written = writes(r)};
  if (h.own_position) h.position = ::lseek(fd, 0, SEEK_CUR);
}

void resume_lock(const Lease& lock) {
  const std::int32_t owner = lock.open_flags;
  if (record(owner)->state != LeaseState::kOpen || is_program_kind(record(owner))) return;
  const int error =
      set_lock(host(owner).fd, lock.device != 0 ? F_RDLCK : F_WRLCK, lock.position, lock.length);
  if (error == 0) return;
  break_lease(owner, LeaseFault::kCannotLock, error);
  close_host(owner);
}

std::string stored_directory() {
  const LeaseTable* t = table();
  if (t == nullptr || t->directory == 0) return {};
  return {gc::at_offset<char>(t->directory), t->directory_length};
}

void store_directory(const std::string& directory) {
  LeaseTable& t = *table();
  gc::SegmentAllocator& memory = vm()->native_memory;
  memory.release(t.directory);
  t.directory = directory.empty() ? 0 : memory.allocate(directory.size());
  t.directory_length = t.directory == 0 ? 0 : static_cast<std::uint32_t>(directory.size());
  if (t.directory != 0) std::memcpy(gc::at_offset<char>(t.directory), directory.data(), directory.size());
}

}  // namespace

std::int32_t lease_open(const char* path, int flags, mode_t mode) {
  // In a folder that the host has, a file whose old content does not matter is made anew there.
  const bool anew = (flags & O_CREAT) != 0 && (flags & O_TRUNC) != 0;
  if (const auto file = program_file_at(path); file.has_value() && (file->jar || !anew)) {
    if ((flags & O_CREAT) != 0 && (flags & O_EXCL) != 0) return -EEXIST;
    return open_program_file(flags, *file);
  }
  FileFacts facts;
  const int fd = undoable_open(AT_FDCWD, path, flags, mode, &facts);
  return fd < 0 ? -errno : adopt_opened(fd, flags, facts);
}

std::int32_t lease_open_at(std::int32_t directory, const char* path, int flags, mode_t mode) {
  if (path[0] == '/') return lease_open(path, flags, mode);
  const std::string base = lease_directory(directory);
  if (!base.empty()) {
    const std::string whole = base + "/" + path;
    if (is_program_lease(directory) || program_file_at(whole).has_value())
      return lease_open(whole.c_str(), flags, mode);
  }
  const int at = host_fd(directory);
  if (at < 0) return -EBADF;
  FileFacts facts;
  const int fd = undoable_open(at, path, flags, mode, &facts);
  return fd < 0 ? -errno : adopt_opened(fd, flags, facts);
}

std::int32_t lease_adopt(int host_fd) {
  const std::lock_guard guard(held().lock);
  return adopt(host_fd);
}

std::int32_t lease_dup(std::int32_t lease) {
  const std::lock_guard position(position_of(lease));
  const std::lock_guard guard(held().lock);
  if (is_program_kind(record(lease))) {
    const std::int32_t copy = free_lease();
    if (copy < 0) return copy;
    Lease& r = *record(copy);
    r = *record(lease);
    r.path = 0;
    set_path(r, path_of(*record(lease)));
    host(copy) = HostLease{};
    return copy;
  }
  if (record(lease) == nullptr || host(lease).fd < 0) return -EBADF;
  give_up_position(host(lease));
  const int fd = ::fcntl(host(lease).fd, F_DUPFD_CLOEXEC, kStandardStreams);
  return fd < 0 ? -errno : adopt(fd);
}

int lease_dup2(std::int32_t source, std::int32_t target) {
  if (source == target) return 0;
  std::unique_lock source_position(position_of(source), std::defer_lock);
  std::unique_lock target_position(position_of(target), std::defer_lock);
  if (source_position.mutex() == target_position.mutex()) {
    source_position.lock();
  } else {
    std::lock(source_position, target_position);
  }
  const std::lock_guard guard(held().lock);
  if (record(source) == nullptr || record(target) == nullptr || host(source).fd < 0) return EBADF;
  give_up_position(host(source));
  const int fd = ::fcntl(host(source).fd, F_DUPFD_CLOEXEC, kStandardStreams);
  if (fd < 0) return errno;
  Lease& r = *record(target);
  release_locks(target);
  const std::uint8_t standard = r.standard;
  clear_record(r);
  close_host(target);
  if (const auto described = describe(r, fd); !described) {
    ::close(fd);
    r = Lease{};
    return described.error().sys_errno;
  }
  r.standard = standard;
  host(target) = HostLease{.fd = fd,
                           .may_wait = waits(r.kind, fd),
                           .path_unknown = r.kind != LeaseKind::kStream,
                           .written = writes(r)};
  return 0;
}

int lease_close(std::int32_t lease) {
  const std::lock_guard position(position_of(lease));
  const std::lock_guard guard(held().lock);
  Lease* r = record(lease);
  if (r == nullptr || r->state == LeaseState::kFree || r->state == LeaseState::kLock) return EBADF;
  release_locks(lease);
  if (r->standard != 0) {
    close_host(lease);
    clear_record(*r);
    r->standard = 1;
    r->state = LeaseState::kDiscarded;
    r->kind = LeaseKind::kDevice;
    host(lease) = HostLease{.fd = ::open("/dev/null", O_RDWR | O_CLOEXEC)};
    return 0;
  }
  HostLease& h = host(lease);
  int error = 0;
  if (h.fd >= 0 && r->kind == LeaseKind::kRegular && h.written) held().closed_output.add(h.fd, r->device);
  // The descriptor is gone even if close(2) reports an error (from a delayed write).
  if (h.fd >= 0 && held().flushed.close(h.fd) != 0 && errno != EINTR) error = errno;
  h = HostLease{};
  clear_record(*r);
  return error;
}

int lease_lock(std::int32_t lease, std::int64_t start, std::int64_t length, bool shared) {
  const std::lock_guard guard(held().lock);
  if (is_program_kind(record(lease))) return shared ? 0 : EBADF;  // nobody can write it
  if (record(lease) == nullptr || host(lease).fd < 0) return EBADF;
  const std::int32_t place = free_lease();
  if (place < 0) return -place;
  const int error = set_lock(host(lease).fd, shared ? F_RDLCK : F_WRLCK, start, length);
  if (error != 0) return error;
  Lease& lock = *record(place);
  lock.state = LeaseState::kLock;
  lock.open_flags = lease;
  lock.position = start;
  lock.length = length;
  lock.device = shared ? 1 : 0;
  return 0;
}

int lease_unlock(std::int32_t lease, std::int64_t start, std::int64_t length) {
  const std::lock_guard guard(held().lock);
  if (is_program_kind(record(lease))) return 0;
  if (record(lease) == nullptr || host(lease).fd < 0) return EBADF;
  const int error = set_lock(host(lease).fd, F_UNLCK, start, length);
  if (error != 0) return error;
  for_each_lock([&](Lease& lock) {
    if (lock.open_flags == lease && lock.position == start && lock.length == length) lock = Lease{};
  });
  return 0;
}

int host_fd(std::int32_t lease) {
  const std::lock_guard guard(held().lock);
  if (lease < 0 || static_cast<std::size_t>(lease) >= held().host.size()) return -1;
  return held().host[static_cast<std::size_t>(lease)].fd;
}

namespace {

// The content of an open file of the class path at a position; empty if `lease` is not one.
struct ProgramBytes {
  gc::RegionOffset from;
  std::int64_t size;
};

// `at` < 0: at the lease's position, which moves. Nothing, and errno, if there is nothing to read from.
std::optional<ProgramBytes> take_program_bytes(std::int32_t lease, std::size_t size, std::int64_t at) {
  const std::lock_guard guard(held().lock);
  Lease* r = record(lease);
  if (!is_program_kind(r) || r->kind == LeaseKind::kProgramDirectory) {
    errno = is_program_kind(r) ? EISDIR : EBADF;
    return std::nullopt;
  }
  const std::int64_t start = at >= 0 ? at : r->position;
  const std::int64_t left = std::max<std::int64_t>(0, r->length - start);
  const std::int64_t taken =
      std::min(left, static_cast<std::int64_t>(std::min<std::size_t>(size, INT64_MAX)));
  if (at < 0 && taken != 0) r->position += taken;
  return ProgramBytes{r->device + static_cast<std::uint64_t>(start), taken};
}

// The lease that a read or write goes through.
struct Target {
  HostLease* host = nullptr;  // null: no such lease
  int fd = -1;
  bool regular = false;
  bool own_position = false;
  bool appends = false;
  FileKey file{};
};

// Holds the lease's position, which also keeps the lease from being closed.
class AtPosition {
 public:
  explicit AtPosition(std::int32_t lease) : position_(position_of(lease)), target_(find(lease)) {}
  [[nodiscard]] const Target& operator*() const { return target_; }
  [[nodiscard]] const Target* operator->() const { return &target_; }
  // For calls that may wait for others.
  void let_go() { position_.unlock(); }

  static Target find(std::int32_t lease) {
    const std::lock_guard guard(held().lock);
    if (lease < 0 || static_cast<std::size_t>(lease) >= held().host.size()) return {};
    HostLease& h = host(lease);
    const Lease& r = *record(lease);
    return {.host = &h,
            .fd = h.fd,
            .regular = r.state == LeaseState::kOpen && r.kind == LeaseKind::kRegular,
            .own_position = h.own_position,
            .appends = (r.open_flags & O_APPEND) != 0,
            .file = {r.device, r.inode}};
  }

 private:
  std::unique_lock<std::mutex> position_;
  Target target_;
};

OwnPlace place_of(const Target& to) { return to.appends ? OwnPlace::kEnd : OwnPlace::kPosition; }

// lseek(2) on a position that the lease keeps itself.
std::int64_t seek(HostLease& h, std::int64_t offset, int whence) {
  // Every file can be that long; beyond, the file system decides.
  constexpr std::int64_t kAnyFile = (std::int64_t{1} << 31) - 1;
  if (whence == SEEK_CUR && __builtin_add_overflow(h.position, offset, &offset)) {
    errno = EINVAL;
    return -1;
  }
  const bool asks = whence == SEEK_END || offset > kAnyFile || offset < 0;
  const std::int64_t position =
      asks ? ::lseek(h.fd, offset, whence == SEEK_END ? SEEK_END : SEEK_SET) : offset;
  if (position >= 0) h.position = position;
  return position;
}

ssize_t copy_program_bytes(const ProgramBytes& bytes, void* to) {
  if (bytes.size != 0)
    std::memcpy(to, gc::at_offset<std::byte>(bytes.from), static_cast<std::size_t>(bytes.size));
  return bytes.size;
}

}  // namespace

ssize_t lease_read(std::int32_t lease, void* bytes, std::size_t size) {
  AtPosition at(lease);
  if (at->own_position) {
    HostLease& h = *at->host;
    const ssize_t got = ::pread(h.fd, bytes, size, h.position);
    if (got > 0) h.position += got;
    if (got >= 0 || errno != ESPIPE) return got;
    give_up_position(h);
  }
  at.let_go();
  if (at->fd >= 0) return ::read(at->fd, bytes, size);
  if (const auto ours = take_program_bytes(lease, size, -1)) return copy_program_bytes(*ours, bytes);
  return -1;
}

ssize_t lease_pread(std::int32_t lease, void* bytes, std::size_t size, std::int64_t at) {
  if (const int fd = host_fd(lease); fd >= 0) return ::pread(fd, bytes, size, at);
  if (at < 0) {
    errno = EINVAL;
    return -1;
  }
  if (const auto ours = take_program_bytes(lease, size, at)) return copy_program_bytes(*ours, bytes);
  return -1;
}

std::int64_t lease_seek(std::int32_t lease, std::int64_t offset, int whence) {
  {
    const AtPosition at(lease);
    if (at->own_position) return seek(*at->host, offset, whence);
    if (at->fd >= 0) return ::lseek(at->fd, offset, whence);
  }
  const std::lock_guard guard(held().lock);
  Lease* r = record(lease);
  if (!is_program_kind(r)) {
    errno = EBADF;
    return -1;
  }
  const std::int64_t base = whence == SEEK_SET ? 0 : whence == SEEK_CUR ? r->position : r->length;
  std::int64_t position = 0;
  if (__builtin_add_overflow(base, offset, &position) || position < 0) {
    errno = EINVAL;
    return -1;
  }
  if (r->position != position) r->position = position;
  return position;
}

int lease_status(std::int32_t lease, struct stat* status) {
  if (const int fd = host_fd(lease); fd >= 0) return ::fstat(fd, status);
  const std::lock_guard guard(held().lock);
  const Lease* r = record(lease);
  const auto file = is_program_kind(r) ? find_program_file(path_of(*r)) : std::nullopt;
  if (!file.has_value()) {
    errno = EBADF;
    return -1;
  }
  describe(*file, status);
  return 0;
}

std::string lease_directory(std::int32_t lease) {
  const std::lock_guard guard(held().lock);
  Lease* r = record(lease);
  const bool directory = r != nullptr && r->state == LeaseState::kOpen &&
                         (r->kind == LeaseKind::kDirectory || r->kind == LeaseKind::kProgramDirectory);
  if (!directory) return {};
  ensure_path(lease);
  return path_of(*r);
}

bool is_program_lease(std::int32_t lease) {
  const std::lock_guard guard(held().lock);
  return is_program_kind(record(lease));
}

ssize_t lease_write(std::int32_t lease, const void* data, std::size_t size, std::int64_t at) {
  if (at >= 0) {
    const Target to = AtPosition::find(lease);
    if (!to.regular) return ::pwrite(to.fd, data, size, at);
    const ssize_t written = own_write(to.fd, to.file, place_of(to), at, data, size);
    note_written(lease, to.fd);
    return written;
  }
  AtPosition to(lease);
  if (!to->regular) {
    to.let_go();
    return ::write(to->fd, data, size);
  }
  HostLease& h = *to->host;
  ssize_t written = -1;
  if (to->own_position) {
    written = own_write(h.fd, to->file, OwnPlace::kPosition, h.position, data, size);
    if (written > 0) h.position += written;
    if (written < 0 && errno == ESPIPE) give_up_position(h);
  }
  if (!h.own_position) written = own_write(h.fd, to->file, place_of(*to), -1, data, size);
  note_written(h);
  return written;
}

int lease_truncate(std::int32_t lease, std::int64_t length) {
  const int fd = host_fd(lease);
  if (undoable_truncate(fd, length) != 0) return -1;
  note_written(lease, fd);
  return 0;
}

bool lease_is_directory(std::int32_t lease) {
  const std::lock_guard guard(held().lock);
  const Lease* r = record(lease);
  return r != nullptr && r->state == LeaseState::kOpen &&
         (r->kind == LeaseKind::kDirectory || r->kind == LeaseKind::kProgramDirectory);
}

bool lease_may_wait(std::int32_t lease) {
  const std::lock_guard guard(held().lock);
  return lease >= 0 && static_cast<std::size_t>(lease) < held().host.size() &&
         held().host[static_cast<std::size_t>(lease)].may_wait;
}

bool lease_blocks(std::int32_t lease) {
  const std::lock_guard guard(held().lock);
  const Lease* r = record(lease);
  return r == nullptr || (r->open_flags & O_NONBLOCK) == 0;
}

int lease_set_blocking(std::int32_t lease, bool blocking) {
  const std::lock_guard guard(held().lock);
  Lease* r = record(lease);
  if (r == nullptr || r->state != LeaseState::kOpen) return EBADF;
  const int fd = host(lease).fd;
  const int flags = ::fcntl(fd, F_GETFL);
  if (flags < 0) return errno;
  const int wanted = blocking ? flags & ~O_NONBLOCK : flags | O_NONBLOCK;
  if (wanted != flags && ::fcntl(fd, F_SETFL, wanted) != 0) return errno;
  r->open_flags = blocking ? r->open_flags & ~O_NONBLOCK : r->open_flags | O_NONBLOCK;
  return 0;
}

std::optional<std::string> lease_problem(std::int32_t lease) {
  const std::lock_guard guard(held().lock);
  const Lease* r = record(lease);
  if (r == nullptr || r->state != LeaseState::kBroken) return {};
  return problem_of(*r);
}

std::string program_directory() {
  const std::lock_guard guard(held().lock);
  return stored_directory();
}

std::string host_path(const std::string& path) {
  if (path.empty() || path.front() == '/') return path;
  const std::lock_guard guard(held().lock);
  return held().directory.empty() ? path : held().directory + "/" + path;
}

void leases_at_start() {
  const std::lock_guard guard(held().lock);
  if (!make_table()) return;  // then every open answers ENOMEM
  store_directory(working_directory());
  for (std::int32_t stream = 0; stream < kStandardStreams; ++stream) take_standard_stream(stream);
}

void leases_at_cut() {
  const std::lock_guard guard(held().lock);
  const LeaseTable* t = table();
  if (t == nullptr) return;
  for (std::int32_t i = 0; i < static_cast<std::int32_t>(t->capacity); ++i) {
    Lease& r = *record(i);
    if (r.state != LeaseState::kOpen) continue;
    ensure_path(i);
    if (r.kind != LeaseKind::kRegular) continue;
    const HostLease& h = host(i);
    const int fd = h.fd;
    struct stat status {};
    const std::int64_t position = h.own_position ? h.position : ::lseek(fd, 0, SEEK_CUR);
    if (position < 0 || ::fstat(fd, &status) != 0) continue;
    // Unchanged records must not become dirty.
    if (r.position != position) r.position = position;
    if (r.length != status.st_size) r.length = status.st_size;
  }
}

Result<void> leases_make_durable() {
  Result<void> outcome;
  for (std::int32_t i = 0;; ++i) {
    int fd = -1;
    std::string path;
    {
      const std::lock_guard guard(held().lock);
      const LeaseTable* t = table();
      if (t == nullptr || i >= static_cast<std::int32_t>(t->capacity)) break;
      const Lease& r = *record(i);
      if (r.state != LeaseState::kOpen || r.kind != LeaseKind::kRegular) continue;
      // What is written from now on belongs to the next version.
      if (!std::atomic_ref(host(i).written).exchange(false)) continue;
      fd = host(i).fd;
      ensure_path(i);
      path = path_of(r);
      held().flushed.begin(fd);
    }
    const int error = ::fsync(fd) == 0 ? 0 : errno;
    const std::lock_guard guard(held().lock);
    const bool still_open = held().flushed.end();
    if (error != 0 && !nothing_to_flush(error)) {
      if (still_open) note_written(host(i));
      outcome = Unexpected{system_error("cannot flush", path.empty() ? "a file" : path, error)};
    }
  }
  if (const int error = held().closed_output.flush(); error != 0 && outcome)
    outcome = Unexpected{system_error("cannot flush a file that the program has closed", error)};
  return outcome;
}

std::vector<std::string> leases_at_resume(Grown grown, std::uint64_t cut,
                                          const std::vector<RestoredFile>& restored) {
  Resume resume{grown, cut, {}};
  const std::lock_guard guard(held().lock);
  const LeaseTable* t = table();
  if (t == nullptr) return {};
  if (const std::string directory = stored_directory(); directory != working_directory())
    held().directory = directory;
  std::vector<std::int32_t> broken_before;  // reported already
  for (std::int32_t i = 0; i < static_cast<std::int32_t>(t->capacity); ++i) {
    Lease& r = *record(i);
    if (r.state == LeaseState::kBroken) broken_before.push_back(i);
    for (const RestoredFile& file : restored) {
      if (r.kind != LeaseKind::kRegular || r.device != file.old_device || r.inode != file.old_inode) continue;
      r.device = file.device;
      r.inode = file.inode;
    }
    if (r.standard != 0) {
      resume_standard_stream(i, resume);
    } else if (r.state == LeaseState::kOpen) {
      resume_lease(i, resume);
    }
  }
  // Locks come last, because closing a descriptor would release them again.
  for_each_lock([](const Lease& lock) { resume_lock(lock); });
  for (std::int32_t i = 0; i < static_cast<std::int32_t>(t->capacity); ++i) {
    // Tell the user: the program notices only when it writes, if it checks at all, which a PrintWriter does
    // not.
    const Lease& r = *record(i);
    if (r.state == LeaseState::kBroken && r.kind == LeaseKind::kRegular && writes(r) &&
        std::find(broken_before.begin(), broken_before.end(), i) == broken_before.end())
      resume.remarks.push_back(problem_of(r) + "; what the program writes there is lost");
  }
  return std::move(resume.remarks);
}

std::unique_ptr<HostState> make_leases_state() { return std::make_unique<HostLeases>(); }

}  // namespace uvm::rt
