// The text of NullPointerException.getExtendedNPEMessage (JEP 358): what could not be done, and which
// expression of the method was null, e.g. `Cannot invoke "String.length()" because "<local1>" is null`. The
// words, and the cases without an answer, are those of JDK 17.
//
// Any thread; works on the class file's bytecode and keeps nothing. The code should have been verified; other
// code gets no message rather than a wrong one.
#pragma once

#include <optional>
#include <string>

#include "runtime/classfile/code_view.h"

namespace uvm::rt::classfile {

// `bci` is that of the instruction that threw. The result is in modified UTF-8. Empty if nothing can be said:
// the instruction does not dereference anything, or the exception was made by its constructor.
std::optional<std::string> npe_message(const MethodView& method, const PoolView& pool, std::size_t bci);

}  // namespace uvm::rt::classfile
