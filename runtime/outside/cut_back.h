// Cuts a file back to the length that it had at a cut, when the program's process was killed after it.
//
// What the program wrote after that length is dropped, because it will be written again. What others have
// written there stays and moves up, as far as it is known whose it is (own_writes.h). Where that is not known
// (the machine has been booted since, or an older version is resumed) all of it is dropped, but is first
// saved in a file beside it. What cannot be saved is not cut off. If this is killed half-way, the next
// attempt may find something twice, but never less. What others append at the same time stays as well, except
// between the last check of the length and the cut.
//
// Twice, because the notes about the program's bytes are given up before the file is cut. The other way
// round, a resume that is killed in between would leave notes that claim what others append afterwards, which
// would be lost. The lengths alone do not tell the two states apart: a file that was cut, and then grew by as
// much, looks like one that was not cut. To be exact the notes would have to say, before each step, what the
// step is about to do (the bytes to be cut off by their hash, each piece that moves up with its content), so
// that it can be done again.
//
// Called before threads run.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/error.h"

namespace uvm::rt {

enum class Others : std::uint8_t {
  kStay,
  kAside  // what they wrote is saved beside the file as well
};

// `fd` is open for writing. Returns the length of the file afterwards (at least `length`, unless it was
// shorter before), or -1 and errno. `remarks` gets lines for people.
std::int64_t cut_back(int fd, std::int64_t length, std::uint64_t cut, Others others,
                      std::vector<std::string>& remarks);

enum class Move : std::uint8_t { kRename, kLink };
// Creates a file next to `path`, under an unused name. Returns the name.
IoResult<std::string> move_aside(const std::string& from, const std::string& path, Move move);

}  // namespace uvm::rt
