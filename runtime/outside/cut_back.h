// Cuts a file back to the length that it had at a cut, when the program's process was killed after it.
//
// What the program wrote behind that goes: it writes it again. What others have written behind it stays and
// moves up, as far as it is known whose it is (own_writes.h). Where that is not known - the machine was
// booted since, or an older version is gone on with - all of it goes, but is saved in a file beside. What
// cannot be saved is not cut off. Killed in the middle, the next try may find something twice, and never
// less. What others append meanwhile stays as well, but for the moment between the last look at the length
// and the cut.
//
// Twice, because the notes of what is the program's are given up before the file is cut. The other way round,
// a resume that is killed in between would leave notes that claim what others append afterwards, which would
// be lost. Their lengths alone do not tell the two states apart: a file that was cut, and then grew by as
// much, looks like one that was not. To be exact the notes would have to say, before each step, what the step
// is about to do (the bytes to be cut off by their hash, each piece that moves up with its content), so that
// it can be done again.
//
// Before threads run.
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

// `fd` is open for writing. Returns the length of the file now, not below `length` if it was not, or -1 and
// errno. `remarks` gets lines for people.
std::int64_t cut_back(int fd, std::int64_t length, std::uint64_t cut, Others others,
                      std::vector<std::string>& remarks);

enum class Move : std::uint8_t { kRename, kLink };
// Puts a file beside `path`, under a name that nothing has. Returns the name.
IoResult<std::string> move_aside(const std::string& from, const std::string& path, Move move);

}  // namespace uvm::rt
