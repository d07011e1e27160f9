// Cuts a file back to the length that it had at a cut, when the program's process was killed after it.
//
// What the program wrote behind that goes: it writes it again. What others have written behind it stays and
// moves up, as far as it is known whose it is (own_writes.h). Where that is not known - the machine was
// booted since, or an older version is gone on with - all of it goes, but is saved in a file beside. What
// cannot be saved is not cut off. Killed in the middle, the next try may find something twice, and never
// less.
//
// Before threads run.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace uvm::rt {

enum class Others : std::uint8_t {
  kStay,
  kAside  // what they wrote is saved beside the file as well
};

// `fd` is open for writing. Returns the length of the file now, not below `length` if it was not, or -1 and
// errno. `remarks` gets lines for people.
std::int64_t cut_back(int fd, std::int64_t length, std::uint64_t cut, Others others,
                      std::vector<std::string>& remarks);

}  // namespace uvm::rt
