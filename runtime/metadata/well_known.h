// Classes, fields and methods of the class library that the VM itself names, as one declarative table.
//
// They are resolved once at boot (runtime/boot/boot.cpp) into WellKnown, which lives in the roots segment,
// so that a resumed VM has them at once. Use: `vm.known().String`, `vm.known().String_value` (byte offset of
// a field), `vm.known().Thread_exit` (Method*).
//
// Only classes of java.base that every class library has. To add one, add a line here; boot fails loudly if
// it is not found.
#pragma once

#include <cstddef>
#include <cstdint>
#include <type_traits>

#include "base/persisted.h"
#include "runtime/metadata/metadata.h"

// clang-format off
// C(identifier, internal name)
#define UVM_KNOWN_CLASSES(C)                                                              \
  C(Object, "java/lang/Object")                                                           \
  C(String, "java/lang/String")                                                           \
  C(Class, "java/lang/Class")                                                             \
  C(ClassLoader, "java/lang/ClassLoader")                                                 \
  C(Cloneable, "java/lang/Cloneable")                                                     \
  C(Serializable, "java/io/Serializable")                                                 \
  C(System, "java/lang/System")                                                           \
  C(Thread, "java/lang/Thread")                                                           \
  C(ThreadState, "java/lang/Thread$State")                                                \
  C(ThreadGroup, "java/lang/ThreadGroup")                                                 \
  C(Throwable, "java/lang/Throwable")                                                     \
  C(Error, "java/lang/Error")                                                             \
  C(Exception, "java/lang/Exception")                                                     \
  C(RuntimeException, "java/lang/RuntimeException")                                       \
  C(StackTraceElement, "java/lang/StackTraceElement")                                     \
  C(Module, "java/lang/Module")                                                           \
  C(Shutdown, "java/lang/Shutdown")                                                       \
  C(Reference, "java/lang/ref/Reference")                                                 \
  C(Finalizer, "java/lang/ref/Finalizer")                                                 \
  C(SoftReference, "java/lang/ref/SoftReference")                                         \
  C(WeakReference, "java/lang/ref/WeakReference")                                         \
  C(FinalReference, "java/lang/ref/FinalReference")                                       \
  C(PhantomReference, "java/lang/ref/PhantomReference")                                   \
  C(Method, "java/lang/reflect/Method")                                                   \
  C(Constructor, "java/lang/reflect/Constructor")                                         \
  C(Field, "java/lang/reflect/Field")                                                     \
  C(Parameter, "java/lang/reflect/Parameter")                                             \
  C(RecordComponent, "java/lang/reflect/RecordComponent")                                 \
  C(InvocationTargetException, "java/lang/reflect/InvocationTargetException")             \
  C(MagicAccessorImpl, "jdk/internal/reflect/MagicAccessorImpl")                          \
  C(MethodAccessorImpl, "jdk/internal/reflect/MethodAccessorImpl")                        \
  C(ConstructorAccessorImpl, "jdk/internal/reflect/ConstructorAccessorImpl")              \
  C(ConstantPool, "jdk/internal/reflect/ConstantPool")                                    \
  C(MethodHandle, "java/lang/invoke/MethodHandle")                                        \
  C(VarHandle, "java/lang/invoke/VarHandle")                                              \
  C(MethodHandleNatives, "java/lang/invoke/MethodHandleNatives")                          \
  C(MethodType, "java/lang/invoke/MethodType")                                            \
  C(MemberName, "java/lang/invoke/MemberName")                                            \
  C(ResolvedMethodName, "java/lang/invoke/ResolvedMethodName")                            \
  C(LambdaForm, "java/lang/invoke/LambdaForm")                                            \
  C(CallSite, "java/lang/invoke/CallSite")                                                \
  C(AbstractStackWalker, "java/lang/StackStreamFactory$AbstractStackWalker")              \
  C(StackFrameInfo, "java/lang/StackFrameInfo")                                           \
  C(AccessController, "java/security/AccessController")                                   \
  C(AccessControlContext, "java/security/AccessControlContext")                           \
  C(UnsafeConstants, "jdk/internal/misc/UnsafeConstants")                                 \
  C(FileDescriptor, "java/io/FileDescriptor")                                             \
  C(File, "java/io/File")                                                                 \
  C(Boolean, "java/lang/Boolean")                                                         \
  C(Character, "java/lang/Character")                                                     \
  C(Byte, "java/lang/Byte")                                                               \
  C(Short, "java/lang/Short")                                                             \
  C(Integer, "java/lang/Integer")                                                         \
  C(Long, "java/lang/Long")                                                               \
  C(Float, "java/lang/Float")                                                             \
  C(Double, "java/lang/Double")                                                           \
  C(Void, "java/lang/Void")

