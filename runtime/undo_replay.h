// Undoes records of the undo journal (undo_journal.h), newest first.
//
// It may be killed at any point, and goes on where it was: each record is taken off its file when it is
// undone. What is made again gets its name when it is whole, and after it is noted which file it is now,
// because earlier records speak of the one that it was.
#pragma once

#include <map>
#include <string>

#include "runtime/undo_record.h"

namespace uvm::rt::undo {

class Replay {
 public:
  // Where the heap's files are. Takes up the notes of a replay that was killed.
  explicit Replay(const std::string& folder);

  // `name`.<n> is what was kept for record n. False: records or notes cannot be read, errno says why; nothing
  // of the file is undone then.
  [[nodiscard]] bool undo_file(const std::string& name);
  // Files that exist again as others, as the version knows them and as they are. The notes of them stay for
  // whoever goes on from the same version again.
  [[nodiscard]] std::map<Identity, Identity> reborn() const;
  // A later version stands: the notes go.
  static void forget(const std::string& folder);

 private:
  void undo(const Record& record, const std::string& kept);
  void undo_length(const Record& record) const;
  void undo_truncation(const Record& record, const std::string& kept) const;
  void undo_removal(const Record& record, const std::string& kept);
  void undo_renaming(const Record& record) const;
  void undo_creation(const Record& record) const;
  [[nodiscard]] Identity today(Identity file) const;
  [[nodiscard]] bool is_of(const Record& record, const Identity& file) const;
  [[nodiscard]] int open_same(const Record& record) const;

  std::string notes_;  // kReborn records
  std::map<Identity, Identity> reborn_;
  int error_ = 0;  // of reading the notes
};

}  // namespace uvm::rt::undo
