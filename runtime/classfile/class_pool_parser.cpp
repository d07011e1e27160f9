// The constant pool of a class file (JVMS 4.4).
#include "runtime/classfile/class_parser.h"

#include <algorithm>

#include "runtime/classfile/modified_utf8.h"

namespace uvm::rt::classfile {
namespace {

std::string_view as_text(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace

void ClassParser::parse_pool() {
  const unsigned count = in_.u2();
  require(count >= 1, "Illegal constant pool size %u in class file %s", count);
  auto& entries = file_.pool.entries();
  entries.resize(count);
  for (unsigned i = 1; i < count; ++i) {
    CpEntry& entry = entries[i];
    const unsigned byte = in_.u1();
    const auto kind = static_cast<PoolTag>(byte);
    switch (kind) {
      case PoolTag::kUtf8: {
        const unsigned length = in_.u2();
        entry.text = as_text(in_.take(length));
        require(is_modified_utf8(entry.text, !since(48)),
                "Illegal UTF8 string in constant pool in class file %s");
        break;
      }
      case PoolTag::kInteger:
      case PoolTag::kFloat:
        entry.bits = in_.u4();
        break;
      case PoolTag::kLong:
      case PoolTag::kDouble:
        entry.bits = std::uint64_t{in_.u4()} << 32;
        entry.bits |= in_.u4();
        entry.tag = kind;
        require(i + 1 < count, "Invalid constant pool entry %u in class file %s", i);
        ++i;  // the index after it is unusable
        continue;
      case PoolTag::kClass:
      case PoolTag::kString:
        entry.first = in_.u2();
        break;
      case PoolTag::kFieldref:
      case PoolTag::kMethodref:
      case PoolTag::kInterfaceMethodref:
      case PoolTag::kNameAndType:
        entry.first = in_.u2();
        entry.second = in_.u2();
        break;
      case PoolTag::kMethodHandle:
      case PoolTag::kMethodType:
      case PoolTag::kInvokeDynamic:
      case PoolTag::kDynamic:
        require(since(kind == PoolTag::kDynamic ? kJava11 : kJava7),
                "Class file version does not support constant tag %u in class file %s", byte);
        if (kind == PoolTag::kMethodHandle) {
          entry.first = in_.u1();
          entry.second = in_.u2();
        } else if (kind == PoolTag::kMethodType) {
          entry.first = in_.u2();
        } else {
          entry.first = in_.u2();
          entry.second = in_.u2();
          max_bootstrap_index_ = std::max(max_bootstrap_index_, int{entry.first});
        }
        break;
      case PoolTag::kModule:
      case PoolTag::kPackage:
        // Only a module-info may have these entries, and a module-info is not a class. Which of two errors is
        // reported depends on the flags.
        require(since(kJava9), "Unknown constant tag %u in class file %s", byte);
        entry.first = in_.u2();
        if (module_entry_ == PoolTag::kUnusable) module_entry_ = kind;
        break;
      default:
        fail("Unknown constant tag %u in class file %s", byte);
    }
    entry.tag = kind;
  }
}

void ClassParser::check_pool_references() {
  const auto check = [&](bool condition, unsigned index) {
    require(condition, "Invalid constant pool index %u in class file %s", index);
  };
  const auto& entries = file_.pool.entries();
  for (std::size_t i = 1; i < entries.size(); ++i) {
    const CpEntry& entry = entries[i];
    const unsigned first = entry.first;
    const unsigned second = entry.second;
    switch (entry.tag) {
      case PoolTag::kClass:
      case PoolTag::kString:
      case PoolTag::kMethodType:
      case PoolTag::kModule:
      case PoolTag::kPackage:
        check(is_utf8(first), first);
        break;
      case PoolTag::kFieldref:
      case PoolTag::kMethodref:
      case PoolTag::kInterfaceMethodref:
        check(is_class(first), first);
        check(tag(second) == PoolTag::kNameAndType, second);
        break;
      case PoolTag::kNameAndType:
        check(is_utf8(first), first);
        check(is_utf8(second), second);
        break;
      case PoolTag::kDynamic:
      case PoolTag::kInvokeDynamic:
        check(tag(second) == PoolTag::kNameAndType, second);
        break;
      case PoolTag::kMethodHandle: {
        check(tag(second) != PoolTag::kUnusable, second);
        const PoolTag target = tag(second);
        switch (static_cast<RefKind>(first)) {
          case RefKind::kGetField:
          case RefKind::kGetStatic:
          case RefKind::kPutField:
          case RefKind::kPutStatic:
            require(target == PoolTag::kFieldref,
                    "Invalid constant pool index %u in class file %s (not a field)", second);
            break;
          case RefKind::kInvokeVirtual:
          case RefKind::kNewInvokeSpecial:
            require(target == PoolTag::kMethodref,
                    "Invalid constant pool index %u in class file %s (not a method)", second);
            break;
          case RefKind::kInvokeStatic:
          case RefKind::kInvokeSpecial:
            require(
                target == PoolTag::kMethodref || (target == PoolTag::kInterfaceMethodref && since(kJava8)),
                "Invalid constant pool index %u in class file %s (not a method)", second);
            break;
          case RefKind::kInvokeInterface:
            require(target == PoolTag::kInterfaceMethodref,
                    "Invalid constant pool index %u in class file %s (not an interface method)", second);
            break;
          default:
            fail("Bad method handle kind at constant pool index %u in class file %s",
                 static_cast<unsigned>(i));
        }
        break;
      }
      default:
        break;
    }
  }
}

void ClassParser::check_pool_member(std::size_t i) {
  const ConstantPool& pool = file_.pool;
  const PoolTag kind = tag(i);
  const std::string_view name = pool.ref_name(i);
  const std::string_view descriptor = pool.ref_descriptor(i);
  const bool is_method = !descriptor.empty() && descriptor.front() == '(';
  // From version 51 on, every NameAndType entry has been checked by itself.
  const bool checked = since(kJava7);
  if (kind == PoolTag::kFieldref || kind == PoolTag::kDynamic) {
    if (is_method)
      illegal_descriptor(kind == PoolTag::kDynamic ? "CONSTANT_Dynamic" : "Field", name, descriptor);
    if (!checked) {
      check_field_name(name);
      check_field_descriptor(name, descriptor);
    }
    return;
  }
  if (!is_method) illegal_descriptor("Method", name, descriptor);
  if (!checked) {
    check_method_name(name);
    check_method_descriptor(name, descriptor);
  }
  if (kind == PoolTag::kMethodref && !name.empty() && name.front() == '<') {
    const unsigned name_index = pool.entry(pool.entry(i).second).first;
    require(name == "<init>", "Bad method name at constant pool index %u in class file %s", name_index);
    if (return_type(descriptor) != "V") illegal_descriptor("Method", name, descriptor);
  }
}

void ClassParser::check_pool_method_handle(std::size_t i) {
  const ConstantPool& pool = file_.pool;
  const CpEntry& entry = pool.entry(i);
  const auto kind = static_cast<RefKind>(entry.first);
  if (kind < RefKind::kInvokeVirtual || kind == RefKind::kInvokeInterface) return;
  const unsigned name_index = pool.entry(pool.entry(entry.second).second).first;
  const bool is_constructor = utf8(name_index) == "<init>";
  if (kind == RefKind::kNewInvokeSpecial) {
    require(is_constructor, "Bad constructor name at constant pool index %u in class file %s", name_index);
  } else {
    require(!is_constructor, "Bad method name at constant pool index %u in class file %s", name_index);
  }
}

void ClassParser::check_pool_names() {
  const ConstantPool& pool = file_.pool;
  for (std::size_t i = 1; i < pool.size(); ++i) {
    switch (pool.tag(i)) {
      case PoolTag::kClass:
        check_class_name(pool.class_name(i));
        break;
      case PoolTag::kNameAndType: {
        if (!since(kJava7)) break;
        const std::string_view name = pool.nt_name(i);
        const std::string_view descriptor = pool.nt_descriptor(i);
        require(!descriptor.empty(), "Illegal zero length constant pool entry at %d in class %s",
                int{pool.entry(i).second});
        require(!name.empty(), "Illegal zero length constant pool entry at %d in class %s",
                int{pool.entry(i).first});
        if (descriptor.front() == '(') {
          check_method_name(name);
          check_method_descriptor(name, descriptor);
        } else {
          check_field_name(name);
          check_field_descriptor(name, descriptor);
        }
        break;
      }
      case PoolTag::kFieldref:
      case PoolTag::kMethodref:
      case PoolTag::kInterfaceMethodref:
      case PoolTag::kDynamic:
      case PoolTag::kInvokeDynamic:
        check_pool_member(i);
        break;
      case PoolTag::kMethodHandle:
        check_pool_method_handle(i);
        break;
      case PoolTag::kMethodType:
        check_method_descriptor("type", pool.text_of(i));
        break;
      default:
        break;
    }
  }
}

}  // namespace uvm::rt::classfile
