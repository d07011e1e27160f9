// What several tables of natives need: arguments as classes, and small objects made from metadata.
//
// Only for runtime/natives/. Functions that return an object return null with an exception pending if the
// heap is full.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/execution/native.h"
#include "runtime/metadata/roots.h"
#include "runtime/metadata/vm.h"

namespace uvm::rt {

inline const WellKnown& known() { return roots().known; }

// The class of the java.lang.Class in an argument slot; null for null.
inline Class* class_argument(const NativeCall& call, unsigned slot) {
  const Object* mirror = call.object(slot);
  return mirror == nullptr ? nullptr : mirrored(mirror);
}

// The internal form of a name given by Java code: dots become slashes.
std::string internal_name(const Object* name);

// A name that is too long for a class file cannot be the name of a class.
inline constexpr std::size_t kMaxSymbolLength = 65535;
std::string too_long_name(std::string_view internal);

Array* make_byte_array(Thread& thread, const void* bytes, std::size_t length);
// A byte[] of an attribute; null (without an exception) if the attribute is absent.
Status make_byte_array(Thread& thread, const Bytes* bytes, Object** result);
Array* make_class_array(Thread& thread, std::span<Class* const> classes);

// Byte offset of a field that the class or a superclass is known to declare; aborts the VM if none does. For
// fields of the class library that are needed too rarely for runtime/metadata/well_known.h.
std::uint32_t library_field(Class* c, std::string_view name, std::string_view descriptor);
// Likewise for a method.
Method* library_method(Class* c, std::string_view name, std::string_view descriptor);

// The java.lang.String of a Symbol, interned; null for null.
Status symbol_string(Thread& thread, Symbol* symbol, Object** result);

// The number of processors that this process may use, at least 1.
std::int32_t processor_count();

// Status of an allocation: kThrow if it failed.
inline Status made(const Object* object) { return object == nullptr ? Status::kThrow : Status::kOk; }

}  // namespace uvm::rt
