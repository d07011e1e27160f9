// What the verifier, the stack-map analysis and the messages about null read: a method's code and its
// constant pool, wherever they are kept. A freshly parsed ClassFile provides such views through
// ClassFileView; the linker has its own over the metadata of the region.
//
// The views guarantee what class_file.h guarantees of a ClassFile (checked descriptors, references of the
// right kind), but not that the code itself is correct. Spans and strings are valid as long as their source
// is.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "runtime/classfile/class_file.h"

namespace uvm::rt::classfile {

struct MemberView {
  std::string_view class_name;  // empty for kDynamic and kInvokeDynamic
  std::string_view name;
  std::string_view descriptor;
};

class PoolView {
 public:
  virtual ~PoolView() = default;
  PoolView(const PoolView&) = delete;
  PoolView& operator=(const PoolView&) = delete;

  [[nodiscard]] virtual unsigned size() const = 0;
  // kInvalid for an index without an entry.
  [[nodiscard]] virtual PoolTag tag(unsigned index) const = 0;
  // Precondition: tag(index) is kClass.
  [[nodiscard]] virtual std::string_view class_name(unsigned index) const = 0;
  // Precondition: kFieldref, kMethodref, kInterfaceMethodref, kDynamic or kInvokeDynamic.
  [[nodiscard]] virtual MemberView member(unsigned index) const = 0;
  // Precondition: kUtf8.
  [[nodiscard]] virtual std::string_view utf8(unsigned index) const = 0;

 protected:
  PoolView() = default;
};

struct CodeView {
  std::uint16_t max_stack = 0;
  std::uint16_t max_locals = 0;
  std::span<const std::uint8_t> bytes;  // as in the class file
  std::span<const ExceptionHandler> handlers;
  std::span<const LocalVariable> locals;  // LocalVariableTable
  RawAttribute stack_map_table;
};

struct MethodView {
  std::uint16_t access_flags = 0;
  std::string_view name;
  std::string_view descriptor;
  CodeView code;  // bytes empty: native or abstract

  [[nodiscard]] bool is_static() const { return (access_flags & kAccStatic) != 0; }
};

struct ClassView {
  std::string_view name;
  std::string_view super_name;  // empty for java/lang/Object
  std::uint16_t major_version = 0;
  bool is_interface = false;
  bool is_hidden = false;
  std::span<const std::string_view> interfaces;  // direct superinterfaces
  std::span<const MethodView> methods;
  const PoolView* pool = nullptr;
};

// View of a constant pool that is in a ClassFile.
class ParsedPool final : public PoolView {
 public:
  explicit ParsedPool(const ConstantPool& pool) : pool_(pool) {}
  [[nodiscard]] unsigned size() const override { return static_cast<unsigned>(pool_.size()); }
  [[nodiscard]] PoolTag tag(unsigned index) const override { return pool_.tag(index); }
  [[nodiscard]] std::string_view class_name(unsigned index) const override { return pool_.class_name(index); }
  [[nodiscard]] MemberView member(unsigned index) const override;
  [[nodiscard]] std::string_view utf8(unsigned index) const override { return pool_.utf8(index); }

 private:
  const ConstantPool& pool_;
};

// View of a method of a ClassFile.
MethodView view_of(const Method& method);

// View of a whole ClassFile, which must outlive it.
class ClassFileView {
 public:
  explicit ClassFileView(const ClassFile& file);
  ClassFileView(const ClassFileView&) = delete;
  ClassFileView& operator=(const ClassFileView&) = delete;
  [[nodiscard]] const ClassView& view() const { return view_; }

 private:
  ParsedPool pool_;
  std::vector<std::string_view> interfaces_;
  std::vector<MethodView> methods_;
  ClassView view_;
};

}  // namespace uvm::rt::classfile
