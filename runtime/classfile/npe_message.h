// The text that NullPointerException.getExtendedNPEMessage gives (JEP 358): what could not be done, and which
// expression of the method was null, e.g. `Cannot invoke "String.length()" because "<local1>" is null`. The
// same words, and the same cases without an answer, as JDK 17.
//
// Any thread; works on the class file's bytecode and keeps nothing. The code should have been verified; other
// code gets no message rather than a wrong one.
#pragma once

#include <optional>
#include <string>

#include "runtime/classfile/code_view.h"

namespace uvm::rt::classfile {

// `bci` is that of the instruction that threw. Result in modified UTF-8. Empty when nothing can be said: the
// instruction does not dereference anything, or the exception was made by its constructor.
std::optional<std::string> npe_message(const MethodView& method, const PoolView& pool, std::size_t bci);

}  // namespace uvm::rt::classfile
