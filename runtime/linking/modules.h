// Modules at run time (JVMS 5.3.6): which module a package of a class loader belongs to, which modules it
// reads, and which packages are exported to whom. The natives of java.lang.Module fill the tables, and access
// checks read them.
//
// All of it is in the metadata segment, reached from Roots::modules. Changes are made under
// Vm::metadata_lock; entries are never freed or unlinked, so readers need no lock.
//
// A package without an entry belongs to its loader's unnamed module, which reads every module and exports
// everything. Until java.base is defined (early boot) no class has a module, and all access is allowed.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "runtime/metadata/metadata.h"
#include "runtime/metadata/module_entries.h"
#include "runtime/metadata/status.h"
#include "runtime/metadata/thread.h"

namespace uvm::rt {

// --- For the class definer and access checks

// The java.lang.Module of the classes of a package (internal form) that `loader` defines; null during early
// boot.
Object* module_of_package(const Object* loader, std::string_view package);
// The java.lang.Module for a class's mirror: that of its package; for arrays, of the element type; for
// primitive classes, java.base.
Object* module_of_class(const Class* c);
// The module part of JVMS 5.4.4: the package of `to` is exported to the module of `from`, which reads the
// module of `to`.
bool module_allows_access(const Class* from, const Class* to);
// For stack traces. Null for classes of unnamed modules and during early boot.
ModuleEntry* named_module_of(const Class* c);

// --- For the natives of java.lang.Module; exceptions are the same as HotSpot's
Status define_module(Thread& thread, Object* module, bool open, std::string_view version,
                     std::span<const std::string> packages);
Status add_module_reads(Thread& thread, Object* from, Object* to);  // `to` null: all unnamed modules
enum class ExportTarget : std::uint8_t { kModule, kAll, kAllUnnamed };
Status add_module_exports(Thread& thread, Object* from, std::string_view package, ExportTarget target,
                          Object* to);
void set_boot_unnamed_module(Object* module);

}  // namespace uvm::rt
