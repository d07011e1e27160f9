#include "runtime/bundle/manifest.h"

#include <algorithm>
#include <cctype>
#include <sstream>

namespace uvm::rt::bundle {
namespace {

std::string lower(std::string_view text) {
  std::string result(text);
  std::transform(result.begin(), result.end(), result.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return result;
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

}  // namespace

Manifest::Manifest(std::span<const std::byte> bytes) {
  std::string_view rest(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  std::string* value = nullptr;  // of the last attribute, which a line that starts with a space continues
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find_first_of("\r\n"), rest.size());
    const std::string_view line = rest.substr(0, end);
    rest.remove_prefix(end);
    if (rest.starts_with("\r\n")) {
      rest.remove_prefix(2);
    } else if (!rest.empty()) {
      rest.remove_prefix(1);
    }
    if (line.empty()) break;  // the end of the main section
    if (line.front() == ' ') {
      if (value != nullptr) *value += line.substr(1);
      continue;
    }
    const std::size_t colon = line.find(": ");
    if (colon == std::string_view::npos) {
      value = nullptr;
      continue;
    }
    value = &attributes_[lower(line.substr(0, colon))];
    *value = line.substr(colon + 2);
  }
}

std::optional<std::string> Manifest::attribute(std::string_view name) const {
  const auto found = attributes_.find(lower(name));
  if (found == attributes_.end()) return std::nullopt;
  return found->second;
}

bool Manifest::multi_release() const {
  const auto value = attribute("Multi-Release");
  return value && lower(*value) == "true";
}

std::vector<std::string> Manifest::class_path() const {
  std::vector<std::string> words;
  std::istringstream text(attribute("Class-Path").value_or(""));
  for (std::string word; text >> word;) words.push_back(word);
  return words;
}

std::optional<std::string> class_path_file(std::string_view url, const std::string& base) {
  // A scheme is the letters before the first colon (RFC 3986, 3.1); a colon after a slash is part of a name.
  const std::size_t colon = url.find_first_of(":/");
  if (colon != std::string_view::npos && url[colon] == ':') {
    if (lower(url.substr(0, colon)) != "file") return std::nullopt;
    url.remove_prefix(colon + 1);
    if (url.starts_with("//")) url.remove_prefix(std::min(url.find('/', 2), url.size()));
  }
  std::string path;
  for (std::size_t i = 0; i < url.size(); i++) {
    if (url[i] == '%' && i + 2 < url.size() && hex_digit(url[i + 1]) >= 0 && hex_digit(url[i + 2]) >= 0) {
      path += static_cast<char>(hex_digit(url[i + 1]) * 16 + hex_digit(url[i + 2]));
      i += 2;
    } else {
      path += url[i];
    }
  }
  if (path.empty()) return std::nullopt;
  return path.front() == '/' ? path : base + "/" + path;
}

}  // namespace uvm::rt::bundle
