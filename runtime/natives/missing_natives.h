// Natives of a class library that this uvm does not have: found by reading the class files of lib/modules, so
// that a newer OpenJDK tells what it needs before a program runs into it.
//
// A missing native is either a known absence, which somebody decided on and gave a reason for
// (known_absences.cpp), or news. Who calls: --version -v and the making of a base image (tools/), and the
// test that keeps both lists true (tests/natives/).
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

// Calls `visit` for every native method of the image, of one module or, when that is empty, of all. Class
// files that cannot be read are passed over: whoever loads one says what is wrong with it.
jimage::Result<void> for_each_native(const jimage::JImage& image, std::string_view module,
                                     const std::function<void(const NativeName&)>& visit);

// Whether the class library's method can be called: it is in the table of natives, needs nothing to be done
// (registerNatives, initIDs), or is linked by its call sites (MethodHandle.invoke and its like).
bool has_native(const NativeName& native);

struct KnownAbsence {
  std::string_view classes;  // internal name of a class; with a * at its end, of all that begin so
  std::string_view methods;  // names of methods, by spaces; empty: all
  std::string_view reason;   // continues "is missing: "

  [[nodiscard]] bool covers(const NativeName& native) const;
};
std::span<const KnownAbsence> known_absences();
const KnownAbsence* find_known_absence(const NativeName& native);

struct MissingNatives {
  std::vector<std::string> unknown;  // texts of those nobody decided on, sorted
  std::map<std::string, std::map<std::string_view, unsigned>> known;  // how many, by module and reason
};
jimage::Result<MissingNatives> find_missing_natives(const jimage::JImage& image, std::string_view module);

}  // namespace uvm::rt
