// ProgramInput: what the outside gives a program; used by natives of System, UvmLauncher and the launcher
// itself. Of this process only.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace uvm::rt {

struct ProgramInput {
  std::string java_home;   // of the class library
  std::string main_class;  // external form
  std::vector<std::string> arguments;
  std::vector<std::pair<std::string, std::string>> properties;  // -D
  // System properties that tell the module system of --add-opens and the like: heeded while the class library
  // boots, if it `boots` for this program, else afterwards.
  std::vector<std::pair<std::string, std::string>> module_properties;
  bool boots = false;
};

}  // namespace uvm::rt
