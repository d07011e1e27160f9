// The tables of dynamic dispatch: vtable for classes, itable for interfaces (JVMS 5.4.5 overriding, 5.4.6
// selection).
#include <algorithm>
#include <vector>

#include "runtime/linking/class_builder.h"
#include "runtime/metadata/default_methods.h"
#include "runtime/metadata/symbol_table.h"
#include "runtime/metadata/vm.h"

namespace uvm::rt {
namespace {

std::string_view package_part(std::string_view name) {
  const std::size_t slash = name.rfind('/');
  return slash == std::string_view::npos ? std::string_view() : name.substr(0, slash);
}

bool is_virtual(std::uint32_t access, std::string_view name) {
  return (access & (kAccStatic | kAccPrivate)) == 0 && name != "<init>" && name != "<clinit>";
}

// JVMS 5.4.5: a method with the same name and descriptor in class `name` of `loader` overrides
// `super_method`.
bool overrides(const Method* super_method, std::string_view name, const Object* loader) {
  if ((super_method->access & (kAccPublic | kAccProtected)) != 0) return true;
  const Class* holder = super_method->holder.get();
  return holder->loader.get() == loader && package_part(holder->name->view()) == package_part(name);
}

Method* implementation(Class* c, const Method* wanted) {
  for (Class* k = c; k != nullptr; k = k->super.get()) {
    Method* m = find_declared_method(k, wanted->name.get(), wanted->descriptor.get());
    if (m != nullptr && !m->is_static() && !m->is_private()) return m->is_abstract() ? nullptr : m;
  }
  return maximally_specific_methods(c, wanted->name.get(), wanted->descriptor.get()).chosen();
}

}  // namespace

VtablePlan plan_vtable(Class* super, const classfile::ClassFile& file, Symbol* name, Object* loader) {
  VtablePlan plan;
  if (file.is_interface()) return plan;
  const std::uint32_t inherited = super == nullptr ? 0 : super->vtable_length;
  plan.length = inherited;
  for (std::size_t i = 0; i < file.methods.size(); i++) {
    const classfile::Method& m = file.methods[i];
    if (!is_virtual(m.access_flags, m.name)) continue;
    const Symbol* method_name = make_symbol(m.name);
    const Symbol* descriptor = make_symbol(m.descriptor);
    bool found = false;
    for (std::uint32_t k = 0; k < inherited; k++) {
      const Method* s = super->vtable()[k].get();
      if (s->name.get() != method_name || s->descriptor.get() != descriptor ||
          !overrides(s, name->view(), loader)) {
        continue;
      }
      if ((s->access & kAccFinal) != 0 && plan.overridden_final == nullptr) plan.overridden_final = s;
      plan.entries.push_back({i, k});
      found = true;
    }
    if (!found) plan.entries.push_back({i, plan.length++});
  }
  return plan;
}

void fill_vtable(Class* c, const VtablePlan& plan) {
  Ref<Method>* vtable = c->vtable();
  if (c->super) std::copy_n(c->super->vtable(), c->super->vtable_length, vtable);
  for (const VtablePlan::Entry& entry : plan.entries) {
    Method& m = c->methods[entry.method];
    vtable[entry.index] = &m;
    if (m.vtable_index < 0) m.vtable_index = static_cast<std::int32_t>(entry.index);
  }
}

void fill_itable(Class* c) {
  std::vector<ItableEntry> entries;
  for (unsigned i = 0; i < c->all_interface_count; i++) {
    Class* interface = c->all_interfaces[i].get();
    std::vector<Ref<Method>> methods;
    for (unsigned k = 0; k < interface->method_count; k++) {
      const Method& wanted = interface->methods[k];
      if (wanted.itable_index < 0) continue;
      // A private interface method is only ever selected itself (JVMS 5.4.6, first rule).
      methods.push_back({gc::encode(wanted.is_private() ? &wanted : implementation(c, &wanted))});
    }
    if (methods.empty()) continue;
    auto* table = vm()->metadata.make<Ref<Method>>(methods.size());
    std::copy(methods.begin(), methods.end(), table);
    ItableEntry entry{};
    entry.interface = interface;
    entry.methods = table;
    entries.push_back(entry);
  }
  if (entries.empty()) return;
  auto* itable = vm()->metadata.make<ItableEntry>(entries.size());
  std::copy(entries.begin(), entries.end(), itable);
  c->itable = itable;
  c->itable_length = static_cast<std::uint32_t>(entries.size());
}

}  // namespace uvm::rt
