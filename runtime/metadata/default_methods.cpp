#include "runtime/metadata/default_methods.h"

#include <algorithm>

namespace uvm::rt {

SpecificMethods maximally_specific_methods(Class* c, const Symbol* name, const Symbol* descriptor) {
  SpecificMethods specific;
  std::vector<Method*>& candidates = specific.candidates;
  for (unsigned i = 0; i < c->all_interface_count; i++) {
    Method* m = find_declared_method(c->all_interfaces[i].get(), name, descriptor);
    if (m != nullptr && !m->is_static() && !m->is_private()) candidates.push_back(m);
  }
  for (Method* m : candidates) {
    const bool overridden = std::any_of(candidates.begin(), candidates.end(), [m](const Method* other) {
      return other != m && other->holder->is_subclass_of(m->holder.get());
    });
    if (!overridden) specific.methods.push_back(m);
  }
  return specific;
}

namespace {

bool is_default(const Method* m) { return !m->is_abstract(); }

}  // namespace

Method* SpecificMethods::chosen() const {
  const auto first = std::find_if(methods.begin(), methods.end(), is_default);
  return first == methods.end() || conflict() ? nullptr : *first;
}

bool SpecificMethods::conflict() const {
  return std::count_if(methods.begin(), methods.end(), is_default) > 1;
}

}  // namespace uvm::rt
