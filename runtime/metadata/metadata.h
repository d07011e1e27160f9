// Class metadata: the JVM specification's classes, methods, fields and constant pools as they are in the
// region.
//
// All of it is plain data in the metadata segment, referred to by gc::Reference. It is written once, at
// class definition and linking, and afterwards only where a field says so (states, resolved entries, code).
// It is never freed yet. Layouts are part of the heap format (gc::kHeapFormat).
//
// A pointer to any of these is valid while the region is mapped. Only runtime/ may use this header.
#pragma once

#include <atomic>
#include <bit>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/persisted.h"
#include "gc/object.h"
#include "gc/reference.h"
#include "runtime/classfile/access_flags.h"
#include "runtime/classfile/pool_tag.h"

namespace uvm::rt {

template <typename T>
using Ref = gc::Reference<T>;
using Object = gc::Object;
using Array = gc::Array;

struct Class;
struct Method;
struct Field;
struct Insn;

// A name or descriptor in modified UTF-8, unique: equal text is the same Symbol (runtime/symbol_table.h).
struct Symbol {
  std::uint32_t hash;
  std::uint32_t length;  // bytes; the text follows, without terminator

  [[nodiscard]] const char* text() const { return reinterpret_cast<const char*>(this + 1); }
  [[nodiscard]] std::string_view view() const { return {text(), length}; }
};
UVM_PERSISTED(Symbol, hash, length)
static_assert(sizeof(Symbol) == 8);

// Uninterpreted bytes (annotation attributes and the like).
struct Bytes {
  std::uint32_t length;
  std::uint32_t unused;
  [[nodiscard]] const std::uint8_t* data() const { return reinterpret_cast<const std::uint8_t*>(this + 1); }
  std::uint8_t* data() { return reinterpret_cast<std::uint8_t*>(this + 1); }
};
UVM_PERSISTED(Bytes, length, unused)
static_assert(sizeof(Bytes) == 8);

// Types by descriptor letter, in the order of newarray's codes where those exist (JVMS 6.5 newarray).
enum class BasicType : std::uint8_t {
  kBoolean = 4,
  kChar = 5,
  kFloat = 6,
  kDouble = 7,
  kByte = 8,
  kShort = 9,
  kInt = 10,
  kLong = 11,
  kObject = 12,
  kArray = 13,
  kVoid = 14,
};
UVM_PERSISTED_ENUM(BasicType, kBoolean, kChar, kFloat, kDouble, kByte, kShort, kInt, kLong, kObject, kArray,
                   kVoid)
BasicType basic_type_of(char descriptor);  // 'I' -> kInt, 'L' -> kObject, '[' -> kArray ...
char descriptor_of(BasicType type);
constexpr unsigned slots_of(BasicType type) {
  return type == BasicType::kVoid ? 0 : (type == BasicType::kLong || type == BasicType::kDouble) ? 2 : 1;
}
unsigned size_log2_of(BasicType type);  // bytes in a field or array element, as a power of two
constexpr bool is_reference(BasicType type) {
  return type == BasicType::kObject || type == BasicType::kArray;
}

// JVMS 5.5; kLinked includes verified and prepared.
enum class ClassState : std::uint8_t {
  kLoaded = 0,
  kLinked = 1,
  kInitializing = 2,
  kInitialized = 3,
  kError = 4
};
UVM_PERSISTED_ENUM(ClassState, kLoaded, kLinked, kInitializing, kInitialized, kError)

struct Field {
  Ref<Class> holder;
  Ref<Symbol> name;
  Ref<Symbol> descriptor;
  std::uint32_t access;
  std::uint32_t offset;          // byte offset in the instance, or in the holder's mirror for static fields
  std::uint16_t slot;            // index in the holder's fields (java.lang.reflect.Field.slot)
  std::uint16_t constant_index;  // ConstantValue, 0 none
  BasicType type;
  std::uint8_t unused[3];
  Ref<Symbol> generic_signature;
  Ref<Bytes> annotations;
  Ref<Bytes> type_annotations;

