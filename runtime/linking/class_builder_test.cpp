// Classes built from assembled class files: the places of fields, and the methods in the tables of dispatch.
#include "runtime/linking/class_builder.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "runtime/boot/test_library.h"
#include "runtime/heap/objects.h"
#include "runtime/metadata/member_lookup.h"

namespace uvm::rt {
namespace {

using classfile::Assembler;
using classfile::Opcode;
using Code = classfile::Bytes;

constexpr unsigned kInterface = kAccPublic | kAccInterface | kAccAbstract;

class ClassBuilder : public ::testing::Test {
 protected:
  // A method `name`()I that returns `value`.
  static void returning(Assembler& a, std::string_view name, unsigned value, unsigned flags = kAccPublic) {
    a.add_method(flags, name, "()I",
                 {a.code(1, 1, Code().op(Opcode::k_bipush).u1(value).op(Opcode::k_ireturn))});
  }
  static void abstract(Assembler& a, std::string_view name) {
    a.add_method(kAccPublic | kAccAbstract, name, "()I");
  }
  static Assembler interface(std::string_view name, const std::vector<std::string>& supers = {}) {
    Assembler a(name);
    a.flags = kInterface;
    implement(a, supers);
    return a;
  }
  static void implement(Assembler& a, const std::vector<std::string>& interfaces) {
    for (const std::string& name : interfaces) a.interfaces.push_back(a.class_(name));
  }
  static Field* field(Class* c, std::string_view name, std::string_view descriptor) {
    return find_declared_field(c, make_symbol(name), make_symbol(descriptor));
  }
  // What `method`()I of `resolved` returns when called on an object of `receiver`, or the exception's class.
  std::string selected(Class* receiver, Class* resolved, std::string_view method) {
    Method* m = select_method(receiver, method_named(resolved, method, "()I"));
    if (m == nullptr) return "none";
    Object* object = new_object(*thread_, receiver);
    const Slots self = {slot_of(object)};
    const Outcome outcome = library_.call(m, self);
    return outcome.exception.empty() ? std::to_string(outcome.result.i) : outcome.exception;
  }

