// The undo journal: what the program did to files since the last cut, so that a run resumed from that version
// finds them as they were.
//
// A lease (leases.h) restores what is open at the cut. The journal restores what the program reaches by name
// afterwards: files that it created, renamed, removed, truncated, or opened again to append. Without it, a
// program that is killed and resumed would append the same line twice, fail to rename what is renamed
// already, or lose a file that it had truncated to write it anew.
//
// Records are in files of the heap's folder, `undo.<cut>`, one file for everything that follows the cut with
// that number. Each record is written before its deed (for a created file also right afterwards: which file
// it is). The file is mapped (mapped_file.h), so that a record costs no system call; where that is not
// possible, it is written. What a deed destroys is kept next to them in `undo.<cut>.<n>`: as a hard link, or
// as a copy (a small one in the record) within kMaxCopy and kMaxCopies. Larger content is not kept. When a
// version is committed, records of earlier cuts are removed. At resume the records since the version's cut
// are undone, newest first, and removed one by one, so that a process that is killed half-way leaves the rest
// to the next.
//
// A record that cannot be written does not prevent the deed: the store may be full, and the run continues as
// it does when checkpoints fail. This is reported, once until records can be written again. A journal that
// cannot be read at resume is an error: continuing would destroy what the next attempt could undo.
//
// Not undone are content that is overwritten in place, attributes, and what other programs do. What they have
// appended stays (cut_back.h), or is put next to the file where it is in the way. The same is done with the
// program's content where others have made a file since, and with content after the cut when it is not known
// whose it is. Nothing here is flushed: after a power cut, as opposed to a kill, records may be missing.
//
// Any Java thread in kRunning mode may record: no cut comes between a record and its deed. undo_at_cut() and
// undo_since() are called while no Java thread runs; undo_committed() at any time.
#pragma once

#include <sys/stat.h>
#include <memory>

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "runtime/metadata/host_state.h"
#include "runtime/outside/file_facts.h"
#include "store/line_store.h"

namespace uvm::rt {

inline constexpr std::int64_t kMaxCopy = 32 << 20;     // bytes of one file; a copy holds up all threads
inline constexpr std::int64_t kMaxCopies = 256 << 20;  // bytes between two cuts

// Sets the folder of the heap; empty: nothing is recorded. Recording begins with the first cut. `report` gets
// one line for people, from any thread that records.
void undo_attach(const std::string& folder, std::function<void(const std::string&)> report = {});
void undo_at_cut(std::uint64_t cut);
void undo_committed(std::uint64_t cut);

// A file that exists again, but as a different one.
struct RestoredFile {
  std::uint64_t old_device, old_inode, device, inode;
};
struct Undone {
  std::vector<RestoredFile> restored;
  std::vector<std::string> remarks;  // lines for people about what others have written
};
// Undoes what was recorded since that cut or a later one. Later records follow after it.
Result<Undone> undo_since(std::uint64_t cut);

// --- Records. Paths are absolute. `facts` are of the file before the deed.

[[nodiscard]] bool undo_records();                         // whether anything is recorded
void undo_creating(const std::string& path, mode_t kind);  // nothing exists there; kind: as in st_mode
void undo_created(const std::string& path, const FileFacts& facts);
void undo_linking(const std::string& path, const FileFacts& facts);  // another name for an existing file
void undo_length(int fd, const FileFacts& facts);                    // opened for writing
// Bytes from `length` on are about to be cut off. `path` may have links in it; `status` is of the file.
void undo_truncation(const std::string& path, const struct stat& status, std::int64_t length);
void undo_removal(const std::string& path, const FileFacts& facts);
void undo_renaming(const std::string& from, const std::string& to, const FileFacts& facts);

// The state that this part keeps for a Vm; for make_vm().
std::unique_ptr<HostState> make_undo_journal_state();

}  // namespace uvm::rt
