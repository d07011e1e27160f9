#include "runtime/heap/reference_processing.h"

#include <mutex>

#include "gc/marker.h"
#include "gc/region_walk.h"
#include "runtime/heap/heap_roots.h"
#include "runtime/metadata/roots.h"
#include "runtime/metadata/vm.h"

namespace uvm::rt {
namespace {

enum class Strength : std::uint8_t { kSoft, kWeak, kFinal, kPhantom };

Strength strength_of(const Object* reference) {
  const WellKnown& known = vm()->known();
  const Class* c = class_of(reference);
  if (c->is_subclass_of(known.WeakReference.get())) return Strength::kWeak;
  if (c->is_subclass_of(known.PhantomReference.get())) return Strength::kPhantom;
  if (c->is_subclass_of(known.FinalReference.get())) return Strength::kFinal;
  return Strength::kSoft;
}

// One collection, while the program is stopped.
class Processing {
 public:
  explicit Processing(const Vm& vm)
      : known_(vm.known()),
        walker_(roots().heap, allocation_buffers()),
        starts_(walker_),
        weak_shapes_(gc::kMetadataStart, gc::kMetadataStart + gc::kMetadataSize),
        marker_(walker_.end()) {}

  // True if references have become pending.
  bool run() {
    find_weak_shapes();
    marker_.set_weak(weak_shapes_, known_.Reference_referent);
    HeapRoots().visit_roots([this](const gc::Root& root) {
      if (root.exact || starts_.is_start(root.bits)) marker_.mark(root.bits);
    });
    marker_.drain();
    process(Strength::kWeak);
    process(Strength::kFinal);
    // Objects that finalizers can reach may themselves have weak references.
    process(Strength::kWeak);
    process(Strength::kPhantom);
    return enqueued_;
  }

 private:
  // The referent of a soft reference is a field like any other.
  void find_weak_shapes() {
    for_each_class([this](const Class* c) {
      if ((c->flags & kClassIsReference) != 0 && !c->is_subclass_of(known_.SoftReference.get())) {
        weak_shapes_.set(gc::offset_of(c));
      }
    });
  }

  void process(Strength strength) {
    // Marking what a finalizer needs finds more of them, so this loops by index.
    const std::vector<std::uint32_t>& found = marker_.weak_objects();
    for (std::size_t i = 0; i < found.size(); i++) {
      auto* reference = gc::decode<Object>(found[i]);
      const Object* referent = reference->reference(known_.Reference_referent);
      if (referent == nullptr || strength_of(reference) != strength) continue;
      if (strength == Strength::kFinal) {
        process_final(reference, referent);
      } else if (!marker_.is_marked(gc::encode(referent))) {
        reference->set_reference(known_.Reference_referent, nullptr);
        enqueue(reference);
      }
    }
    marker_.drain();
  }

  // The finalizer gets the object, so it and what it refers to stay reachable until then. A reference that
  // has had its turn (its `next` is not null) holds its referent like any other field.
  void process_final(Object* reference, const Object* referent) {
    const std::uint32_t bits = gc::encode(referent);
    if (marker_.is_marked(bits)) return;
    if (reference->reference(known_.Reference_next) == nullptr) {
      reference->set_reference(known_.Reference_next, reference);
      enqueue(reference);
    }
    marker_.mark(bits);
  }

  void enqueue(Object* reference) {
    Ref<Object>& head = roots().pending_references;
    reference->set_reference(known_.Reference_discovered, head.get());
    head = reference;
    enqueued_ = true;
  }

  const WellKnown& known_;
  gc::RegionWalker walker_;
  gc::ObjectStarts starts_;
  gc::SideBitmap weak_shapes_;
  gc::Marker marker_;
  bool enqueued_ = false;
};

}  // namespace

bool process_references(const Vm& vm) { return Processing(vm).run(); }

Ref<Object> pending_references() {
  return {__atomic_load_n(&roots().pending_references.bits, __ATOMIC_SEQ_CST)};
}

Object* take_pending_references() {
  return gc::decode<Object>(__atomic_exchange_n(&roots().pending_references.bits, 0U, __ATOMIC_SEQ_CST));
}

}  // namespace uvm::rt
