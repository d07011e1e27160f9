#include "runtime/natives/host_locale.h"

#include <langinfo.h>
#include <locale.h>

#include <array>
#include <cstdlib>
#include <string_view>
#include <utility>

namespace uvm::rt {
namespace {

using Name = std::pair<std::string_view, std::string_view>;

// The modifiers ("@latin") that stand for a script (ISO 15924).
constexpr std::array kScripts = {
    Name{"cyrillic", "Cyrl"}, Name{"devanagari", "Deva"}, Name{"iqtelif", "Latn"}, Name{"latin", "Latn"},
    Name{"Arab", "Arab"},     Name{"Cyrl", "Cyrl"},       Name{"Deva", "Deva"},    Name{"Ethi", "Ethi"},
    Name{"Hans", "Hans"},     Name{"Hant", "Hant"},       Name{"Latn", "Latn"},    Name{"Sund", "Sund"},
    Name{"Syrc", "Syrc"},     Name{"Tfng", "Tfng"},
};

// What setlocale(3) reads for a category, in its order (locale(7)).
std::string category_name(const char* category) {
  for (const char* variable : {"LC_ALL", category, "LANG"}) {
    const char* value = std::getenv(variable);
    if (value != nullptr && *value != '\0') return value;
  }
  return "C";
}

std::string encoding_of(locale_t locale) {
  const std::string codeset = ::nl_langinfo_l(CODESET, locale);
  if (codeset.empty()) return "ISO8859-1";
  return codeset == "EUC-JP" ? "EUC-JP-LINUX" : codeset;  // the class library's name for glibc's encoding
}

}  // namespace

LocaleParts parse_locale(const std::string& name) {
  if (name.empty() || name == "C" || name == "POSIX") return {"en", "", "US", ""};
  LocaleParts parts;
  std::string_view rest = name;
  if (const std::size_t at = rest.find('@'); at != std::string_view::npos) {
    const std::string_view modifier = rest.substr(at + 1);
    rest = rest.substr(0, at);
    for (const auto& [known, script] : kScripts) {
      if (modifier == known) parts.script = script;
    }
    if (modifier == "nynorsk") parts.variant = "NY";
  }
  rest = rest.substr(0, rest.find('.'));
  if (const std::size_t underscore = rest.find('_'); underscore != std::string_view::npos) {
    parts.country = rest.substr(underscore + 1);
    rest = rest.substr(0, underscore);
  }
  parts.language = rest == "C" || rest == "POSIX" ? "en" : rest;
  return parts;
}

HostLocale host_locale() {
  HostLocale result;
  const locale_t locale = ::newlocale(LC_ALL_MASK, "", nullptr);
  if (locale == nullptr) {
    result.format = result.display = parse_locale("C");
    const locale_t c = ::newlocale(LC_ALL_MASK, "C", nullptr);
    result.encoding = encoding_of(c);
    ::freelocale(c);
    return result;
  }
  result.format = parse_locale(category_name("LC_CTYPE"));
  result.display = parse_locale(category_name("LC_MESSAGES"));
  result.encoding = encoding_of(locale);
  ::freelocale(locale);
  return result;
}

}  // namespace uvm::rt
