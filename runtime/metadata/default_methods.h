// Which method a class gets from its superinterfaces (JVMS 5.4.3.3 maximally-specific methods, 5.4.6 step 3).
// Used to look up methods, to fill itables, and to explain a failed selection.
#pragma once

#include <vector>

#include "runtime/metadata/metadata.h"

namespace uvm::rt {

// The superinterface methods of a class that are neither static nor private, and the maximally-specific ones
// among them: those whose interface no other candidate's interface extends.
struct SpecificMethods {
  std::vector<Method*> candidates;  // superinterfaces before their subinterfaces
  std::vector<Method*> methods;

  // The only one that is not abstract; null if there is none, or more than one.
  [[nodiscard]] Method* chosen() const;
  [[nodiscard]] bool conflict() const;  // several are not abstract
};

SpecificMethods maximally_specific_methods(Class* c, const Symbol* name, const Symbol* descriptor);

}  // namespace uvm::rt
