// The origin of a run as the versions of its heap record it (checkpoint::Blob): the class library that it was
// made with and the command line that began it. Heaps of older builds lack it and match everything.
#pragma once

#include <optional>
#include <string>

#include "base/error.h"
#include "checkpoint/blob.h"
#include "runtime/jimage/java_home.h"
#include "tools/options.h"

namespace uvm::tools {

// For a run that begins, or a resumed one that did not record it: the class library it uses.
void note_java(checkpoint::Blob& blob, const rt::jimage::JavaHome& home);
// For a run that begins: -D, --heap and the program's arguments, which a resumed run takes from its heap.
void note_command(checkpoint::Blob& blob, const Options& options);

// Whether a run can be resumed with the class library at `home`; kInvalid: it cannot. A heap contains what
// the class library that it was booted from has made of itself.
Result<void> check_java(const checkpoint::Blob& blob, const rt::jimage::JavaHome& home);
// The remark for `options` that differ from those that the run began with; nothing if they do not differ.
std::optional<std::string> command_difference(const checkpoint::Blob& blob, const Options& options);

}  // namespace uvm::tools
