#include "runtime/metadata/member_lookup.h"

#include "runtime/metadata/default_methods.h"
#include "runtime/metadata/roots.h"

namespace uvm::rt {
namespace {

// JVMS 5.4.3.3, superinterfaces: the one default method, or else any method.
Method* superinterface_method(Class* c, const Symbol* name, const Symbol* descriptor) {
  const SpecificMethods specific = maximally_specific_methods(c, name, descriptor);
  if (Method* m = specific.chosen()) return m;
  return specific.candidates.empty() ? nullptr : specific.candidates.front();
}

// The signature polymorphic method (JVMS 2.9.3) of that name, whatever the descriptor.
Method* polymorphic_method(Class* c, const Symbol* name) {
  const WellKnown& known = roots().known;
  if (c != known.MethodHandle.get() && c != known.VarHandle.get()) return nullptr;
  for (unsigned i = 0; i < c->method_count; i++) {
    Method& m = c->methods[i];
    if (m.name.get() == name && m.load_kind() >= MethodKind::kMhInvokeBasic) return &m;
  }
  return nullptr;
}

}  // namespace

Field* lookup_field(Class* c, const Symbol* name, const Symbol* descriptor) {
  for (; c != nullptr; c = c->super.get()) {
    if (Field* f = find_declared_field(c, name, descriptor)) return f;
    for (unsigned i = 0; i < c->interface_count; i++) {
      if (Field* f = lookup_field(c->interfaces[i].get(), name, descriptor)) return f;
    }
  }
  return nullptr;
}

Method* lookup_method(Class* c, const Symbol* name, const Symbol* descriptor) {
  if (Method* m = polymorphic_method(c, name)) return m;
  for (Class* k = c; k != nullptr; k = k->super.get()) {
    if (Method* m = find_declared_method(k, name, descriptor)) return m;
  }
  return superinterface_method(c, name, descriptor);
}

Method* lookup_interface_method(Class* c, const Symbol* name, const Symbol* descriptor) {
  if (Method* m = find_declared_method(c, name, descriptor)) return m;
  Method* m = find_declared_method(roots().known.Object.get(), name, descriptor);
  if (m != nullptr && (m->access & kAccPublic) != 0 && !m->is_static()) return m;
  return superinterface_method(c, name, descriptor);
}

Method* select_method(Class* receiver_class, Method* resolved) {
  if (resolved->is_private() || resolved->is_static() || resolved->is_initializer()) return resolved;
  if (!resolved->holder->is_interface()) {
    return resolved->vtable_index < 0 ? resolved : receiver_class->vtable()[resolved->vtable_index].get();
  }
  for (std::uint32_t i = 0; i < receiver_class->itable_length; i++) {
    const ItableEntry& e = receiver_class->itable[i];
    if (e.interface == resolved->holder)
      return e.methods[static_cast<std::size_t>(resolved->itable_index)].get();
  }
  return nullptr;
}

}  // namespace uvm::rt
