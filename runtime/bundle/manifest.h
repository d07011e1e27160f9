// The main section of a jar's manifest (JAR File Specification, "Notes on Manifest and Signature Files"), as
// much of it as packing needs. Unlike java.util.jar.Manifest it is lenient: lines that are not attributes are
// skipped, because the program's own reading of the manifest will complain about them.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace uvm::rt::bundle {

class Manifest {
 public:
  explicit Manifest(std::span<const std::byte> bytes);

  // A main attribute, for example attribute("Main-Class"); the case of names does not matter.
  [[nodiscard]] std::optional<std::string> attribute(std::string_view name) const;

  [[nodiscard]] bool multi_release() const;

  // The words of Class-Path, unchanged: relative URLs.
  [[nodiscard]] std::vector<std::string> class_path() const;

 private:
  std::map<std::string, std::string> attributes_;  // names in lower case
};

// The file path that a Class-Path URL refers to for a jar in folder `base`: relative or file: URLs, %XX
// decoded. Nothing for other schemes.
[[nodiscard]] std::optional<std::string> class_path_file(std::string_view url, const std::string& base);

}  // namespace uvm::rt::bundle
