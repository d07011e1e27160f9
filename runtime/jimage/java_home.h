// Where the class library is: finds an installed OpenJDK 17 and says which one it is, so that a base image
// booted from another one is recognised as stale.
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

  // Names this class library: equal for equal installations, different after an update. Hexadecimal, 16
  // digits.
  [[nodiscard]] std::string identity() const;
  // Tells the class library from others wherever it lies and whenever it was copied there. Never 0.
  [[nodiscard]] std::uint64_t content() const;
};

// Looks at $UVM_JAVA_HOME, $JAVA_HOME, /usr/lib/jvm/java-17-openjdk-amd64, then every /usr/lib/jvm/*17* by
// name. $UVM_JAVA_HOME is binding: if it is set and is no OpenJDK 17, that is an error; the others are passed
// over.
Result<JavaHome> find_java_home();

// The Java home at `path`, checked. kNoJavaHome if it is not an OpenJDK 17.
Result<JavaHome> java_home_at(const std::string& path);

// Whether the settings are there that the class library reads beside lib/modules; kNotFound: they are not. In
// a package of Debian's that was unpacked, not installed, they are links to files of /etc that need not
// exist.
Result<void> check_settings(const JavaHome& home);

}  // namespace uvm::rt::jimage