// F(identifier, class identifier, field name, descriptor): byte offset in instances (in the mirror for statics)
#define UVM_KNOWN_FIELDS(F)                                                                         \
  F(String_value, String, "value", "[B")                                                            \
  F(String_coder, String, "coder", "B")                                                             \
  F(String_hash, String, "hash", "I")                                                               \
  F(String_COMPACT_STRINGS, String, "COMPACT_STRINGS", "Z")                                         \
  F(Class_classLoader, Class, "classLoader", "Ljava/lang/ClassLoader;")                             \
  F(Class_componentType, Class, "componentType", "Ljava/lang/Class;")                               \
  F(Class_module, Class, "module", "Ljava/lang/Module;")                                            \
  F(Class_name, Class, "name", "Ljava/lang/String;")                                                \
  F(Class_classData, Class, "classData", "Ljava/lang/Object;")                                      \
  F(ClassLoader_unnamedModule, ClassLoader, "unnamedModule", "Ljava/lang/Module;")                  \
  F(ClassLoader_name, ClassLoader, "name", "Ljava/lang/String;")                                    \
  F(ClassLoader_nameAndId, ClassLoader, "nameAndId", "Ljava/lang/String;")                          \
  F(ClassLoader_parent, ClassLoader, "parent", "Ljava/lang/ClassLoader;")                           \
  F(Module_name, Module, "name", "Ljava/lang/String;")                                              \
  F(Module_loader, Module, "loader", "Ljava/lang/ClassLoader;")                                     \
  F(System_in, System, "in", "Ljava/io/InputStream;")                                               \
  F(System_out, System, "out", "Ljava/io/PrintStream;")                                             \
  F(System_err, System, "err", "Ljava/io/PrintStream;")                                             \
  F(Thread_name, Thread, "name", "Ljava/lang/String;")                                              \
  F(Thread_priority, Thread, "priority", "I")                                                       \
  F(Thread_daemon, Thread, "daemon", "Z")                                                           \
  F(Thread_interrupted, Thread, "interrupted", "Z")                                                 \
  F(Thread_eetop, Thread, "eetop", "J")                                                             \
  F(Thread_threadStatus, Thread, "threadStatus", "I")                                               \
  F(Thread_group, Thread, "group", "Ljava/lang/ThreadGroup;")                                       \
  F(ThreadState_VALUES, ThreadState, "$VALUES", "[Ljava/lang/Thread$State;")                        \
  F(Thread_tid, Thread, "tid", "J")                                                                 \
  F(Thread_stackSize, Thread, "stackSize", "J")                                                     \
  F(Thread_inheritedAccessControlContext, Thread, "inheritedAccessControlContext",                  \
    "Ljava/security/AccessControlContext;")                                                         \
  F(Throwable_backtrace, Throwable, "backtrace", "Ljava/lang/Object;")                              \
  F(Throwable_detailMessage, Throwable, "detailMessage", "Ljava/lang/String;")                      \
  F(Throwable_cause, Throwable, "cause", "Ljava/lang/Throwable;")                                   \
  F(Throwable_stackTrace, Throwable, "stackTrace", "[Ljava/lang/StackTraceElement;")                \
  F(Throwable_depth, Throwable, "depth", "I")                                                       \
  F(Throwable_suppressedExceptions, Throwable, "suppressedExceptions", "Ljava/util/List;")          \
  F(Throwable_UNASSIGNED_STACK, Throwable, "UNASSIGNED_STACK", "[Ljava/lang/StackTraceElement;")    \
  F(Throwable_SUPPRESSED_SENTINEL, Throwable, "SUPPRESSED_SENTINEL", "Ljava/util/List;")            \
  F(StackTraceElement_declaringClassObject, StackTraceElement, "declaringClassObject",              \
    "Ljava/lang/Class;")                                                                            \
  F(StackTraceElement_classLoaderName, StackTraceElement, "classLoaderName", "Ljava/lang/String;")  \
  F(StackTraceElement_moduleName, StackTraceElement, "moduleName", "Ljava/lang/String;")            \
  F(StackTraceElement_moduleVersion, StackTraceElement, "moduleVersion", "Ljava/lang/String;")      \
  F(StackTraceElement_declaringClass, StackTraceElement, "declaringClass", "Ljava/lang/String;")    \
  F(StackTraceElement_methodName, StackTraceElement, "methodName", "Ljava/lang/String;")            \
  F(StackTraceElement_fileName, StackTraceElement, "fileName", "Ljava/lang/String;")                \
  F(StackTraceElement_lineNumber, StackTraceElement, "lineNumber", "I")                             \
  F(Reference_referent, Reference, "referent", "Ljava/lang/Object;")                                \
  F(Reference_discovered, Reference, "discovered", "Ljava/lang/ref/Reference;")                     \
  F(Reference_next, Reference, "next", "Ljava/lang/ref/Reference;")                                 \
  F(InvocationTargetException_target, InvocationTargetException, "target", "Ljava/lang/Throwable;") \
  F(Method_clazz, Method, "clazz", "Ljava/lang/Class;")                                             \
  F(Method_slot, Method, "slot", "I")                                                               \
  F(Method_name, Method, "name", "Ljava/lang/String;")                                              \
  F(Method_returnType, Method, "returnType", "Ljava/lang/Class;")                                   \
  F(Method_parameterTypes, Method, "parameterTypes", "[Ljava/lang/Class;")                          \
  F(Method_exceptionTypes, Method, "exceptionTypes", "[Ljava/lang/Class;")                          \
  F(Method_modifiers, Method, "modifiers", "I")                                                     \
  F(Method_signature, Method, "signature", "Ljava/lang/String;")                                    \
  F(Method_annotations, Method, "annotations", "[B")                                                \
  F(Method_parameterAnnotations, Method, "parameterAnnotations", "[B")                              \
  F(Method_annotationDefault, Method, "annotationDefault", "[B")                                    \
  F(Constructor_clazz, Constructor, "clazz", "Ljava/lang/Class;")                                   \
  F(Constructor_slot, Constructor, "slot", "I")                                                     \
  F(Constructor_parameterTypes, Constructor, "parameterTypes", "[Ljava/lang/Class;")                \
  F(Constructor_exceptionTypes, Constructor, "exceptionTypes", "[Ljava/lang/Class;")                \
  F(Constructor_modifiers, Constructor, "modifiers", "I")                                           \
  F(Constructor_signature, Constructor, "signature", "Ljava/lang/String;")                          \
  F(Constructor_annotations, Constructor, "annotations", "[B")                                      \
  F(Constructor_parameterAnnotations, Constructor, "parameterAnnotations", "[B")                    \
  F(Field_clazz, Field, "clazz", "Ljava/lang/Class;")                                               \
  F(Field_slot, Field, "slot", "I")                                                                 \
  F(Field_name, Field, "name", "Ljava/lang/String;")                                                \
  F(Field_type, Field, "type", "Ljava/lang/Class;")                                                 \
  F(Field_modifiers, Field, "modifiers", "I")                                                       \
  F(Field_trustedFinal, Field, "trustedFinal", "Z")                                                 \
  F(Field_signature, Field, "signature", "Ljava/lang/String;")                                      \
  F(Field_annotations, Field, "annotations", "[B")                                                  \
  F(MethodHandle_form, MethodHandle, "form", "Ljava/lang/invoke/LambdaForm;")                       \
  F(MethodHandle_type, MethodHandle, "type", "Ljava/lang/invoke/MethodType;")                       \
  F(LambdaForm_vmentry, LambdaForm, "vmentry", "Ljava/lang/invoke/MemberName;")                     \
  F(MemberName_clazz, MemberName, "clazz", "Ljava/lang/Class;")                                     \
  F(MemberName_name, MemberName, "name", "Ljava/lang/String;")                                      \
  F(MemberName_type, MemberName, "type", "Ljava/lang/Object;")                                      \
  F(MemberName_flags, MemberName, "flags", "I")                                                     \
  F(MemberName_method, MemberName, "method", "Ljava/lang/invoke/ResolvedMethodName;")               \
  F(MemberName_resolution, MemberName, "resolution", "Ljava/lang/Object;")                          \
  F(StackFrameInfo_memberName, StackFrameInfo, "memberName", "Ljava/lang/Object;")                  \
  F(StackFrameInfo_bci, StackFrameInfo, "bci", "I")                                                 \
  F(MethodType_rtype, MethodType, "rtype", "Ljava/lang/Class;")                                     \
  F(MethodType_ptypes, MethodType, "ptypes", "[Ljava/lang/Class;")                                  \
  F(ConstantPool_constantPoolOop, ConstantPool, "constantPoolOop", "Ljava/lang/Object;")            \
  F(FileDescriptor_fd, FileDescriptor, "fd", "I")                                                   \
  F(FileDescriptor_append, FileDescriptor, "append", "Z")                                           \
  F(File_path, File, "path", "Ljava/lang/String;")                                                  \
  F(Boolean_value, Boolean, "value", "Z")                                                           \
  F(Character_value, Character, "value", "C")                                                       \
  F(Byte_value, Byte, "value", "B")                                                                 \
  F(Short_value, Short, "value", "S")                                                               \
  F(Integer_value, Integer, "value", "I")                                                           \
  F(Long_value, Long, "value", "J")                                                                 \
  F(Float_value, Float, "value", "F")                                                               \
  F(Double_value, Double, "value", "D")

