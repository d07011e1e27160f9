// Bytecode verification (JVMS 4.9, 4.10): by type checking against StackMapTable for class files from version
// 50, by type inference below 50, and for version 50 by inference when the check fails, as in HotSpot.
//
// The verifier reads views (code_view.h) and keeps nothing in the region. It asks about other classes through
// TypeOracle, and only when the rules need it: equal names, Object and arrays are decided without. An answer
// may be "need class": the VM must then load that class, which runs Java, and call verify() again. `progress`
// keeps the methods that are finished, so that the repetition begins with the method that asked. Nothing
// blocks here.
//
// Messages are HotSpot's, "Exception Details" included.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

#include "runtime/classfile/code_view.h"

namespace uvm::rt::classfile {

enum class Answer : std::uint8_t { kNo, kYes, kNeedClass };

struct OracleAnswer {
  Answer answer;
  // kNeedClass: internal name of the class to load first; valid until the next question.
  std::string_view needed;
};

// Whether arrays implement the interface with that name (JLS 10.8).
constexpr bool array_has(std::string_view interface) {
  return interface == "java/lang/Cloneable" || interface == "java/io/Serializable";
}

// What the verifier must know about other classes, as seen from the loader of the class being verified (the
// "current" class). Names are internal names of classes that are not arrays, with one exception below. Called
// on the verifying thread.
class TypeOracle {
 public:
  virtual ~TypeOracle() = default;
  TypeOracle(const TypeOracle&) = delete;
  TypeOracle& operator=(const TypeOracle&) = delete;

  // Whether a variable of class `to` may hold an object of class `from`. Yes without looking at `from` if
  // `to` is an interface (JVMS 4.10.1.2); otherwise whether `to` is a superclass of `from`. The names differ
  // and `to` is not java/lang/Object. `from` may be an array class, which has two interfaces (array_has());
  // `to` may not.
  virtual OracleAnswer is_assignable(std::string_view from, std::string_view to) = 0;

  // The same without treating interfaces as Object, for the receivers of protected members: whether `from` is
  // a subclass of the current class.
  virtual OracleAnswer is_subclass_of_current(std::string_view from) = 0;

  // Type inference only: the class of a variable after two paths with classes `a` and `b` meet. Writes
  // java/lang/Object if either is an interface, otherwise their first common superclass. The names differ.
  // `common` must live as long as the call of verify().
  virtual OracleAnswer common_superclass(std::string_view a, std::string_view b,
                                         std::string_view* common) = 0;

  // Whether the named class is the current class or one of its superclasses. All of those are loaded.
  virtual bool is_current_or_superclass(std::string_view name) = 0;

  // Precondition: is_current_or_superclass(class_name). Looks the member up, starting at that class (JVMS
  // 5.4.3.2, 5.4.3.3); true if there is one, it is protected, and it is declared in another run-time package
  // than the current class.
  virtual bool is_protected_elsewhere(std::string_view class_name, const MemberView& member, bool method) = 0;

  // Whether the current class itself declares this field.
  virtual bool declares_field(std::string_view name, std::string_view descriptor) = 0;

 protected:
  TypeOracle() = default;
};

struct NeedClass {
  std::string name;
};
struct VerifyFailure {
  std::string_view exception_class;  // java/lang/VerifyError or java/lang/ClassFormatError; static storage
  std::string message;
};
struct Verified {};
using VerifyOutcome = std::variant<Verified, NeedClass, VerifyFailure>;

// How far the verification of a class has come. Zero at first; kept by the caller between calls for the same
// class.
struct VerifyProgress {
  std::size_t next_method = 0;
};

// Verifies the code of every method from progress.next_method on.
VerifyOutcome verify(const ClassView& view, TypeOracle& oracle, VerifyProgress& progress);

}  // namespace uvm::rt::classfile
