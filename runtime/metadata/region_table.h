// Operations on RegionTable (runtime/metadata/roots.h): an open-addressing hash set of references, in the region so
// that a resumed VM need not rebuild it. Entries are never removed. Callers hold Vm::metadata_lock.
#pragma once

#include <cstring>

#include "runtime/metadata/roots.h"
#include "runtime/metadata/vm.h"

namespace uvm::rt {

// Finds the entry among those with `hash` for which `equal(bits)` is true; 0 if there is none.
template <typename Equal>
std::uint32_t table_find(const RegionTable& table, std::uint32_t hash, Equal equal) {
  if (table.capacity == 0) return 0;
  const std::uint32_t mask = table.capacity - 1;
  const std::uint32_t* slots = table.slots.get();
  for (std::uint32_t i = hash & mask;; i = (i + 1) & mask) {
    const std::uint32_t bits = slots[i];
    if (bits == 0 || equal(bits)) return bits;
  }
}

// Adds an entry that is not there yet. `hash_of(bits)` is called when the table grows.
template <typename HashOf>
void table_add(RegionTable& table, std::uint32_t hash, std::uint32_t bits, HashOf hash_of) {
  if (table.count * 2 >= table.capacity) {
    const std::uint32_t capacity = table.capacity == 0 ? 1024 : table.capacity * 2;
    auto* slots = vm()->metadata.make<std::uint32_t>(capacity);
    const std::uint32_t* old = table.slots.get();
    for (std::uint32_t i = 0; i < table.capacity; i++) {
      if (old[i] == 0) continue;
      std::uint32_t at = hash_of(old[i]) & (capacity - 1);
      while (slots[at] != 0) at = (at + 1) & (capacity - 1);
      slots[at] = old[i];
    }
    table.slots = slots;
    table.capacity = capacity;
  }
  std::uint32_t* slots = table.slots.get();
  std::uint32_t at = hash & (table.capacity - 1);
  while (slots[at] != 0) at = (at + 1) & (table.capacity - 1);
  slots[at] = bits;
  table.count++;
}

}  // namespace uvm::rt