  [[nodiscard]] bool is_static() const { return (access & kAccStatic) != 0; }
  [[nodiscard]] bool is_volatile() const { return (access & kAccVolatile) != 0; }
};
UVM_PERSISTED(Field, holder, name, descriptor, access, offset, slot, constant_index, type, unused,
              generic_signature, annotations, type_annotations)

struct ExceptionHandler {
  std::uint16_t start_bci, end_bci, handler_bci, catch_type;  // catch_type: pool index of a class, 0 any
};
UVM_PERSISTED(ExceptionHandler, start_bci, end_bci, handler_bci, catch_type)
struct LineNumber {
  std::uint16_t start_bci, line;
};
UVM_PERSISTED(LineNumber, start_bci, line)
struct LocalVariable {
  std::uint16_t start_bci, length, name_index, descriptor_index, slot, unused;
};
UVM_PERSISTED(LocalVariable, start_bci, length, name_index, descriptor_index, slot, unused)
struct MethodParameter {
  std::uint16_t name_index, access;
};
UVM_PERSISTED(MethodParameter, name_index, access)

// How an invocation of the method starts.
enum class MethodKind : std::uint8_t {
  kUnprepared = 0,  // bytecode not yet translated to internal code
  kInterpreted = 1,
  kNativeUnbound = 2,  // native method not yet looked up in the native tables
  kNative = 3,
  kNativeLeaf = 4,  // native that needs no frame: cannot call Java, block or (normally) throw
  kAbstract = 5,
  kMhInvokeBasic = 6,
  kMhLinkToVirtual = 7,
  kMhLinkToStatic = 8,
  kMhLinkToSpecial = 9,
  kMhLinkToInterface = 10,  // JVMS 2.9.3 and
  kMhInvoke =
      11,  // signature polymorphic invoke/invokeExact and VarHandle access modes: linked per call site
};
UVM_PERSISTED_ENUM(MethodKind, kUnprepared, kInterpreted, kNativeUnbound, kNative, kNativeLeaf, kAbstract,
                   kMhInvokeBasic, kMhLinkToVirtual, kMhLinkToStatic, kMhLinkToSpecial, kMhLinkToInterface,
                   kMhInvoke)

enum MethodFlags : std::uint16_t {
  kMethodCallerSensitive = 1,  // @CallerSensitive
  kMethodHidden = 2,           // @Hidden, @LambdaForm.Hidden: left out of stack traces
  kMethodIsInitializer = 4,    // <init>
  kMethodIsClassInit = 8,      // <clinit>
  kMethodHasJsr = 16,
  kMethodForceInline = 32,
  kMethodOverpass = 64,  // made by the linker: throws AbstractMethodError or IncompatibleClassChangeError
};
UVM_PERSISTED_ENUM(MethodFlags, kMethodCallerSensitive, kMethodHidden, kMethodIsInitializer,
                   kMethodIsClassInit, kMethodHasJsr, kMethodForceInline, kMethodOverpass)

struct Method {
  Ref<Class> holder;
  Ref<Symbol> name;
  Ref<Symbol> descriptor;
  std::uint16_t access;
  std::uint16_t flags;
  MethodKind kind;
  BasicType return_type;
  std::uint16_t arg_slots;   // including the receiver
  std::uint16_t max_locals;  // of native methods: arg_slots
  std::uint16_t max_stack;
  std::int32_t vtable_index;  // -1: not dispatched through the vtable
  std::int32_t itable_index;  // of interface methods: index in the interface's itable, else -1
  // kNative, kNativeLeaf: index in the native table (rebuilt by name when uvm changes).
  std::uint32_t native_index;
  Ref<Insn> code;             // internal code (runtime/code.h), null until prepared
  std::uint32_t code_length;  // instructions
  Ref<std::uint16_t> bcis;    // bytecode index of each instruction
  std::uint16_t slot;         // index in the holder's methods (java.lang.reflect.Method.slot)
  std::uint16_t bytecode_length;
  Ref<std::uint8_t> bytecode;  // as in the class file, never changed
  std::uint16_t handler_count, line_count, variable_count, exception_count;
  Ref<ExceptionHandler> handlers;
  Ref<LineNumber> lines;
  Ref<LocalVariable> variables;
  Ref<std::uint16_t> exceptions;  // pool indexes of the Exceptions attribute
  Ref<MethodParameter> parameters;
  std::uint16_t parameter_count;  // of the MethodParameters attribute
  std::uint8_t has_parameters;    // the attribute is there (it may be empty)
  std::uint8_t native_protocol;   // kNative, kNativeLeaf: NativeMethod::protocol of the one it was bound to
  Ref<Bytes> stack_map_table;
  Ref<Symbol> generic_signature;
  Ref<Bytes> annotations, parameter_annotations, annotation_default, type_annotations;

  [[nodiscard]] bool is_static() const { return (access & kAccStatic) != 0; }
  [[nodiscard]] bool is_native() const { return (access & kAccNative) != 0; }
  [[nodiscard]] bool is_abstract() const { return (access & kAccAbstract) != 0; }
  [[nodiscard]] bool is_private() const { return (access & kAccPrivate) != 0; }
  [[nodiscard]] bool is_synchronized() const { return (access & kAccSynchronized) != 0; }
  [[nodiscard]] bool is_initializer() const { return (flags & kMethodIsInitializer) != 0; }

