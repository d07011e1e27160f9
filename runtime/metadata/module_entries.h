// Records of modules and packages in the region, reached from Roots::modules. The functions on them are in
// runtime/linking/modules.h. Part of the heap format.
#pragma once

#include <cstdint>

#include "base/persisted.h"
#include "runtime/metadata/metadata.h"

namespace uvm::rt {

struct ModuleEntry;

struct ModuleList {
  Ref<Ref<ModuleEntry>> items;
  std::uint32_t count;
  std::uint32_t capacity;
  std::uint32_t unused;
};
UVM_PERSISTED(ModuleList, items, count, capacity, unused)
static_assert(sizeof(ModuleList) == 16);

struct ModuleEntry {
  Ref<Object> object;  // java.lang.Module
  Ref<Object> loader;
  Ref<Symbol> name;     // null: unnamed; made only when named in addReads or addExports
  Ref<Symbol> version;  // null: none
  ModuleList reads;
  std::uint32_t open;  // exports all its packages
  std::uint32_t reads_all_unnamed;
  Ref<ModuleEntry> next;  // in the bucket
  std::uint32_t unused;
};
UVM_PERSISTED(ModuleEntry, object, loader, name, version, reads, open, reads_all_unnamed, next, unused)
static_assert(sizeof(ModuleEntry) == 48);

struct PackageEntry {
  Ref<Symbol> name;  // internal form
  Ref<Object> loader;
  Ref<ModuleEntry> module;
  std::uint32_t exported_to_all;
  std::uint32_t exported_to_all_unnamed;
  Ref<PackageEntry> next;  // in the bucket
  ModuleList exported_to;
};
UVM_PERSISTED(PackageEntry, name, loader, module, exported_to_all, exported_to_all_unnamed, next, exported_to)
static_assert(sizeof(PackageEntry) == 40);

inline constexpr unsigned kModuleBuckets = 128;
inline constexpr unsigned kPackageBuckets = 2048;

struct ModuleState {
  Ref<ModuleEntry> modules[kModuleBuckets];
  Ref<PackageEntry> packages[kPackageBuckets];
};
UVM_PERSISTED(ModuleState, modules, packages)
static_assert(sizeof(ModuleState) % 8 == 0);

}  // namespace uvm::rt
