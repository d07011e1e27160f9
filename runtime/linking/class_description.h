// Descriptions of classes for exception messages, in HotSpot's words.
#pragma once

#include <string>

#include "runtime/metadata/metadata.h"

namespace uvm::rt {

// "a.B is in unnamed module of loader 'app'", "java.lang.String is in module java.base of loader
// 'bootstrap'".
std::string describe_place(const Class* c);
// Both places, joined when they are in the same module: "a.B and a.C are in unnamed module of loader 'app'".
std::string describe_places(const Class* a, const Class* b);
// "'app'", "'bootstrap'", "my.Loader @1b2c3d4".
std::string describe_loader(const Object* loader);
// ", parent loader 'app'" for loaders of programs; empty for the class library's own loaders.
std::string describe_parent(const Object* loader);
// "'int a.B.size(java.lang.String)'" with the quotes.
std::string describe_method(const Class* holder, const Symbol* name, const Symbol* descriptor);

}  // namespace uvm::rt
