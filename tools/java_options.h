// Options of `java` on uvm's command line: what they mean here, or what to use instead.
//
// They are taken before uvm's own options are parsed, from words before the bundle, from argument files
// (@FILE) and from JDK_JAVA_OPTIONS. Sources: the man page of java 17, and its messages.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace uvm::tools {

struct JavaOptions {
  std::vector<std::string> words;  // what is left: uvm's own options, the bundle and what follows it
  // System properties by which the module system is told at boot (jdk.internal.module.ModuleBootstrap).
  std::vector<std::pair<std::string, std::string>> module_properties;
  bool modules_at_boot = false;         // some of them take effect only while the class library boots
  std::vector<std::string> assertions;  // as runtime/assertions.h has them
  std::vector<std::string> remarks;     // for stderr
};

// `words` are the command line without the program's name; `commands` those words that begin another command
// than running a bundle, and `environment` is JDK_JAVA_OPTIONS, or null. The error says in one line what is
// wrong.
BasicResult<JavaOptions, std::string> take_java_options(const std::vector<std::string>& words,
                                                        std::span<const std::string_view> commands,
                                                        const char* environment);

}  // namespace uvm::tools
