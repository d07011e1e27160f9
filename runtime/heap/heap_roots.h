// HeapRoots: everything outside of objects that refers to objects, for passes over the whole heap
// (gc/root_source.h).
//
// Roots are the VM's own references, the references in classes (all classes live for ever), interned
// strings, loaders, modules, linked call sites, monitors in use, and the threads with their stacks. Frames of
// Java methods are read precisely, by the stack map of their current instruction: a local variable or operand
// slot counts only if it holds a reference there. Inexact are the result slots of native and continuation
// frames, and frames whose code cannot be analysed.
//
// Only while the program is stopped, because then all positions are in the threads' records. Reads the
// region only.
#pragma once

#include <functional>
#include <vector>

#include "gc/root_source.h"
#include "runtime/metadata/metadata.h"
#include "runtime/metadata/roots.h"

namespace uvm::rt {

class HeapRoots final : public gc::RootSource {
 public:
  void visit_roots(const Visitor& visit) override;
};

// The allocation buffers of all threads, for walking the heap.
std::vector<gc::AllocationBuffer> allocation_buffers();

// Visits every class.
template <typename Visit>
void for_each_class(Visit visit) {
  for (Class* c = roots().all_classes.get(); c != nullptr; c = c->next.get()) visit(c);
}

}  // namespace uvm::rt
