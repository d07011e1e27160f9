// Leases: everything of the outside world that the program holds open, as records in the region (law 10).
//
// The number in FileDescriptor.fd that Java sees is a lease: 0, 1 and 2 are the standard streams, the others are
// given out lowest first, like file descriptors. The host's descriptor behind a lease is host state: it is
// opened again at resume, from the record, and never stored.
//
// What resume restores, for each lease, from the last cut:
//   regular file    opened again by its path; it must be the same file (device, inode) and not be shorter
//                   than it was. The position is the committed one. A file open for writing that has
//                   grown since is cut back to its committed length: what was written after the cut is
//                   written again by the program, so output is neither lost nor doubled. (What was
//                   overwritten in place since the cut stays overwritten.)
//   standard        a regular file that is still the same file is treated in the same way, through the new
//   stream          process's own descriptor; if it is a different file, or was emptied, or is not a regular
//                   file, the program continues at the position of the new process's stream.
//   directory,      opened again by path.
//   device
//   file lock       taken again; if another process has it now, the file's lease is broken.
//   pipe, socket    cannot be restored.
//   class path      a file of the program's class path (program_files.h) is in the region, and so is its
//                   position: there is nothing to restore. A file or directory that was read from the host
//                   and is gone is replaced by the class path's, if that has it.
// A lease that cannot be restored is marked broken; host_fd() then answers -1, and lease_problem() says why.
//
// Who may call: lease_* any Java thread in kRunning mode; leases_at_* only while the program is stopped, or
// before it runs. Needs the Vm to exist.
#pragma once

#include <sys/stat.h>
#include <sys/types.h>
#include <memory>

#include <cstdint>
#include <optional>
#include <string>
#include <type_traits>
#include <vector>

#include "base/error.h"
#include "base/persisted.h"
#include "gc/layout.h"
#include "runtime/metadata/host_state.h"
#include "runtime/outside/undo_journal.h"

