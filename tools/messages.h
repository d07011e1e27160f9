// Messages of uvm itself, on stderr, one line each.
#pragma once

#include <string>

#include "base/printable.h"
#include "store/line_store.h"

namespace uvm::tools {

inline constexpr int kExitFailure = 1;
inline constexpr int kExitUsage = 2;
// sysexits.h EX_TEMPFAIL: the process that runs the heap does not answer.
inline constexpr int kExitTryAgain = 75;
inline constexpr int kExitDamage = 74;  // sysexits.h EX_IOERR, as the pager's own end

// "uvm: <text>", printable().
void say(const std::string& text);

// What the user can do about an error of the heap `name` in `store`, in one line.
std::string explain(const Error& error, const std::string& store, const std::string& name);

// kExitDamage for damage and for a device that fails, else kExitFailure.
int exit_code_of(const Error& error);

// Call this when everything is printed. Returns 0, or kExitFailure with a message when not all of it could be
// written.
int finish_output();

}  // namespace uvm::tools
