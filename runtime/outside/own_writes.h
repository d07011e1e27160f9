// Own writes: which bytes of its files the program itself has written since the last versions.
//
// When a run is resumed after a kill, what the program wrote after the cut is cut off its files, because the
// program writes it again (leases.h, undo_journal.h). What others have appended in the meantime (a
// supervisor, to the log of the program that died) must not be cut off with it. So each write to a regular
// file is noted here, in a file of the heap's folder that is mapped into memory: noting costs no system call,
// and the page cache outlives the process. Nothing is flushed. If the machine has been booted since, which
// its boot id shows, nothing is known about the writes.
//
// Before a write its length and the hash of its bytes are noted, and afterwards its place. So if a process
// was killed in between, the file shows whether the bytes are there.
//
// What lies between two writes belongs to the program only if nothing was there before: a hole that its write
// made.
//
// A file's extents belong to cuts, like the journal's records, and to epochs: when a truncation or a removal
// is undone, what was written after it is dropped with it, and what was written before counts again.
//
// Any Java thread in kRunning mode may write; the other functions are called where the undo journal's
// functions with the same names are.
#pragma once

#include <sys/stat.h>
#include <sys/types.h>
#include <memory>

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "runtime/metadata/host_state.h"

namespace uvm::rt {

struct FileKey {
  std::uint64_t device, inode;
  friend auto operator<=>(const FileKey&, const FileKey&) = default;  // NOLINT(modernize-use-nullptr): its 0
};
inline FileKey key_of(const struct stat& status) { return {status.st_dev, status.st_ino}; }

// Bytes of a file, from `begin` to before `end`.
struct Extent {
  std::int64_t begin, end;
};

// Sets the folder of the heap; empty: nothing is noted. The notes of an earlier process stay until
// own_writes_begin().
void own_writes_attach(const std::string& folder);
// The program is about to continue from that cut (0: to start). Everything it writes from now on is noted.
void own_writes_begin(std::uint64_t cut);
// From now on until own_writes_begin() nothing is known.
void own_writes_unknown();
void own_writes_at_cut(std::uint64_t cut);
void own_writes_committed(std::uint64_t cut);

// Where the bytes written through a descriptor are placed.
enum class OwnPlace : std::uint8_t {
  kPosition,  // where it is said to, or else at the descriptor's position, which is only known afterwards,
              // for others may write with it, too
  kEnd        // O_APPEND: at the end of the file, likewise
};
// The program's write(2) to a regular file, or pwrite(2) if `at` >= 0; then the place is known in advance,
// which saves a system call.
ssize_t own_write(int fd, const FileKey& file, OwnPlace place, std::int64_t at, const void* data,
                  std::size_t size);
void own_file_created(const FileKey& file);
// The program changes a file's length. If that fails, call this again for the length before.
void own_file_resized(const FileKey& file, std::int64_t old_length, std::int64_t length);
// The epoch that begins with a truncation or a removal that will be undone. For its record, which is written
// before the deed.
[[nodiscard]] std::uint32_t own_next_epoch(const FileKey& file);
void own_epoch_begins(const FileKey& file, std::uint32_t epoch, std::int64_t length);

// --- At resume.

// What the program wrote to a file since that cut, from `length` on, in order; nothing if that is not known.
// `fd`, open for reading if possible, shows whether the write happened in which the process was killed.
std::optional<std::vector<Extent>> own_writes_since(std::uint64_t cut, const struct stat& status, int fd,
                                                    std::int64_t length);
// The file will have no bytes of the program from `length` on.
void own_writes_cut_back(const FileKey& file, std::int64_t length);
// The deed that this epoch began with is undone: what was written after it is gone, or was never separate
// from what was written before, as when a file is renamed to its own name.
void own_epoch_undone(const FileKey& file, std::uint32_t epoch, bool gone);
// The file has been made again from a copy by undoing its removal, so nobody else has written to it.
void own_file_reborn(const FileKey& file);

// The state that this part keeps for a Vm; for make_vm().
std::unique_ptr<HostState> make_own_writes_state();

}  // namespace uvm::rt
