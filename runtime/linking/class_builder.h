// Turns a parsed class file into a Class in the region: step "derive a class" of JVMS 5.3.5 after its
// supertypes are known.
//
// Callers hold Vm::metadata_lock. The class is complete but for its mirror and its place in the dictionary.
#pragma once

#include <span>
#include <vector>

#include "runtime/classfile/class_file.h"
#include "runtime/metadata/metadata.h"

namespace uvm::rt {

// Where each method of a class goes in its vtable (JVMS 5.4.5). Interfaces have none.
struct VtablePlan {
  struct Entry {
    std::size_t method;   // index in the class file
    std::uint32_t index;  // in the vtable; one method may override several
  };
  std::uint32_t length = 0;
  std::vector<Entry> entries;
  const Method* overridden_final = nullptr;  // what JVMS 5.3.5 step 3 forbids
};

struct ClassParts {
  const classfile::ClassFile& file;
  Symbol* name;
  Class* super;  // null for java/lang/Object
  std::span<Class* const> interfaces;
  Object* loader;
  bool hidden;
  const VtablePlan& vtable;
};

Class* build_class(const ClassParts& parts);

// Gives offsets to instance and static fields, and fills in the shape (runtime/linking/field_layout.cpp).
void lay_out_fields(Class* c, std::uint32_t first_instance_offset);

// Bytes of the mirror of `c`: the Java fields of java.lang.Class and the static fields of `c`.
std::uint32_t mirror_size(const Class* c);

// The tables of dynamic dispatch (runtime/linking/dispatch_tables.cpp).
VtablePlan plan_vtable(Class* super, const classfile::ClassFile& file, Symbol* name, Object* loader);
void fill_vtable(Class* c, const VtablePlan& plan);
void fill_itable(Class* c);

}  // namespace uvm::rt
