// For tests and fuzzing: classes known by their parsed class files, and the TypeOracle over them.
#pragma once

#include <functional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>

#include "runtime/classfile/class_file.h"
#include "runtime/classfile/verifier.h"

namespace uvm::rt::classfile {

class World {
 public:
  // `file` must outlive the world.
  void add(const ClassFile& file) { classes_.emplace(file.name, &file); }
  [[nodiscard]] const ClassFile* find(std::string_view name) const {
    const auto found = classes_.find(name);
    return found == classes_.end() ? nullptr : found->second;
  }

 private:
  std::unordered_map<std::string_view, const ClassFile*> classes_;
};

// Unknown classes count as direct subclasses of Object. With `lazy`, each class is asked for once before it
// is used, like a VM that has to load it.
class WorldOracle final : public TypeOracle {
 public:
  WorldOracle(const World& world, const ClassFile& current, bool lazy = false)
      : world_(world), current_(current), lazy_(lazy) {}

  void load(const std::string& name) { loaded_.insert(name); }
  [[nodiscard]] const std::set<std::string, std::less<>>& loaded() const { return loaded_; }

  OracleAnswer is_assignable(std::string_view from, std::string_view to) override {
    if (missing(to)) return need(to);
    if (from.front() == '[') return yes_or_no(array_has(to));
    const ClassFile* target = find(to);
    if (target != nullptr && target->is_interface()) return {Answer::kYes, {}};
    if (missing(from)) return need(from);
    return yes_or_no(is_subclass(from, to));
  }
  OracleAnswer is_subclass_of_current(std::string_view from) override {
    if (missing(from)) return need(from);
    return yes_or_no(is_subclass(from, current_.name));
  }
  OracleAnswer common_superclass(std::string_view a, std::string_view b, std::string_view* common) override {
    if (missing(a)) return need(a);
    if (missing(b)) return need(b);
    *common = kObject;
    const ClassFile* x = find(a);
    const ClassFile* y = find(b);
    if (x == nullptr || y == nullptr || x->is_interface() || y->is_interface()) return {Answer::kYes, {}};
    for (std::string_view name = a; !name.empty(); name = super_of(name)) {
      if (!is_subclass(b, name)) continue;
      *common = name;
      break;
    }
    return {Answer::kYes, {}};
  }
  bool is_current_or_superclass(std::string_view name) override { return is_subclass(current_.name, name); }
  bool is_protected_elsewhere(std::string_view class_name, const MemberView& member, bool method) override {
    for (std::string_view name = class_name; !name.empty(); name = super_of(name)) {
      const ClassFile* file = find(name);
      if (file == nullptr) return false;
      const auto elsewhere = [&](std::uint16_t flags) {
        return (flags & kAccProtected) != 0 && package(file->name) != package(current_.name);
      };
      for (const Method& m : file->methods) {
        if (method && m.name == member.name && m.descriptor == member.descriptor)
          return elsewhere(m.access_flags);
      }
      for (const Field& f : file->fields) {
        if (!method && f.name == member.name && f.descriptor == member.descriptor)
          return elsewhere(f.access_flags);
      }
    }
    return false;
  }
  bool declares_field(std::string_view name, std::string_view descriptor) override {
    for (const Field& f : current_.fields) {
      if (f.name == name && f.descriptor == descriptor) return true;
    }
    return false;
  }

 private:
  static constexpr std::string_view kObject = "java/lang/Object";

  static OracleAnswer yes_or_no(bool yes) { return {yes ? Answer::kYes : Answer::kNo, {}}; }
  static OracleAnswer need(std::string_view name) { return {Answer::kNeedClass, name}; }
  static std::string_view package(std::string_view name) { return name.substr(0, name.rfind('/') + 1); }

  [[nodiscard]] bool missing(std::string_view name) const {
    return lazy_ && loaded_.find(name) == loaded_.end();
  }
  [[nodiscard]] const ClassFile* find(std::string_view name) const {
    return name == current_.name ? &current_ : world_.find(name);
  }
  [[nodiscard]] std::string_view super_of(std::string_view name) const {
    if (name == kObject) return {};
    const ClassFile* file = find(name);
    return file == nullptr ? kObject : file->super_name;
  }
  [[nodiscard]] bool is_subclass(std::string_view from, std::string_view to) const {
    // The limit is for hostile files whose superclasses form a circle.
    for (int depth = 0; !from.empty() && depth < 1000; ++depth, from = super_of(from)) {
      if (from == to) return true;
    }
    return false;
  }

  const World& world_;
  const ClassFile& current_;
  const bool lazy_;
  std::set<std::string, std::less<>> loaded_;
};

}  // namespace uvm::rt::classfile
