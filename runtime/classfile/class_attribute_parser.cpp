// Attributes of the class, and those that occur in several places (JVMS 4.7).
#include "runtime/classfile/class_parser.h"

#include <algorithm>
#include <set>
#include <tuple>

namespace uvm::rt::classfile {

void ClassParser::take_once(RawAttribute& into, std::uint32_t length, const char* name, const char* where) {
  if (into.data() != nullptr) {
    raise(kClassFormatError, "Multiple %s attributes%s in class file %s", name, where, class_name_.c_str());
  }
  into = in_.take(length);
}

bool ClassParser::parse_annotations(std::string_view name, std::uint32_t length, const char* where,
                                    Annotations& into) {
  if (!since(kJava5)) return false;
  if (name == "RuntimeVisibleAnnotations") {
    take_once(into.visible, length, "RuntimeVisibleAnnotations", where);
  } else if (name == "RuntimeInvisibleAnnotations") {
    take_once(into.invisible, length, "RuntimeInvisibleAnnotations", where);
  } else if (name == "RuntimeVisibleTypeAnnotations") {
    take_once(into.visible_types, length, "RuntimeVisibleTypeAnnotations", where);
  } else if (name == "RuntimeInvisibleTypeAnnotations") {
    take_once(into.invisible_types, length, "RuntimeInvisibleTypeAnnotations", where);
  } else {
    return false;
  }
  return true;
}

ClassParser::Index ClassParser::parse_signature(const char* wrong_length, const char* wrong_index,
                                                std::uint32_t length) {
  if (length != 2) fail(wrong_length, length);
  const unsigned index = in_.u2();
  require(is_utf8(index), wrong_index, index);
  return static_cast<Index>(index);
}

void ClassParser::parse_inner_classes(const Deferred& attribute) {
  constexpr unsigned kRecognized = kAccPublic | kAccPrivate | kAccProtected | kAccStatic | kAccFinal |
                                   kAccSuper | kAccInterface | kAccAbstract | kAccSynthetic | kAccAnnotation |
                                   kAccEnum;
  in_.seek(attribute.position);
  const unsigned count = in_.u2();
  in_.need(std::size_t{count} * 8);
  file_.inner_classes.reserve(count);
  std::set<std::tuple<unsigned, unsigned, unsigned, unsigned>> seen;
  bool duplicate = false;
  for (unsigned i = 0; i < count; ++i) {
    const unsigned inner = in_.u2();
    require(is_class(inner), "inner_class_info_index %u has bad constant type in class file %s", inner);
    const unsigned outer = in_.u2();
    require(outer == 0 || is_class(outer), "outer_class_info_index %u has bad constant type in class file %s",
            outer);
    require(outer == 0 || file_.pool.class_name(outer).front() != '[',
            "Outer class is an array class in class file %s");
    const unsigned name = in_.u2();
    require(name == 0 || is_utf8(name), "inner_name_index %u has bad constant type in class file %s", name);
    require(inner != outer, "Class is both outer and inner class in class file %s");
    unsigned flags = in_.u2() & (kRecognized | (since(kJava9) ? kAccModule : 0u));
    if ((flags & kAccInterface) != 0 && !since(kJava6)) flags |= kAccAbstract;
    check_class_flags(flags);
    duplicate |= !seen.insert({inner, outer, name, flags}).second;
    file_.inner_classes.push_back({static_cast<Index>(inner), static_cast<Index>(outer),
                                   static_cast<Index>(name), static_cast<Index>(flags)});
  }
  require(attribute.length == 2 + count * 8u || !since(kJava5),
          "Wrong InnerClasses attribute length in class file %s");
  if (duplicate && strict_ && since(kJava5))
    fail("Duplicate entry in InnerClasses attribute in class file %s");
}

void ClassParser::parse_bootstrap_methods(std::uint32_t length) {
  require(length >= 2, "Invalid BootstrapMethods attribute length %u in class file %s", length);
  const std::size_t end = in_.position() + length;
  in_.need(length);
  const unsigned count = in_.u2();
  require(int(count) > max_bootstrap_index_, "Short length on BootstrapMethods in class file %s");

  file_.bootstrap_methods.reserve(std::min<std::size_t>(count, in_.remaining() / 4));
  for (unsigned i = 0; i < count; ++i) {
    BootstrapMethod& method = file_.bootstrap_methods.emplace_back();
    method.method_handle = in_.u2();
    const unsigned arguments = in_.u2();
    require(tag(method.method_handle) == PoolTag::kMethodHandle,
            "bootstrap_method_index %u has bad constant type in class file %s",
            unsigned{method.method_handle});
    require(
        in_.position() + std::size_t{arguments} * 2 <= end,
        "Invalid BootstrapMethods num_bootstrap_methods or num_bootstrap_arguments value in class file %s");
    method.arguments.reserve(arguments);
    for (unsigned k = 0; k < arguments; ++k) {
      const unsigned index = in_.u2();
      bool loadable = false;
      switch (tag(index)) {
        case PoolTag::kInteger:
        case PoolTag::kFloat:
        case PoolTag::kLong:
        case PoolTag::kDouble:
        case PoolTag::kClass:
        case PoolTag::kString:
        case PoolTag::kMethodHandle:
        case PoolTag::kMethodType:
        case PoolTag::kDynamic:
          loadable = true;
          break;
        default:
          break;
      }
      require(loadable, "argument_index %u has bad constant type in class file %s", index);
      method.arguments.push_back(static_cast<Index>(index));
    }
  }
  require(in_.position() == end, "Bad length on BootstrapMethods in class file %s");
}

void ClassParser::parse_record_component(RecordComponent& component) {
  component.name_index = in_.u2();
  require(is_utf8(component.name_index),
          "Invalid constant pool index %u for name in Record attribute in class file %s",
          unsigned{component.name_index});
  check_field_name(utf8(component.name_index));
  component.descriptor_index = in_.u2();
  require(is_utf8(component.descriptor_index),
          "Invalid constant pool index %u for descriptor in Record attribute in class file %s",
          unsigned{component.descriptor_index});
  check_field_descriptor(utf8(component.name_index), utf8(component.descriptor_index));
  const unsigned count = in_.u2();
  for (unsigned i = 0; i < count; ++i) {
    in_.need(6);
    const unsigned name_index = in_.u2();
    const std::uint32_t length = in_.u4();
    require(is_utf8(name_index), "Invalid Record attribute name index %u in class file %s", name_index);
    const std::string_view name = utf8(name_index);
    if (name == "Signature") {
      require(component.signature_index == 0,
              "Multiple Signature attributes for Record component in class file %s");
      component.signature_index =
          parse_signature("Invalid Signature attribute length %u in Record component in class file %s",
                          kWrongSignatureIndex, length);
    } else if (!parse_annotations(name, length, " for Record component", component.annotations)) {
      in_.take(length);
    }
  }
}

void ClassParser::parse_record(const Deferred& attribute) {
  in_.seek(attribute.position);
  const unsigned count = in_.u2();
  file_.record_components.reserve(std::min<std::size_t>(count, in_.remaining() / 6));
  for (unsigned i = 0; i < count; ++i) parse_record_component(file_.record_components.emplace_back());
  require(in_.position() - attribute.position == attribute.length,
          "Record attribute has wrong length in class file %s");
}

void ClassParser::parse_class_list(const Deferred& attribute, std::vector<std::uint16_t>& into,
                                   const char* wrong_length, const char* wrong_entry) {
  in_.seek(attribute.position);
  const unsigned count = in_.u2();
  in_.need(std::size_t{count} * 2);
  into.reserve(count);
  for (unsigned i = 0; i < count; ++i) {
    const unsigned index = in_.u2();
    require(is_class(index), wrong_entry, index);
    into.push_back(static_cast<Index>(index));
  }
  require(attribute.length == 2 + count * 2u, wrong_length);
}

// Attributes that refer to other classes are parsed when all attributes have been seen.
void ClassParser::parse_deferred_attributes() {
  const std::size_t end = in_.position();
  if (inner_classes_) parse_inner_classes(*inner_classes_);
  if (nest_members_) {
    parse_class_list(*nest_members_, file_.nest_members,
                     "Wrong NestMembers attribute length in class file %s",
                     "Nest member class_info_index %u has bad constant type in class file %s");
  }
  if (record_) parse_record(*record_);
  if (permitted_subclasses_) {
    parse_class_list(*permitted_subclasses_, file_.permitted_subclasses,
                     "Wrong PermittedSubclasses attribute length in class file %s",
                     "Permitted subclass class_info_index %u has bad constant type in class file %s");
  }
  in_.seek(end);
}

void ClassParser::parse_class_attributes() {
  const auto defer = [&](std::optional<Deferred>& attribute, std::uint32_t length) {
    attribute = Deferred{in_.position(), length};
    in_.take(length);
  };
  bool has_bootstrap = false, has_nest_host = false, has_enclosing = false;
  const unsigned count = in_.u2();
  for (unsigned i = 0; i < count; ++i) {
    in_.need(6);
    const unsigned name_index = in_.u2();
    const std::uint32_t length = in_.u4();
    require(is_utf8(name_index), "Attribute name has bad constant pool index %u in class file %s",
            name_index);
    const std::string_view name = utf8(name_index);
    if (name == "SourceFile") {
      require(length == 2, "Wrong SourceFile attribute length in class file %s");
      require(file_.source_file_index == 0, "Multiple SourceFile attributes in class file %s");
      file_.source_file_index = in_.u2();
      require(is_utf8(file_.source_file_index),
              "Invalid SourceFile attribute at constant pool index %u in class file %s",
              unsigned{file_.source_file_index});
    } else if (name == "SourceDebugExtension") {
      take_once(file_.source_debug_extension, length, "SourceDebugExtension", "");
    } else if (name == "InnerClasses") {
      require(!inner_classes_, "Multiple InnerClasses attributes in class file %s");
      defer(inner_classes_, length);
    } else if (name == "Synthetic") {
      require(length == 0, "Invalid Synthetic classfile attribute length %u in class file %s", length);
      file_.synthetic = true;
    } else if (name == "Deprecated") {
      require(length == 0, "Invalid Deprecated classfile attribute length %u in class file %s", length);
      file_.deprecated = true;
    } else if (!since(kJava5)) {
      in_.take(length);
    } else if (name == "Signature") {
      require(file_.signature_index == 0, "Multiple Signature attributes in class file %s");
      file_.signature_index =
          parse_signature("Wrong Signature attribute length %u in class file %s",
                          "Invalid constant pool index %u in Signature attribute in class file %s", length);
    } else if (name == "EnclosingMethod") {
      require(!has_enclosing, "Multiple EnclosingMethod attributes in class file %s");
      has_enclosing = true;
      require(length == 4, "Wrong EnclosingMethod attribute length %u in class file %s", length);
      file_.enclosing_class = in_.u2();
      file_.enclosing_method = in_.u2();
      require(file_.enclosing_class != 0,
              "Invalid class index in EnclosingMethod attribute in class file %s");
      require(is_class(file_.enclosing_class),
              "Invalid or out-of-bounds class index in EnclosingMethod attribute in class file %s");
      require(file_.enclosing_method == 0 || tag(file_.enclosing_method) == PoolTag::kNameAndType,
              "Invalid or out-of-bounds method index in EnclosingMethod attribute in class file %s");
    } else if (name == "BootstrapMethods" && since(kJava7)) {
      require(!has_bootstrap, "Multiple BootstrapMethods attributes in class file %s");
      has_bootstrap = true;
      parse_bootstrap_methods(length);
    } else if (name == "NestMembers" && since(kJava11)) {
      require(!nest_members_, "Multiple NestMembers attributes in class file %s");
      require(!has_nest_host, "Conflicting NestHost and NestMembers attributes in class file %s");
      defer(nest_members_, length);
    } else if (name == "NestHost" && since(kJava11)) {
      require(!has_nest_host, "Multiple NestHost attributes in class file %s");
      has_nest_host = true;
      require(!nest_members_, "Conflicting NestMembers and NestHost attributes in class file %s");
      require(length == 2, "Wrong NestHost attribute length in class file %s");
      file_.nest_host = in_.u2();
      require(is_class(file_.nest_host),
              "Nest-host class_info_index %u has bad constant type in class file %s",
              unsigned{file_.nest_host});
    } else if (name == "Record" && since(kJava16)) {
      require(!record_, "Multiple Record attributes in class file %s");
      file_.is_record = true;
      defer(record_, length);
    } else if (name == "PermittedSubclasses" && since(kJava17)) {
      require(!file_.is_sealed, "Multiple PermittedSubclasses attributes in class file %s");
      require((file_.access_flags & kAccFinal) == 0, "PermittedSubclasses attribute in final class file %s");
      file_.is_sealed = true;
      defer(permitted_subclasses_, length);
    } else if (!parse_annotations(name, length, "", file_.annotations)) {
      in_.take(length);
    }
  }
  // HotSpot drops it then: such a class counts as a top-level class.
  if (!inner_classes_) file_.enclosing_class = file_.enclosing_method = 0;
  parse_deferred_attributes();
  require(max_bootstrap_index_ < 0 || has_bootstrap, "Missing BootstrapMethods attribute in class file %s");
}

}  // namespace uvm::rt::classfile
