// Natives of java.lang.reflect.Executable and java.lang.reflect.Field.
#include "runtime/heap/exceptions.h"
#include "runtime/heap/objects.h"
#include "runtime/linking/initialization.h"
#include "runtime/metadata/vm.h"
#include "runtime/natives/reflection.h"
#include "runtime/natives/support.h"

namespace uvm::rt {
namespace {

// The parameters as the MethodParameters attribute describes them (JVMS 4.7.24); null if there is none.
Status get_parameters(NativeCall& call) {
  Thread& thread = call.thread;
  const WellKnown& k = known();
  Object* executable = call.object(0);
  const Method* method = reflected_method(executable);
  if (method->has_parameters == 0) return call.ret(static_cast<Object*>(nullptr));
  Class* c = k.Parameter.get();
  UVM_TRY(ensure_initialized(thread, c));
  Array* parameters = new_object_array(thread, c, method->parameter_count);
  UVM_TRY(made(parameters));
  for (std::int32_t i = 0; i < method->parameter_count; ++i) {
    const MethodParameter& entry = method->parameters[static_cast<std::size_t>(i)];
    Object* parameter = new_object(thread, c);
    UVM_TRY(made(parameter));
    Object* name = nullptr;
    if (entry.name_index != 0) {
      if (entry.name_index >= method->holder->pool->count ||
          method->holder->pool->tag(entry.name_index) != PoolTag::kUtf8) {
        return throw_new(thread, "java/lang/IllegalArgumentException", "Wrong type at constant pool index");
      }
      UVM_TRY(symbol_string(thread, method->holder->pool->utf8(entry.name_index), &name));
    }
    parameter->set_reference(library_field(c, "name", "Ljava/lang/String;"), name);
    parameter->field<std::int32_t>(library_field(c, "modifiers", "I")) = entry.access;
    parameter->set_reference(library_field(c, "executable", "Ljava/lang/reflect/Executable;"), executable);
    parameter->field<std::int32_t>(library_field(c, "index", "I")) = i;
    array_set(parameters, i, parameter);
  }
  return call.ret(parameters);
}

Status get_executable_type_annotations(NativeCall& call) {
  Object* bytes = nullptr;
  UVM_TRY(make_byte_array(call.thread, reflected_method(call.object(0))->type_annotations.get(), &bytes));
  return call.ret(bytes);
}

Status get_field_type_annotations(NativeCall& call) {
  Object* bytes = nullptr;
  UVM_TRY(make_byte_array(call.thread, reflected_field(call.object(0))->type_annotations.get(), &bytes));
  return call.ret(bytes);
}

const NativeMethod kExecutableMethods[] = {
    {"getParameters0", "()[Ljava/lang/reflect/Parameter;", get_parameters},
    {"getTypeAnnotationBytes0", "()[B", get_executable_type_annotations},
};
UVM_REGISTER_NATIVES("java/lang/reflect/Executable", kExecutableMethods)

const NativeMethod kFieldMethods[] = {
    {"getTypeAnnotationBytes0", "()[B", get_field_type_annotations},
};
UVM_REGISTER_NATIVES("java/lang/reflect/Field", kFieldMethods)

}  // namespace
}  // namespace uvm::rt
