// ClassSource: what this room needs from the room that loads classes.
//
// Its functions are those of the same names in runtime/linking/. Vm::classes implements it.
#pragma once

#include <string_view>

#include "runtime/metadata/metadata.h"
#include "runtime/metadata/status.h"
#include "runtime/metadata/thread.h"

namespace uvm::rt {

class ClassSource {
 public:
  ClassSource(const ClassSource&) = delete;
  ClassSource& operator=(const ClassSource&) = delete;

  // A class of the boot loader; null if there is none.
  virtual Class* boot_class(Thread& thread, std::string_view name) = 0;
  virtual Status link_class(Thread& thread, Class* c) = 0;
  // Null with an exception pending.
  virtual Class* array_class_of(Thread& thread, Class* component) = 0;

 protected:
  ClassSource() = default;
  ~ClassSource() = default;
};

}  // namespace uvm::rt
