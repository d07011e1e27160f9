// java.lang.String: made from text, converted to text, interned (JVMS 5.1).
//
// Java threads in kRunning mode. Functions that make a string return null with an OutOfMemoryError pending
// when the heap is full.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "runtime/metadata/metadata.h"
#include "runtime/metadata/thread.h"

namespace uvm::rt {

Object* new_string(Thread& thread, std::string_view utf8);  // UTF-8 or modified UTF-8; bad bytes: U+FFFD
Object* new_string_utf16(Thread& thread, std::u16string_view units);
std::string to_utf8(const Object* string);  // real UTF-8, lone surrogates as '?'
std::u16string to_utf16(const Object* string);
std::string to_modified_utf8(const Object* string);
Object* intern(Thread& thread, Object* string);         // String.intern
Object* intern_symbol(Thread& thread, Symbol* symbol);  // string constant of a pool
bool string_equals(const Object* string, std::string_view modified_utf8);
std::int32_t string_length(const Object* string);  // UTF-16 units

}  // namespace uvm::rt
