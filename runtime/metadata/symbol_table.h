// The symbol table: one Symbol for each name and descriptor in use. In the region; entries are never removed.
//
// Any thread; locks by itself.
#pragma once

#include <string_view>

#include "runtime/metadata/metadata.h"

namespace uvm::rt {

Symbol* make_symbol(std::string_view modified_utf8);
Symbol* find_symbol(std::string_view modified_utf8);  // null: no such symbol yet

}  // namespace uvm::rt
