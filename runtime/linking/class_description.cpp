#include "runtime/linking/class_description.h"

#include "runtime/classfile/descriptor.h"
#include "runtime/heap/strings.h"
#include "runtime/linking/modules.h"
#include "runtime/metadata/module_entries.h"
#include "runtime/metadata/vm.h"

namespace uvm::rt {
namespace {

// For arrays, the innermost element type, as HotSpot does.
const Class* base_of(const Class* c) { return c->is_array() ? c->element.get() : c; }

std::string module_and_loader(const Class* c) {
  const Class* base = base_of(c);
  const ModuleEntry* module = named_module_of(base->is_primitive() ? vm()->known().Object.get() : base);
  std::string text = module == nullptr ? "unnamed module" : "module " + std::string(module->name->view());
  return text + " of loader " + describe_loader(base->loader.get());
}

}  // namespace

std::string describe_loader(const Object* loader) {
  if (loader == nullptr) return "'bootstrap'";
  const Object* name = loader->reference(vm()->known().ClassLoader_nameAndId);
  return name == nullptr ? external_name(class_of(loader)) : to_utf8(name);
}

std::string describe_parent(const Object* loader) {
  if (loader == nullptr || (class_of(loader)->flags & kClassTrusted) != 0) return "";
  return ", parent loader " + describe_loader(loader->reference(vm()->known().ClassLoader_parent));
}

std::string describe_place(const Class* c) { return external_name(c) + " is in " + module_and_loader(c); }

std::string describe_places(const Class* a, const Class* b) {
  const std::string place = module_and_loader(a);
  if (place == module_and_loader(b))
    return external_name(a) + " and " + external_name(b) + " are in " + place;
  return describe_place(a) + "; " + describe_place(b);
}

std::string describe_method(const Class* holder, const Symbol* name, const Symbol* descriptor) {
  return "'" + classfile::type_name(classfile::return_type(descriptor->view())) + " " +
         external_name(holder) + "." + std::string(name->view()) +
         classfile::parameter_list(descriptor->view()) + "'";
}

}  // namespace uvm::rt