// M(identifier, class identifier, method name, descriptor)
#define UVM_KNOWN_METHODS(M)                                                                        \
  M(ClassLoader_loadClass, ClassLoader, "loadClass", "(Ljava/lang/String;)Ljava/lang/Class;")       \
  M(Object_finalize, Object, "finalize", "()V")                                                     \
  M(Thread_init_group_name, Thread, "<init>", "(Ljava/lang/ThreadGroup;Ljava/lang/String;)V")       \
  M(Thread_run, Thread, "run", "()V")                                                               \
  M(Thread_exit, Thread, "exit", "()V")                                                             \
  M(Thread_dispatchUncaughtException, Thread, "dispatchUncaughtException", "(Ljava/lang/Throwable;)V") \
  M(Shutdown_shutdown, Shutdown, "shutdown", "()V")                                                 \
  M(Finalizer_register, Finalizer, "register", "(Ljava/lang/Object;)V")                             \
  M(System_initPhase1, System, "initPhase1", "()V")                                                 \
  M(System_initPhase2, System, "initPhase2", "(ZZ)I")                                               \
  M(System_initPhase3, System, "initPhase3", "()V")                                                 \
  M(MHN_linkMethod, MethodHandleNatives, "linkMethod",                                              \
    "(Ljava/lang/Class;ILjava/lang/Class;Ljava/lang/String;Ljava/lang/Object;[Ljava/lang/Object;)Ljava/lang/invoke/" \
    "MemberName;")                                                                                  \
  M(MHN_linkCallSite, MethodHandleNatives, "linkCallSite",                                          \
    "(Ljava/lang/Object;ILjava/lang/Object;Ljava/lang/Object;Ljava/lang/Object;Ljava/lang/Object;[Ljava/lang/Object;)" \
    "Ljava/lang/invoke/MemberName;")                                                                \
  M(MHN_linkDynamicConstant, MethodHandleNatives, "linkDynamicConstant",                            \
    "(Ljava/lang/Object;ILjava/lang/Object;Ljava/lang/Object;Ljava/lang/Object;Ljava/lang/Object;)Ljava/lang/Object;") \
  M(MHN_findMethodHandleType, MethodHandleNatives, "findMethodHandleType",                          \
    "(Ljava/lang/Class;[Ljava/lang/Class;)Ljava/lang/invoke/MethodType;")                           \
  M(MHN_linkMethodHandleConstant, MethodHandleNatives, "linkMethodHandleConstant",                  \
    "(Ljava/lang/Class;ILjava/lang/Class;Ljava/lang/String;Ljava/lang/Object;)Ljava/lang/invoke/MethodHandle;") \
  M(StackWalker_doStackWalk, AbstractStackWalker, "doStackWalk",                                    \
    "(JIIII)Ljava/lang/Object;")