  [[nodiscard]] MethodKind load_kind() const {
    return static_cast<MethodKind>(
        __atomic_load_n(reinterpret_cast<const std::uint8_t*>(&kind), __ATOMIC_ACQUIRE));
  }
  // Makes the method callable in another way, after everything that this way needs has been written.
  void publish_kind(MethodKind value) {
    __atomic_store_n(reinterpret_cast<std::uint8_t*>(&kind), static_cast<std::uint8_t>(value),
                     __ATOMIC_RELEASE);
  }
};
UVM_PERSISTED(Method, holder, name, descriptor, access, flags, kind, return_type, arg_slots, max_locals,
              max_stack, vtable_index, itable_index, native_index, code, code_length, bcis, slot,
              bytecode_length, bytecode, handler_count, line_count, variable_count, exception_count, handlers,
              lines, variables, exceptions, parameters, parameter_count, has_parameters, native_protocol,
              stack_map_table, generic_signature, annotations, parameter_annotations, annotation_default,
              type_annotations)

// One entry: `raw` is what the class file says, `resolved` what it was resolved to (0: not yet). They are
// written together as one 64-bit store, so a reader sees a whole entry.
//   tag                      raw                                              resolved
//   kUtf8                    Symbol
//   kInteger, kFloat         the bits
//   kLong, kDouble           the bits, 64 of raw and resolved together
//   kClass                   Symbol of the name                               Class
//   kString                  Symbol                                           String object
//   kFieldref                class_index << 16 | name_and_type_index          Field
//   kMethodref,
//   kInterfaceMethodref      class_index << 16 | name_and_type_index          Method
//   kNameAndType             name_index << 16 | descriptor_index
//   kMethodHandle            kind << 16 | reference_index                     object
//   kMethodType              Symbol                                           object
//   kDynamic                 bootstrap_index << 16 | name_and_type_index      object: a boxed value for
//                                                                             primitives, kPoolNull for null
//   kInvokeDynamic           bootstrap_index << 16 | name_and_type_index
// A failed resolution leaves 0, and the error in runtime/resolution_errors.h.
struct PoolEntry {
  std::uint32_t raw;
  std::uint32_t resolved;

  // Reads the entry while another thread may be storing the resolution and, with it, unchanged, `raw`. Reads
  // are as wide as that store, because a read whose width differs from that of the write is not ordered with
  // anything (ISO C++ [intro.races]).
  [[nodiscard]] std::uint32_t load_raw() const {
    return static_cast<std::uint32_t>(__atomic_load_n(whole(), __ATOMIC_RELAXED));
  }
  [[nodiscard]] std::uint32_t load_resolved() const {
    return static_cast<std::uint32_t>(__atomic_load_n(whole(), __ATOMIC_ACQUIRE) >> 32);
  }
  // The entry resolved to `target`, as the 64 bits that are stored.
  [[nodiscard]] std::uint64_t resolved_to(std::uint32_t target) const {
    return std::uint64_t{target} << 32 | load_raw();
  }
  std::uint64_t* whole() { return reinterpret_cast<std::uint64_t*>(this); }
  [[nodiscard]] const std::uint64_t* whole() const { return reinterpret_cast<const std::uint64_t*>(this); }
};
UVM_PERSISTED(PoolEntry, raw, resolved)
static_assert(sizeof(PoolEntry) == 8 && std::endian::native == std::endian::little);
inline constexpr std::uint32_t kPoolNull = 0xfffffffe;

struct ConstantPool {
  Ref<Class> holder;
  std::uint32_t count;  // as in the class file: entries 1 .. count - 1
  Ref<PoolTag> tags;
  std::uint32_t unused;  // keeps entries 8-aligned

