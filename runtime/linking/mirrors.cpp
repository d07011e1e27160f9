#include "runtime/linking/mirrors.h"

#include "runtime/heap/exceptions.h"
#include "runtime/linking/class_builder.h"
#include "runtime/linking/modules.h"
#include "runtime/metadata/roots.h"
#include "runtime/metadata/vm.h"

namespace uvm::rt {

Status make_mirror(Thread& thread, Class* c) {
  Class* class_class = vm()->known().Class.get();
  if (class_class == nullptr || c->mirror) return Status::kOk;
  const std::uint32_t size = mirror_size(c);
  std::byte* memory = vm()->heap.allocate(thread.java->buffer, size);
  if (memory == nullptr) return throw_out_of_memory(thread);
  gc::set_header(memory, &class_class->shape);
  auto* mirror = reinterpret_cast<gc::Mirror*>(memory);
  mirror->mirrored = gc::encode(c);
  mirror->size = size;
  const WellKnown& known = vm()->known();
  if (known.Class_classLoader != 0) {
    mirror->set_reference(known.Class_classLoader, c->loader.get());
    mirror->set_reference(known.Class_module, module_of_class(c));
    mirror->set_reference(known.Class_classData, c->class_data.get());
    if (c->is_array()) mirror->set_reference(known.Class_componentType, c->component->mirror_object());
  }
  c->mirror = mirror;
  return Status::kOk;
}

Status make_missing_mirrors(Thread& thread) {
  for (Class* c = roots().all_classes.get(); c != nullptr; c = c->next.get()) UVM_TRY(make_mirror(thread, c));
  return Status::kOk;
}

}  // namespace uvm::rt
