// The main section of a jar's manifest (JAR File Specification, "Notes on Manifest and Signature Files"), as
// much of it as packing needs. Lenient like java.util.jar.Manifest is not: lines that are no attribute are
// passed over, because the program's own reading of the manifest will complain about them.
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

  // A main attribute, for example attribute("Main-Class"); names are compared without regard to case.
  [[nodiscard]] std::optional<std::string> attribute(std::string_view name) const;

  [[nodiscard]] bool multi_release() const;

  // The words of Class-Path, as they stand: relative URLs.
  [[nodiscard]] std::vector<std::string> class_path() const;

 private:
  std::map<std::string, std::string> attributes_;  // names in lower case
};

// The file path that a Class-Path URL means for a jar in folder `base`: relative or file: URLs, %XX decoded.
// Nothing for other schemes.
[[nodiscard]] std::optional<std::string> class_path_file(std::string_view url, const std::string& base);

}  // namespace uvm::rt::bundle
