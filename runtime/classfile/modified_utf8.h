// Modified UTF-8 (JVMS 4.4.7), the encoding of every string of a class file. Host-side, any thread.
#pragma once

#include <string_view>

namespace uvm::rt::classfile {

// True when `bytes` is well-formed: no zero byte, no byte from 0xf0, complete sequences, and no longer
// sequence than a code unit needs (except the two bytes of U+0000). Class files up to version 47 may have
// longer ones
// (`overlong_allowed`).
bool is_modified_utf8(std::string_view bytes, bool overlong_allowed);

}  // namespace uvm::rt::classfile
