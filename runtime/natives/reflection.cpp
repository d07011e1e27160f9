#include "runtime/natives/reflection.h"

#include "runtime/classfile/descriptor.h"
#include "runtime/heap/objects.h"
#include "runtime/linking/class_loading.h"
#include "runtime/linking/initialization.h"
#include "runtime/linking/resolution.h"
#include "runtime/metadata/vm.h"
#include "runtime/natives/support.h"

namespace uvm::rt {
namespace {

Status exception_classes(Thread& thread, const Method* method, std::vector<Class*>* classes) {
  for (unsigned i = 0; i < method->exception_count; ++i) {
    Class* c = nullptr;
    UVM_TRY(resolve_class(thread, method->holder.get(), method->exceptions[i], &c));
    classes->push_back(c);
  }
  return Status::kOk;
}

Status set_classes(Thread& thread, Object* object, std::uint32_t field, const std::vector<Class*>& classes) {
  const Array* array = make_class_array(thread, classes);
  UVM_TRY(made(array));
  object->set_reference(field, array);
  return Status::kOk;
}

Status set_bytes(Thread& thread, Object* object, std::uint32_t field, const Bytes* bytes) {
  Object* array = nullptr;
  UVM_TRY(make_byte_array(thread, bytes, &array));
  object->set_reference(field, array);
  return Status::kOk;
}

Status set_symbol(Thread& thread, Object* object, std::uint32_t field, Symbol* symbol) {
  Object* string = nullptr;
  UVM_TRY(symbol_string(thread, symbol, &string));
  object->set_reference(field, string);
  return Status::kOk;
}

// Flags of JVMS tables 4.5-A and 4.6-A.
constexpr std::uint32_t kFieldModifiers = 0x50df;
constexpr std::uint32_t kMethodModifiers = 0x1dff;

bool is_trusted_final(const Field* field) {
  return (field->access & kAccFinal) != 0 &&
         (field->is_static() || field->holder->is_hidden() || (field->holder->flags & kClassIsRecord) != 0);
}

}  // namespace

bool calls_for_another(const Method* method) {
  const Class* holder = method->holder.get();
  if (holder == known().Method.get() && method->name->view() == "invoke") return true;
  if (holder->is_subclass_of(known().MethodAccessorImpl.get())) return true;
  // Compiled lambda forms: hidden methods of java.lang.invoke.
  return (method->flags & kMethodHidden) != 0 && package_of(holder) == "java/lang/invoke";
}

Status descriptor_class(Thread& thread, std::string_view descriptor, Object* loader, Class** result) {
  if (descriptor == "V") {
    *result = known().primitive_classes[static_cast<unsigned>(BasicType::kVoid)].get();
    return Status::kOk;
  }
  return class_of_descriptor(thread, descriptor, loader, result);
}

Status parameter_classes(Thread& thread, const Method* method, std::vector<Class*>* parameters,
                         Class** result) {
  Object* loader = method->holder->loader.get();
  const std::string_view descriptor = method->descriptor->view();
  for (classfile::ParameterTypes p(descriptor); !p.done(); p.next()) {
    Class* c = nullptr;
    UVM_TRY(descriptor_class(thread, p.type(), loader, &c));
    parameters->push_back(c);
  }
  return descriptor_class(thread, classfile::return_type(descriptor), loader, result);
}

Status reflect_field(Thread& thread, Field* field, Object** result) {
  const WellKnown& k = known();
  Class* type = nullptr;
  UVM_TRY(descriptor_class(thread, field->descriptor->view(), field->holder->loader.get(), &type));
  UVM_TRY(ensure_initialized(thread, k.Field.get()));
  Object* object = new_object(thread, k.Field.get());
  UVM_TRY(made(object));
  object->set_reference(k.Field_clazz, field->holder->mirror_object());
  object->field<std::int32_t>(k.Field_slot) = field->slot;
  UVM_TRY(set_symbol(thread, object, k.Field_name, field->name.get()));
  object->set_reference(k.Field_type, type->mirror_object());
  object->field<std::int32_t>(k.Field_modifiers) = static_cast<std::int32_t>(field->access & kFieldModifiers);
  object->field<std::uint8_t>(k.Field_trustedFinal) = is_trusted_final(field) ? 1 : 0;
  UVM_TRY(set_symbol(thread, object, k.Field_signature, field->generic_signature.get()));
  UVM_TRY(set_bytes(thread, object, k.Field_annotations, field->annotations.get()));
  *result = object;
  return Status::kOk;
}

Status reflect_method(Thread& thread, Method* method, Object** result) {
  const WellKnown& k = known();
  std::vector<Class*> parameters;
  std::vector<Class*> exceptions;
  Class* return_class = nullptr;
  UVM_TRY(parameter_classes(thread, method, &parameters, &return_class));
  UVM_TRY(exception_classes(thread, method, &exceptions));
  UVM_TRY(ensure_initialized(thread, k.Method.get()));
  Object* object = new_object(thread, k.Method.get());
  UVM_TRY(made(object));
  object->set_reference(k.Method_clazz, method->holder->mirror_object());
  object->field<std::int32_t>(k.Method_slot) = method->slot;
  UVM_TRY(set_symbol(thread, object, k.Method_name, method->name.get()));
  object->set_reference(k.Method_returnType, return_class->mirror_object());
  UVM_TRY(set_classes(thread, object, k.Method_parameterTypes, parameters));
  UVM_TRY(set_classes(thread, object, k.Method_exceptionTypes, exceptions));
  object->field<std::int32_t>(k.Method_modifiers) =
      static_cast<std::int32_t>(method->access & kMethodModifiers);
  UVM_TRY(set_symbol(thread, object, k.Method_signature, method->generic_signature.get()));
  UVM_TRY(set_bytes(thread, object, k.Method_annotations, method->annotations.get()));
  UVM_TRY(set_bytes(thread, object, k.Method_parameterAnnotations, method->parameter_annotations.get()));
  UVM_TRY(set_bytes(thread, object, k.Method_annotationDefault, method->annotation_default.get()));
  *result = object;
  return Status::kOk;
}

Status reflect_constructor(Thread& thread, Method* initializer, Object** result) {
  const WellKnown& k = known();
  std::vector<Class*> parameters;
  std::vector<Class*> exceptions;
  Class* return_class = nullptr;
  UVM_TRY(parameter_classes(thread, initializer, &parameters, &return_class));
  UVM_TRY(exception_classes(thread, initializer, &exceptions));
  UVM_TRY(ensure_initialized(thread, k.Constructor.get()));
  Object* object = new_object(thread, k.Constructor.get());
  UVM_TRY(made(object));
  object->set_reference(k.Constructor_clazz, initializer->holder->mirror_object());
  object->field<std::int32_t>(k.Constructor_slot) = initializer->slot;
  UVM_TRY(set_classes(thread, object, k.Constructor_parameterTypes, parameters));
  UVM_TRY(set_classes(thread, object, k.Constructor_exceptionTypes, exceptions));
  object->field<std::int32_t>(k.Constructor_modifiers) =
      static_cast<std::int32_t>(initializer->access & kMethodModifiers);
  UVM_TRY(set_symbol(thread, object, k.Constructor_signature, initializer->generic_signature.get()));
  UVM_TRY(set_bytes(thread, object, k.Constructor_annotations, initializer->annotations.get()));
  UVM_TRY(set_bytes(thread, object, k.Constructor_parameterAnnotations,
                    initializer->parameter_annotations.get()));
  *result = object;
  return Status::kOk;
}

Status reflect_executable(Thread& thread, Method* method, Object** result) {
  return method->is_initializer() ? reflect_constructor(thread, method, result)
                                  : reflect_method(thread, method, result);
}

Field* reflected_field(const Object* field) {
  Class* holder = mirrored(field->reference(known().Field_clazz));
  return &holder->fields[static_cast<std::size_t>(field->field<std::int32_t>(known().Field_slot))];
}

Method* reflected_method(const Object* executable) {
  const WellKnown& k = known();
  const bool is_method = class_of(executable) == k.Method.get();
  Class* holder = mirrored(executable->reference(is_method ? k.Method_clazz : k.Constructor_clazz));
  return &holder->methods[static_cast<std::size_t>(
      executable->field<std::int32_t>(is_method ? k.Method_slot : k.Constructor_slot))];
}

bool widen(BasicType from, BasicType to, Slot* value) {
  if (from == to) return true;
  switch (from) {
    case BasicType::kByte:
      if (to == BasicType::kShort) return true;
      break;
    case BasicType::kShort:
    case BasicType::kChar:
    case BasicType::kInt:
      break;
    case BasicType::kLong: {
      const std::int64_t v = value->l;
      if (to == BasicType::kFloat) {
        value->raw = 0;
        value->f = static_cast<float>(v);
        return true;
      }
      if (to == BasicType::kDouble) {
        value->d = static_cast<double>(v);
        return true;
      }
      return false;
    }
    case BasicType::kFloat:
      if (to != BasicType::kDouble) return false;
      value->d = static_cast<double>(value->f);
      return true;
    default:
      return false;
  }
  const std::int32_t v = value->i;  // byte, short, char, int
  switch (to) {
    case BasicType::kInt:
      return true;
    case BasicType::kLong:
      value->l = v;
      return true;
    case BasicType::kFloat:
      value->raw = 0;
      value->f = static_cast<float>(v);
      return true;
    case BasicType::kDouble:
      value->d = v;
      return true;
    default:
      return false;
  }
}

bool unbox_widening(const Object* boxed, BasicType to, Slot* value) {
  if (boxed == nullptr) return false;
  const BasicType from = unbox(boxed, value);
  return from != BasicType::kVoid && widen(from, to, value);
}

}  // namespace uvm::rt
