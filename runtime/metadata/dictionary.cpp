#include "runtime/metadata/dictionary.h"

#include "runtime/metadata/region_table.h"
#include "runtime/metadata/roots.h"
#include "runtime/metadata/vm.h"

namespace uvm::rt {
namespace {

struct DictionaryEntry {
  Ref<Symbol> name;
  Ref<Object> loader;
  Ref<Class> target;
  std::uint32_t unused;
};
static_assert(sizeof(DictionaryEntry) == 16);

std::uint32_t hash_of(const Symbol* name, std::uint32_t loader) { return name->hash ^ loader * 0x9E3779B1U; }

}  // namespace

Class* dictionary_find(const Symbol* name, const Object* loader) {
  const std::uint32_t name_bits = gc::encode(name);
  const std::uint32_t loader_bits = gc::encode(loader);
  const std::uint32_t found =
      table_find(roots().classes, hash_of(name, loader_bits), [&](std::uint32_t bits) {
        const auto* e = gc::decode<DictionaryEntry>(bits);
        return e->name.bits == name_bits && e->loader.bits == loader_bits;
      });
  return found == 0 ? nullptr : gc::decode<DictionaryEntry>(found)->target.get();
}

void dictionary_add(Symbol* name, Object* loader, Class* c) {
  auto* e = vm()->metadata.make<DictionaryEntry>();
  e->name = name;
  e->loader = loader;
  e->target = c;
  table_add(roots().classes, hash_of(name, e->loader.bits), gc::encode(e), [](std::uint32_t bits) {
    const auto* entry = gc::decode<DictionaryEntry>(bits);
    return hash_of(entry->name.get(), entry->loader.bits);
  });
}

void dictionary_visit_loaders(const std::function<void(std::uint32_t)>& visit) {
  const RegionTable& table = roots().classes;
  for (std::uint32_t i = 0; i < table.capacity; i++) {
    if (table.slots[i] == 0) continue;
    const std::uint32_t loader = gc::decode<DictionaryEntry>(table.slots[i])->loader.bits;
    if (loader != 0) visit(loader);
  }
}

}  // namespace uvm::rt
