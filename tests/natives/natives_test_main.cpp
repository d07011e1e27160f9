// Compares the natives of class libraries with those of uvm: each must be in the table of natives or a known
// absence, and each known absence must stand for natives of one of these libraries that uvm does not have.
//
//     natives_test JAVA_HOME ...
#include <algorithm>
#include <cstdio>
#include <functional>
#include <map>
#include <set>
#include <string>

#include "runtime/execution/native.h"
#include "runtime/jimage/java_home.h"
#include "runtime/natives/missing_natives.h"

namespace uvm::rt {
namespace {

unsigned failures = 0;

void fail(const std::string& what) {
  std::printf("FAIL %s\n", what.c_str());
  ++failures;
}

std::string name_of(const KnownAbsence& absence) {
  return std::string(absence.classes) + (absence.methods.empty() ? "" : " " + std::string(absence.methods));
}

// Names of methods of each absence that no library has had so far; the empty name means all.
using Unseen = std::map<const KnownAbsence*, std::set<std::string, std::less<>>>;

Unseen everything() {
  Unseen unseen;
  for (const KnownAbsence& absence : known_absences()) {
    std::set<std::string, std::less<>>& names = unseen[&absence];
    if (absence.methods.empty()) names.insert("");
    for (std::size_t at = 0; at < absence.methods.size();) {
      const std::size_t end = std::min(absence.methods.find(' ', at), absence.methods.size());
      names.emplace(absence.methods.substr(at, end - at));
      at = end + 1;
    }
  }
  return unseen;
}

// initIDs and the like, which need nothing, may lie in absent classes.
bool in_table(const NativeName& native) {
  return find_native(native.class_name, native.name, native.descriptor) >= 0;
}

void compare(const std::string& path, Unseen& unseen) {
  const auto home = jimage::java_home_at(path);
  if (!home) return fail(home.error().message);
  const auto image = jimage::JImage::open(home->modules);
  if (!image) return fail(image.error().message);
  unsigned present = 0, absent = 0;
  const auto walked = for_each_native(*image, {}, [&](const NativeName& native) {
    const KnownAbsence* absence = find_known_absence(native);
    if (absence != nullptr) {
      unseen[absence].erase("");
      const auto name = unseen[absence].find(native.name);
      if (name != unseen[absence].end()) unseen[absence].erase(name);
    }
    if (!has_native(native)) {
      ++absent;
      if (absence == nullptr) {
        fail(native.text() + " of OpenJDK " + home->version +
             ": implement it, or say in runtime/natives/known_absences.cpp why it is missing");
      }
    } else {
      ++present;
      if (absence != nullptr && in_table(native)) {
        fail(native.text() + " is implemented: take it out of runtime/natives/known_absences.cpp (" +
             name_of(*absence) + ")");
      }
    }
  });
  if (!walked) return fail(walked.error().message);
  // A reader of class files that missed most of them would not find these.
  if (present < 500) fail("only " + std::to_string(present) + " natives found in " + home->modules);
  std::printf("OpenJDK %s: %u natives, %u known absences\n", home->version.c_str(), present, absent);
}

}  // namespace
}  // namespace uvm::rt

int main(int argc, char** argv) {
  using namespace uvm::rt;
  if (argc < 2) {
    std::fputs("usage: natives_test JAVA_HOME ...\n", stderr);
    return 2;
  }
  Unseen unseen = everything();
  for (int i = 1; i < argc; ++i) compare(argv[i], unseen);
  for (const auto& [absence, names] : unseen) {
    for (const std::string& name : names) {
      fail("no class library here has " + std::string(absence->classes) + (name.empty() ? "" : "." + name) +
           ": take it out of runtime/natives/known_absences.cpp");
    }
  }
  return failures == 0 ? 0 : 1;
}
