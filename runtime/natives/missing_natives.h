// Natives of a class library that this uvm does not have. They are found by reading the class files of
// lib/modules, so that the needs of a newer OpenJDK are known before a program runs into them.
//
// A missing native is either a known absence, which was decided on for a reason (known_absences.cpp), or
// unknown. Callers: --version -v and the making of a base image (tools/), and the test that keeps both lists
// true (tests/natives/).
#pragma once

#include <functional>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/jimage/jimage.h"

namespace uvm::rt {

struct NativeName {
  std::string_view module;
  std::string class_name;  // internal form
  std::string_view name;
  std::string_view descriptor;

  // "java.io.Console.ttyStatus()I"
  [[nodiscard]] std::string text() const;
};

// Calls `visit` for every native method of one module of the image, or of all modules if `module` is empty.
// Class files that cannot be read are skipped: loading one reports what is wrong with it.
jimage::Result<void> for_each_native(const jimage::JImage& image, std::string_view module,
                                     const std::function<void(const NativeName&)>& visit);

// Whether the class library's method can be called: it is in the table of natives, has nothing to do
// (registerNatives, initIDs), or is linked by its call sites (MethodHandle.invoke and the like).
bool has_native(const NativeName& native);

struct KnownAbsence {
  std::string_view classes;  // internal name of a class; with a * at its end, all names that begin like that
  std::string_view methods;  // names of methods, separated by spaces; empty: all
  std::string_view reason;   // continues "is missing: "

  [[nodiscard]] bool covers(const NativeName& native) const;
};
std::span<const KnownAbsence> known_absences();
const KnownAbsence* find_known_absence(const NativeName& native);

struct MissingNatives {
  std::vector<std::string> unknown;  // texts of those that are no known absence, sorted
  std::map<std::string, std::map<std::string_view, unsigned>> known;  // how many, by module and reason
};
jimage::Result<MissingNatives> find_missing_natives(const jimage::JImage& image, std::string_view module);

}  // namespace uvm::rt
