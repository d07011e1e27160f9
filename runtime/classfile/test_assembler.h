// For tests: assembles class files, right ones and wrong ones. Strings and bytes in, bytes out; nothing is
// checked.
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/classfile/class_file.h"
#include "runtime/classfile/opcodes.h"

namespace uvm::rt::classfile {

// A growing sequence of big-endian bytes.
class Bytes {
 public:
  Bytes& u1(unsigned v) {
    bytes_.push_back(static_cast<std::uint8_t>(v));
    return *this;
  }
  Bytes& u2(unsigned v) { return u1(v >> 8).u1(v); }
  Bytes& u4(std::uint32_t v) { return u2(v >> 16).u2(v); }
  Bytes& op(Opcode opcode) { return u1(static_cast<unsigned>(opcode)); }
  Bytes& text(std::string_view s) {
    bytes_.insert(bytes_.end(), s.begin(), s.end());
    return *this;
  }
  Bytes& add(const Bytes& other) {
    bytes_.insert(bytes_.end(), other.bytes_.begin(), other.bytes_.end());
    return *this;
  }
  [[nodiscard]] std::size_t size() const { return bytes_.size(); }
  [[nodiscard]] const std::vector<std::uint8_t>& get() const { return bytes_; }

 private:
  std::vector<std::uint8_t> bytes_;
};

class Assembler {
 public:
  explicit Assembler(std::string_view name = "Test", unsigned major = 61,
                     std::string_view super = "java/lang/Object")
      : major_(major) {
    this_class = class_(name);
    super_class = super.empty() ? 0 : class_(super);
  }

  // Constant pool entries; equal ones are shared.
  unsigned utf8(std::string_view s) {
    return add(Bytes().u1(1).u2(static_cast<unsigned>(s.size())).text(s), 1);
  }
  unsigned integer(std::uint32_t v) { return add(Bytes().u1(3).u4(v), 1); }
  unsigned long_(std::uint64_t v) {
    return add(Bytes().u1(5).u4(static_cast<std::uint32_t>(v >> 32)).u4(static_cast<std::uint32_t>(v)), 2);
  }
  unsigned class_(std::string_view name) { return one(7, utf8(name)); }
  unsigned string(std::string_view s) { return one(8, utf8(s)); }
  unsigned name_and_type(std::string_view name, std::string_view descriptor) {
    const unsigned n = utf8(name);
    return two(12, n, utf8(descriptor));
  }
  unsigned field(std::string_view holder, std::string_view name, std::string_view descriptor) {
    return member(9, holder, name, descriptor);
  }
  unsigned method(std::string_view holder, std::string_view name, std::string_view descriptor) {
    return member(10, holder, name, descriptor);
  }
  unsigned interface_method(std::string_view holder, std::string_view name, std::string_view descriptor) {
    return member(11, holder, name, descriptor);
  }
  unsigned one(unsigned tag, unsigned first) { return add(Bytes().u1(tag).u2(first), 1); }
  unsigned two(unsigned tag, unsigned first, unsigned second) {
    return add(Bytes().u1(tag).u2(first).u2(second), 1);
  }
  unsigned raw(const Bytes& entry) { return add(entry, 1); }

  // An attribute, to pass to the functions below.
  Bytes attribute(std::string_view name, const Bytes& content) {
    return Bytes().u2(utf8(name)).u4(static_cast<std::uint32_t>(content.size())).add(content);
  }
  Bytes code(unsigned max_stack, unsigned max_locals, const Bytes& bytes,
             const std::vector<ExceptionHandler>& handlers = {}, const std::vector<Bytes>& attributes = {}) {
    Bytes b;
    b.u2(max_stack).u2(max_locals).u4(static_cast<std::uint32_t>(bytes.size())).add(bytes);
    b.u2(static_cast<unsigned>(handlers.size()));
    for (const ExceptionHandler& h : handlers)
      b.u2(h.start_pc).u2(h.end_pc).u2(h.handler_pc).u2(h.catch_type);
    add_attributes(b, attributes);
    return attribute("Code", b);
  }

  void add_field(unsigned flags, std::string_view name, std::string_view descriptor,
                 const std::vector<Bytes>& attributes = {}) {
    fields.push_back(member_bytes(flags, name, descriptor, attributes));
  }
  void add_method(unsigned flags, std::string_view name, std::string_view descriptor,
                  const std::vector<Bytes>& attributes = {}) {
    methods.push_back(member_bytes(flags, name, descriptor, attributes));
  }

  [[nodiscard]] std::vector<std::byte> bytes() const {
    Bytes b;
    b.u4(0xcafebabe).u2(minor).u2(major_).u2(next_).add(pool_).u2(flags).u2(this_class).u2(super_class);
    b.u2(static_cast<unsigned>(interfaces.size()));
    for (const unsigned i : interfaces) b.u2(i);
    for (const auto* members : {&fields, &methods, &attributes}) add_attributes(b, *members);
    std::vector<std::byte> result;
    for (const std::uint8_t v : b.get()) result.push_back(std::byte{v});
    return result;
  }

  unsigned minor = 0;
  unsigned flags = kAccPublic | kAccSuper;
  unsigned this_class = 0, super_class = 0;
  std::vector<unsigned> interfaces;
  std::vector<Bytes> fields, methods, attributes;

 private:
  unsigned add(const Bytes& entry, unsigned width) {
    const std::string key(entry.get().begin(), entry.get().end());
    const auto [found, fresh] = entries_.try_emplace(key, next_);
    if (fresh) {
      pool_.add(entry);
      next_ += width;
    }
    return found->second;
  }
  unsigned member(unsigned tag, std::string_view holder, std::string_view name, std::string_view descriptor) {
    const unsigned h = class_(holder);
    return two(tag, h, name_and_type(name, descriptor));
  }
  Bytes member_bytes(unsigned access, std::string_view name, std::string_view descriptor,
                     const std::vector<Bytes>& attached) {
    Bytes b;
    b.u2(access).u2(utf8(name)).u2(utf8(descriptor));
    add_attributes(b, attached);
    return b;
  }
  static void add_attributes(Bytes& b, const std::vector<Bytes>& list) {
    b.u2(static_cast<unsigned>(list.size()));
    for (const Bytes& a : list) b.add(a);
  }

  unsigned major_;
  unsigned next_ = 1;
  Bytes pool_;
  std::map<std::string, unsigned> entries_;
};

}  // namespace uvm::rt::classfile
