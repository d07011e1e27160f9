// Which classes have their assertions enabled (JLS 14.10): the options -ea, -da, -esa and -dsa of `java`.
//
// A directive is text: '+' or '-', then nothing for all classes of the program, '!' for those of the boot
// loader, a class's name ("p.C"), or a package's name followed by "..." for that package and those below it
// ("..." alone is the unnamed package). Names have dots. As in HotSpot's JavaAssertions, a directive for the
// class itself takes precedence, then that of the innermost package, then the one for all classes; among
// equals the last counts.
//
// Directives are part of the heap: a resumed program keeps those that it was started with.
#pragma once

#include <string>
#include <vector>

#include "runtime/metadata/metadata.h"

namespace uvm::rt {

// Called before the program runs. False: the native segment is full.
[[nodiscard]] bool set_assertions(const std::vector<std::string>& directives);

[[nodiscard]] bool assertions_enabled(const Class* c);

struct AssertionDirective {
  std::string name;  // name of a class, or of a package without the dots
  bool enabled;
};
struct AssertionDirectives {
  std::vector<AssertionDirective> classes, packages;  // in order
  bool all = false;                                   // other classes of the program
};
[[nodiscard]] AssertionDirectives assertion_directives();

}  // namespace uvm::rt
