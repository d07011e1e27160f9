// Which method of its superinterfaces a class has (JVMS 5.4.3.3 maximally-specific methods, 5.4.6 step 3).
// Used where methods are looked up, where itables are filled, and where a failed selection is told.
#pragma once

#include <vector>

#include "runtime/metadata/metadata.h"

namespace uvm::rt {

// The superinterface methods of a class that are neither static nor private, and of those the
// maximally-specific ones: which no other candidate's interface extends.
struct SpecificMethods {
  std::vector<Method*> candidates;  // superinterfaces before their subinterfaces
  std::vector<Method*> methods;

  // The only one that is not abstract; null when there is none or several.
  [[nodiscard]] Method* chosen() const;
  [[nodiscard]] bool conflict() const;  // several are not abstract
};

SpecificMethods maximally_specific_methods(Class* c, const Symbol* name, const Symbol* descriptor);

}  // namespace uvm::rt
