#include "runtime/metadata/metadata_views.h"

namespace uvm::rt {

PoolTag MetadataPoolView::tag(unsigned index) const {
  return index < pool_->count ? pool_->tag(index) : PoolTag::kUnusable;
}

std::string_view MetadataPoolView::class_name(unsigned index) const {
  return pool_->class_name(index)->view();
}

classfile::MemberView MetadataPoolView::member(unsigned index) const {
  classfile::MemberView view;
  const PoolTag tag = pool_->tag(index);
  if (tag != PoolTag::kDynamic && tag != PoolTag::kInvokeDynamic) {
    view.class_name = pool_->class_name(pool_->class_index(index))->view();
  }
  view.name = pool_->name_of(index)->view();
  view.descriptor = pool_->descriptor_of(index)->view();
  return view;
}

std::string_view MetadataPoolView::utf8(unsigned index) const { return pool_->utf8(index)->view(); }

MetadataMethodView::MetadataMethodView(const Method* method) {
  for (unsigned i = 0; i < method->handler_count; i++) {
    const ExceptionHandler& h = method->handlers[i];
    handlers_.push_back({h.start_bci, h.end_bci, h.handler_bci, h.catch_type});
  }
  for (unsigned i = 0; i < method->variable_count; i++) {
    const LocalVariable& v = method->variables[i];
    locals_.push_back({v.start_bci, v.length, v.name_index, v.descriptor_index, v.slot});
  }
  view_.access_flags = method->access;
  view_.name = method->name->view();
  view_.descriptor = method->descriptor->view();
  if (method->bytecode_length == 0) return;
  view_.code.max_stack = method->max_stack;
  view_.code.max_locals = method->max_locals;
  view_.code.bytes = {method->bytecode.get(), method->bytecode_length};
  view_.code.handlers = handlers_;
  view_.code.locals = locals_;
  if (const Bytes* table = method->stack_map_table.get(); table != nullptr) {
    view_.code.stack_map_table = {reinterpret_cast<const std::byte*>(table->data()), table->length};
  }
}

}  // namespace uvm::rt
