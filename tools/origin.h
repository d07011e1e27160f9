// What the versions of a heap say of where their run comes from: the class library that it was made with and
// the command line that began it, in checkpoint::Blob. Heaps of a uvm that did not say fit everything.
#pragma once

#include <optional>
#include <string>

#include "base/error.h"
#include "checkpoint/blob.h"
#include "runtime/jimage/java_home.h"
#include "tools/options.h"

namespace uvm::tools {

// Of a run that begins, or of a resumed one that did not say: the class library it uses.
void note_java(checkpoint::Blob& blob, const rt::jimage::JavaHome& home);
// Of a run that begins: -D, --heap and the program's arguments, which a resumed run has from its heap.
void note_command(checkpoint::Blob& blob, const Options& options);

// Whether a run can go on with the class library at `home`; kInvalid: it cannot. A heap holds what the class
// library it was booted from has made of itself.
Result<void> check_java(const checkpoint::Blob& blob, const rt::jimage::JavaHome& home);
// What to say when `options` begin a run otherwise than it was begun; nothing when they do not.
std::optional<std::string> command_difference(const checkpoint::Blob& blob, const Options& options);

}  // namespace uvm::tools
