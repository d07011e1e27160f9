#include "runtime/heap/stack_roots.h"

#include <algorithm>

#include "runtime/classfile/descriptor.h"
#include "runtime/metadata/code.h"

namespace uvm::rt {
namespace {

// Operand slots of a native or continuation frame (runtime/execution/native.h, runtime/execution/continuation.h).
constexpr unsigned kSavedReferences = 4;
constexpr unsigned kResultSlot = 8;

}  // namespace

StackRoots::Maps::Maps(Method* method)
    : pool(method->holder->pool.get()),
      view(method),
      maps(classfile::StackMaps::compute(view.view(), pool)) {}

const classfile::StackMaps* StackRoots::maps_of(Method* method) {
  std::unique_ptr<Maps>& entry = maps_[gc::encode(method)];
  if (entry == nullptr) entry = std::make_unique<Maps>(method);
  return entry->maps ? &*entry->maps : nullptr;
}

void StackRoots::exact(const Slot& slot, const char* what) {
  if (slot.ref != 0) visit_({.bits = slot.ref, .exact = true, .what = what});
}

// A reference leaves the upper half of its slot zero.
void StackRoots::inexact(const Slot& slot, const char* what) {
  if (slot.raw != 0 && slot.raw >> 32 == 0) visit_({.bits = slot.ref, .exact = false, .what = what});
}

Slot* StackRoots::visit_java(Frame* frame, std::size_t depth) {
  Method* method = frame->method.get();
  Slot* locals = reinterpret_cast<Slot*>(frame) - frame->aux;
  Slot* operands = frame->operands();
  std::optional<classfile::FrameMap> map;
  if (const classfile::StackMaps* maps = maps_of(method); maps != nullptr) {
    const int bci = bci_of(method, frame->pc.get());
    map = maps->at(static_cast<std::size_t>(bci), [&](unsigned local) {
      return static_cast<std::size_t>(bci_of(method, gc::decode<Insn>(locals[local].ref)));
    });
  }
  if (map) {
    for (std::size_t i = 0; i < map->locals.size(); i++) {
      if (map->locals[i]) exact(locals[i], "local variable");
    }
    for (std::size_t i = 0; i < std::min(depth, map->stack.size()); i++) {
      if (map->stack[i]) exact(operands[i], "operand");
    }
  } else {
    for (std::size_t i = 0; i < frame->aux; i++) inexact(locals[i], "local variable of unknown type");
    for (std::size_t i = 0; i < depth; i++) inexact(operands[i], "operand of unknown type");
  }
  return locals;
}

Slot* StackRoots::visit_native(Frame* frame) {
  const Method* method = frame->method.get();
  Slot* arguments = reinterpret_cast<Slot*>(frame) - method->arg_slots;
  const Slot* slot = arguments;
  if (!method->is_static()) exact(*slot++, "receiver of a native method");
  for (classfile::ParameterTypes p(method->descriptor->view()); !p.done(); p.next()) {
    const char first = p.type().front();
    if (classfile::is_reference(first)) exact(*slot, "argument of a native method");
    slot += classfile::slots_of(first);
  }
  visit_saved(frame);
  return arguments;
}

void StackRoots::visit_saved(Frame* frame) {
  for (unsigned i = 0; i < kSavedReferences; i++) exact(frame->operands()[i], "saved reference");
  inexact(frame->operands()[kResultSlot], "result");
}

void StackRoots::visit_stack(const JavaThread& thread) {
  if (thread.top_frame == 0) return;
  Slot* const base = gc::at_offset<Slot>(thread.stack_base);
  auto* frame = gc::at_offset<Frame>(thread.top_frame);
  Slot* above = frame->operands() + frame->sp;  // first slot that belongs to the frame's callee
  for (;;) {
    Slot* first = reinterpret_cast<Slot*>(frame);
    if (frame->lock != 0) visit_({.bits = frame->lock, .exact = true, .what = "lock of a frame"});
    switch (frame->kind) {
      case FrameKind::kJava:
        first = visit_java(frame,
                           static_cast<std::size_t>(std::max<std::ptrdiff_t>(above - frame->operands(), 0)));
        break;
      case FrameKind::kNative:
        first = visit_native(frame);
        break;
      default:
        visit_saved(frame);
        break;
    }
    if (frame->caller == 0) return;
    above = first;
    frame = reinterpret_cast<Frame*>(base + frame->caller);
  }
}

}  // namespace uvm::rt
