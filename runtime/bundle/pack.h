// Packs the inputs of uvmc (jars, class folders, single class files) into the bytes of a bundle.
//
// The bundle behaves as `java -cp INPUT:INPUT...` does: class path order, Class-Path of manifests followed
// (relative to the jar, skipped if there is no such file), multi-release jars as Java 17 sees them: of
// META-INF/versions/N/X with 9 <= N <= 17 the highest is X, and every entry can also be found under its own
// name. Signatures are not checked.
//
// Malformed jars and named class files are refused with file, entry and reason. An entry that ends in .class
// but is not the class of that name is packed like any other file: to java it is a resource until a loader
// asks for that class, and the program can see what happens then. It is refused as a main class, and named as
// the reason when no main class is found. One thread at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "runtime/bundle/bundle.h"

namespace uvm::rt::bundle {

// What packing needs to know about a class file.
struct ClassFacts {
  std::string name;        // internal name, with slashes
  std::string super_name;  // empty for java/lang/Object and modules
  bool has_main = false;   // declares public static void main(String[])
};

// Parses a class file; the error is the reason why it is not one. This folder does not parse class files
// itself. `called` is the name that follows from the file's place, for messages.
using InspectClass =
    std::function<BasicResult<ClassFacts, std::string>(std::span<const std::byte>, std::string_view called)>;

struct PackOptions {
  std::vector<std::string> inputs;
  std::string main_class;  // dots or slashes; empty: found in the inputs (see find_main in pack.cpp)
  std::string output;      // left out if in an input folder, refused as an input; may be empty
  // If not set, class files are not parsed, single class files are not accepted as inputs, and no main class
  // is needed.
  InspectClass inspect;
  // If set, recorded instead of every input's path, for bundles that do not depend on it.
  std::string origin_path;
};

struct Packed {
  std::vector<std::byte> bytes;
  std::string main_class;  // with dots
};

Result<Packed> pack(const PackOptions& options);

}  // namespace uvm::rt::bundle
