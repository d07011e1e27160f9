#include "runtime/natives/support.h"

#include <time.h>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "runtime/classfile/descriptor.h"
#include "runtime/heap/objects.h"
#include "runtime/heap/strings.h"
#include "runtime/metadata/member_lookup.h"
#include "runtime/metadata/symbol_table.h"
#include "runtime/metadata/vm.h"
#include "runtime/outside/container.h"
#include "runtime/threads/clock.h"

namespace uvm::rt {

std::string internal_name(const Object* name) {
  std::string text = to_modified_utf8(name);
  std::replace(text.begin(), text.end(), '.', '/');
  return text;
}

std::string too_long_name(std::string_view internal) {
  return classfile::cut_message("Class name exceeds maximum length of " + std::to_string(kMaxSymbolLength) +
                                ": " + std::string(internal));
}

Array* make_byte_array(Thread& thread, const void* bytes, std::size_t length) {
  Array* array = new_primitive_array(thread, BasicType::kByte, static_cast<std::int32_t>(length));
  if (array != nullptr && length != 0) std::memcpy(array->elements<std::uint8_t>(), bytes, length);
  return array;
}

Status make_byte_array(Thread& thread, const Bytes* bytes, Object** result) {
  *result = nullptr;
  if (bytes == nullptr) return Status::kOk;
  *result = make_byte_array(thread, bytes->data(), bytes->length);
  return made(*result);
}

Array* make_class_array(Thread& thread, std::span<Class* const> classes) {
  Array* array = new_object_array(thread, known().Class.get(), static_cast<std::int32_t>(classes.size()));
  if (array == nullptr) return nullptr;
  for (std::size_t i = 0; i < classes.size(); ++i) {
    array_set(array, static_cast<std::int32_t>(i), classes[i]->mirror_object());
  }
  return array;
}

namespace {

[[noreturn]] void missing_member(const Class* c, std::string_view name, std::string_view descriptor) {
  std::fprintf(stderr, "uvm: the class library's %s has no %.*s %.*s\n", external_name(c).c_str(),
               static_cast<int>(name.size()), name.data(), static_cast<int>(descriptor.size()),
               descriptor.data());
  std::abort();
}

}  // namespace

std::int32_t processor_count() {
  // Programs ask often, and the answer has to be read from files.
  constexpr std::int64_t kGoodForNs = 100'000'000;
  static std::atomic<std::int64_t> asked_at{0};
  static std::atomic<std::int32_t> count{0};
  const std::int64_t now = read_clock_ns(CLOCK_MONOTONIC);
  if (count.load() == 0 || now - asked_at.load() > kGoodForNs) {
    count.store(static_cast<std::int32_t>(available_processors().count));
    asked_at.store(now);
  }
  return count.load();
}

std::uint32_t library_field(Class* c, std::string_view name, std::string_view descriptor) {
  const Symbol* name_symbol = find_symbol(name);
  const Symbol* descriptor_symbol = find_symbol(descriptor);
  const Field* field = name_symbol != nullptr && descriptor_symbol != nullptr
                           ? lookup_field(c, name_symbol, descriptor_symbol)
                           : nullptr;
  if (field == nullptr) missing_member(c, name, descriptor);
  return field->offset;
}

Method* library_method(Class* c, std::string_view name, std::string_view descriptor) {
  const Symbol* name_symbol = find_symbol(name);
  const Symbol* descriptor_symbol = find_symbol(descriptor);
  Method* method = name_symbol != nullptr && descriptor_symbol != nullptr
                       ? lookup_method(c, name_symbol, descriptor_symbol)
                       : nullptr;
  if (method == nullptr) missing_member(c, name, descriptor);
  return method;
}

Status symbol_string(Thread& thread, Symbol* symbol, Object** result) {
  *result = nullptr;
  if (symbol == nullptr) return Status::kOk;
  *result = intern_symbol(thread, symbol);
  return made(*result);
}

}  // namespace uvm::rt
