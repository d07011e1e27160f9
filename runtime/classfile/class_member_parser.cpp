// Fields and methods of a class file, code included (JVMS 4.5, 4.6, 4.7.2, 4.7.3, 4.7.5, 4.7.12 to
// 4.7.14, 4.7.24).
#include "runtime/classfile/class_parser.h"

#include <algorithm>
#include <set>
#include <tuple>
#include <unordered_set>

namespace uvm::rt::classfile {
namespace {

struct MemberKey {
  std::string_view name, descriptor;
  bool operator==(const MemberKey&) const = default;
};
struct MemberKeyHash {
  std::size_t operator()(const MemberKey& key) const {
    const std::hash<std::string_view> hash;
    return hash(key.name) * 31 + hash(key.descriptor);
  }
};

}  // namespace

void ClassParser::check_constant_value(const Field& field, unsigned index) {
  const PoolTag kind = tag(index);
  require(index > 0 && index < file_.pool.size(),
          "Bad initial value index %u in ConstantValue attribute in class file %s", index);
  PoolTag wanted = PoolTag::kInteger;
  switch (field.descriptor.front()) {
    case 'J':
      wanted = PoolTag::kLong;
      break;
    case 'F':
      wanted = PoolTag::kFloat;
      break;
    case 'D':
      wanted = PoolTag::kDouble;
      break;
    case 'L':
      require(field.descriptor == "Ljava/lang/String;" && kind == PoolTag::kString,
              "Bad string initial value in class file %s");
      return;
    case '[':
      fail("Unable to set initial value %u in class file %s", index);
    default:
      break;
  }
  require(kind == wanted, "Inconsistent constant value type in class file %s");
}

void ClassParser::parse_field_attributes(Field& field) {
  const unsigned count = in_.u2();
  for (unsigned i = 0; i < count; ++i) {
    in_.need(6);
    const unsigned name_index = in_.u2();
    const std::uint32_t length = in_.u4();
    require(is_utf8(name_index), "Invalid field attribute index %u in class file %s", name_index);
    const std::string_view name = utf8(name_index);
    if (name == "ConstantValue" && (field.access_flags & kAccStatic) != 0) {
      require(field.constant_value_index == 0, "Duplicate ConstantValue attribute in class file %s");
      require(length == 2, "Invalid ConstantValue field attribute length %u in class file %s", length);
      field.constant_value_index = in_.u2();
      check_constant_value(field, field.constant_value_index);
    } else if (name == "Synthetic") {
      require(length == 0, "Invalid Synthetic field attribute length %u in class file %s", length);
      field.synthetic = true;
    } else if (name == "Deprecated") {
      require(length == 0, "Invalid Deprecated field attribute length %u in class file %s", length);
      field.deprecated = true;
    } else if (name == "Signature" && since(kJava5)) {
      require(field.signature_index == 0, "Multiple Signature attributes for field in class file %s");
      field.signature_index = parse_signature(
          "Wrong size %u for field's Signature attribute in class file %s", kWrongSignatureIndex, length);
    } else if (!parse_annotations(name, length, " for field", field.annotations)) {
      in_.take(length);
    }
  }
}

void ClassParser::parse_fields() {
  constexpr unsigned kRecognized = kAccPublic | kAccPrivate | kAccProtected | kAccStatic | kAccFinal |
                                   kAccVolatile | kAccTransient | kAccSynthetic | kAccEnum;
  const unsigned count = in_.u2();
  file_.fields.reserve(std::min<std::size_t>(count, in_.remaining() / 8));
  for (unsigned i = 0; i < count; ++i) {
    in_.need(8);
    Field& field = file_.fields.emplace_back();
    field.access_flags = in_.u2() & kRecognized;
    check_field_flags(field.access_flags);
    field.name_index = in_.u2();
    require(is_utf8(field.name_index), "Invalid constant pool index %u for field name in class file %s",
            unsigned{field.name_index});
    field.name = utf8(field.name_index);
    check_field_name(field.name);
    field.descriptor_index = in_.u2();
    require(is_utf8(field.descriptor_index),
            "Invalid constant pool index %u for field signature in class file %s",
            unsigned{field.descriptor_index});
    field.descriptor = utf8(field.descriptor_index);
    check_field_descriptor(field.name, field.descriptor);
    parse_field_attributes(field);
  }
  if (!strict_ || count < 2) return;
  std::unordered_set<MemberKey, MemberKeyHash> seen;
  for (const Field& field : file_.fields) {
    if (seen.insert({field.name, field.descriptor}).second) continue;
    fail("Duplicate field name \"%.*s\" with signature \"%.*s\" in class file %s",
         static_cast<int>(field.name.size()), field.name.data(), static_cast<int>(field.descriptor.size()),
         field.descriptor.data());
  }
}

void ClassParser::parse_line_numbers(Code& code, std::uint32_t length) {
  const unsigned count = in_.u2();
  require(length == 2 + count * 4u, "LineNumberTable attribute has wrong length in class file %s");
  in_.need(std::size_t{count} * 4);
  code.lines.reserve(code.lines.size() + count);
  for (unsigned i = 0; i < count; ++i) {
    LineNumber line{};
    line.start_pc = in_.u2();
    line.line = in_.u2();
    require(line.start_pc < code.bytes.size(), "Invalid pc in LineNumberTable in class file %s");
    code.lines.push_back(line);
  }
}

void ClassParser::parse_local_variables(const Code& code, std::uint32_t length, const char* table,
                                        std::vector<LocalVariable>& into) {
  const unsigned count = in_.u2();
  require(length == 2 + count * 10u, "%s has wrong length in class file %s", table);
  in_.need(std::size_t{count} * 10);
  into.reserve(into.size() + count);
  const bool types = &into == &code.local_types;
  for (unsigned i = 0; i < count; ++i) {
    LocalVariable local{};
    local.start_pc = in_.u2();
    local.length = in_.u2();
    local.name_index = in_.u2();
    local.descriptor_index = in_.u2();
    local.slot = in_.u2();
    const unsigned end = unsigned{local.start_pc} + local.length;
    require(local.start_pc < code.bytes.size(), "Invalid start_pc %u in %s in class file %s",
            unsigned{local.start_pc}, table);
    require(end <= code.bytes.size(), "Invalid length %u in %s in class file %s", unsigned{local.length},
            table);
    require(is_utf8(local.name_index), "Name index %u in %s has bad constant type in class file %s",
            unsigned{local.name_index}, table);
    require(is_utf8(local.descriptor_index),
            "Signature index %u in %s has bad constant type in class file %s",
            unsigned{local.descriptor_index}, table);
    check_field_name(utf8(local.name_index));
    unsigned last = local.slot;
    if (!types) {
      const std::string_view descriptor = utf8(local.descriptor_index);
      check_field_descriptor(utf8(local.name_index), descriptor);
      last += slots_of(descriptor.front()) - 1;
    }
    require(last < code.max_locals, "Invalid index %u in %s in class file %s", unsigned{local.slot}, table);
    into.push_back(local);
  }
}

// Each LocalVariableTypeTable entry belongs to one of the LocalVariableTable, and none occurs twice
// (JVMS 4.7.14).
void ClassParser::check_local_variable_types(const Code& code) {
  if (!strict_ || code.locals.empty()) return;
  using Key = std::tuple<std::uint16_t, std::uint16_t, std::string_view, std::uint16_t>;
  const auto key = [&](const LocalVariable& v) {
    return Key{v.slot, v.start_pc, utf8(v.name_index), v.length};
  };
  std::set<Key> variables;
  for (const LocalVariable& local : code.locals) {
    if (variables.insert(key(local)).second) continue;
    const std::string_view name = utf8(local.name_index);
    fail("Duplicated LocalVariableTable attribute entry for '%.*s' in class file %s",
         static_cast<int>(name.size()), name.data());
  }
  std::set<Key> types;
  for (const LocalVariable& local : code.local_types) {
    const std::string_view name = utf8(local.name_index);
    if (variables.count(key(local)) == 0) {
      raise(kClassFormatError, "LVTT entry for '%.*s' in class file %s does not match any LVT entry",
            static_cast<int>(name.size()), name.data(), class_name_.c_str());
    }
    if (!types.insert(key(local)).second) {
      fail("Duplicated LocalVariableTypeTable attribute entry for '%.*s' in class file %s",
           static_cast<int>(name.size()), name.data());
    }
  }
}

void ClassParser::parse_code_attributes(Code& code) {
  const unsigned count = in_.u2();
  for (unsigned i = 0; i < count; ++i) {
    in_.need(6);
    const unsigned name_index = in_.u2();
    const std::uint32_t length = in_.u4();
    require(is_utf8(name_index), "Invalid code attribute name index %u in class file %s", name_index);
    const std::string_view name = utf8(name_index);
    if (name == "LineNumberTable") {
      parse_line_numbers(code, length);
    } else if (name == "LocalVariableTable") {
      parse_local_variables(code, length, "LocalVariableTable", code.locals);
    } else if (name == "LocalVariableTypeTable" && since(kJava5)) {
      parse_local_variables(code, length, "LocalVariableTypeTable", code.local_types);
    } else if (name == "StackMapTable" && since(kJava6)) {
      require(code.stack_map_table.data() == nullptr, "Multiple StackMapTable attributes in class file %s");
      code.stack_map_table = in_.take(length);
    } else {
      in_.take(length);  // type annotations too: nothing asks for those of the code
    }
  }
}

void ClassParser::parse_code(const Method& method, Code& code) {
  // Until version 45.2 the sizes were shorter.
  const bool ancient = file_.major_version == 45 && file_.minor_version <= 2;
  code.max_stack = ancient ? in_.u1() : in_.u2();
  code.max_locals = ancient ? in_.u1() : in_.u2();
  const std::uint32_t length = ancient ? in_.u2() : in_.u4();
  require(method.argument_slots <= code.max_locals, "Arguments can't fit into locals in class file %s");
  require(length > 0 && length <= 65535, "Invalid method Code length %u in class file %s", length);
  const auto bytes = in_.take(length);
  code.bytes = {reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()};

  const unsigned handlers = in_.u2();
  in_.need(std::size_t{handlers} * 8);
  code.handlers.reserve(handlers);
  for (unsigned i = 0; i < handlers; ++i) {
    ExceptionHandler handler{};
    handler.start_pc = in_.u2();
    handler.end_pc = in_.u2();
    handler.handler_pc = in_.u2();
    handler.catch_type = in_.u2();
    require(handler.start_pc < handler.end_pc && handler.end_pc <= length,
            "Illegal exception table range in class file %s");
    require(handler.handler_pc < length, "Illegal exception table handler in class file %s");
    require(handler.catch_type == 0 || is_class(handler.catch_type),
            "Catch type in exception table has bad constant type in class file %s");
    code.handlers.push_back(handler);
  }
  parse_code_attributes(code);
}

void ClassParser::parse_checked_exceptions(Method& method, std::uint32_t length) {
  const unsigned count = in_.u2();
  in_.need(std::size_t{count} * 2);
  method.exceptions.reserve(count);
  for (unsigned i = 0; i < count; ++i) {
    const unsigned index = in_.u2();
    require(is_class(index), "Exception name has bad type at constant pool %u in class file %s", index);
    method.exceptions.push_back(static_cast<std::uint16_t>(index));
  }
  require(length == 2 + count * 2u, "Exceptions attribute has wrong length in class file %s");
}

void ClassParser::parse_method_parameters(Method& method, std::uint32_t length) {
  require(!method.has_parameters, "Multiple MethodParameters attributes in class file %s");
  method.has_parameters = true;
  const unsigned count = in_.u1();
  if (length != 1 + count * 4u) {
    raise(kClassFormatError, "Invalid MethodParameters method attribute length %u in class file", length);
  }
  in_.need(std::size_t{count} * 4);
  method.parameters.reserve(count);
  for (unsigned i = 0; i < count; ++i) {
    MethodParameter parameter{};
    parameter.name_index = in_.u2();
    parameter.access_flags = in_.u2();
    // Reflection reports a name of the wrong kind (MalformedParametersException); here it just must not be
    // used.
    if (parameter.name_index != 0 && !is_utf8(parameter.name_index)) parameter.name_index = kBadParameterName;
    method.parameters.push_back(parameter);
  }
}

void ClassParser::parse_method_attributes(Method& method) {
  constexpr const char* kWhere = " for method";
  const unsigned count = in_.u2();
  bool has_exceptions = false;
  for (unsigned i = 0; i < count; ++i) {
    in_.need(6);
    const unsigned name_index = in_.u2();
    const std::uint32_t length = in_.u4();
    require(is_utf8(name_index), "Invalid method attribute name index %u in class file %s", name_index);
    const std::string_view name = utf8(name_index);
    if (name == "Code") {
      require((method.access_flags & (kAccNative | kAccAbstract)) == 0,
              "Code attribute in native or abstract methods in class file %s");
      require(!method.code, "Multiple Code attributes in class file %s");
      const std::size_t begin = in_.position();
      parse_code(method, method.code.emplace());
      require(in_.position() - begin == length, "Code segment has wrong length in class file %s");
      check_local_variable_types(*method.code);
    } else if (name == "Exceptions") {
      require(!has_exceptions, "Multiple Exceptions attributes in class file %s");
      has_exceptions = true;
      parse_checked_exceptions(method, length);
    } else if (name == "MethodParameters") {
      parse_method_parameters(method, length);
    } else if (name == "Synthetic") {
      require(length == 0, "Invalid Synthetic method attribute length %u in class file %s", length);
      method.synthetic = true;
    } else if (name == "Deprecated") {
      require(length == 0, "Invalid Deprecated method attribute length %u in class file %s", length);
      method.deprecated = true;
    } else if (!since(kJava5)) {
      in_.take(length);
    } else if (name == "Signature") {
      require(method.signature_index == 0, "Multiple Signature attributes for method in class file %s");
      method.signature_index = parse_signature("Invalid Signature attribute length %u in class file %s",
                                               kWrongSignatureIndex, length);
    } else if (name == "RuntimeVisibleParameterAnnotations") {
      take_once(method.visible_parameter_annotations, length, "RuntimeVisibleParameterAnnotations", kWhere);
    } else if (name == "RuntimeInvisibleParameterAnnotations") {
      take_once(method.invisible_parameter_annotations, length, "RuntimeInvisibleParameterAnnotations",
                kWhere);
    } else if (name == "AnnotationDefault") {
      take_once(method.annotation_default, length, "AnnotationDefault", kWhere);
    } else if (!parse_annotations(name, length, kWhere, method.annotations)) {
      in_.take(length);
    }
  }
}

void ClassParser::parse_method(Method& method) {
  constexpr unsigned kRecognized = kAccPublic | kAccPrivate | kAccProtected | kAccStatic | kAccFinal |
                                   kAccSynchronized | kAccBridge | kAccVarargs | kAccNative | kAccAbstract |
                                   kAccStrict | kAccSynthetic;
  in_.need(8);
  unsigned flags = in_.u2();
  method.name_index = in_.u2();
  require(is_utf8(method.name_index), "Illegal constant pool index %u for method name in class file %s",
          unsigned{method.name_index});
  method.name = utf8(method.name_index);
  check_method_name(method.name);
  method.descriptor_index = in_.u2();
  require(is_utf8(method.descriptor_index),
          "Illegal constant pool index %u for method signature in class file %s",
          unsigned{method.descriptor_index});
  method.descriptor = utf8(method.descriptor_index);

  if (method.name == "<clinit>") {
    if (!since(kJava7)) {
      flags = kAccStatic;
    } else if ((flags & kAccStatic) != 0) {
      flags &= kAccStatic | (since(kJava17) ? 0u : kAccStrict);
    } else {
      fail("Method <clinit> is not static in class file %s");
    }
  } else {
    check_method_flags(flags, method.name);
  }
  if (method.name == "<init>") {
    require(!file_.is_interface(), "Interface cannot have a method named <init>, class file %s");
  }
  method.access_flags = static_cast<std::uint16_t>(flags & kRecognized);

  const unsigned self = (flags & kAccStatic) != 0 ? 0 : 1;
  const unsigned slots = check_method_descriptor(method.name, method.descriptor) + self;
  require(slots <= kMaxArgumentSlots, "Too many arguments in method signature in class file %s");
  method.argument_slots = static_cast<std::uint16_t>(slots);

  parse_method_attributes(method);
  require(method.code || (flags & (kAccNative | kAccAbstract)) != 0,
          "Absent Code attribute in method that is not native or abstract in class file %s");
}

void ClassParser::parse_methods() {
  const unsigned count = in_.u2();
  file_.methods.reserve(std::min<std::size_t>(count, in_.remaining() / 8));
  for (unsigned i = 0; i < count; ++i) parse_method(file_.methods.emplace_back());
  if (!strict_ || count < 2) return;
  std::unordered_set<MemberKey, MemberKeyHash> seen;
  for (const Method& method : file_.methods) {
    if (seen.insert({method.name, method.descriptor}).second) continue;
    fail("Duplicate method name \"%.*s\" with signature \"%.*s\" in class file %s",
         static_cast<int>(method.name.size()), method.name.data(), static_cast<int>(method.descriptor.size()),
         method.descriptor.data());
  }
}

}  // namespace uvm::rt::classfile