  TestVm vm_;
  TestThread thread_{*vm_};
  TestLibrary library_{*vm_, *thread_};
};

// Fields are aligned, do not overlap, and end before the instance does. References are listed in the shape.
void check_layout(Class* c) {
  std::vector<std::pair<std::uint32_t, std::uint32_t>> ranges;
  std::vector<std::uint32_t> references;
  for (Class* k = c; k != nullptr; k = k->super.get()) {
    for (unsigned i = 0; i < k->field_count; ++i) {
      const Field& f = k->fields[i];
      if (f.is_static()) continue;
      const std::uint32_t size = 1U << size_log2_of(f.type);
      EXPECT_EQ(f.offset % size, 0U) << f.name->view();
      EXPECT_GE(f.offset, sizeof(Object)) << f.name->view();
      EXPECT_LE(f.offset + size, c->shape.instance_size) << f.name->view();
      ranges.emplace_back(f.offset, f.offset + size);
      if (is_reference(f.type)) references.push_back(f.offset);
    }
  }
  std::sort(ranges.begin(), ranges.end());
  for (std::size_t i = 1; i < ranges.size(); ++i) EXPECT_LE(ranges[i - 1].second, ranges[i].first);
  std::vector<std::uint32_t> listed;
  for (unsigned i = 0; i < c->shape.ref_count; ++i) listed.push_back(c->shape.ref_offsets[i]);
  std::sort(listed.begin(), listed.end());
  std::sort(references.begin(), references.end());
  EXPECT_EQ(listed, references);
  EXPECT_EQ(c->shape.instance_size % 8, 0U);
}

TEST_F(ClassBuilder, FieldsAreAlignedAndDoNotOverlapInAnyOrder) {
  std::vector<std::string> types = {"Z", "J", "Ljava/lang/Object;", "S", "[I", "B", "D", "C", "I", "F"};
  std::sort(types.begin(), types.end());
  for (unsigned round = 0; round < 30; ++round) {
    std::string super = "java/lang/Object";
    for (unsigned depth = 0; depth < 3; ++depth) {
      const std::string name = "Fields" + std::to_string(round) + "_" + std::to_string(depth);
      Assembler a(name, 61, super);
      for (std::size_t i = 0; i <= (round + depth * 3) % types.size(); ++i) {
        a.add_field(kAccPublic, "f" + std::to_string(i), types[i]);
        a.add_field(kAccPublic | kAccStatic, "s" + std::to_string(i), types[i]);
        std::next_permutation(types.begin(), types.end());
      }
      check_layout(library_.define(a));
      super = name;
    }
    std::rotate(types.begin(), types.begin() + round % 7, types.end());
  }
}

TEST_F(ClassBuilder, LargerFieldsComeFirst) {
  Assembler a("Layout");
  a.add_field(0, "flag", "Z");
  a.add_field(0, "count", "J");
  a.add_field(0, "next", "Ljava/lang/Object;");
  a.add_field(0, "half", "S");
  Class* c = library_.define(a);
  EXPECT_EQ(field(c, "count", "J")->offset, 8U);
  EXPECT_EQ(field(c, "next", "Ljava/lang/Object;")->offset, 16U);
  EXPECT_EQ(field(c, "half", "S")->offset, 20U);
  EXPECT_EQ(field(c, "flag", "Z")->offset, 22U);
  EXPECT_EQ(c->shape.instance_size, 24U);
  // The fields of a subclass begin where the last field of its superclass ended.
  Assembler b("LayoutBelow", 61, "Layout");
  b.add_field(0, "last", "B");
  Class* below = library_.define(b);
  EXPECT_EQ(field(below, "last", "B")->offset, 23U);
  EXPECT_EQ(below->shape.instance_size, 24U);
}

TEST_F(ClassBuilder, StaticFieldsFollowThoseOfClassInTheMirror) {
  Assembler a("Statics");
  a.add_field(kAccStatic, "flag", "Z");
  a.add_field(kAccStatic, "object", "Ljava/lang/Object;");
  a.add_field(kAccStatic, "wide", "D");
  Class* c = library_.define(a);
  const std::uint32_t behind = vm_->known().Class->shape.instance_size;
  EXPECT_EQ(field(c, "wide", "D")->offset, behind);
  EXPECT_EQ(field(c, "object", "Ljava/lang/Object;")->offset, behind + 8);
  EXPECT_EQ(field(c, "flag", "Z")->offset, behind + 12);
  EXPECT_EQ(gc::object_size(c->mirror_object()), behind + 16);
  ASSERT_EQ(c->shape.static_ref_count, 1U);
  EXPECT_EQ(c->shape.static_ref_offsets[0], behind + 8);
  EXPECT_EQ(c->shape.instance_size, sizeof(Object));
}

TEST_F(ClassBuilder, VtableHasInheritedOverriddenAndNewMethods) {
  Assembler a("Base");
  returning(a, "kept", 1);
  returning(a, "overridden", 2);
  returning(a, "hidden", 3, kAccPrivate);
  returning(a, "of_class", 4, kAccPublic | kAccStatic);
  Class* base = library_.define(a);
  Assembler b("Derived", 61, "Base");
  returning(b, "overridden", 12);
  returning(b, "hidden", 13);
  returning(b, "added", 15);
  Class* derived = library_.define(b);
  const std::uint32_t of_object = vm_->known().Object->vtable_length;
  EXPECT_EQ(base->vtable_length, of_object + 2);
  EXPECT_EQ(derived->vtable_length, of_object + 4);
  EXPECT_EQ(method_named(base, "hidden", "()I")->vtable_index, -1);
  EXPECT_EQ(method_named(base, "of_class", "()I")->vtable_index, -1);
  EXPECT_EQ(method_named(derived, "overridden", "()I")->vtable_index,
            method_named(base, "overridden", "()I")->vtable_index);
  EXPECT_EQ(selected(derived, base, "kept"), "1");
  EXPECT_EQ(selected(derived, base, "overridden"), "12");
  EXPECT_EQ(selected(base, base, "overridden"), "2");
  EXPECT_EQ(selected(derived, base, "hidden"), "3");  // private: not overridden
  EXPECT_EQ(selected(derived, derived, "hidden"), "13");
}

// JVMS 5.4.5: a method without access flags is overridden in its own package only.
TEST_F(ClassBuilder, PackagePrivateMethodsAreOverriddenInTheirPackage) {
  Assembler a("p/Base");
  returning(a, "near", 1, 0);
  Class* base = library_.define(a);
  Assembler b("q/Far", 61, "p/Base");
  returning(b, "near", 2);
  Class* far = library_.define(b);
  Assembler c("p/Near", 61, "p/Base");
  returning(c, "near", 3);
  Class* near = library_.define(c);
  EXPECT_EQ(selected(far, base, "near"), "1");
  EXPECT_EQ(selected(far, far, "near"), "2");
  EXPECT_EQ(selected(near, base, "near"), "3");
  EXPECT_EQ(far->vtable_length, base->vtable_length + 1);
  EXPECT_EQ(near->vtable_length, base->vtable_length);
}

TEST_F(ClassBuilder, DefaultMethodsAreTakenFromTheMostSpecificInterface) {
  Assembler top = interface("Top");
  returning(top, "value", 1);
  abstract(top, "required");
  Class* i = library_.define(top);
  Assembler low = interface("Low", {"Top"});
  returning(low, "value", 2);
  Class* j = library_.define(low);
  Assembler other = interface("Other", {"Top"});
  library_.define(other);

  // A diamond: Low's method is more specific than Top's.
  Assembler a("Diamond");
  implement(a, {"Other", "Low"});
  returning(a, "required", 5);
  Class* diamond = library_.define(a);
  EXPECT_EQ(selected(diamond, i, "value"), "2");
  EXPECT_EQ(selected(diamond, j, "value"), "2");
  EXPECT_EQ(selected(diamond, i, "required"), "5");

  Assembler b("Plain");
  implement(b, {"Other"});
  Class* plain = library_.define(b);
  EXPECT_EQ(selected(plain, i, "value"), "1");
  EXPECT_EQ(selected(plain, i, "required"), "none");

  // A class wins over its interfaces, also when it inherits the method.
  Assembler c("Winner", 61, "Diamond");
  returning(c, "value", 9);
  library_.define(c);
  Assembler d("Heir", 61, "Winner");
  implement(d, {"Low"});
  EXPECT_EQ(selected(library_.define(d), j, "value"), "9");
}

TEST_F(ClassBuilder, TwoUnrelatedDefaultsConflictUntilTheClassDecides) {
  Assembler left = interface("Left");
  returning(left, "value", 1);
  Class* l = library_.define(left);
  Assembler right = interface("Right");
  returning(right, "value", 2);
  library_.define(right);
  Assembler a("Torn");
  implement(a, {"Left", "Right"});
  EXPECT_EQ(selected(library_.define(a), l, "value"), "none");
  Assembler b("Decided", 61, "Torn");
  returning(b, "value", 3);
  EXPECT_EQ(selected(library_.define(b), l, "value"), "3");
}

TEST_F(ClassBuilder, ItableListsEachInterfaceOnceInTheOrderOfItsMethods) {
  Assembler top = interface("Ordered");
  abstract(top, "first");
  abstract(top, "second");
  Class* i = library_.define(top);
  Assembler marker = interface("Marker");
  Class* m = library_.define(marker);
  Assembler sub = interface("Sub", {"Ordered", "Marker"});
  library_.define(sub);
  Assembler a("Implementor");
  implement(a, {"Ordered", "Sub", "Marker"});
  returning(a, "second", 2);
  returning(a, "first", 1);
  Class* c = library_.define(a);
  EXPECT_EQ(c->all_interface_count, 3U);
  ASSERT_EQ(c->itable_length, 1U);  // interfaces without methods are not in it
  EXPECT_EQ(c->itable[0].interface.get(), i);
  for (const char* name : {"first", "second"}) {
    const Method* wanted = method_named(i, name, "()I");
    const Method* entry = c->itable[0].methods[static_cast<std::size_t>(wanted->itable_index)].get();
    EXPECT_EQ(entry, method_named(c, name, "()I")) << name;
  }
  EXPECT_TRUE(c->is_subclass_of(i));
  EXPECT_TRUE(c->is_subclass_of(m));
  EXPECT_FALSE(i->is_subclass_of(c));
}

TEST_F(ClassBuilder, SubclassesAreRecognisedAtAnyDepth) {
  std::vector<Class*> chain = {vm_->known().Object.get()};
  std::string super = "java/lang/Object";
  for (unsigned depth = 1; depth < 2 * kPrimarySupers; ++depth) {
    const std::string name = "Depth" + std::to_string(depth);
    chain.push_back(library_.define(Assembler(name, 61, super)));
    super = name;
  }
  for (std::size_t low = 0; low < chain.size(); ++low) {
    for (std::size_t high = 0; high < chain.size(); ++high)
      EXPECT_EQ(chain[low]->is_subclass_of(chain[high]), high <= low) << low << " " << high;
  }
}

}  // namespace
}  // namespace uvm::rt