  PoolEntry* entries() { return reinterpret_cast<PoolEntry*>(this + 1); }
  PoolEntry& entry(unsigned index) { return entries()[index]; }
  PoolTag tag(unsigned index) { return tags[index]; }
  Symbol* utf8(unsigned index) { return gc::decode<Symbol>(entry(index).load_raw()); }
  Symbol* class_name(unsigned index) { return gc::decode<Symbol>(entry(index).load_raw()); }
  // For a field or method reference, or a dynamic entry:
  unsigned class_index(unsigned index) { return entry(index).load_raw() >> 16; }
  unsigned name_and_type(unsigned index) { return entry(index).load_raw() & 0xffff; }
  Symbol* name_of(unsigned member) { return utf8(entry(name_and_type(member)).load_raw() >> 16); }
  Symbol* descriptor_of(unsigned member) { return utf8(entry(name_and_type(member)).load_raw() & 0xffff); }
};
UVM_PERSISTED(ConstantPool, holder, count, tags, unused)
static_assert(sizeof(ConstantPool) == 16);

// One interface of a class with the methods that implement it.
struct ItableEntry {
  Ref<Class> interface;
  Ref<Ref<Method>> methods;  // by the interface method's itable_index; null where abstract
};
UVM_PERSISTED(ItableEntry, interface, methods)

struct InnerClassInfo {
  std::uint16_t inner_index, outer_index, name_index, access;
};
UVM_PERSISTED(InnerClassInfo, inner_index, outer_index, name_index, access)
struct BootstrapMethod {
  std::uint16_t method_index, argument_count;
  Ref<std::uint16_t> arguments;
};
UVM_PERSISTED(BootstrapMethod, method_index, argument_count, arguments)
struct RecordComponent {
  Ref<Symbol> name, descriptor, generic_signature;
  Ref<Bytes> annotations, type_annotations;
};
UVM_PERSISTED(RecordComponent, name, descriptor, generic_signature, annotations, type_annotations)

enum ClassFlags : std::uint32_t {
  kClassHidden = 1,  // Lookup.defineHiddenClass
  kClassIsRecord = 2,
  kClassHasFinalizer = 4,  // a finalize() that does something, its own or inherited
  kClassHasClassInit = 8,
  kClassIsReference = 16,  // java.lang.ref.Reference and below
  kClassCloneable = 32,
  // Below jdk.internal.reflect.MagicAccessorImpl: exempt from verification and access checks.
  kClassMagicAccessor = 64,
  kClassTrusted = 128,      // defined by the boot loader
  kClassHasDefaults = 256,  // interface with non-abstract instance methods
  kClassIsSealed = 512,     // has a PermittedSubclasses attribute
};
UVM_PERSISTED_ENUM(ClassFlags, kClassHidden, kClassIsRecord, kClassHasFinalizer, kClassHasClassInit,
                   kClassIsReference, kClassCloneable, kClassMagicAccessor, kClassTrusted, kClassHasDefaults,
                   kClassIsSealed)

inline constexpr unsigned kPrimarySupers = 8;

struct Class {
  gc::Shape shape;
  Ref<Symbol> name;  // internal form: java/lang/String, [I, [Ljava/lang/String;, int
  Ref<Class> super;
  Ref<Object> mirror;          // the java.lang.Class instance
  Ref<Object> loader;          // java.lang.ClassLoader; null for the boot loader
  std::uint32_t access;        // of the class file; for getModifiers see inner_access
  std::uint32_t inner_access;  // as given by InnerClasses, or access
  std::uint32_t flags;         // ClassFlags
  ClassState state;
  BasicType primitive;                        // primitive classes: their type; others kObject or kArray
  std::uint8_t dimensions;                    // arrays
  std::uint8_t depth;                         // number of superclasses
  std::uint32_t init_thread;                  // id of the thread that initialises it
  Ref<Class> primary_supers[kPrimarySupers];  // by depth, itself included, as far as it goes
  Ref<Class> component;                       // arrays: component type
  Ref<Class> element;                         // arrays: innermost element type
  Ref<Class> array_class;                     // the class of arrays of this, once made
  Ref<Ref<Class>> interfaces;                 // direct
  Ref<Ref<Class>> all_interfaces;             // transitive, each once
  std::uint16_t interface_count, all_interface_count;
  std::uint16_t field_count, method_count;
  Ref<Field> fields;
  Ref<Method> methods;
  Ref<ConstantPool> pool;
  Ref<ItableEntry> itable;
  std::uint32_t itable_length;
  std::uint32_t vtable_length;
  Ref<Method> class_init;  // <clinit>
  Ref<Symbol> source_file;
  Ref<Symbol> generic_signature;
  Ref<Symbol> source_debug_extension;
  Ref<Bytes> annotations, type_annotations;
  Ref<InnerClassInfo> inner_classes;
  Ref<BootstrapMethod> bootstrap_methods;
  Ref<RecordComponent> record_components;
  Ref<std::uint16_t> nest_members;  // pool indexes
  Ref<std::uint16_t> permitted_subclasses;
  std::uint16_t inner_class_count, bootstrap_method_count, record_component_count, nest_member_count;
  std::uint16_t permitted_subclass_count;
  std::uint16_t nest_host_index;                                // pool index, 0: itself
  std::uint16_t enclosing_class_index, enclosing_method_index;  // EnclosingMethod, 0 none
  std::uint16_t major_version, minor_version;
  Ref<Class> nest_host;  // resolved
  Ref<Object> protection_domain;
  Ref<Object> init_error;          // kError: the exception of the class initialiser
  Ref<Object> class_data;          // hidden classes
  Ref<Object> resolution_errors;   // Object[]: runtime/linking/resolution_errors.h
  std::uint32_t module_entry;      // cache for the package's module: see runtime/linking/modules.h
  std::uint32_t verified_methods;  // methods whose code is verified: where verification goes on
                                   // (runtime/linking/verification.cpp)
  Ref<Class> next;                 // all classes, newest first
  std::uint32_t fields_end;        // end of the last instance field, before alignment
  Ref<Object> signers;             // Object[]: Class.getSigners; null none
  // Numbers without gaps, for tables beside the metadata. Given by enlist_class().
  std::uint32_t number;               // from 0
  std::uint32_t first_method_number;  // of its first method, from 0; see number_of()

