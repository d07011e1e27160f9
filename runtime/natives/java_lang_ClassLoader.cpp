// Natives of java.lang.ClassLoader.
#include "runtime/classfile/descriptor.h"
#include "runtime/heap/exceptions.h"
#include "runtime/heap/objects.h"
#include "runtime/heap/strings.h"
#include "runtime/linking/access.h"
#include "runtime/linking/assertions.h"
#include "runtime/linking/class_loading.h"
#include "runtime/linking/initialization.h"
#include "runtime/metadata/symbol_table.h"
#include "runtime/metadata/vm.h"
#include "runtime/natives/support.h"

namespace uvm::rt {
namespace {

// Flags of defineClass0 (java.lang.invoke.MethodHandles.Lookup.ClassOption).
constexpr std::int32_t kNestmate = 1;
constexpr std::int32_t kHidden = 2;

Status check_bytes(Thread& thread, const Array* bytes, std::int32_t offset, std::int32_t length) {
  if (bytes == nullptr) return throw_new(thread, "java/lang/NullPointerException");
  if (offset < 0 || length < 0 || static_cast<std::int64_t>(offset) + length > bytes->length) {
    return throw_new(thread, "java/lang/ArrayIndexOutOfBoundsException");
  }
  return Status::kOk;
}

Status expected_name(Thread& thread, const Object* name, Symbol** symbol) {
  *symbol = nullptr;
  if (name == nullptr) return Status::kOk;
  const std::string internal = internal_name(name);
  if (internal.size() > kMaxSymbolLength)
    return throw_new(thread, "java/lang/NoClassDefFoundError", too_long_name(internal));
  *symbol = make_symbol(internal);
  return Status::kOk;
}

Status define_class1(NativeCall& call) {
  const Array* bytes = call.array(2);
  const std::int32_t offset = call.i32(3);
  const std::int32_t length = call.i32(4);
  UVM_TRY(check_bytes(call.thread, bytes, offset, length));
  DefineOptions options;
  options.loader = call.object(0);
  UVM_TRY(expected_name(call.thread, call.object(1), &options.expected_name));
  options.protection_domain = call.object(5);
  Class* c = nullptr;
  UVM_TRY(define_class(call.thread, bytes->elements<std::uint8_t>() + offset,
                       static_cast<std::size_t>(length), options, &c));
  return call.ret(c->mirror_object());
}

// From a direct buffer, whose address is a region offset.
Status define_class2(NativeCall& call) {
  const Object* buffer = call.object(2);
  const std::int32_t offset = call.i32(3);
  const std::int32_t length = call.i32(4);
  if (buffer == nullptr || length < 0) return throw_null_pointer(call.thread);
  const auto address = static_cast<gc::RegionOffset>(
      buffer->field<std::int64_t>(library_field(class_of(buffer), "address", "J")));
  DefineOptions options;
  options.loader = call.object(0);
  UVM_TRY(expected_name(call.thread, call.object(1), &options.expected_name));
  options.protection_domain = call.object(5);
  Class* c = nullptr;
  UVM_TRY(define_class(call.thread, gc::at_offset<std::uint8_t>(address) + offset,
                       static_cast<std::size_t>(length), options, &c));
  return call.ret(c->mirror_object());
}

// Lookup.defineClass and defineHiddenClass. Under way: the class (saved 0) is defined and may still have to
// be initialised.
Status define_class0(NativeCall& call) {
  Thread& thread = call.thread;
  if (call.phase() == kFresh) {
    Class* lookup = class_argument(call, 1);
    const Array* bytes = call.array(3);
    const std::int32_t offset = call.i32(4);
    const std::int32_t length = call.i32(5);
    const std::int32_t flags = call.i32(8);
    if (lookup == nullptr) {
      return throw_new(thread, "java/lang/IllegalArgumentException", "Lookup class is null");
    }
    UVM_TRY(check_bytes(thread, bytes, offset, length));
    DefineOptions options;
    options.loader = call.object(0);
    UVM_TRY(expected_name(thread, call.object(2), &options.expected_name));
    options.protection_domain = call.object(6);
    options.hidden = (flags & kHidden) != 0;
    options.lookup_class = lookup;
    if ((flags & kNestmate) != 0) UVM_TRY(nest_host_of(thread, lookup, &options.nest_host));
    options.class_data = call.object(9);
    Class* c = nullptr;
    UVM_TRY(define_class(thread, bytes->elements<std::uint8_t>() + offset, static_cast<std::size_t>(length),
                         options, &c));
    call.save(0, c->mirror_object());
    call.set_phase(kUnderWay);
  }
  Object* mirror = call.saved(0);
  const bool initialize = call.i32(7) != 0;
  UVM_TRY(initialize ? ensure_initialized(thread, mirrored(mirror)) : link_class(thread, mirrored(mirror)));
  return call.ret(call.saved(0));
}

Status find_bootstrap_class(NativeCall& call) {
  const Object* name = call.object(0);
  if (name == nullptr) return call.ret(static_cast<Object*>(nullptr));
  const std::string internal = internal_name(name);
  const Class* c = classfile::is_nameable(internal) && internal.size() <= kMaxSymbolLength
                       ? boot_class(call.thread, internal)
                       : nullptr;
  if (c == nullptr) {
    return call.thread.pending_exception() != nullptr ? Status::kThrow
                                                      : call.ret(static_cast<Object*>(nullptr));
  }
  return call.ret(c->mirror_object());
}

Status find_loaded_class0(NativeCall& call) {
  const Object* name = call.object(1);
  if (name == nullptr) return call.ret(static_cast<Object*>(nullptr));
  Symbol* symbol = find_symbol(internal_name(name));
  const Class* c = symbol == nullptr ? nullptr : find_loaded_class(symbol, call.object(0));
  return call.ret(c == nullptr ? nullptr : c->mirror_object());
}

// Stores the names, and whether each is enabled, into the fields of an AssertionStatusDirectives.
Status store_directives(Thread& thread, Object* to, const std::vector<AssertionDirective>& directives,
                        const char* names_field, const char* enabled_field) {
  const auto count = static_cast<std::int32_t>(directives.size());
  Array* names = new_object_array(thread, known().String.get(), count);
  UVM_TRY(made(names));
  Array* enabled = new_primitive_array(thread, BasicType::kBoolean, count);
  UVM_TRY(made(enabled));
  for (std::int32_t i = 0; i < count; ++i) {
    const AssertionDirective& directive = directives[static_cast<std::size_t>(i)];
    const Object* name = new_string(thread, directive.name);
    UVM_TRY(made(name));
    array_set(names, i, name);
    enabled->elements<std::uint8_t>()[i] = directive.enabled ? 1 : 0;
  }
  to->set_reference(library_field(class_of(to), names_field, "[Ljava/lang/String;"), names);
  to->set_reference(library_field(class_of(to), enabled_field, "[Z"), enabled);
  return Status::kOk;
}

Status retrieve_directives(NativeCall& call) {
  Thread& thread = call.thread;
  Class* c = nullptr;
  UVM_TRY(find_class(thread, "java/lang/AssertionStatusDirectives", nullptr, &c));
  UVM_TRY(ensure_initialized(thread, c));
  Object* result = new_object(thread, c);
  UVM_TRY(made(result));
  const AssertionDirectives directives = assertion_directives();
  UVM_TRY(store_directives(thread, result, directives.classes, "classes", "classEnabled"));
  UVM_TRY(store_directives(thread, result, directives.packages, "packages", "packageEnabled"));
  result->field<std::uint8_t>(library_field(c, "deflt", "Z")) = directives.all ? 1 : 0;
  return call.ret(result);
}

const NativeMethod kClassLoaderMethods[] = {
    {"registerNatives", "()V", native_nothing, kLeaf},
    {"defineClass0",
     "(Ljava/lang/ClassLoader;Ljava/lang/Class;Ljava/lang/String;[BIILjava/security/ProtectionDomain;ZILjava/"
     "lang/"
     "Object;)Ljava/lang/Class;",
     define_class0},
    {"defineClass1",
     "(Ljava/lang/ClassLoader;Ljava/lang/String;[BIILjava/security/ProtectionDomain;Ljava/lang/String;)Ljava/"
     "lang/"
     "Class;",
     define_class1},
    {"defineClass2",
     "(Ljava/lang/ClassLoader;Ljava/lang/String;Ljava/nio/ByteBuffer;IILjava/security/ProtectionDomain;Ljava/"
     "lang/"
     "String;)Ljava/lang/Class;",
     define_class2},
    {"findBootstrapClass", "(Ljava/lang/String;)Ljava/lang/Class;", find_bootstrap_class},
    {"findLoadedClass0", "(Ljava/lang/String;)Ljava/lang/Class;", find_loaded_class0},
    {"retrieveDirectives", "()Ljava/lang/AssertionStatusDirectives;", retrieve_directives},
};
UVM_REGISTER_NATIVES("java/lang/ClassLoader", kClassLoaderMethods)

}  // namespace
}  // namespace uvm::rt
