// Names, descriptors and flags of a class file (JVMS 4.1, 4.2, 4.3, 4.5, 4.6).
#include "runtime/classfile/class_parser.h"

namespace uvm::rt::classfile {
namespace {

bool is_old_identifier(std::string_view name, bool slashes) {
  // Class files before version 49 must have names that are identifiers of the language. Letters outside ASCII
  // are all taken as letters.
  bool start = true;
  for (const char c : name) {
    const bool letter =
        (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '$' || (c & 0x80) != 0;
    const bool digit = c >= '0' && c <= '9';
    if (letter || (digit && !start)) {
      start = false;
    } else if (c == '/' && slashes && !start) {
      start = true;
    } else {
      return false;
    }
  }
  return !start;
}

bool has_all(unsigned flags, unsigned mask) { return (flags & mask) == mask; }

bool has_illegal_visibility(unsigned flags) {
  const unsigned count =
      ((flags & kAccPublic) != 0) + ((flags & kAccPrivate) != 0) + ((flags & kAccProtected) != 0);
  return count > 1;
}

}  // namespace

void ClassParser::check_class_name(std::string_view name) const {
  bool legal = false;
  if (!name.empty() && name.front() == '[') {
    DescriptorError error = DescriptorError::kNone;
    legal = skip_field_descriptor(name, false, error) == name.size();
    check_descriptor_error(error);
  } else {
    legal = since(kJava5) ? is_class_name(name) : is_old_identifier(name, true);
  }
  if (!legal)
    fail("Illegal class name \"%.*s\" in class file %s", static_cast<int>(name.size()), name.data());
}

void ClassParser::check_field_name(std::string_view name) const {
  if (!strict_) return;
  const bool legal = since(kJava5) ? is_unqualified_name(name, false) : is_old_identifier(name, false);
  if (!legal) fail("Illegal field name \"%.*s\" in class %s", static_cast<int>(name.size()), name.data());
}

void ClassParser::check_method_name(std::string_view name) const {
  if (!strict_) return;
  bool legal = name == "<init>" || name == "<clinit>";
  if (!legal) legal = since(kJava5) ? is_unqualified_name(name, true) : is_old_identifier(name, false);
  if (!legal) fail("Illegal method name \"%.*s\" in class %s", static_cast<int>(name.size()), name.data());
}

void ClassParser::illegal_descriptor(const char* kind, std::string_view name,
                                     std::string_view descriptor) const {
  raise(kClassFormatError, "%s \"%.*s\" in class %s has illegal signature \"%.*s\"", kind,
        static_cast<int>(name.size()), name.data(), class_name_.c_str(), static_cast<int>(descriptor.size()),
        descriptor.data());
}

// Errors that have a message of their own wherever they occur.
void ClassParser::check_descriptor_error(DescriptorError error) const {
  if (error == DescriptorError::kBadClassName) {
    fail("Class name is empty or contains illegal character in descriptor in class file %s");
  }
  if (error == DescriptorError::kTooManyDimensions) {
    fail("Array type descriptor has more than 255 dimensions in class file %s");
  }
}

void ClassParser::check_field_descriptor(std::string_view name, std::string_view descriptor) const {
  DescriptorError error = DescriptorError::kNone;
  const std::size_t length = skip_field_descriptor(descriptor, false, error);
  check_descriptor_error(error);
  if (length == 0 || length != descriptor.size()) illegal_descriptor("Field", name, descriptor);
}

unsigned ClassParser::check_method_descriptor(std::string_view name, std::string_view descriptor) const {
  const MethodDescriptorCheck check = classfile::check_method_descriptor(descriptor);
  check_descriptor_error(check.error);
  if (check.error != DescriptorError::kNone) illegal_descriptor("Method", name, descriptor);
  if (!name.empty() && name.front() == '<' && descriptor.back() != 'V') {
    illegal_descriptor("Method", name, descriptor);
  }
  return check.argument_slots;
}

// JVMS 4.1.
void ClassParser::check_class_flags(unsigned flags) const {
  if (!strict_) return;
  const bool interface = (flags & kAccInterface) != 0;
  const bool illegal = has_all(flags, kAccAbstract | kAccFinal) ||
                       (interface && (flags & kAccAbstract) == 0) ||
                       (interface && since(kJava5) && (flags & (kAccSuper | kAccEnum)) != 0) ||
                       (!interface && since(kJava5) && (flags & kAccAnnotation) != 0);
  if (illegal)
    raise(kClassFormatError, "Illegal class modifiers in class %s: 0x%X", class_name_.c_str(), flags);
}

// JVMS 4.5.
void ClassParser::check_field_flags(unsigned flags) const {
  if (!strict_) return;
  bool illegal = false;
  if (file_.is_interface()) {
    illegal = !has_all(flags, kAccPublic | kAccStatic | kAccFinal) ||
              (flags & (kAccPrivate | kAccProtected | kAccVolatile | kAccTransient)) != 0 ||
              (since(kJava5) && (flags & kAccEnum) != 0);
  } else {
    illegal = has_illegal_visibility(flags) || has_all(flags, kAccFinal | kAccVolatile);
  }
  if (illegal)
    raise(kClassFormatError, "Illegal field modifiers in class %s: 0x%X", class_name_.c_str(), flags);
}

// JVMS 4.6.
void ClassParser::check_method_flags(unsigned flags, std::string_view name) const {
  if (!strict_) return;
  const auto any = [&](unsigned mask) { return (flags & mask) != 0; };
  const unsigned strict_before_17 = since(kJava17) ? 0 : kAccStrict;
  bool illegal = false;
  if (file_.is_interface()) {
    if (since(kJava8)) {
      illegal = any(kAccPublic) == any(kAccPrivate) ||
                any(kAccNative | kAccProtected | kAccFinal | kAccSynchronized) ||
                (any(kAccAbstract) && any(kAccPrivate | kAccStatic | strict_before_17));
    } else {
      unsigned forbidden = kAccStatic | kAccFinal | kAccNative;
      if (since(kJava5)) forbidden |= kAccPrivate | kAccProtected | kAccSynchronized | kAccStrict;
      illegal = !has_all(flags, kAccPublic | kAccAbstract) || any(forbidden);
    }
  } else if (has_illegal_visibility(flags)) {
    illegal = true;
  } else if (name == "<init>") {
    illegal = any(kAccStatic | kAccFinal | kAccSynchronized | kAccNative | kAccAbstract) ||
              (since(kJava5) && any(kAccBridge));
  } else if (any(kAccAbstract)) {
    illegal = any(kAccFinal | kAccNative | kAccPrivate | kAccStatic) ||
              (since(kJava5) && any(kAccSynchronized | strict_before_17));
  }
  if (illegal) {
    raise(kClassFormatError, "Method %.*s in class %s has illegal modifiers: 0x%X",
          static_cast<int>(name.size()), name.data(), class_name_.c_str(), flags);
  }
}

}  // namespace uvm::rt::classfile
