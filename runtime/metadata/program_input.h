// ProgramInput: what a program gets from outside; used by natives of System, by UvmLauncher and by the
// launcher itself. Belongs to this process only.
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
  // System properties that tell the module system about --add-opens and the like. Obeyed while the class
  // library boots, if it `boots` for this program, otherwise afterwards.
  std::vector<std::pair<std::string, std::string>> module_properties;
  bool boots = false;
};

}  // namespace uvm::rt