  Ref<Method>* vtable() { return reinterpret_cast<Ref<Method>*>(this + 1); }

  [[nodiscard]] bool is_interface() const { return (access & kAccInterface) != 0; }
  [[nodiscard]] bool is_abstract() const { return (access & kAccAbstract) != 0; }
  [[nodiscard]] bool is_array() const { return dimensions != 0; }
  [[nodiscard]] bool is_primitive() const {
    return primitive != BasicType::kObject && primitive != BasicType::kArray;
  }
  [[nodiscard]] bool is_hidden() const { return (flags & kClassHidden) != 0; }
  // Reads the state while another thread may be setting it.
  [[nodiscard]] ClassState load_state() const {
    return static_cast<ClassState>(
        __atomic_load_n(reinterpret_cast<const std::uint8_t*>(&state), __ATOMIC_ACQUIRE));
  }
  [[nodiscard]] bool is_initialized() const { return load_state() == ClassState::kInitialized; }
  [[nodiscard]] bool is_linked() const { return load_state() != ClassState::kLoaded; }
  [[nodiscard]] Object* mirror_object() const { return mirror.get(); }

  // JVMS 5.5 / 6.5 instanceof, for any two classes.
  [[nodiscard]] bool is_subclass_of(const Class* other) const;
};
UVM_PERSISTED(Class, shape, name, super, mirror, loader, access, inner_access, flags, state, primitive,
              dimensions, depth, init_thread, primary_supers, component, element, array_class, interfaces,
              all_interfaces, interface_count, all_interface_count, field_count, method_count, fields,
              methods, pool, itable, itable_length, vtable_length, class_init, source_file, generic_signature,
              source_debug_extension, annotations, type_annotations, inner_classes, bootstrap_methods,
              record_components, nest_members, permitted_subclasses, inner_class_count,
              bootstrap_method_count, record_component_count, nest_member_count, permitted_subclass_count,
              nest_host_index, enclosing_class_index, enclosing_method_index, major_version, minor_version,
              nest_host, protection_domain, init_error, class_data, resolution_errors, module_entry,
              verified_methods, next, fields_end, signers, number, first_method_number)
static_assert(sizeof(Class) % 8 == 0);

inline Class* class_of(const Object* object) { return reinterpret_cast<Class*>(object->shape.get()); }

// Class mirrored by a java.lang.Class instance.
inline Class* mirrored(const Object* mirror) {
  return gc::decode<Class>(static_cast<const gc::Mirror*>(mirror)->mirrored);
}

// The number of a method among those of all classes, without gaps from 0.
inline std::uint32_t number_of(const Method* method) {
  return method->holder->first_method_number + method->slot;
}

// Gives a new class its numbers and puts it in front of the list of all classes (Roots::all_classes). The caller holds
// Vm::metadata_lock.
void enlist_class(Class* c);

// Lookup among the members a class declares itself; null when there is none.
Method* find_declared_method(Class* holder, const Symbol* name, const Symbol* descriptor);
Field* find_declared_field(Class* holder, const Symbol* name, const Symbol* descriptor);

// "java.lang.String", "int", "[Ljava.lang.String;": as Class.getName does.
std::string external_name(const Class* c);
std::string external_name(std::string_view internal);
// "java.lang.Object.wait(long)" for messages.
std::string external_method_name(const Method* method);

std::string_view package_of(const Class* c);  // internal form, "" unnamed; of an array: of its elements
bool same_package(const Class* a, const Class* b);

}  // namespace uvm::rt
