#include "runtime/vm.h"

#include "runtime/safepoint.h"
#include "runtime/thread_sanitizer.h"
#include "uffd/region.h"

namespace uvm::rt {
namespace {
Vm* g_vm = nullptr;
}  // namespace

Vm* vm() { return g_vm; }

Vm::Vm(uffd::Region* region_in, const jimage::JImage* image_in, ProgramInput input_in)
    : heap(&roots().heap, region_in),
      metadata(&roots().metadata, region_in),
      native_memory(&roots().native, region_in),
      region(region_in),
      image(image_in),
      input(std::move(input_in)) {
  g_vm = this;
  expect_java_races(gc::g_region_base);
  prepare_interrupts();
}

Vm::~Vm() { g_vm = nullptr; }

}  // namespace uvm::rt
