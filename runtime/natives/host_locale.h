// The locale that the environment names, taken apart as the class library wants it.
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
  LocaleParts format;    // of LC_CTYPE, as OpenJDK has it
  LocaleParts display;   // of LC_MESSAGES
  std::string encoding;  // of LC_CTYPE: "UTF-8", "ANSI_X3.4-1968"
};

// Takes "de_DE.UTF-8@latin" apart. "C" and "POSIX" stand for "en_US"; "C.UTF-8" for "en".
LocaleParts parse_locale(const std::string& name);

// Reads LC_ALL, LC_CTYPE, LC_MESSAGES and LANG. When the system lacks a locale they name, all is as with "C".
// Does not change the locale of the process.
HostLocale host_locale();

}  // namespace uvm::rt
