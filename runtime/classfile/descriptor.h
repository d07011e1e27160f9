// Field and method descriptors (JVMS 4.3): checking them, walking over checked ones, and writing them for
// people.
// The walking and writing functions trust their argument: it must be a descriptor that the class file parser
// has accepted, or that passes is_field_descriptor or is_method_descriptor. Host-side, any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace uvm::rt::classfile {

// JVMS 4.3.3: at most 255 argument slots, "this" included; long and double count two.
inline constexpr unsigned kMaxArgumentSlots = 255;
inline constexpr unsigned kMaxArrayDimensions = 255;

enum class DescriptorError : std::uint8_t {
  kNone,
  kMalformed,          // not a descriptor at all
  kBadClassName,       // an L...; whose name is empty or has a character that JVMS 4.2.1 forbids
  kTooManyDimensions,  // more than 255 times '['
};

// The length of the field descriptor at the front of `text`; 0, and the reason in `error`, if there is none.
// With `void_allowed`, "V" counts as one.
std::size_t skip_field_descriptor(std::string_view text, bool void_allowed, DescriptorError& error);

struct MethodDescriptorCheck {
  DescriptorError error = DescriptorError::kNone;
  unsigned argument_slots = 0;  // without "this"; long and double count two. May exceed 255.
};
MethodDescriptorCheck check_method_descriptor(std::string_view text);

bool is_field_descriptor(std::string_view text);
bool is_method_descriptor(std::string_view text);

// A name as in JVMS 4.2.2: not empty and without any of . ; [ / (and without < > for a method).
bool is_unqualified_name(std::string_view name, bool method);
// A class name in internal form (JVMS 4.2.1), not an array: unqualified names joined by single slashes.
bool is_class_name(std::string_view name);

// What Class.forName and ClassLoader accept as a name, with slashes instead of dots: a class name that may
// end with a slash (no such class is ever found), or an array descriptor of such names.
bool is_nameable(std::string_view name);

// A message as HotSpot cuts it off: at most 1023 bytes, ending with a whole character.
std::string cut_message(std::string message);

// Slots of a value of this descriptor: 2 for J and D, 0 for V, else 1.
constexpr unsigned slots_of(char first) { return first == 'J' || first == 'D' ? 2 : first == 'V' ? 0 : 1; }
constexpr bool is_reference(char first) { return first == 'L' || first == '['; }

// The class name of "Lfoo/Bar;" is "foo/Bar"; of an array descriptor it is the descriptor itself, as in the
// constant pool. Precondition: a reference descriptor.
constexpr std::string_view class_name_of(std::string_view descriptor) {
  return descriptor.front() == 'L' ? descriptor.substr(1, descriptor.size() - 2) : descriptor;
}

// Walks over the parameter types of a method descriptor: while (!p.done()) { use(p.type()); p.next(); } After
// the last one, return_type() is the rest. Precondition: a correct method descriptor.
class ParameterTypes {
 public:
  explicit ParameterTypes(std::string_view method_descriptor) : rest_(method_descriptor.substr(1)) {
    measure();
  }

  [[nodiscard]] bool done() const { return rest_.front() == ')'; }
  [[nodiscard]] std::string_view type() const { return rest_.substr(0, length_); }
  void next() {
    rest_.remove_prefix(length_);
    measure();
  }

 private:
  void measure() {
    length_ = 0;
    while (rest_[length_] == '[') ++length_;
    length_ = rest_[length_] == 'L' ? rest_.find(';', length_) + 1 : length_ + 1;
  }

  std::string_view rest_;
  std::size_t length_ = 0;
};

// Return type of a correct method descriptor, "V" for void.
constexpr std::string_view return_type(std::string_view method_descriptor) {
  return method_descriptor.substr(method_descriptor.rfind(')') + 1);
}

// Argument slots of a correct method descriptor without "this".
unsigned argument_slots(std::string_view method_descriptor);

// "java.lang.String" of "java/lang/String", as Class.getName has it; hidden classes ("p/C+0x1") are
// "p.C/0x1".
std::string external_name(std::string_view internal);
// "java.lang.String[][]" of "[[Ljava/lang/String;", "int" of "I", "void" of "V".
std::string type_name(std::string_view descriptor);
// "(int, java.lang.String)" of a method descriptor.
std::string parameter_list(std::string_view method_descriptor);

}  // namespace uvm::rt::classfile
