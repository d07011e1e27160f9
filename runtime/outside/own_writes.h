// Own writes: which bytes of its files the program itself has written since the last versions.
//
// When a run goes on after a kill, what the program wrote behind the cut is cut off its files, for it writes
// that again (leases.h, undo_journal.h). What others have appended meanwhile - a supervisor to the log of the
// program that died - must not go with it. So each write to a regular file is noted here, in a file of the
// heap's folder that is mapped into memory: noting costs no system call, and the page cache outlives the
// process. Nothing is flushed; whether the machine was booted since is known by its boot id, and then nothing
// is known of what was written.
//
// Before a write its length and the hash of its bytes are noted, after it where they are. So of a process
// that was killed in between it can be told from the file whether they are there.
//
// What lies between two writes is the program's own only where nothing was before: a hole that its write
// made.
//
// A file's extents belong to cuts, as the journal's records do, and to epochs: where a truncation or a
// removal is undone, what was written after it goes with it, and what was written before counts again.
//
// Any Java thread in kRunning mode may write; the rest is called where the undo journal's functions of the
// same name are.
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

// The folder of the heap; empty: nothing is noted. What an earlier process has noted stays until
// own_writes_begin().
void own_writes_attach(const std::string& folder);
// The program is about to go on from that cut (0: to start): all that it writes from now on is noted.
void own_writes_begin(std::uint64_t cut);
// From now on until own_writes_begin() nothing is known.
void own_writes_unknown();
void own_writes_at_cut(std::uint64_t cut);
void own_writes_committed(std::uint64_t cut);

// Where what is written through a descriptor comes to lie.
enum class OwnPlace : std::uint8_t {
  kPosition,  // where it is said to, or else at the descriptor's position, which is only known afterwards,
              // for others may write with it, too
  kEnd        // O_APPEND: at the end of the file, likewise
};
// write(2) of the program to a regular file, or pwrite(2) when `at` >= 0: then it is known before, by one
// system call less.
ssize_t own_write(int fd, const FileKey& file, OwnPlace place, std::int64_t at, const void* data,
                  std::size_t size);
void own_file_created(const FileKey& file);
// The program changes a file's length. When that fails, it is told that the length is changed back.
void own_file_resized(const FileKey& file, std::int64_t old_length, std::int64_t length);
// The epoch that begins with a truncation or a removal that will be undone, for its record, which is written
// before.
[[nodiscard]] std::uint32_t own_next_epoch(const FileKey& file);
void own_epoch_begins(const FileKey& file, std::uint32_t epoch, std::int64_t length);

// --- At resume.

// What the program wrote to a file since that cut, from `length` on, in order; nothing when that is not
// known. `fd`, open for reading if that can be had, tells of the write that the process was killed in.
std::optional<std::vector<Extent>> own_writes_since(std::uint64_t cut, const struct stat& status, int fd,
                                                    std::int64_t length);
// The file is about to have no bytes of the program from `length` on.
void own_writes_cut_back(const FileKey& file, std::int64_t length);
// The deed that this epoch began with is undone: what was written after it is gone, or was never apart from
// what was written before, as when a file is renamed to its own name.
void own_epoch_undone(const FileKey& file, std::uint32_t epoch, bool gone);
// The file has been made again from a copy by undoing its removal: nobody else has written to it.
void own_file_reborn(const FileKey& file);

// What this part keeps of a Vm; for make_vm().
std::unique_ptr<HostState> make_own_writes_state();

}  // namespace uvm::rt
