// Array and primitive classes (JVMS 5.3.3): made by the VM, not from class files.
#include "runtime/linking/array_classes.h"

#include <algorithm>
#include <string>

#include "runtime/linking/class_builder.h"
#include "runtime/linking/mirrors.h"
#include "runtime/metadata/roots.h"
#include "runtime/metadata/symbol_table.h"
#include "runtime/metadata/thread_sanitizer.h"
#include "runtime/metadata/vm.h"

namespace uvm::rt {
namespace {

Class* allocate_class(std::uint32_t vtable_length) {
  auto* c = static_cast<Class*>(
      vm()->metadata.allocate_forever(sizeof(Class) + vtable_length * sizeof(Ref<Method>)));
  c->vtable_length = vtable_length;
  enlist_class(c);
  return c;
}

std::string array_name(const Class* component) {
  const std::string name(component->name->view());
  if (component->is_primitive()) return std::string("[") + descriptor_of(component->primitive);
  return component->is_array() ? "[" + name : "[L" + name + ";";
}

}  // namespace

Class* make_primitive_class(Thread& thread, BasicType type, std::string_view name) {
  const std::lock_guard lock(vm()->metadata_lock);
  Class* c = allocate_class(0);
  c->name = make_symbol(name);
  c->primitive = type;
  c->access = c->inner_access = kAccPublic | kAccFinal | kAccAbstract;
  c->state = ClassState::kInitialized;
  c->flags = kClassTrusted;
  roots().known.primitive_classes[static_cast<unsigned>(type)] = c;
  return make_mirror(thread, c) == Status::kOk ? c : nullptr;
}

Class* array_class_of(Thread& thread, Class* component) {
  const std::uint32_t known = __atomic_load_n(&component->array_class.bits, __ATOMIC_ACQUIRE);
  if (known != 0) return gc::decode<Class>(known);
  const std::lock_guard lock(vm()->metadata_lock);
  if (component->array_class) return component->array_class.get();
  Class* object = vm()->known().Object.get();
  Class* c = allocate_class(object->vtable_length);
  c->name = make_symbol(array_name(component));
  c->super = object;
  c->depth = 1;
  c->primary_supers[0] = object;
  c->primary_supers[1] = c;
  c->loader = component->loader;
  c->primitive = BasicType::kArray;
  c->dimensions = static_cast<std::uint8_t>(component->dimensions + 1);
  c->component = component;
  c->element = component->is_array() ? component->element.get() : component;
  // The access of an array class is that of its element (java.lang.Class.getModifiers).
  const std::uint32_t access = c->element->inner_access & (kAccPublic | kAccPrivate | kAccProtected);
  c->access = (c->element->access & kAccPublic) | kAccFinal | kAccAbstract;
  c->inner_access = access | kAccFinal | kAccAbstract;
  c->flags = kClassCloneable | (c->element->flags & kClassTrusted);
  auto* interfaces = vm()->metadata.make<Ref<Class>>(2);
  interfaces[0] = vm()->known().Cloneable;
  interfaces[1] = vm()->known().Serializable;
  c->interfaces = interfaces;
  c->all_interfaces = interfaces;
  c->interface_count = c->all_interface_count = 2;
  std::copy_n(object->vtable(), object->vtable_length, c->vtable());
  c->shape.instance_size = sizeof(Array);
  c->shape.kind = component->is_primitive() ? gc::ShapeKind::kPrimitiveArray : gc::ShapeKind::kReferenceArray;
  c->shape.element_shift = static_cast<std::uint8_t>(
      component->is_primitive() ? size_log2_of(component->primitive) : gc::kReferenceSizeLog2);
  c->state = ClassState::kInitialized;
  if (make_mirror(thread, c) != Status::kOk) return nullptr;
  Ref<Class> published{};
  published = c;
  if (component->is_primitive()) {
    roots().known.primitive_arrays[static_cast<unsigned>(component->primitive)] = c;
  }
  publish_metadata();
  __atomic_store_n(&component->array_class.bits, published.bits, __ATOMIC_RELEASE);
  return c;
}

}  // namespace uvm::rt
