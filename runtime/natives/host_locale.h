// The locale that the environment names, split into the parts that the class library expects.
#pragma once

#include <string>

namespace uvm::rt {

// One locale category. Empty parts are unknown.
struct LocaleParts {
  std::string language;  // "en"
  std::string script;    // "Latn"
  std::string country;   // "US"
  std::string variant;   // "NY"
};

struct HostLocale {
  LocaleParts format;    // of LC_CTYPE, as in OpenJDK
  LocaleParts display;   // of LC_MESSAGES
  std::string encoding;  // of LC_CTYPE: "UTF-8", "ANSI_X3.4-1968"
};

// Splits a name like "de_DE.UTF-8@latin". "C" and "POSIX" stand for "en_US"; "C.UTF-8" for "en".
LocaleParts parse_locale(const std::string& name);

// Reads LC_ALL, LC_CTYPE, LC_MESSAGES and LANG. If the system lacks a locale that they name, the result is
// that of "C". Does not change the locale of the process.
HostLocale host_locale();

}  // namespace uvm::rt
