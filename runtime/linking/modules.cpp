#include "runtime/linking/modules.h"

#include <algorithm>
#include <cstring>
#include <mutex>
#include <string>
#include <vector>

#include "runtime/heap/exceptions.h"
#include "runtime/heap/strings.h"
#include "runtime/metadata/module_entries.h"
#include "runtime/metadata/roots.h"
#include "runtime/metadata/symbol_table.h"
#include "runtime/metadata/vm.h"

namespace uvm::rt {
namespace {

ModuleState* state() {
  Roots& r = roots();
  if (!r.modules) r.modules = vm()->metadata.make<ModuleState>();
  return r.modules.get();
}

unsigned package_bucket(const Object* loader, const Symbol* name) {
  const std::uint32_t loader_hash = loader == nullptr ? 0 : loader->identity_hash;
  return (name->hash ^ loader_hash * 31U) % kPackageBuckets;
}

PackageEntry* find_package(const Object* loader, const Symbol* name) {
  const ModuleState* modules = roots().modules.get();
  if (modules == nullptr || name == nullptr) return nullptr;
  for (PackageEntry* p = modules->packages[package_bucket(loader, name)].get(); p != nullptr;
       p = p->next.get()) {
    if (p->name.get() == name && p->loader.get() == loader) return p;
  }
  return nullptr;
}

ModuleEntry* find_module(const Object* module) {
  const ModuleState* modules = roots().modules.get();
  if (modules == nullptr) return nullptr;
  for (ModuleEntry* m = modules->modules[module->identity_hash % kModuleBuckets].get(); m != nullptr;
       m = m->next.get()) {
    if (m->object.get() == module) return m;
  }
  return nullptr;
}

ModuleEntry* make_module(Object* module, Object* loader, Symbol* name) {
  ModuleEntry* entry = vm()->metadata.make<ModuleEntry>();
  entry->object = module;
  entry->loader = loader;
  entry->name = name;
  Ref<ModuleEntry>& bucket = state()->modules[module->identity_hash % kModuleBuckets];
  entry->next = bucket;
  __atomic_store_n(&bucket.bits, gc::encode(entry), __ATOMIC_RELEASE);
  return entry;
}

bool contains(const ModuleList& list, const ModuleEntry* module) {
  for (std::uint32_t i = 0; i < list.count; ++i) {
    if (list.items[i].get() == module) return true;
  }
  return false;
}

void add(ModuleList& list, ModuleEntry* module) {
  if (contains(list, module)) return;
  if (list.count == list.capacity) {
    const std::uint32_t capacity = std::max(4U, list.capacity * 2);
    auto* items = vm()->metadata.make<Ref<ModuleEntry>>(capacity);
    if (list.count != 0) std::memcpy(items, list.items.get(), list.count * sizeof(Ref<ModuleEntry>));
    list.items = items;
    list.capacity = capacity;
  }
  list.items[list.count] = module;
  __atomic_store_n(&list.count, list.count + 1, __ATOMIC_RELEASE);
}

Object* module_field(const Class* c) {
  const Object* mirror = c->mirror.get();
  return mirror == nullptr ? nullptr : mirror->reference(roots().known.Class_module);
}

// The package entry of a class, cached in the class; null in an unnamed module.
PackageEntry* package_entry(const Class* c) {
  if (c->is_array()) c = c->element.get();
  if (c->is_primitive()) return nullptr;
  if (const std::uint32_t known = __atomic_load_n(&c->module_entry, __ATOMIC_ACQUIRE); known != 0) {
    return gc::decode<PackageEntry>(known);
  }
  PackageEntry* entry = find_package(c->loader.get(), find_symbol(package_of(c)));
  if (entry != nullptr) {
    __atomic_store_n(&const_cast<Class*>(c)->module_entry, gc::encode(entry), __ATOMIC_RELEASE);
  }
  return entry;
}

std::string module_name(const Object* module) {
  const Object* name = module->reference(roots().known.Module_name);
  return name == nullptr ? "unnamed module" : to_utf8(name);
}

// The entry of a module that Java code names as a target; unnamed modules get theirs here.
ModuleEntry* target_entry(Object* module) {
  ModuleEntry* entry = find_module(module);
  if (entry == nullptr && module->reference(roots().known.Module_name) == nullptr) {
    entry = make_module(module, module->reference(roots().known.Module_loader), nullptr);
  }
  return entry;
}

// Sets `module` for those classes of the boot loader that have no module yet because they were loaded before
// it was defined.
void set_missing_modules(Object* module) {
  const std::uint32_t field = roots().known.Class_module;
  const auto fill = [&](Class* c) {
    for (; c != nullptr; c = c->array_class.get()) {
      if (c->mirror && c->mirror->reference(field) == nullptr) c->mirror->set_reference(field, module);
    }
  };
  for (Class* c = roots().all_classes.get(); c != nullptr; c = c->next.get()) {
    if (!c->loader) fill(c);
  }
  for (const Ref<Class>& primitive : roots().known.primitive_classes) fill(primitive.get());
}

}  // namespace

Object* module_of_package(const Object* loader, std::string_view package) {
  if (const PackageEntry* entry = find_package(loader, find_symbol(package)); entry != nullptr) {
    return entry->module->object.get();
  }
  if (loader == nullptr) return roots().boot_unnamed_module.get();
  return loader->reference(roots().known.ClassLoader_unnamedModule);
}

Object* module_of_class(const Class* c) {
  if (!roots().java_base_module) return nullptr;
  if (c->is_array()) c = c->element.get();
  if (c->is_primitive()) return roots().java_base_module.get();
  return module_of_package(c->loader.get(), package_of(c));
}

bool module_allows_access(const Class* from, const Class* to) {
  Object* from_module = module_field(from);
  Object* to_module = module_field(to);
  if (from_module == to_module || from_module == nullptr || to_module == nullptr) return true;
  if (to->is_primitive()) return true;

  const PackageEntry* from_package = package_entry(from);
  const PackageEntry* to_package = package_entry(to);
  const ModuleEntry* reader = from_package == nullptr ? nullptr : from_package->module.get();
  if (to_package == nullptr) {  // an unnamed module exports everything
    if (reader == nullptr || reader->reads_all_unnamed != 0) return true;
    const ModuleEntry* target = find_module(to_module);
    return target != nullptr && contains(reader->reads, target);
  }
  const ModuleEntry* target = to_package->module.get();
  if (reader != nullptr && target->object != roots().java_base_module && !contains(reader->reads, target)) {
    return false;
  }
  if (target->open != 0 || to_package->exported_to_all != 0) return true;
  if (reader != nullptr) return contains(to_package->exported_to, reader);
  if (to_package->exported_to_all_unnamed != 0) return true;
  const ModuleEntry* unnamed = find_module(from_module);
  return unnamed != nullptr && contains(to_package->exported_to, unnamed);
}

ModuleEntry* named_module_of(const Class* c) {
  const PackageEntry* package = package_entry(c);
  return package == nullptr ? nullptr : package->module.get();
}

Status define_module(Thread& thread, Object* module, bool open, std::string_view version,
                     std::span<const std::string> packages) {
  const std::lock_guard guard(vm()->metadata_lock);
  const WellKnown& known = roots().known;
  const Object* name_string = module->reference(known.Module_name);
  if (name_string == nullptr) {
    return throw_new(thread, "java/lang/IllegalArgumentException", "Module name cannot be null");
  }
  const std::string name = to_modified_utf8(name_string);
  Object* loader = module->reference(known.Module_loader);
  if (find_module(module) != nullptr) {
    return throw_new(thread, "java/lang/IllegalStateException", "Module " + name + " is already defined");
  }
  const bool may_not_be_java =
      loader != nullptr &&
      class_of(loader)->name->view() != "jdk/internal/loader/ClassLoaders$PlatformClassLoader";
  std::vector<Symbol*> names;
  names.reserve(packages.size());
  for (const std::string& package : packages) {
    if (may_not_be_java && (package == "java" || package.starts_with("java/"))) {
      return throw_new(thread, "java/lang/IllegalArgumentException",
                       "Class loader (instance of): " + external_name(class_of(loader)) +
                           " tried to define prohibited package name: " + external_name(package));
    }
    Symbol* symbol = make_symbol(package);
    if (const PackageEntry* other = find_package(loader, symbol); other != nullptr) {
      return throw_new(thread, "java/lang/IllegalStateException",
                       "Package " + package + " for module " + name + " is already in another module, " +
                           std::string(other->module->name->view()) + ", defined to the class loader");
    }
    names.push_back(symbol);
  }

  ModuleEntry* entry = make_module(module, loader, make_symbol(name));
  entry->open = open ? 1 : 0;
  if (!version.empty()) entry->version = make_symbol(version);
  for (Symbol* symbol : names) {
    PackageEntry* package = vm()->metadata.make<PackageEntry>();
    package->name = symbol;
    package->loader = loader;
    package->module = entry;
    Ref<PackageEntry>& bucket = state()->packages[package_bucket(loader, symbol)];
    package->next = bucket;
    __atomic_store_n(&bucket.bits, gc::encode(package), __ATOMIC_RELEASE);
  }
  if (name == "java.base" && !roots().java_base_module) {
    roots().java_base_module = module;
    set_missing_modules(module);  // all of them belong to java.base
  }
  return Status::kOk;
}

Status add_module_reads(Thread& thread, Object* from, Object* to) {
  const std::lock_guard guard(vm()->metadata_lock);
  if (from == to) return Status::kOk;
  ModuleEntry* reader = target_entry(from);
  if (reader == nullptr) {
    return throw_new(thread, "java/lang/IllegalArgumentException", "from_module cannot be found");
  }
  if (!reader->name) return Status::kOk;  // an unnamed module reads all
  if (to == nullptr) {
    reader->reads_all_unnamed = 1;
    return Status::kOk;
  }
  ModuleEntry* target = target_entry(to);
  if (target == nullptr) {
    return throw_new(thread, "java/lang/IllegalArgumentException", "to_module is invalid");
  }
  add(reader->reads, target);
  return Status::kOk;
}

Status add_module_exports(Thread& thread, Object* from, std::string_view package, ExportTarget target,
                          Object* to) {
  const std::lock_guard guard(vm()->metadata_lock);
  const ModuleEntry* exporter = target_entry(from);
  if (exporter == nullptr) {
    return throw_new(thread, "java/lang/IllegalArgumentException", "from_module cannot be found");
  }
  if (!exporter->name || exporter->open != 0) return Status::kOk;  // already exports everything
  PackageEntry* entry = find_package(exporter->loader.get(), find_symbol(package));
  if (entry == nullptr || entry->module.get() != exporter) {
    std::string message = "package " + std::string(package);
    message += entry == nullptr ? " not found in from_module " + module_name(from)
                                : " for module " + module_name(from) + " is in module " +
                                      std::string(entry->module->name->view());
    return throw_new(thread, "java/lang/IllegalArgumentException", message);
  }
  switch (target) {
    case ExportTarget::kAll:
      entry->exported_to_all = 1;
      break;
    case ExportTarget::kAllUnnamed:
      entry->exported_to_all_unnamed = 1;
      break;
    case ExportTarget::kModule: {
      ModuleEntry* reader = target_entry(to);
      if (reader == nullptr) {
        return throw_new(thread, "java/lang/IllegalArgumentException", "to_module is invalid");
      }
      add(entry->exported_to, reader);
      break;
    }
  }
  return Status::kOk;
}

void set_boot_unnamed_module(Object* module) {
  const std::lock_guard guard(vm()->metadata_lock);
  roots().boot_unnamed_module = module;
  if (roots().java_base_module) set_missing_modules(module);
}

}  // namespace uvm::rt