namespace uvm::rt {

enum class LeaseState : std::uint8_t {
  kFree = 0,
  kOpen = 1,
  kBroken = 2,
  kDiscarded = 3,  // a closed standard stream
  kLock = 4        // no lease, but a lock on a part of another lease's file
};
UVM_PERSISTED_ENUM(LeaseState, kFree, kOpen, kBroken, kDiscarded, kLock)
enum class LeaseKind : std::uint8_t {
  kRegular = 0,
  kDirectory = 1,
  kDevice = 2,
  kStream = 3,           // pipe, FIFO, socket
  kProgramFile = 4,      // of the class path; `device` is where its content is in the region
  kProgramDirectory = 5  // likewise
};
UVM_PERSISTED_ENUM(LeaseKind, kRegular, kDirectory, kDevice, kStream, kProgramFile, kProgramDirectory)

// Why a lease is broken. Values are part of the heap format.
enum class LeaseFault : std::uint8_t {
  kNone = 0,
  kCannotOpen = 1,
  kOtherFile = 2,
  kShrunk = 3,
  kStream = 4,
  kCannotPosition = 5,
  kCannotLock = 6
};
UVM_PERSISTED_ENUM(LeaseFault, kNone, kCannotOpen, kOtherFile, kShrunk, kStream, kCannotPosition, kCannotLock)

struct Lease {
  LeaseState state;
  LeaseKind kind;
  LeaseFault fault;
  std::uint8_t standard;    // 1: lease 0, 1 or 2
  std::int32_t open_flags;  // of open(2), without O_CREAT, O_EXCL and O_TRUNC; kLock: the lease that it locks
  std::int32_t error;       // errno of the fault, 0 none
  std::uint32_t path_length;
  gc::RegionOffset path;  // absolute, native segment, no terminator; 0 unknown
  std::int64_t position;  // bytes from the start, at the last cut; kRegular only. kProgramFile: now. kLock:
                          // where it starts
  std::int64_t length;    // bytes, at the last cut; kRegular, kProgramFile. kLock: of the lock, 0 to the end
  std::uint64_t device;   // st_dev; kLock: 1 when it is shared
  std::uint64_t inode;    // st_ino
};
UVM_PERSISTED(Lease, state, kind, fault, standard, open_flags, error, path_length, path, position, length,
              device, inode)
static_assert(sizeof(Lease) == 56 && std::is_trivially_copyable_v<Lease>, "part of the heap format");

// At Roots::leases_offset, native segment.
struct LeaseTable {
  std::uint32_t capacity;
  std::uint32_t directory_length;
  gc::RegionOffset records;    // Lease[capacity], native segment
  gc::RegionOffset directory;  // the program's working directory, native segment, no terminator; 0 unknown
};
UVM_PERSISTED(LeaseTable, capacity, directory_length, records, directory)
static_assert(sizeof(LeaseTable) == 24);

// Opens a file like open(2), with O_CLOEXEC added. Returns the lease, or -errno. -EWOULDBLOCK: `path` is a
// FIFO, and the call would wait for its other end.
[[nodiscard]] std::int32_t lease_open(const char* path, int flags, mode_t mode);
// The same relative to a directory's lease; -EBADF when there is no such lease.
[[nodiscard]] std::int32_t lease_open_at(std::int32_t directory, const char* path, int flags, mode_t mode);
// Takes over an open host descriptor. Returns the lease, or -errno (the descriptor is then closed).
[[nodiscard]] std::int32_t lease_adopt(int host_fd);
// A second lease on what `lease` refers to, sharing its position until the next resume; on the class path it
// has a position of its own. Returns it, or -errno.
[[nodiscard]] std::int32_t lease_dup(std::int32_t lease);
// Makes `target` refer to what `source` refers to, like dup2(2). Returns 0 or an errno value.
[[nodiscard]] int lease_dup2(std::int32_t source, std::int32_t target);
// Ends a lease. Closing a standard stream makes it read as empty and discard output. Returns 0 or an errno
// value.
[[nodiscard]] int lease_close(std::int32_t lease);

// Locks `length` bytes of a file from `start` on (0: to the end, however far), like fcntl(2) F_OFD_SETLK.
// Returns 0 or an errno value; EAGAIN: another process has a lock on part of it. Closing the lease releases
// the lock.
[[nodiscard]] int lease_lock(std::int32_t lease, std::int64_t start, std::int64_t length, bool shared);
// Releases a lock that was taken with the same bounds.
[[nodiscard]] int lease_unlock(std::int32_t lease, std::int64_t start, std::int64_t length);

// The host descriptor of a lease in this process; -1 if it is not open, is broken, or is on the class path.
// Its position is not always the lease's: a regular file that is open for writing, and not for appending, has
// a position of its own, which the functions below use.
[[nodiscard]] int host_fd(std::int32_t lease);
// read(2), pread(2), lseek(2) and fstat(2), on the host's files and the class path's. -1 and errno.
[[nodiscard]] ssize_t lease_read(std::int32_t lease, void* bytes, std::size_t size);
[[nodiscard]] ssize_t lease_pread(std::int32_t lease, void* bytes, std::size_t size, std::int64_t at);
[[nodiscard]] std::int64_t lease_seek(std::int32_t lease, std::int64_t offset, int whence);
[[nodiscard]] int lease_status(std::int32_t lease, struct stat* status);
// Absolute path of an open directory; empty when unknown.
[[nodiscard]] std::string lease_directory(std::int32_t lease);
// Whether a lease is on the class path; whatever would change its file is refused.
[[nodiscard]] bool is_program_lease(std::int32_t lease);
// Writes like write(2), or like pwrite(2) if `at` >= 0. Writes to a regular file are noted (own_writes.h). -1
// and errno; EBADF if there is no host descriptor.
ssize_t lease_write(std::int32_t lease, const void* data, std::size_t size, std::int64_t at);
// ftruncate(2), undoable (undoable_files.h). -1 and errno.
[[nodiscard]] int lease_truncate(std::int32_t lease, std::int64_t length);
[[nodiscard]] bool lease_is_directory(std::int32_t lease);
// Whether reading and writing may wait (pipes, sockets, terminals).
[[nodiscard]] bool lease_may_wait(std::int32_t lease);
// Whether they do wait: not with O_NONBLOCK, which belongs to the lease and is restored at resume.
[[nodiscard]] bool lease_blocks(std::int32_t lease);
// Returns 0 or an errno value.
[[nodiscard]] int lease_set_blocking(std::int32_t lease, bool blocking);
// For a broken lease: "lease on /x/y could not be re-established: ...".
[[nodiscard]] std::optional<std::string> lease_problem(std::int32_t lease);

// The working directory in which the program started, absolute. Relative paths of the program are relative to
// it, even when it is resumed elsewhere. Empty if unknown.
[[nodiscard]] std::string program_directory();
// A path of the program, converted for system calls of this process.
[[nodiscard]] std::string host_path(const std::string& path);

// A new program begins, on a fresh heap or on the base image: makes the table if there is none, and adopts
// the standard streams of this process. The descriptors behind leases are destroyed with the Vm; the records
// stay.
void leases_at_start();
// Stores positions and lengths. Called while stopped.
void leases_at_cut();
// Flushes what the program has written to regular files (lease_durability.h), so that the version about to be
// committed does not refer to output that a power cut would take away. Waits, while the program runs. An
// error says what could not be flushed and why.
Result<void> leases_make_durable();
// What was written to the program's files beyond their committed ends.
enum class Grown : std::uint8_t {
  kIsOurs,   // by the program after the cut, before its process was killed: it is cut off
  kIsOthers  // by others, since the program's process left right after the cut: it stays
};
// Makes the host descriptors of this process, and marks as broken what cannot be restored. Called before
// threads run. `cut`: the one that is resumed. `restored`: files that exist again as different files
// (undo_journal.h). Returns lines for people: what happened to files that others have written, and which
// files are lost to the program.
std::vector<std::string> leases_at_resume(Grown grown, std::uint64_t cut,
                                          const std::vector<RestoredFile>& restored = {});

// The state that this part keeps for a Vm; for make_vm().
std::unique_ptr<HostState> make_leases_state();

}  // namespace uvm::rt
