// Modules at run time (JVMS 5.3.6): which module a package of a class loader belongs to, what modules read,
// and what packages are exported to whom. Filled by the natives of java.lang.Module, asked by access checks.
//
// All of it is in the metadata segment, reached from Roots::modules. Changed under Vm::metadata_lock; entries
// are never freed or unlinked, so readers need no lock.
//
// A package without an entry belongs to its loader's unnamed module, which reads every module and exports
// everything. Until java.base is defined (early boot) no class has a module, and all access is allowed.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "runtime/metadata.h"
#include "runtime/status.h"
#include "runtime/thread.h"

namespace uvm::rt {

struct ModuleEntry;

struct ModuleList {
  Ref<Ref<ModuleEntry>> items;
  std::uint32_t count;
  std::uint32_t capacity;
  std::uint32_t unused;
};
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
static_assert(sizeof(PackageEntry) == 40);

inline constexpr unsigned kModuleBuckets = 128;
inline constexpr unsigned kPackageBuckets = 2048;

struct ModuleState {
  Ref<ModuleEntry> modules[kModuleBuckets];
  Ref<PackageEntry> packages[kPackageBuckets];
};
static_assert(sizeof(ModuleState) % 8 == 0);

// --- For the class definer and access checks

// java.lang.Module of the classes of a package (internal form) that `loader` defines; null during early boot.
Object* module_of_package(const Object* loader, std::string_view package);
// java.lang.Module to put into a class's mirror: that of its package, of its element type for arrays,
// java.base for primitive classes.
Object* module_of_class(const Class* c);
// The module part of JVMS 5.4.4: `to`'s package is exported to `from`'s module, which reads `to`'s module.
bool module_allows_access(const Class* from, const Class* to);
// For stack traces; null for classes of unnamed modules and during early boot.
ModuleEntry* named_module_of(const Class* c);

// --- For the natives of java.lang.Module; exceptions as HotSpot's
Status define_module(Thread& thread, Object* module, bool open, std::string_view version,
                     std::span<const std::string> packages);
Status add_module_reads(Thread& thread, Object* from, Object* to);  // to null: all unnamed modules
enum class ExportTarget : std::uint8_t { kModule, kAll, kAllUnnamed };
Status add_module_exports(Thread& thread, Object* from, std::string_view package, ExportTarget target,
                          Object* to);
void set_boot_unnamed_module(Object* module);

}  // namespace uvm::rt
