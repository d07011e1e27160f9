// The origin of a run as the versions of its heap record it (checkpoint::Blob): the class library that it was
// made with and the command line that began it. Heaps of older builds lack it and match everything.
#pragma once

#include <string>

#include "checkpoint/blob.h"
#include "runtime/jimage/java_home.h"
#include "tools/options.h"

namespace uvm::tools {

// For a run that begins, or a resumed one that did not record it: the class library it uses.
void note_java(checkpoint::Blob& blob, const rt::jimage::JavaHome& home);
// For a run that begins: -D, --heap and the program's arguments, which a resumed run takes from its heap.
void note_command(checkpoint::Blob& blob, const Options& options);

// Why a run cannot continue with the class library at `home`; empty: it can. A heap holds the booted state of
// the class library that it was made with.
std::string java_problem(const checkpoint::Blob& blob, const rt::jimage::JavaHome& home);
// The message when `options` differ from those that began the run; empty: they do not.
std::string command_difference(const checkpoint::Blob& blob, const Options& options);

}  // namespace uvm::tools
