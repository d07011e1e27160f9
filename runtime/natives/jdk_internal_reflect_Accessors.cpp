// Natives of jdk.internal.reflect.NativeMethodAccessorImpl and NativeConstructorAccessorImpl: reflective
// calls before they are inflated to generated accessors.
//
// Phase 0 checks everything and makes the call; phase 1 has its result. saved 0: the new object of a
// constructor.
#include <array>

#include "runtime/classfile/descriptor.h"
#include "runtime/execution/interpreter.h"
#include "runtime/heap/exceptions.h"
#include "runtime/heap/objects.h"
#include "runtime/linking/class_description.h"
#include "runtime/linking/initialization.h"
#include "runtime/metadata/member_lookup.h"
#include "runtime/metadata/vm.h"
#include "runtime/natives/reflection.h"
#include "runtime/natives/support.h"

namespace uvm::rt {
namespace {

constexpr std::string_view kIllegalArgument = "java/lang/IllegalArgumentException";

class Arguments {
 public:
  void add(Slot slot) { slots_[count_++] = slot; }
  [[nodiscard]] std::span<const Slot> slots() const { return {slots_.data(), count_}; }

 private:
  std::array<Slot, classfile::kMaxArgumentSlots + 1> slots_{};
  std::size_t count_ = 0;
};

// Unpacks an Object[] (null: empty) into the parameters of `method`.
Status unpack(Thread& thread, const Method* method, const Array* given, Arguments* arguments) {
  std::vector<Class*> parameters;
  Class* result = nullptr;
  UVM_TRY(parameter_classes(thread, method, &parameters, &result));
  const std::size_t count = given == nullptr ? 0 : static_cast<std::size_t>(given->length);
  if (count != parameters.size()) return throw_new(thread, kIllegalArgument, "wrong number of arguments");
  for (std::size_t i = 0; i < count; ++i) {
    const Object* argument = array_get(given, static_cast<std::int32_t>(i));
    const Class* type = parameters[i];
    if (!type->is_primitive()) {
      if (argument != nullptr && !class_of(argument)->is_subclass_of(type)) {
        return throw_new(thread, kIllegalArgument, "argument type mismatch");
      }
      arguments->add(slot_of(argument));
      continue;
    }
    if (argument == nullptr) return throw_new(thread, kIllegalArgument);
    Slot value{};
    if (!unbox_widening(argument, type->primitive, &value)) {
      return throw_new(thread, kIllegalArgument, "argument type mismatch");
    }
    arguments->add(value);
    if (slots_of(type->primitive) == 2) arguments->add(Slot{});
  }
  return Status::kOk;
}

// Throws what InvocationTargetException(Throwable) makes: its cause is the target, but only through getCause.
Thrown throw_invocation_target(Thread& thread, const Object* target) {
  const Thrown result = throw_new(thread, "java/lang/reflect/InvocationTargetException");
  Object* thrown = thread.pending_exception();
  if (thrown != nullptr && class_of(thrown) == known().InvocationTargetException.get()) {
    thrown->set_reference(known().Throwable_cause, nullptr);
    thrown->set_reference(known().InvocationTargetException_target, target);
  }
  return result;
}

// The method that a call of `method` on `receiver` runs. An error of the selection counts as the target's.
Status select_for(Thread& thread, Object* receiver, Method* method, Method** selected) {
  if (method->holder->is_interface()) {
    *selected = select_interface_method(thread, receiver, method);
  } else {
    *selected = select_method(class_of(receiver), method);
    if ((*selected)->is_abstract()) {
      (void)throw_new(thread, "java/lang/AbstractMethodError",
                      describe_method(class_of(receiver), method->name.get(), method->descriptor.get()));
      *selected = nullptr;
    }
  }
  if (*selected != nullptr) return Status::kOk;
  const Object* error = thread.pending_exception();
  thread.java->pending_exception = nullptr;
  return throw_invocation_target(thread, error);
}

bool is_signature_polymorphic(const Method* method) { return method->kind >= MethodKind::kMhInvokeBasic; }

Status invoke(NativeCall& call) {
  Thread& thread = call.thread;
  Method* method = reflected_method(call.object(0));
  const BasicType type = method->return_type;
  if (call.phase() == kFresh) {
    Object* receiver = call.object(1);
    Arguments arguments;
    Method* selected = method;
    // This includes interfaces, which a call of an instance method by bytecode would not initialise.
    UVM_TRY(ensure_initialized(thread, method->holder.get()));
    if (!method->is_static()) {
      if (receiver == nullptr) return throw_null_pointer(thread);
      if (!class_of(receiver)->is_subclass_of(method->holder.get())) {
        return throw_new(thread, kIllegalArgument, "object is not an instance of declaring class");
      }
      if (!method->is_private()) {
        UVM_TRY(select_for(thread, receiver, method, &selected));
      }
      arguments.add(slot_of(receiver));
    }
    UVM_TRY(unpack(thread, method, call.array(2), &arguments));
    if (is_signature_polymorphic(selected)) {
      return throw_new(thread, "java/lang/UnsupportedOperationException",
                       external_name(selected->holder.get()) + "." + std::string(selected->name->view()) +
                           " cannot be invoked reflectively");
    }
    if (type != BasicType::kVoid && !is_reference(type)) UVM_TRY(ensure_initialized(thread, box_class(type)));
    call.set_phase(kUnderWay);
    call.catch_exceptions();
    return call.upcall(selected, arguments.slots());
  }
  if (const Object* thrown = call.caught_exception(); thrown != nullptr) {
    return throw_invocation_target(thread, thrown);
  }
  if (type == BasicType::kVoid) return call.ret(static_cast<Object*>(nullptr));
  if (is_reference(type)) return call.ret(gc::decode<Object>(call.upcall_result().ref));
  const Object* boxed = box(thread, type, call.upcall_result());
  UVM_TRY(made(boxed));
  return call.ret(boxed);
}

Status new_instance(NativeCall& call) {
  Thread& thread = call.thread;
  if (call.phase() == kFresh) {
    Method* initializer = reflected_method(call.object(0));
    Class* c = initializer->holder.get();
    if (c->is_abstract() || c->is_interface() || c->is_array() || c == known().Class.get()) {
      return throw_new(thread, "java/lang/InstantiationException", external_name(c));
    }
    UVM_TRY(ensure_initialized(thread, c));
    Arguments arguments;
    const Object* object = new_object(thread, c);
    UVM_TRY(made(object));
    arguments.add(slot_of(object));
    UVM_TRY(unpack(thread, initializer, call.array(1), &arguments));
    call.save(0, object);
    call.set_phase(kUnderWay);
    call.catch_exceptions();
    return call.upcall(initializer, arguments.slots());
  }
  if (const Object* thrown = call.caught_exception(); thrown != nullptr) {
    return throw_invocation_target(thread, thrown);
  }
  return call.ret(call.saved(0));
}

const NativeMethod kMethodAccessor[] = {
    {"invoke0", "(Ljava/lang/reflect/Method;Ljava/lang/Object;[Ljava/lang/Object;)Ljava/lang/Object;",
     invoke},
};
UVM_REGISTER_NATIVES("jdk/internal/reflect/NativeMethodAccessorImpl", kMethodAccessor)

const NativeMethod kConstructorAccessor[] = {
    {"newInstance0", "(Ljava/lang/reflect/Constructor;[Ljava/lang/Object;)Ljava/lang/Object;", new_instance},
};
UVM_REGISTER_NATIVES("jdk/internal/reflect/NativeConstructorAccessorImpl", kConstructorAccessor)

}  // namespace
}  // namespace uvm::rt
