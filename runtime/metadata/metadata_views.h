// Views of class metadata for the analyses of code in runtime/classfile/: verification, stack maps, messages
// about null.
#pragma once

#include <string_view>
#include <vector>

#include "runtime/classfile/code_view.h"
#include "runtime/metadata/metadata.h"

namespace uvm::rt {

class MetadataPoolView final : public classfile::PoolView {
 public:
  explicit MetadataPoolView(ConstantPool* pool) : pool_(pool) {}
  [[nodiscard]] unsigned size() const override { return pool_->count; }
  [[nodiscard]] PoolTag tag(unsigned index) const override;
  [[nodiscard]] std::string_view class_name(unsigned index) const override;
  [[nodiscard]] classfile::MemberView member(unsigned index) const override;
  [[nodiscard]] std::string_view utf8(unsigned index) const override;

 private:
  ConstantPool* pool_;
};

// A method with its tables. Owns whatever the view points to that the metadata does not have in that form.
class MetadataMethodView {
 public:
  explicit MetadataMethodView(const Method* method);
  [[nodiscard]] const classfile::MethodView& view() const { return view_; }

 private:
  std::vector<classfile::ExceptionHandler> handlers_;
  std::vector<classfile::LocalVariable> locals_;
  classfile::MethodView view_;
};

}  // namespace uvm::rt
