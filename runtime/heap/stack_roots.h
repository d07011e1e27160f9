// StackRoots: the references in a thread's frames (runtime/metadata/frame.h), for runtime/heap/heap_roots.h.
//
// The operand slots of a frame that count are those below the callee's locals: a caller's record of its
// operand depth is valid only for the top frame, and the arguments of the call belong to the callee.
#pragma once

#include <memory>
#include <optional>
#include <unordered_map>

#include "gc/root_source.h"
#include "runtime/classfile/stack_maps.h"
#include "runtime/metadata/metadata_views.h"
#include "runtime/metadata/thread.h"

namespace uvm::rt {

class StackRoots {
 public:
  // Must not outlive `visit`. Keeps the stack maps of the methods it meets as long as it lives.
  explicit StackRoots(const gc::RootSource::Visitor& visit) : visit_(visit) {}

  void visit_stack(const JavaThread& thread);

 private:
  struct Maps {
    explicit Maps(Method* method);
    MetadataPoolView pool;
    MetadataMethodView view;
    std::optional<classfile::StackMaps> maps;
  };

  const classfile::StackMaps* maps_of(Method* method);
  // In both, `depth` is the number of operand slots that count. They return the first slot of the frame.
  Slot* visit_java(Frame* frame, std::size_t depth);
  Slot* visit_native(Frame* frame);
  void visit_saved(Frame* frame);
  void exact(const Slot& slot, const char* what);
  void inexact(const Slot& slot, const char* what);

  const gc::RootSource::Visitor& visit_;
  std::unordered_map<std::uint32_t, std::unique_ptr<Maps>> maps_;
};

}  // namespace uvm::rt
