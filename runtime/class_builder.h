// Turns a parsed class file into a Class in the region: step "derive a class" of JVMS 5.3.5 after its
// supertypes are known.
//
// Callers hold Vm::metadata_lock. The class is complete but for its mirror and its place in the dictionary.
#pragma once

#include <span>

#include "runtime/classfile/class_file.h"
#include "runtime/metadata.h"

namespace uvm::rt {

struct ClassParts {
  const classfile::ClassFile& file;
  Symbol* name;
  Class* super;  // null for java/lang/Object
  std::span<Class* const> interfaces;
  Object* loader;
  bool hidden;
};

Class* build_class(const ClassParts& parts);

// Gives offsets to instance and static fields, and fills in the shape (runtime/field_layout.cpp).
void lay_out_fields(Class* c, std::uint32_t first_instance_offset);

// Bytes of the mirror of `c`: the Java fields of java.lang.Class and the static fields of `c`.
std::uint32_t mirror_size(const Class* c);

// Entries the vtable of a class needs, and their filling in (runtime/dispatch_tables.cpp).
std::uint32_t count_vtable(Class* super, const classfile::ClassFile& file, Symbol* name, Object* loader);
void fill_vtable(Class* c);
// The final method that a method of `file` would override (JVMS 5.3.5 step 3); null when there is none.
const Method* overridden_final_method(Class* super, const classfile::ClassFile& file, Symbol* name,
                                      Object* loader);
void fill_itable(Class* c);

}  // namespace uvm::rt
