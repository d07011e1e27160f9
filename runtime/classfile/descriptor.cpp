#include "runtime/classfile/descriptor.h"

#include <algorithm>

namespace uvm::rt::classfile {

bool is_unqualified_name(std::string_view name, bool method) {
  if (name.empty()) return false;
  return name.find_first_of(method ? ".;[/<>" : ".;[/") == std::string_view::npos;
}

bool is_class_name(std::string_view name) {
  if (name.empty() || name.front() == '/' || name.back() == '/') return false;
  if (name.find_first_of(".;[") != std::string_view::npos) return false;
  return name.find("//") == std::string_view::npos;
}

bool is_nameable(std::string_view name) {
  const std::size_t dimensions = std::min(name.find_first_not_of('['), name.size());
  if (dimensions > kMaxArrayDimensions) return false;
  if (dimensions != 0) {
    name.remove_prefix(dimensions);
    if (name.empty()) return false;
    if (name.front() != 'L') return name.size() == 1 && name.find_first_of("BCDFIJSZ") == 0;
    if (name.back() != ';') return false;
    name = class_name_of(name);
  }
  // The JDK ignores a null character: neither a slash nor the end may follow it.
  constexpr std::string_view kNull = "\xc0\x80";
  return !name.empty() && name.front() != '/' && name.find_first_of(".;[") == std::string_view::npos &&
         name.find("//") == std::string_view::npos && name.find("\xc0\x80/") == std::string_view::npos &&
         !name.ends_with(kNull);
}

std::string cut_message(std::string message) {
  constexpr std::size_t kMost = 1023;
  if (message.size() <= kMost) return message;
  std::size_t end = kMost;
  while (end > 0 && (static_cast<std::uint8_t>(message[end]) & 0xc0) == 0x80) end--;
  message.resize(end);
  return message;
}

std::size_t skip_field_descriptor(std::string_view text, bool void_allowed, DescriptorError& error) {
  error = DescriptorError::kMalformed;
  std::size_t at = 0;
  while (at < text.size() && text[at] == '[') {
    if (++at > kMaxArrayDimensions) {
      error = DescriptorError::kTooManyDimensions;
      return 0;
    }
  }
  if (at == text.size()) return 0;
  switch (text[at]) {
    case 'B':
    case 'C':
    case 'D':
    case 'F':
    case 'I':
    case 'J':
    case 'S':
    case 'Z':
      ++at;
      break;
    case 'V':
      if (!void_allowed || at != 0) return 0;
      ++at;
      break;
    case 'L': {
      const std::size_t end = text.find(';', at);
      if (end == std::string_view::npos) return 0;
      if (!is_class_name(text.substr(at + 1, end - at - 1))) {
        error = DescriptorError::kBadClassName;
        return 0;
      }
      at = end + 1;
      break;
    }
    default:
      return 0;
  }
  error = DescriptorError::kNone;
  return at;
}

MethodDescriptorCheck check_method_descriptor(std::string_view text) {
  MethodDescriptorCheck check;
  check.error = DescriptorError::kMalformed;
  if (text.empty() || text.front() != '(') return check;
  text.remove_prefix(1);
  DescriptorError error = DescriptorError::kNone;
  while (!text.empty() && text.front() != ')') {
    const std::size_t length = skip_field_descriptor(text, false, error);
    if (length == 0) {
      check.error = error;
      return check;
    }
    check.argument_slots += slots_of(text.front());
    text.remove_prefix(length);
  }
  if (text.empty()) return check;
  text.remove_prefix(1);
  const std::size_t length = skip_field_descriptor(text, true, error);
  if (error == DescriptorError::kNone && length != text.size()) error = DescriptorError::kMalformed;
  check.error = error;
  return check;
}

bool is_field_descriptor(std::string_view text) {
  DescriptorError error = DescriptorError::kNone;
  const std::size_t length = skip_field_descriptor(text, false, error);
  return length != 0 && length == text.size();
}

bool is_method_descriptor(std::string_view text) {
  return check_method_descriptor(text).error == DescriptorError::kNone;
}

unsigned argument_slots(std::string_view method_descriptor) {
  unsigned slots = 0;
  for (ParameterTypes p(method_descriptor); !p.done(); p.next()) slots += slots_of(p.type().front());
  return slots;
}

std::string external_name(std::string_view internal) {
  std::string name(internal);
  std::replace(name.begin(), name.end(), '/', '.');
  // A hidden class's suffix (runtime/linking/class_loading.cpp) is written with a plus inside.
  if (const std::size_t plus = name.rfind("+0x"); plus != std::string::npos) name[plus] = '/';
  return name;
}

std::string type_name(std::string_view descriptor) {
  const std::size_t dimensions = descriptor.find_first_not_of('[');
  const std::string_view element = descriptor.substr(dimensions);
  std::string name;
  switch (element.front()) {
    case 'B':
      name = "byte";
      break;
    case 'C':
      name = "char";
      break;
    case 'D':
      name = "double";
      break;
    case 'F':
      name = "float";
      break;
    case 'I':
      name = "int";
      break;
    case 'J':
      name = "long";
      break;
    case 'S':
      name = "short";
      break;
    case 'V':
      name = "void";
      break;
    case 'Z':
      name = "boolean";
      break;
    default:
      name = external_name(class_name_of(element));
      break;
  }
  for (std::size_t i = 0; i < dimensions; ++i) name += "[]";
  return name;
}

std::string parameter_list(std::string_view method_descriptor) {
  std::string text = "(";
  for (ParameterTypes p(method_descriptor); !p.done(); p.next()) {
    if (text.size() > 1) text += ", ";
    text += type_name(p.type());
  }
  return text + ")";
}

}  // namespace uvm::rt::classfile
