// Verification at link time: runs the verifier of runtime/classfile/ over the class's metadata and answers
// its questions about other classes.
#include <string>
#include <vector>

#include "runtime/classfile/verifier.h"
#include "runtime/heap/exceptions.h"
#include "runtime/linking/class_loading.h"
#include "runtime/linking/class_loading_parts.h"
#include "runtime/metadata/member_lookup.h"
#include "runtime/metadata/metadata_views.h"
#include "runtime/metadata/symbol_table.h"

namespace uvm::rt {
namespace {

using classfile::Answer;
using classfile::array_has;
using classfile::OracleAnswer;

class LoadedTypes final : public classfile::TypeOracle {
 public:
  explicit LoadedTypes(Class* current) : current_(current) {}

  OracleAnswer is_assignable(std::string_view from, std::string_view to) override {
    Class* target = find(to);
    if (target == nullptr) return need(to);
    if (from.front() == '[') return answer(target->is_interface() && array_has(to));
    if (target->is_interface()) return {Answer::kYes, {}};
    Class* source = find(from);
    if (source == nullptr) return need(from);
    return answer(source->is_subclass_of(target));
  }

  OracleAnswer is_subclass_of_current(std::string_view from) override {
    Class* source = find(from);
    if (source == nullptr) return need(from);
    return answer(source->is_subclass_of(current_));
  }

  OracleAnswer common_superclass(std::string_view a, std::string_view b, std::string_view* common) override {
    Class* x = find(a);
    if (x == nullptr) return need(a);
    Class* y = find(b);
    if (y == nullptr) return need(b);
    if (x->is_interface() || y->is_interface()) {
      *common = "java/lang/Object";
    } else {
      while (!y->is_subclass_of(x)) x = x->super.get();
      *common = x->name->view();
    }
    return {Answer::kYes, {}};
  }

  bool is_current_or_superclass(std::string_view name) override { return ancestor(name) != nullptr; }

  bool is_protected_elsewhere(std::string_view class_name, const classfile::MemberView& member,
                              bool method) override {
    Class* c = ancestor(class_name);
    const Symbol* name = make_symbol(member.name);
    const Symbol* descriptor = make_symbol(member.descriptor);
    if (method) {
      const Method* m = lookup_method(c, name, descriptor);
      return m != nullptr && (m->access & kAccProtected) != 0 && !same_package(m->holder.get(), current_);
    }
    const Field* f = lookup_field(c, name, descriptor);
    return f != nullptr && (f->access & kAccProtected) != 0 && !same_package(f->holder.get(), current_);
  }

  bool declares_field(std::string_view name, std::string_view descriptor) override {
    return find_declared_field(current_, make_symbol(name), make_symbol(descriptor)) != nullptr;
  }

 private:
  static OracleAnswer answer(bool yes) { return {yes ? Answer::kYes : Answer::kNo, {}}; }
  OracleAnswer need(std::string_view name) {
    needed_ = name;
    return {Answer::kNeedClass, needed_};
  }
  Class* find(std::string_view name) {
    if (name == current_->name->view()) return current_;
    return find_loaded_class(make_symbol(name), current_->loader.get());
  }
  Class* ancestor(std::string_view name) {
    for (Class* c = current_; c != nullptr; c = c->super.get()) {
      if (c->name->view() == name) return c;
    }
    return nullptr;
  }

  Class* current_;
  std::string needed_;
};

}  // namespace

bool needs_verification(const Class* c) {
  return (c->flags & (kClassTrusted | kClassMagicAccessor)) == 0 && !c->is_array() && !c->is_primitive();
}

Status verify_class(Thread& thread, Class* c) {
  const MetadataPoolView pool(c->pool.get());
  std::vector<MetadataMethodView> owners;
  owners.reserve(c->method_count);
  std::vector<classfile::MethodView> methods;
  for (unsigned i = 0; i < c->method_count; i++)
    methods.push_back(owners.emplace_back(&c->methods[i]).view());
  std::vector<std::string_view> interfaces;
  for (unsigned i = 0; i < c->interface_count; i++) interfaces.push_back(c->interfaces[i]->name->view());

  classfile::ClassView view;
  view.name = c->name->view();
  if (c->super) view.super_name = c->super->name->view();
  view.major_version = c->major_version;
  view.is_interface = c->is_interface();
  view.is_hidden = c->is_hidden();
  view.interfaces = interfaces;
  view.methods = methods;
  view.pool = &pool;
  // Several threads may verify a class at the same time; whatever each of them stores is true.
  classfile::VerifyProgress progress{__atomic_load_n(&c->verified_methods, __ATOMIC_RELAXED)};
  LoadedTypes oracle(c);
  for (;;) {
    const classfile::VerifyOutcome outcome = classfile::verify(view, oracle, progress);
    __atomic_store_n(&c->verified_methods, static_cast<std::uint32_t>(progress.next_method),
                     __ATOMIC_RELAXED);
    if (const auto* failure = std::get_if<classfile::VerifyFailure>(&outcome)) {
      return throw_new(thread, failure->exception_class, failure->message);
    }
    const auto* needed = std::get_if<classfile::NeedClass>(&outcome);
    if (needed == nullptr) return Status::kOk;
    Class* loaded = nullptr;
    UVM_TRY(find_class(thread, needed->name, c->loader.get(), &loaded));
  }
}

}  // namespace uvm::rt
