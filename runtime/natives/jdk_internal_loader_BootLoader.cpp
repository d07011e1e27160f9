// Natives of jdk.internal.loader.BootLoader.
#include <algorithm>

#include "runtime/heap/exceptions.h"
#include "runtime/heap/objects.h"
#include "runtime/heap/strings.h"
#include "runtime/jimage/jimage.h"
#include "runtime/linking/modules.h"
#include "runtime/metadata/roots.h"
#include "runtime/metadata/symbol_table.h"
#include "runtime/metadata/vm.h"
#include "runtime/natives/support.h"

namespace uvm::rt {
namespace {

Status set_boot_loader_unnamed_module(NativeCall& call) {
  Object* module = call.object(0);
  if (module == nullptr)
    return throw_new(call.thread, "java/lang/NullPointerException", "Null module object");
  set_boot_unnamed_module(module);
  return call.ret();
}

// Packages that have a class loaded by the boot loader (java.lang.Package.getSystemPackages). Packages of
// dynamic modules, which contain proxies of the class library's own interfaces, are not in the image and
// have no location.
std::vector<Symbol*> used_boot_packages() {
  std::vector<Symbol*> names;
  for (const Class* c = roots().all_classes.get(); c != nullptr; c = c->next.get()) {
    if (c->loader || c->is_array() || c->is_primitive()) continue;
    Symbol* name = find_symbol(package_of(c));
    if (name == nullptr || std::find(names.begin(), names.end(), name) != names.end()) continue;
    if (vm()->image->module_of_package(name->view())) names.push_back(name);
  }
  return names;
}

Status get_system_package_names(NativeCall& call) {
  const std::vector<Symbol*> names = used_boot_packages();
  Array* array = new_object_array(call.thread, known().String.get(), static_cast<std::int32_t>(names.size()));
  UVM_TRY(made(array));
  for (std::size_t i = 0; i < names.size(); ++i) {
    const Object* name = new_string(call.thread, external_name(names[i]->view()));
    UVM_TRY(made(name));
    array_set(array, static_cast<std::int32_t>(i), name);
  }
  return call.ret(array);
}

// "jrt:/java.base" for a package (internal form) of a named module of the boot loader; null if no class of
// the package is loaded.
Status get_system_package_location(NativeCall& call) {
  const Object* name = call.object(0);
  if (name == nullptr) return throw_null_pointer(call.thread);
  const Symbol* package = find_symbol(internal_name(name));
  const std::vector<Symbol*> used = used_boot_packages();
  if (package == nullptr || std::find(used.begin(), used.end(), package) == used.end()) {
    return call.ret(static_cast<Object*>(nullptr));
  }
  const Object* module = module_of_package(nullptr, package->view());
  const Object* module_name = module == nullptr ? nullptr : module->reference(known().Module_name);
  if (module_name == nullptr) return call.ret(static_cast<Object*>(nullptr));
  const Object* location = new_string(call.thread, "jrt:/" + to_utf8(module_name));
  UVM_TRY(made(location));
  return call.ret(location);
}

const NativeMethod kBootLoaderMethods[] = {
    {"setBootLoaderUnnamedModule0", "(Ljava/lang/Module;)V", set_boot_loader_unnamed_module},
    {"getSystemPackageNames", "()[Ljava/lang/String;", get_system_package_names},
    {"getSystemPackageLocation", "(Ljava/lang/String;)Ljava/lang/String;", get_system_package_location},
};
UVM_REGISTER_NATIVES("jdk/internal/loader/BootLoader", kBootLoaderMethods)

}  // namespace
}  // namespace uvm::rt
