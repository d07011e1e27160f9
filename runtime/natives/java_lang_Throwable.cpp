// Natives of java.lang.Throwable and java.lang.StackTraceElement.
//
// The backtrace of a Throwable is a long[] of (Reference bits of the Method) << 32 | bytecode index
// (runtime/heap/exceptions.cpp).
#include "runtime/heap/exceptions.h"
#include "runtime/heap/objects.h"
#include "runtime/heap/strings.h"
#include "runtime/linking/modules.h"
#include "runtime/metadata/module_entries.h"
#include "runtime/metadata/vm.h"
#include "runtime/natives/stack_trace.h"
#include "runtime/natives/support.h"

namespace uvm::rt {
namespace {

Status set_string(Thread& thread, Object* element, std::uint32_t field, std::string_view text) {
  const Object* string = new_string(thread, text);
  UVM_TRY(made(string));
  element->set_reference(field, string);
  return Status::kOk;
}

}  // namespace

Status fill_stack_trace_element(Thread& thread, Object* element, Method* method, int bci) {
  const WellKnown& k = known();
  const Class* holder = method->holder.get();
  element->set_reference(k.StackTraceElement_declaringClassObject, holder->mirror_object());

  Object* name = holder->mirror->reference(k.Class_name);
  if (name == nullptr) {
    name = new_string(thread, external_name(holder));
    UVM_TRY(made(name));
    name = intern(thread, name);
    UVM_TRY(made(name));
    holder->mirror->set_reference(k.Class_name, name);
  }
  element->set_reference(k.StackTraceElement_declaringClass, name);

  if (const Object* loader = holder->loader.get(); loader != nullptr) {
    element->set_reference(k.StackTraceElement_classLoaderName, loader->reference(k.ClassLoader_name));
  }
  if (const ModuleEntry* module = named_module_of(holder); module != nullptr) {
    element->set_reference(k.StackTraceElement_moduleName, module->object->reference(k.Module_name));
    if (module->version) {
      UVM_TRY(set_string(thread, element, k.StackTraceElement_moduleVersion, module->version->view()));
    }
  }
  Object* method_name = nullptr;
  UVM_TRY(symbol_string(thread, method->name.get(), &method_name));
  element->set_reference(k.StackTraceElement_methodName, method_name);
  if (holder->source_file) {
    Object* file = nullptr;
    UVM_TRY(symbol_string(thread, holder->source_file.get(), &file));
    element->set_reference(k.StackTraceElement_fileName, file);
  }
  element->field<std::int32_t>(k.StackTraceElement_lineNumber) = line_of(method, bci);
  return Status::kOk;
}

namespace {

Status fill_in(NativeCall& call) {
  fill_in_stack_trace(call.thread, call.object(0));
  return call.ret(call.object(0));
}

Status init_elements(NativeCall& call) {
  const Array* elements = call.array(0);
  const Object* throwable = call.object(1);
  if (elements == nullptr || throwable == nullptr) return throw_null_pointer(call.thread);
  const auto* backtrace = static_cast<const Array*>(throwable->reference(known().Throwable_backtrace));
  const std::int32_t depth = throwable->field<std::int32_t>(known().Throwable_depth);
  if (elements->length != depth || (backtrace == nullptr ? depth != 0 : backtrace->length < depth)) {
    return throw_new(call.thread, "java/lang/IndexOutOfBoundsException");
  }
  for (std::int32_t i = 0; i < depth; ++i) {
    const auto entry = static_cast<std::uint64_t>(backtrace->elements<std::int64_t>()[i]);
    Object* element = array_get(elements, i);
    if (element == nullptr) return throw_null_pointer(call.thread);
    UVM_TRY(fill_stack_trace_element(call.thread, element,
                                     gc::decode<Method>(static_cast<std::uint32_t>(entry >> 32)),
                                     static_cast<std::int32_t>(entry)));
  }
  return call.ret();
}

Status init_element(NativeCall& call) {
  Object* element = call.object(0);
  const Object* info = call.object(1);
  if (element == nullptr || info == nullptr) return throw_null_pointer(call.thread);
  const WellKnown& k = known();
  const Object* member_name = info->reference(k.StackFrameInfo_memberName);
  const Object* resolved = member_name == nullptr ? nullptr : member_name->reference(k.MemberName_method);
  if (resolved == nullptr) {
    return throw_new(call.thread, "java/lang/InternalError", "StackFrameInfo without a method");
  }
  auto* method = gc::decode<Method>(
      static_cast<std::uint32_t>(resolved->field<std::int64_t>(k.ResolvedMethodName_vmtarget)));
  const auto bci = static_cast<std::int32_t>(info->field<std::int32_t>(k.StackFrameInfo_bci));
  UVM_TRY(fill_stack_trace_element(call.thread, element, method, bci));
  return call.ret();
}

const NativeMethod kThrowableMethods[] = {
    // A leaf: the frame of the native itself is never part of the trace.
    {"fillInStackTrace", "(I)Ljava/lang/Throwable;", fill_in, kLeaf},
};
UVM_REGISTER_NATIVES("java/lang/Throwable", kThrowableMethods)

const NativeMethod kElementMethods[] = {
    {"initStackTraceElements", "([Ljava/lang/StackTraceElement;Ljava/lang/Throwable;)V", init_elements},
    {"initStackTraceElement", "(Ljava/lang/StackTraceElement;Ljava/lang/StackFrameInfo;)V", init_element},
};
UVM_REGISTER_NATIVES("java/lang/StackTraceElement", kElementMethods)

}  // namespace
}  // namespace uvm::rt
