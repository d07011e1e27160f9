#include "runtime/classfile/code_view.h"

namespace uvm::rt::classfile {

MemberView ParsedPool::member(unsigned index) const {
  MemberView member;
  const PoolTag tag = pool_.tag(index);
  if (tag != PoolTag::kDynamic && tag != PoolTag::kInvokeDynamic) member.class_name = pool_.ref_class(index);
  member.name = pool_.ref_name(index);
  member.descriptor = pool_.ref_descriptor(index);
  return member;
}

MethodView view_of(const Method& method) {
  MethodView view;
  view.access_flags = method.access_flags;
  view.name = method.name;
  view.descriptor = method.descriptor;
  if (method.code) {
    view.code = {method.code->max_stack, method.code->max_locals, method.code->bytes,
                 method.code->handlers,  method.code->locals,     method.code->stack_map_table};
  }
  return view;
}

ClassFileView::ClassFileView(const ClassFile& file) : pool_(file.pool) {
  interfaces_.reserve(file.interfaces.size());
  for (const std::uint16_t index : file.interfaces) interfaces_.push_back(file.pool.class_name(index));
  methods_.reserve(file.methods.size());
  for (const Method& method : file.methods) methods_.push_back(view_of(method));
  view_.name = file.name;
  view_.super_name = file.super_name;
  view_.major_version = file.major_version;
  view_.is_interface = file.is_interface();
  view_.interfaces = interfaces_;
  view_.methods = methods_;
  view_.pool = &pool_;
}

}  // namespace uvm::rt::classfile
