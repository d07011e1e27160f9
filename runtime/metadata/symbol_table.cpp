#include <cstring>

#include "runtime/metadata/region_table.h"
#include "runtime/metadata/roots.h"
#include "runtime/metadata/symbol_table.h"
#include "runtime/metadata/vm.h"

namespace uvm::rt {
namespace {

std::uint32_t hash_of_text(std::string_view text) {
  std::uint32_t hash = 2166136261U;  // FNV-1a
  for (const char c : text) hash = (hash ^ static_cast<std::uint8_t>(c)) * 16777619U;
  return hash ^ (hash >> 15);
}

std::uint32_t find(std::string_view text, std::uint32_t hash) {
  return table_find(roots().symbols, hash, [&](std::uint32_t bits) {
    const auto* symbol = gc::decode<Symbol>(bits);
    return symbol->hash == hash && symbol->view() == text;
  });
}

}  // namespace

Symbol* find_symbol(std::string_view text) {
  const std::lock_guard lock(vm()->metadata_lock);
  return gc::decode<Symbol>(find(text, hash_of_text(text)));
}

Symbol* make_symbol(std::string_view text) {
  const std::uint32_t hash = hash_of_text(text);
  const std::lock_guard lock(vm()->metadata_lock);
  if (const std::uint32_t bits = find(text, hash); bits != 0) return gc::decode<Symbol>(bits);
  auto* symbol = static_cast<Symbol*>(vm()->metadata.allocate_forever(sizeof(Symbol) + text.size()));
  symbol->hash = hash;
  symbol->length = static_cast<std::uint32_t>(text.size());
  std::memcpy(symbol + 1, text.data(), text.size());
  table_add(roots().symbols, hash, gc::encode(symbol),
            [](std::uint32_t bits) { return gc::decode<Symbol>(bits)->hash; });
  return symbol;
}

}  // namespace uvm::rt
