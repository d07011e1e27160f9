#include "runtime/metadata/vm.h"

#include <atomic>
#include <utility>

#include "runtime/metadata/roots.h"

namespace uvm::rt {
namespace {
Vm* g_vm = nullptr;
std::atomic<std::uint32_t> g_made{0};
}  // namespace

Vm* vm() { return g_vm; }

Vm::Vm(uffd::Region* region_in, const jimage::JImage* image_in, ProgramInput input_in)
    : heap(&roots().heap, region_in),
      metadata(&roots().metadata, region_in),
      native_memory(&roots().native, region_in),
      region(region_in),
      image(image_in),
      input(std::move(input_in)),
      number(++g_made) {
  g_vm = this;
}

Vm::~Vm() {
  for (auto state = states_.rbegin(); state != states_.rend(); ++state) state->reset();
  g_vm = nullptr;
}

}  // namespace uvm::rt