// clang-format on

namespace uvm::rt {

// Lives in the roots segment.
struct alignas(8) WellKnown {
#define UVM_CLASS(id, name) Ref<::uvm::rt::Class> id;
  UVM_KNOWN_CLASSES(UVM_CLASS)
#undef UVM_CLASS
#define UVM_FIELD(id, holder, name, descriptor) std::uint32_t id;
  UVM_KNOWN_FIELDS(UVM_FIELD)
#undef UVM_FIELD
#define UVM_METHOD(id, holder, name, descriptor) Ref<::uvm::rt::Method> id;
  UVM_KNOWN_METHODS(UVM_METHOD)
#undef UVM_METHOD
  // MemberName.vmindex, ResolvedMethodName.vmtarget and the like are fields that the VM adds to library
  // classes:
  std::uint32_t MemberName_vmindex;             // J
  std::uint32_t ResolvedMethodName_vmtarget;    // J: Reference bits of the Method
  std::uint32_t ResolvedMethodName_vmholder;    // Object: the holder's mirror
  Ref<::uvm::rt::Class> primitive_classes[16];  // by BasicType value; kVoid included
  Ref<::uvm::rt::Class> primitive_arrays[16];   // arrays of them, by element BasicType
  Ref<::uvm::rt::Class> object_array;           // Object[]
  Ref<::uvm::rt::Class> string_array, class_array;
};

static_assert(std::is_trivially_copyable_v<WellKnown> && sizeof(WellKnown) % 8 == 0);

// All fields are four bytes or arrays of those, so there is padding only at the end.
constexpr std::uint64_t persisted_layout(const WellKnown* /*type*/) {
  std::uint64_t hash = add_to_layout(kLayoutSeed, "WellKnown");
#define UVM_CLASS(id, name) hash = add_to_layout(hash, #id);
  UVM_KNOWN_CLASSES(UVM_CLASS)
#undef UVM_CLASS
#define UVM_MEMBER(id, holder, name, descriptor) hash = add_to_layout(hash, #id);
  UVM_KNOWN_FIELDS(UVM_MEMBER)
  UVM_KNOWN_METHODS(UVM_MEMBER)
#undef UVM_MEMBER
#define UVM_TAIL(id) hash = add_to_layout(add_to_layout(hash, #id), offsetof(WellKnown, id));
  UVM_TAIL(MemberName_vmindex)
  UVM_TAIL(ResolvedMethodName_vmtarget)
  UVM_TAIL(ResolvedMethodName_vmholder)
  UVM_TAIL(primitive_classes)
  UVM_TAIL(primitive_arrays)
  UVM_TAIL(object_array)
  UVM_TAIL(string_array)
  UVM_TAIL(class_array)
#undef UVM_TAIL
  return add_to_layout(hash, sizeof(WellKnown));
}

}  // namespace uvm::rt
