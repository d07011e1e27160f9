#include "runtime/boot/make_vm.h"

#include <utility>

#include "gc/layout.h"
#include "runtime/boot/entry_frames.h"
#include "runtime/execution/inline_caches.h"
#include "runtime/execution/interpreter.h"
#include "runtime/heap/class_source.h"
#include "runtime/linking/class_loading.h"
#include "runtime/metadata/thread_sanitizer.h"
#include "runtime/natives/host_natives.h"
#include "runtime/outside/leases.h"
#include "runtime/outside/own_writes.h"
#include "runtime/outside/program_files.h"
#include "runtime/outside/undo_journal.h"
#include "runtime/threads/host_threads.h"
#include "runtime/threads/monitors.h"
#include "runtime/threads/safepoint.h"

namespace uvm::rt {

std::unique_ptr<Vm> make_vm(uffd::Region* region, const jimage::JImage* image, ProgramInput input) {
  auto vm = std::make_unique<Vm>(region, image, std::move(input));
  vm->classes = &class_source();
  vm->calls = &java_calls();
  vm->entry_frames = &entry_frames();
  vm->add_state(HostPart::kProgramFiles, make_program_files_state());
  vm->add_state(HostPart::kUndoJournal, make_undo_journal_state());
  vm->add_state(HostPart::kOwnWrites, make_own_writes_state());
  vm->add_state(HostPart::kLeases, make_leases_state());
  vm->add_state(HostPart::kMonitors, make_monitors_state());
  vm->add_state(HostPart::kThreads, std::make_unique<HostThreads>());
  vm->add_state(HostPart::kInlineCaches, std::make_unique<InlineCaches>());
  vm->add_state(HostPart::kNatives, std::make_unique<HostNatives>(*vm));
  expect_java_races(gc::g_region_base);
  prepare_interrupts();
  return vm;
}

}  // namespace uvm::rt
