#include "runtime/class_description.h"

#include "runtime/classfile/descriptor.h"
#include "runtime/modules.h"
#include "runtime/vm.h"

namespace uvm::rt {
namespace {

// Of the innermost element type, as HotSpot does for arrays.
const Class* base_of(const Class* c) { return c->is_array() ? c->element.get() : c; }

std::string module_and_loader(const Class* c) {
  const Class* base = base_of(c);
  const ModuleEntry* module = named_module_of(base->is_primitive() ? vm()->known().Object.get() : base);
  std::string text = module == nullptr ? "unnamed module" : "module " + std::string(module->name->view());
  return text + " of loader " + describe_loader(base->loader.get());
}

std::string type_name(std::string_view descriptor) {
  std::string suffix;
  while (descriptor.front() == '[') {
    suffix += "[]";
    descriptor.remove_prefix(1);
  }
  if (descriptor.front() == 'L') return external_name(descriptor.substr(1, descriptor.size() - 2)) + suffix;
  constexpr std::pair<char, const char*> kNames[] = {{'Z', "boolean"}, {'C', "char"}, {'F', "float"},
                                                     {'D', "double"},  {'B', "byte"}, {'S', "short"},
                                                     {'I', "int"},     {'J', "long"}, {'V', "void"}};
  for (const auto& [letter, name] : kNames) {
    if (descriptor.front() == letter) return name + suffix;
  }
  return std::string(descriptor) + suffix;
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
  std::string text = "'" + type_name(classfile::return_type(descriptor->view())) + " " +
                     external_name(holder) + "." + std::string(name->view()) + "(";
  bool first = true;
  for (classfile::ParameterTypes p(descriptor->view()); !p.done(); p.next()) {
    if (!first) text += ", ";
    first = false;
    text += type_name(p.type());
  }
  return text + ")'";
}

}  // namespace uvm::rt
