// Undoes records of the undo journal (undo_journal.h), newest first.
//
// It may be killed at any point, and continues where it was: each record is removed from its file when it is
// undone. A file that is made again gets its name when it is complete, and after it is noted which file it is
// now, because earlier records refer to the former one.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "runtime/outside/undo_record.h"
#include "store/line_store.h"

namespace uvm::rt::undo {

class Replay {
 public:
  // Where the heap's files are, and from which cut the run is resumed. Reads the notes of a replay that was
  // killed.
  Replay(const std::string& folder, std::uint64_t cut);

  // `name`.<n> is what was kept for record n. Fails if something cannot be read, or cannot be restored from
  // what was kept. The remaining records stay for the next attempt.
  Result<void> undo_file(const std::string& name);
  [[nodiscard]] const std::vector<std::string>& remarks() const { return remarks_; }
  // Files that exist again as different files: their identity in the version, and their identity now. The notes
  // about them stay, in case the same version is resumed again.
  [[nodiscard]] std::map<Identity, Identity> reborn() const;
  // Removes the notes. Called when a later version has been committed.
  static void forget(const std::string& folder);

 private:
  Result<void> undo(const Record& record, const std::string& kept);
  void undo_length(const Record& record);
  Result<void> undo_truncation(const Record& record, const std::string& kept);
  Result<void> undo_removal(const Record& record, const std::string& kept);
  void undo_renaming(const Record& record);
  void undo_creation(const Record& record);
  // Whether the name that a record needs is free. If the program made a file there, what others have appended to
  // it is moved away.
  bool is_free(const std::string& path);
  // Reports the file in which something was saved, or why it could not be.
  void tell_aside(const std::string& path, const std::string& whose, const IoResult<std::string>& aside);
  [[nodiscard]] Identity today(Identity file) const;
  [[nodiscard]] bool is_of(const Record& record, const Identity& file) const;
  [[nodiscard]] int open_same(const Record& record) const;

  std::string notes_;  // kReborn records
  std::uint64_t cut_;
  std::vector<std::string> remarks_;
  std::map<Identity, Identity> reborn_;
  std::map<Identity, std::string> made_at_;  // by what was removed: where it is again
  std::set<std::string> left_;               // files that the program created and others have written to
  Result<void> notes_read_;
};

}  // namespace uvm::rt::undo
