// What the versions of a heap say of where their run comes from: the class library that it was made with and
// the command line that began it, in checkpoint::Blob. Heaps of a uvm that did not say fit everything.
#pragma once

#include <string>

#include "checkpoint/blob.h"
#include "runtime/jimage/java_home.h"
#include "tools/options.h"

namespace uvm::tools {

// Of a run that begins, or of a resumed one that did not say: the class library it uses.
void note_java(checkpoint::Blob& blob, const rt::jimage::JavaHome& home);
// Of a run that begins: -D, --heap and the program's arguments, which a resumed run has from its heap.
void note_command(checkpoint::Blob& blob, const Options& options);

// Why a run cannot go on with the class library at `home`; empty: it can. A heap holds what the class library
// it was booted from has made of itself.
std::string java_problem(const checkpoint::Blob& blob, const rt::jimage::JavaHome& home);
// What to say when `options` begin a run otherwise than it was begun; empty: they do not.
std::string command_difference(const checkpoint::Blob& blob, const Options& options);

}  // namespace uvm::tools
