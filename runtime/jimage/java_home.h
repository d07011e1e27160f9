// Finds the class library: an installed OpenJDK 17, and its identity, so that a base image that was booted
// from another one is recognised as stale.
#pragma once

#include <cstdint>
#include <string>

#include "runtime/jimage/jimage.h"

namespace uvm::rt::jimage {

struct JavaHome {
  std::string path;             // without a trailing slash; becomes java.home
  std::string modules;          // path + "/lib/modules"
  std::string version;          // JAVA_VERSION of the release file, for example "17.0.15"
  std::uint64_t modules_size;   // bytes
  std::uint64_t modules_mtime;  // ns since the epoch
  std::uint64_t release_hash;   // XXH3 of the release file

  // Identifies this class library: equal for equal installations, different after an update. 16 hexadecimal
  // digits.
  [[nodiscard]] std::string identity() const;
  // Identifies the content of the class library, wherever it lies and whenever it was copied there. Never 0.
  [[nodiscard]] std::uint64_t content() const;
};

// Looks at $UVM_JAVA_HOME, $JAVA_HOME, /usr/lib/jvm/java-17-openjdk-amd64, then every /usr/lib/jvm/*17* by
// name. $UVM_JAVA_HOME is binding: if it is set and is not an OpenJDK 17, that is an error; the others are
// skipped.
Result<JavaHome> find_java_home();

// The Java home at `path`, checked. kNoJavaHome if it is not an OpenJDK 17.
Result<JavaHome> java_home_at(const std::string& path);

// Whether the settings exist that the class library reads in addition to lib/modules; kNotFound: they do not.
// In a Debian package that was unpacked but not installed, they are links to files in /etc that need not
// exist.
Result<void> check_settings(const JavaHome& home);

}  // namespace uvm::rt::jimage
