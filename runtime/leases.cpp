#include "runtime/leases.h"

#include <fcntl.h>
#include <spdlog/spdlog.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <mutex>
#include <vector>

#include "runtime/host_paths.h"
#include "runtime/lease_durability.h"
#include "runtime/natives/io_support.h"
#include "runtime/undoable_files.h"
#include "runtime/vm.h"
#include "runtime/zip/deflate_stream.h"

namespace uvm::rt {
namespace {

constexpr std::uint32_t kFirstCapacity = 64;
constexpr std::int32_t kStandardStreams = 3;
constexpr int kForgottenFlags = O_CREAT | O_EXCL | O_TRUNC;

struct HostLease {
  int fd = -1;
  bool may_wait = false;
  DurableState durable = {};  // of a regular file open for writing
};

// Guards the table in the region and the host's descriptors. Never held over a call that may wait.
std::mutex g_lock;
std::vector<HostLease> g_host;  // by lease
ClosedOutput g_closed_output;
FlushedDescriptor g_flushed;
std::string g_directory;  // program_directory() when this process is elsewhere, else empty

LeaseTable* table() {
  const std::uint64_t offset = roots().leases_offset;
  return offset == 0 ? nullptr : gc::at_offset<LeaseTable>(offset);
}

Lease* record(std::int32_t lease) {
  LeaseTable* t = table();
  if (t == nullptr || lease < 0 || static_cast<std::uint32_t>(lease) >= t->capacity) return nullptr;
  return gc::at_offset<Lease>(t->records) + lease;
}

// The standard streams have records as soon as there is a table.
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

// Of the devices only terminals make one wait.
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

HostLease& host(std::int32_t lease) {
  const auto index = static_cast<std::size_t>(lease);
  if (g_host.size() <= index) g_host.resize(index + 1);
  return g_host[index];
}

void close_host(std::int32_t lease) {
  HostLease& h = host(lease);
  // The process keeps its own standard streams: messages of the VM itself go there.
  if (h.fd >= kStandardStreams) g_flushed.close(h.fd);
  h = HostLease{};
}

void clear_record(Lease& lease) {
  vm()->native_memory.release(lease.path);
  lease = Lease{};
}

// Gives `visit` the record of every lock.
template <typename Visit>
void for_each_lock(Visit visit) {
  const LeaseTable* t = table();
  for (std::int32_t i = 0; t != nullptr && i < static_cast<std::int32_t>(t->capacity); ++i) {
    if (Lease& r = *record(i); r.state == LeaseState::kLock) visit(r);
  }
}

// Locks of the open file, not of the process: those would go when any descriptor on the file is closed, such
// as the one that flushes it.
int set_lock(int fd, short type, std::int64_t start, std::int64_t length) {
  struct flock lock {};
  lock.l_whence = SEEK_SET;
  lock.l_start = start;
  lock.l_len = length;
  lock.l_type = type;
  if (::fcntl(fd, F_OFD_SETLK, &lock) == 0) return 0;
  return errno == EACCES ? EAGAIN : errno;
}

// Of a lease that is about to end.
void release_locks(std::int32_t lease) {
  for_each_lock([lease](Lease& lock) {
    if (lock.open_flags != lease) return;
    (void)set_lock(host(lease).fd, F_UNLCK, lock.position, lock.length);
    lock = Lease{};
  });
}

// Fills the record of an open descriptor. False: errno says why.
bool describe(Lease& lease, int fd) {
  struct stat status {};
  const int flags = ::fcntl(fd, F_GETFL);
  if (flags < 0 || ::fstat(fd, &status) != 0) return false;
  lease.state = LeaseState::kOpen;
  lease.kind = kind_of(status);
  lease.fault = LeaseFault::kNone;
  lease.error = 0;
  lease.open_flags = flags & ~kForgottenFlags;
  lease.device = status.st_dev;
  lease.inode = status.st_ino;
  lease.position = 0;
  lease.length = 0;
  if (lease.kind == LeaseKind::kRegular) {
    lease.position = std::max<std::int64_t>(0, ::lseek(fd, 0, SEEK_CUR));
    lease.length = status.st_size;
  }
  return true;
}

// A new lease on `fd`, which it takes over. g_lock is held.
std::int32_t adopt(int fd) {
  if (!make_table()) {
    ::close(fd);
    return -ENOMEM;
  }
  const std::int32_t lease = free_lease();
  if (lease < 0) {
    ::close(fd);
    return lease;
  }
  Lease& r = *record(lease);
  if (!describe(r, fd)) {
    const int error = errno;
    r = Lease{};
    ::close(fd);
    return -error;
  }
  if (r.kind != LeaseKind::kStream) set_path(r, path_of_descriptor(fd));
  host(lease) = HostLease{fd, waits(r.kind, fd)};
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
    host(stream) = HostLease{::open("/dev/null", O_RDWR | O_CLOEXEC), false};
    return;
  }
  if (r.kind == LeaseKind::kRegular) set_path(r, path_of_descriptor(stream));
  host(stream) = HostLease{stream, waits(r.kind, stream)};
  if (struct stat status{}; ::fstat(stream, &status) == 0) host(stream).durable.assume(status);
}

bool writes(const Lease& lease) { return (lease.open_flags & O_ACCMODE) != O_RDONLY; }

// Brings an open regular file to where the record says. kNone: done.
LeaseFault restore_file(const Lease& lease, int fd, const struct stat& status, Grown grown) {
  if (status.st_dev != lease.device || status.st_ino != lease.inode || !S_ISREG(status.st_mode)) {
    return LeaseFault::kOtherFile;
  }
  if (status.st_size < lease.length) return LeaseFault::kShrunk;
  errno = 0;
  if (grown == Grown::kIsOurs && writes(lease) && status.st_size > lease.length &&
      ::ftruncate(fd, lease.length) != 0) {
    return LeaseFault::kCannotPosition;
  }
  if (::lseek(fd, lease.position, SEEK_SET) < 0) return LeaseFault::kCannotPosition;
  return LeaseFault::kNone;
}

void resume_standard_stream(std::int32_t stream, Grown grown, std::string& remark) {
  const Lease before = *record(stream);
  if (before.state == LeaseState::kDiscarded) {
    host(stream) = HostLease{::open("/dev/null", O_RDWR | O_CLOEXEC), false};
    return;
  }
  struct stat status {};
  const int flags = ::fcntl(stream, F_GETFL);
  // Behind a suspended program the stream may have gone on in other hands, as in a script: it stands where it
  // stands.
  const bool in_other_hands = grown == Grown::kIsOthers && stream != 0;
  if (before.kind == LeaseKind::kRegular && !in_other_hands && flags >= 0 && ::fstat(stream, &status) == 0 &&
      (flags & O_ACCMODE) != (stream == 0 ? O_WRONLY : O_RDONLY)) {
    Lease now = before;
    now.open_flags = flags;
    const LeaseFault fault = restore_file(now, stream, status, grown);
    if (fault == LeaseFault::kNone) {
      record(stream)->open_flags = flags & ~kForgottenFlags;
      host(stream) = HostLease{stream, false};
      return;
    }
    if (fault == LeaseFault::kShrunk && stream != 0) {
      remark = std::string(stream == 1 ? "standard output" : "standard error") + " is a file without the " +
               std::to_string(before.length) +
               " bytes that the run had written to it: the shell's > empties it, >> goes on";
    }
  }
  take_standard_stream(stream);
}

// What lease_problem() says of a broken lease.
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
      why = "another file is there now";
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

void resume_lease(std::int32_t lease, Grown grown) {
  const Lease r = *record(lease);
  if (r.kind == LeaseKind::kStream) {
    break_lease(lease, LeaseFault::kStream, 0);
    return;
  }
  const std::string path = path_of(r);
  const int fd = path.empty() ? -1 : ::open(path.c_str(), (r.open_flags & ~kForgottenFlags) | O_CLOEXEC);
  if (fd < 0) {
    break_lease(lease, LeaseFault::kCannotOpen, path.empty() ? 0 : errno);
    return;
  }
  struct stat status {};
  LeaseFault fault = ::fstat(fd, &status) == 0 ? LeaseFault::kNone : LeaseFault::kCannotOpen;
  if (fault == LeaseFault::kNone && r.kind == LeaseKind::kRegular) {
    fault = restore_file(r, fd, status, grown);
  } else if (fault == LeaseFault::kNone && kind_of(status) != r.kind) {
    fault = LeaseFault::kOtherFile;
  }
  if (fault != LeaseFault::kNone) {
    const int error = fault == LeaseFault::kCannotOpen || fault == LeaseFault::kCannotPosition ? errno : 0;
    ::close(fd);
    break_lease(lease, fault, error);
    return;
  }
  host(lease) = HostLease{fd, waits(r.kind, fd)};
}

void resume_lock(const Lease& lock) {
  const std::int32_t owner = lock.open_flags;
  if (record(owner)->state != LeaseState::kOpen) return;
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

void release_host() {
  for (std::size_t i = 0; i < g_host.size(); ++i) close_host(static_cast<std::int32_t>(i));
  g_host.clear();
  g_closed_output.clear();
  zip::forget_host_streams();
  forget_field_offsets();
}

}  // namespace

std::int32_t lease_open(const char* path, int flags, mode_t mode) {
  const int fd = undoable_open(AT_FDCWD, path, flags, mode);
  return fd < 0 ? -errno : lease_adopt(fd);
}

std::int32_t lease_open_at(std::int32_t directory, const char* path, int flags, mode_t mode) {
  const int at = host_fd(directory);
  if (at < 0) return -EBADF;
  const int fd = undoable_open(at, path, flags, mode);
  return fd < 0 ? -errno : lease_adopt(fd);
}

std::int32_t lease_adopt(int host_fd) {
  const std::lock_guard guard(g_lock);
  return adopt(host_fd);
}

std::int32_t lease_dup(std::int32_t lease) {
  const std::lock_guard guard(g_lock);
  if (record(lease) == nullptr || host(lease).fd < 0) return -EBADF;
  const int fd = ::fcntl(host(lease).fd, F_DUPFD_CLOEXEC, kStandardStreams);
  return fd < 0 ? -errno : adopt(fd);
}

int lease_dup2(std::int32_t source, std::int32_t target) {
  if (source == target) return 0;
  const std::lock_guard guard(g_lock);
  if (record(source) == nullptr || record(target) == nullptr || host(source).fd < 0) return EBADF;
  const int fd = ::fcntl(host(source).fd, F_DUPFD_CLOEXEC, kStandardStreams);
  if (fd < 0) return errno;
  Lease& r = *record(target);
  release_locks(target);
  const std::uint8_t standard = r.standard;
  clear_record(r);
  close_host(target);
  if (!describe(r, fd)) {
    const int error = errno;
    ::close(fd);
    r = Lease{};
    return error;
  }
  if (r.kind != LeaseKind::kStream) set_path(r, path_of_descriptor(fd));
  r.standard = standard;
  host(target) = HostLease{fd, waits(r.kind, fd)};
  return 0;
}

int lease_close(std::int32_t lease) {
  const std::lock_guard guard(g_lock);
  Lease* r = record(lease);
  if (r == nullptr || r->state == LeaseState::kFree || r->state == LeaseState::kLock) return EBADF;
  release_locks(lease);
  if (r->standard != 0) {
    close_host(lease);
    clear_record(*r);
    r->standard = 1;
    r->state = LeaseState::kDiscarded;
    r->kind = LeaseKind::kDevice;
    host(lease) = HostLease{::open("/dev/null", O_RDWR | O_CLOEXEC), false};
    return 0;
  }
  HostLease& h = host(lease);
  int error = 0;
  if (struct stat status{}; h.fd >= 0 && r->kind == LeaseKind::kRegular && writes(*r) &&
                            ::fstat(h.fd, &status) == 0 && h.durable.changed(status)) {
    g_closed_output.add(h.fd, status.st_dev);
  }
  // The descriptor is gone even when close(2) reports an error (of a delayed write).
  if (h.fd >= 0 && g_flushed.close(h.fd) != 0 && errno != EINTR) error = errno;
  h = HostLease{};
  clear_record(*r);
  return error;
}

int lease_lock(std::int32_t lease, std::int64_t start, std::int64_t length, bool shared) {
  const std::lock_guard guard(g_lock);
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
  const std::lock_guard guard(g_lock);
  if (record(lease) == nullptr || host(lease).fd < 0) return EBADF;
  const int error = set_lock(host(lease).fd, F_UNLCK, start, length);
  if (error != 0) return error;
  for_each_lock([&](Lease& lock) {
    if (lock.open_flags == lease && lock.position == start && lock.length == length) lock = Lease{};
  });
  return 0;
}

int host_fd(std::int32_t lease) {
  const std::lock_guard guard(g_lock);
  if (lease < 0 || static_cast<std::size_t>(lease) >= g_host.size()) return -1;
  return g_host[static_cast<std::size_t>(lease)].fd;
}

bool lease_may_wait(std::int32_t lease) {
  const std::lock_guard guard(g_lock);
  return lease >= 0 && static_cast<std::size_t>(lease) < g_host.size() &&
         g_host[static_cast<std::size_t>(lease)].may_wait;
}

std::string lease_problem(std::int32_t lease) {
  const std::lock_guard guard(g_lock);
  const Lease* r = record(lease);
  if (r == nullptr || r->state != LeaseState::kBroken) return {};
  return problem_of(*r);
}

std::string program_directory() {
  const std::lock_guard guard(g_lock);
  return stored_directory();
}

std::string host_path(const std::string& path) {
  if (path.empty() || path.front() == '/') return path;
  const std::lock_guard guard(g_lock);
  return g_directory.empty() ? path : g_directory + "/" + path;
}

void leases_at_start() {
  const std::lock_guard guard(g_lock);
  release_host();
  if (!make_table()) return;  // then every open answers ENOMEM
  store_directory(working_directory());
  g_directory.clear();
  for (std::int32_t stream = 0; stream < kStandardStreams; ++stream) take_standard_stream(stream);
}

void leases_at_cut() {
  const std::lock_guard guard(g_lock);
  const LeaseTable* t = table();
  if (t == nullptr) return;
  for (std::int32_t i = 0; i < static_cast<std::int32_t>(t->capacity); ++i) {
    Lease& r = *record(i);
    if (r.state != LeaseState::kOpen || r.kind != LeaseKind::kRegular) continue;
    const int fd = host(i).fd;
    struct stat status {};
    const std::int64_t position = ::lseek(fd, 0, SEEK_CUR);
    if (position < 0 || ::fstat(fd, &status) != 0) continue;
    // Unchanged records must not become dirty.
    if (r.position != position) r.position = position;
    if (r.length != status.st_size) r.length = status.st_size;
  }
}

std::string leases_make_durable() {
  std::string problem;
  for (std::int32_t i = 0;; ++i) {
    struct stat status {};  // from before the flush: what that covers for certain
    int fd = -1;
    std::string path;
    {
      const std::lock_guard guard(g_lock);
      const LeaseTable* t = table();
      if (t == nullptr || i >= static_cast<std::int32_t>(t->capacity)) break;
      const Lease& r = *record(i);
      if (r.state != LeaseState::kOpen || r.kind != LeaseKind::kRegular || !writes(r)) continue;
      if (::fstat(host(i).fd, &status) != 0 || !host(i).durable.changed(status)) continue;
      fd = host(i).fd;
      path = path_of(r);
      g_flushed.begin(fd);
    }
    const int error = ::fsync(fd) == 0 ? 0 : errno;
    const std::lock_guard guard(g_lock);
    const bool still_open = g_flushed.end();
    if (error == 0) {
      if (still_open) host(i).durable.assume(status);
    } else if (error != EINVAL && error != EROFS) {  // those have nothing to flush
      problem = "cannot flush " + (path.empty() ? "a file" : path) + ": " + std::strerror(error);
    }
  }
  if (const int error = g_closed_output.flush(); error != 0 && problem.empty()) {
    problem = std::string("cannot flush a file that the program has closed: ") + std::strerror(error);
  }
  return problem;
}

std::string leases_at_resume(Grown grown, const std::vector<RestoredFile>& restored) {
  std::string remark;
  const std::lock_guard guard(g_lock);
  release_host();
  g_directory.clear();
  const LeaseTable* t = table();
  if (t == nullptr) return remark;
  if (const std::string directory = stored_directory(); directory != working_directory())
    g_directory = directory;
  for (std::int32_t i = 0; i < static_cast<std::int32_t>(t->capacity); ++i) {
    Lease& r = *record(i);
    for (const RestoredFile& file : restored) {
      if (r.kind != LeaseKind::kRegular || r.device != file.old_device || r.inode != file.old_inode) continue;
      r.device = file.device;
      r.inode = file.inode;
    }
    if (r.standard != 0) {
      resume_standard_stream(i, grown, remark);
    } else if (r.state == LeaseState::kOpen) {
      resume_lease(i, grown);
    }
  }
  // Last: closing a descriptor would give locks up again.
  for_each_lock([](const Lease& lock) { resume_lock(lock); });
  return remark;
}

void leases_release_host() {
  const std::lock_guard guard(g_lock);
  release_host();
}

}  // namespace uvm::rt
