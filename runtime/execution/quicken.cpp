// The first execution of an instruction: resolves its pool entry and rewrites the instruction to its quick
// form.
//
// An instruction is rewritten by one 64-bit store, and only when its effect can no longer depend on who
// executes it: static accesses and `new` stay as they are while the class is being initialised (JVMS 5.5).
// Another thread may have rewritten it since the interpreter dispatched on it, so it is read once, whole, and
// left alone if it is quick already.
#include <algorithm>
#include <cstdint>
#include <cstring>
#include <vector>

#include "runtime/classfile/opcodes.h"
#include "runtime/execution/interpreter.h"
#include "runtime/execution/native.h"
#include "runtime/heap/exceptions.h"
#include "runtime/heap/objects.h"
#include "runtime/linking/array_classes.h"
#include "runtime/linking/class_description.h"
#include "runtime/linking/initialization.h"
#include "runtime/linking/linkage.h"
#include "runtime/linking/resolution.h"
#include "runtime/metadata/code.h"
#include "runtime/metadata/default_methods.h"
#include "runtime/metadata/member_lookup.h"
#include "runtime/metadata/narrowing.h"
#include "runtime/metadata/roots.h"
#include "runtime/metadata/thread_sanitizer.h"
#include "runtime/metadata/vm.h"

namespace uvm::rt {
namespace {

void rewrite(Insn* at, Op op, unsigned a, std::uint32_t b) {
  replace_insn(at, {op, static_cast<std::uint16_t>(a), static_cast<std::int32_t>(b)});
}

Insn read(const Insn* at) {
  const std::uint64_t bits = __atomic_load_n(reinterpret_cast<const std::uint64_t*>(at), __ATOMIC_ACQUIRE);
  Insn insn;
  std::memcpy(&insn, &bits, sizeof insn);
  return insn;
}

// The quick forms of a field access, by the field's type. Loads differ for short and char, but not for
// boolean and byte; stores the other way round.
struct QuickLoads {
  Op b, c, s, i, a, l;
  [[nodiscard]] Op of(BasicType type) const {
    switch (type) {
      case BasicType::kBoolean:
      case BasicType::kByte:
        return b;
      case BasicType::kChar:
        return c;
      case BasicType::kShort:
        return s;
      case BasicType::kLong:
      case BasicType::kDouble:
        return l;
      default:
        return is_reference(type) ? a : i;
    }
  }
};
constexpr QuickLoads kGetfield{Op::getfield_b, Op::getfield_c, Op::getfield_s,
                               Op::getfield_i, Op::getfield_a, Op::getfield_l};
constexpr QuickLoads kGetstatic{Op::getstatic_b, Op::getstatic_c, Op::getstatic_s,
                                Op::getstatic_i, Op::getstatic_a, Op::getstatic_l};

struct QuickStores {
  Op z, b, c, i, a, l;
  [[nodiscard]] Op of(BasicType type) const {
    switch (type) {
      case BasicType::kBoolean:
        return z;
      case BasicType::kByte:
        return b;
      case BasicType::kChar:
      case BasicType::kShort:
        return c;
      case BasicType::kLong:
      case BasicType::kDouble:
        return l;
      default:
        return is_reference(type) ? a : i;
    }
  }
};
constexpr QuickStores kPutfield{Op::putfield_z, Op::putfield_b, Op::putfield_c,
                                Op::putfield_i, Op::putfield_a, Op::putfield_l};
constexpr QuickStores kPutstatic{Op::putstatic_z, Op::putstatic_b, Op::putstatic_c,
                                 Op::putstatic_i, Op::putstatic_a, Op::putstatic_l};

InterfaceSite* make_interface_site(Method* method) {
  const std::lock_guard lock(vm()->metadata_lock);
  auto* site = vm()->metadata.make<InterfaceSite>();
  site->method = method;
  site->number = roots().interface_sites++;
  return site;
}

std::int32_t native_of(const Method* method) {
  return find_native(method->holder->name->view(), method->name->view(), method->descriptor->view());
}

// Makes calls of a method that is still of kind `unbound` run the native.
void bind_native(Method* method, MethodKind unbound, std::int32_t index) {
  const std::lock_guard lock(vm()->metadata_lock);
  if (method->load_kind() != unbound) return;  // another thread was faster
  const NativeMethod& native = native_at(static_cast<std::uint32_t>(index));
  method->native_index = static_cast<std::uint32_t>(index);
  method->native_protocol = native.protocol;
  const bool framed = native.traits == kFramed || method->is_synchronized();
  method->publish_kind(framed ? MethodKind::kNative : MethodKind::kNativeLeaf);
}

// Binds a method of the class library that has a native in place of its bytecode; false if this one has none.
bool bind_intrinsic(Method* method) {
  if ((method->holder->flags & kClassTrusted) == 0 || method->is_synchronized()) return false;
  const std::int32_t index = native_of(method);
  if (index < 0 || native_at(static_cast<std::uint32_t>(index)).traits != kIntrinsic) return false;
  bind_native(method, MethodKind::kUnprepared, index);
  return true;
}

}  // namespace

Status quicken_field(Thread& thread, Frame* frame, Insn* insn, Field** unready) {
  Method* method = frame->method.get();
  Class* referrer = method->holder.get();
  const Insn now = read(insn);
  const Op op = now.op;
  if (op != Op::getfield && op != Op::putfield && op != Op::getstatic && op != Op::putstatic)
    return Status::kOk;
  const bool is_static = op == Op::getstatic || op == Op::putstatic;
  const bool is_put = op == Op::putfield || op == Op::putstatic;
  Field* field = nullptr;
  UVM_TRY(resolve_field(thread, referrer, static_cast<unsigned>(now.b), is_static, is_put, method, &field));
  if (!is_static) {
    if (is_put && field->is_volatile()) {
      const Op quick = is_reference(field->type) ? Op::putfield_volatile_a : Op::putfield_volatile;
      rewrite(insn, quick, static_cast<unsigned>(field->type), field->offset);
    } else {
      const Op quick = is_put ? kPutfield.of(field->type) : kGetfield.of(field->type);
      rewrite(insn, quick, 0, field->offset);
    }
    return Status::kOk;
  }
  Class* holder = field->holder.get();
  UVM_TRY(ensure_initialized(thread, holder));
  if (!holder->is_initialized()) {
    *unready = field;
  } else if (field->offset > 0xffff || (is_put && field->is_volatile())) {
    rewrite(insn, is_put ? Op::putstatic_far : Op::getstatic_far, 0, gc::encode(field));
  } else {
    const Op quick = is_put ? kPutstatic.of(field->type) : kGetstatic.of(field->type);
    rewrite(insn, quick, field->offset, holder->mirror.bits);
  }
  return Status::kOk;
}

Status quicken_invoke(Thread& thread, Frame* frame, Insn* insn, Method** unready) {
  Method* caller = frame->method.get();
  Class* referrer = caller->holder.get();
  ConstantPool* pool = referrer->pool.get();
  const Insn now = read(insn);
  const auto index = static_cast<unsigned>(now.b);
  const unsigned a = now.a;
  const Op op = now.op;
  if (op != Op::invokevirtual && op != Op::invokespecial && op != Op::invokestatic &&
      op != Op::invokeinterface && op != Op::invokedynamic) {
    return Status::kOk;
  }
  if (op == Op::invokedynamic) {
    return link_invokedynamic(thread, caller, insn, index);
  }
  const InvokeKind kind = op == Op::invokevirtual   ? InvokeKind::kVirtual
                          : op == Op::invokespecial ? InvokeKind::kSpecial
                          : op == Op::invokestatic  ? InvokeKind::kStatic
                                                    : InvokeKind::kInterface;
  Method* m = nullptr;
  UVM_TRY(resolve_method(thread, referrer, index, kind, &m));
  if (m->load_kind() == MethodKind::kMhInvoke && op == Op::invokevirtual) {
    return link_handle_call(thread, caller, insn, index);
  }
  if (op == Op::invokestatic) {
    UVM_TRY(ensure_initialized(thread, m->holder.get()));
    if (m->holder->is_initialized()) {
      rewrite(insn, Op::invokestatic_quick, a, gc::encode(m));
    } else {
      *unready = m;
    }
    return Status::kOk;
  }
  if (op == Op::invokespecial) {
    // JVMS 6.5 invokespecial: a superclass call selects from the direct superclass of the calling class.
    Class* c = nullptr;
    UVM_TRY(resolve_class(thread, referrer, pool->class_index(index), &c));
    const Method* const resolved = m;
    if (!m->is_initializer() && (referrer->access & kAccSuper) != 0 && !c->is_interface() &&
        referrer->super && referrer != c && referrer->super->is_subclass_of(c)) {
      m = lookup_method(referrer->super.get(), m->name.get(), m->descriptor.get());
    }
    if (m == nullptr || m->is_abstract()) {
      return throw_new(
          thread, "java/lang/AbstractMethodError",
          describe_method(resolved->holder.get(), resolved->name.get(), resolved->descriptor.get()));
    }
    rewrite(insn, Op::invokespecial_quick, a, gc::encode(m));
    return Status::kOk;
  }
  if (m->is_private()) {
    rewrite(insn, Op::invokespecial_quick, a, gc::encode(m));
  } else if (m->holder->is_interface()) {
    InterfaceSite* site = make_interface_site(m);
    rewrite(insn, Op::invokeinterface_quick, a, gc::encode(site));
  } else if (m->vtable_index < 0 ||
             (m->load_kind() >= MethodKind::kMhInvokeBasic && m->load_kind() <= MethodKind::kMhInvoke)) {
    rewrite(insn, Op::invokespecial_quick, a, gc::encode(m));
  } else if ((m->access & kAccFinal) != 0 || (m->holder->access & kAccFinal) != 0) {
    rewrite(insn, Op::invokespecial_quick, a, gc::encode(m));
  } else {
    rewrite(insn, Op::invokevirtual_quick, a, static_cast<std::uint32_t>(m->vtable_index));
  }
  return Status::kOk;
}

Status quicken_new(Thread& thread, Frame* frame, Insn* insn, Class** unready) {
  const Insn now = read(insn);
  if (now.op != Op::new_) return Status::kOk;
  Class* c = nullptr;
  UVM_TRY(resolve_class(thread, frame->method->holder.get(), static_cast<unsigned>(now.b), &c));
  if (c->is_abstract() || c->is_interface() || c == vm()->known().Class.get()) {
    return throw_new(
        thread,
        c == vm()->known().Class.get() ? "java/lang/IllegalAccessError" : "java/lang/InstantiationError",
        external_name(c));
  }
  UVM_TRY(ensure_initialized(thread, c));
  if (c->is_initialized()) {
    rewrite(insn, Op::new_quick, 0, gc::encode(c));
  } else {
    *unready = c;
  }
  return Status::kOk;
}

Status quicken_class_operand(Thread& thread, Frame* frame, Insn* insn) {
  const Insn now = read(insn);
  if (now.op != Op::anewarray && now.op != Op::checkcast && now.op != Op::instanceof_) return Status::kOk;
  Class* c = nullptr;
  UVM_TRY(resolve_class(thread, frame->method->holder.get(), static_cast<unsigned>(now.b), &c));
  Op quick = now.op == Op::checkcast ? Op::checkcast_quick : Op::instanceof_quick;
  if (now.op == Op::anewarray) {
    c = array_class_of(thread, c);
    if (c == nullptr) return Status::kThrow;
    quick = Op::anewarray_quick;
  }
  rewrite(insn, quick, 0, gc::encode(c));
  return Status::kOk;
}

Status quicken_ldc(Thread& thread, Frame* frame, Insn* insn, Slot* two_slot_value) {
  Class* referrer = frame->method->holder.get();
  const Insn now = read(insn);
  if (now.op != Op::ldc && now.op != Op::ldc2_dynamic) return Status::kOk;
  const auto index = static_cast<unsigned>(now.b);
  ConstantPool* pool = referrer->pool.get();
  Object* value = nullptr;
  UVM_TRY(resolve_constant(thread, referrer, index, &value));
  Slot slot = slot_of(value);
  Op quick = Op::const_a;
  if (pool->tag(index) == PoolTag::kDynamic) {
    const char type = pool->descriptor_of(index)->view().front();
    if (!is_reference(basic_type_of(type))) {
      unbox(value, &slot);
      quick = Op::const_i;
    }
  }
  if (two_slot_value != nullptr) {
    auto* stored = vm()->metadata.make<std::uint64_t>();
    *stored = slot.raw;
    *two_slot_value = slot;
    rewrite(insn, Op::const_w, 0, gc::encode(stored));
  } else {
    rewrite(insn, quick, 0, static_cast<std::uint32_t>(slot.raw));
  }
  return Status::kOk;
}

Status resolve_multianewarray(Thread& thread, Frame* frame, Insn* insn, Class** result) {
  return resolve_class(thread, frame->method->holder.get(), static_cast<unsigned>(insn->b), result);
}

void load_field(const Field* field, Object* holder, Slot* value) {
  value->raw = 0;
  switch (field->type) {
    case BasicType::kBoolean:
      value->i = __atomic_load_n(&holder->field<std::uint8_t>(field->offset), __ATOMIC_ACQUIRE);
      break;
    case BasicType::kByte:
      value->i = __atomic_load_n(&holder->field<std::int8_t>(field->offset), __ATOMIC_ACQUIRE);
      break;
    case BasicType::kChar:
      value->i = __atomic_load_n(&holder->field<std::uint16_t>(field->offset), __ATOMIC_ACQUIRE);
      break;
    case BasicType::kShort:
      value->i = __atomic_load_n(&holder->field<std::int16_t>(field->offset), __ATOMIC_ACQUIRE);
      break;
    case BasicType::kLong:
    case BasicType::kDouble:
      value->l = __atomic_load_n(&holder->field<std::int64_t>(field->offset), __ATOMIC_ACQUIRE);
      break;
    default:
      if (is_reference(field->type)) {
        value->ref = holder->slot(field->offset).bits_volatile();
      } else {
        value->i = __atomic_load_n(&holder->field<std::int32_t>(field->offset), __ATOMIC_ACQUIRE);
      }
      break;
  }
}

void store_field(const Field* field, Object* holder, Slot value) {
  switch (size_log2_of(field->type)) {
    case 0: {
      __atomic_store_n(&holder->field<std::uint8_t>(field->offset), byte_of(field->type, value.i),
                       __ATOMIC_SEQ_CST);
      break;
    }
    case 1:
      __atomic_store_n(&holder->field<std::uint16_t>(field->offset), static_cast<std::uint16_t>(value.i),
                       __ATOMIC_SEQ_CST);
      break;
    case 3:
      __atomic_store_n(&holder->field<std::int64_t>(field->offset), value.l, __ATOMIC_SEQ_CST);
      break;
    default:
      if (is_reference(field->type)) {
        holder->slot(field->offset).store_volatile(value.ref);
      } else {
        __atomic_store_n(&holder->field<std::int32_t>(field->offset), value.i, __ATOMIC_SEQ_CST);
      }
      break;
  }
}

Array* new_multi_array(Thread& thread, Class* array_class, const Slot* lengths, unsigned dimensions) {
  Array* array = new_array(thread, array_class, lengths[0].i);
  if (array == nullptr || dimensions == 1) return array;
  for (std::int32_t i = 0; i < array->length; i++) {
    Array* part = new_multi_array(thread, array_class->component.get(), lengths + 1, dimensions - 1);
    if (part == nullptr) return nullptr;
    array_set(array, i, part);
  }
  return array;
}

namespace {

// 'abstract int size()': without the class, with the modifier.
std::string describe_declaration(const Method* method) {
  std::string text = describe_method(method->holder.get(), method->name.get(), method->descriptor.get());
  const std::string holder = external_name(method->holder.get()) + ".";
  if (const std::size_t at = text.find(holder); at != std::string::npos) text.erase(at, holder.size());
  if (method->is_abstract()) text.insert(1, "abstract ");
  return text;
}

// The method like `wanted` that `c` declares or inherits from a class, not from an interface; null if none.
Method* class_method(Class* c, const Method* wanted) {
  for (; c != nullptr; c = c->super.get()) {
    Method* m = find_declared_method(c, wanted->name.get(), wanted->descriptor.get());
    if (m != nullptr && !m->is_static() && !m->is_private()) return m;
  }
  return nullptr;
}

bool is_invokevirtual(const Thread& thread) {
  const Frame* frame = thread.frame;
  if (frame->kind != FrameKind::kJava) return false;
  const Method* caller = frame->method.get();
  return caller->bytecode[static_cast<std::size_t>(bci_of(caller, frame->pc.get()))] ==
         static_cast<std::uint8_t>(classfile::Opcode::k_invokevirtual);
}

// Whether the call that failed names a class: invokevirtual, or reflection.
bool called_through_class(const Thread& thread) {
  return thread.frame->kind != FrameKind::kJava || is_invokevirtual(thread);
}

// Lists every candidate in the message of a conflict, in the order they are met from the class upwards.
void append_candidates(const Class* c, const SpecificMethods& specific, std::vector<const Class*>* seen,
                       std::string* message) {
  if (std::find(seen->begin(), seen->end(), c) != seen->end()) return;
  seen->push_back(c);
  for (const Method* m : specific.candidates) {
    if (m->holder.get() == c)
      *message += " " + std::string(c->name->view()) + "." + std::string(m->name->view());
  }
  if (c->super) append_candidates(c->super.get(), specific, seen, message);
  for (unsigned i = 0; i < c->interface_count; i++)
    append_candidates(c->interfaces[i].get(), specific, seen, message);
}

// The abstract method that represents an interface's method in a class's vtable: that of the first direct
// interface that has one, or of an interface that it extends.
const Method* miranda(Class* c, const Method* wanted) {
  while (c->super && c->super->is_subclass_of(wanted->holder.get())) c = c->super.get();
  for (unsigned i = 0; i < c->interface_count; i++) {
    Class* direct = c->interfaces[i].get();
    const Method* m = find_declared_method(direct, wanted->name.get(), wanted->descriptor.get());
    if (m != nullptr && !m->is_static() && !m->is_private()) return m;
    const SpecificMethods above =
        maximally_specific_methods(direct, wanted->name.get(), wanted->descriptor.get());
    if (!above.candidates.empty()) return above.candidates.front();
  }
  return nullptr;
}

// For a class whose interfaces have bodies, but none for this method: HotSpot fills its vtable with a method
// that throws, so the error of a call through the class says more than that of a call through the interface.
// kOk: `c` is no such class.
Status throw_no_default(Thread& thread, Class* c, const Method* resolved) {
  if (class_method(c, resolved) != nullptr) return Status::kOk;
  const SpecificMethods specific =
      maximally_specific_methods(c, resolved->name.get(), resolved->descriptor.get());
  if (specific.conflict()) {
    std::string message = "Conflicting default methods:";
    std::vector<const Class*> seen;
    append_candidates(c, specific, &seen, &message);
    return throw_new(thread, "java/lang/IncompatibleClassChangeError", message);
  }
  bool has_bodies = false;
  for (unsigned i = 0; i < c->all_interface_count; i++)
    has_bodies = has_bodies || (c->all_interfaces[i]->flags & kClassHasDefaults) != 0;
  if (!has_bodies) return Status::kOk;
  while (c->super && c->super->is_subclass_of(resolved->holder.get())) c = c->super.get();
  return throw_new(thread, "java/lang/AbstractMethodError",
                   "Method " + std::string(c->name->view()) + "." + std::string(resolved->name->view()) +
                       std::string(resolved->descriptor->view()) + " is abstract");
}

}  // namespace

Method* select_interface_method(Thread& thread, Object* receiver, Method* resolved) {
  Class* c = class_of(receiver);
  if (!c->is_subclass_of(resolved->holder.get())) {
    (void)throw_new(thread, "java/lang/IncompatibleClassChangeError",
                    "Class " + external_name(c) + " does not implement the requested interface " +
                        external_name(resolved->holder.get()));
    return nullptr;
  }
  Method* m = select_method(c, resolved);
  if (m == nullptr || m->is_abstract()) {
    (void)throw_abstract_method(thread, c, resolved, called_through_class(thread));
    return nullptr;
  }
  if ((m->access & kAccPublic) == 0 && !m->is_private()) {
    (void)throw_new(thread, "java/lang/IllegalAccessError",
                    describe_method(c, m->name.get(), m->descriptor.get()));
    return nullptr;
  }
  return m;
}

Status throw_abstract_method(Thread& thread, Class* receiver_class, Method* resolved, bool through_class) {
  if (resolved->holder->is_interface() && through_class)
    UVM_TRY(throw_no_default(thread, receiver_class, resolved));
  std::string message = "Receiver class " + external_name(receiver_class) +
                        " does not define or inherit an implementation of the resolved method " +
                        describe_declaration(resolved) + " of " +
                        (resolved->holder->is_interface()  ? "interface "
                         : resolved->holder->is_abstract() ? "abstract class "
                                                           : "class ") +
                        external_name(resolved->holder.get()) + ".";
  const Method* own = class_method(receiver_class, resolved);
  if (own == nullptr && resolved->holder->is_interface() && is_invokevirtual(thread))
    own = miranda(receiver_class, resolved);
  if (own != nullptr && own != resolved) {
    message += " Selected method is '" + std::string(own->is_abstract() ? "abstract " : "") +
               describe_method(own->holder.get(), own->name.get(), own->descriptor.get()).substr(1) + ".";
  }
  return throw_new(thread, "java/lang/AbstractMethodError", message);
}

Status throw_class_cast(Thread& thread, Object* object, Class* wanted) {
  const Class* c = class_of(object);
  return throw_new(thread, "java/lang/ClassCastException",
                   "class " + external_name(c) + " cannot be cast to class " + external_name(wanted) + " (" +
                       describe_places(c, wanted) + ")");
}

void prepare_method(Method* method) {
  if (method->load_kind() == MethodKind::kUnprepared) {
    if (!bind_intrinsic(method)) translate(method);
    return;
  }
  if (method->load_kind() != MethodKind::kNativeUnbound) return;
  const std::int32_t index = native_of(method);
  bind_native(method, MethodKind::kNativeUnbound,
              index < 0 ? static_cast<std::int32_t>(stand_in_for(method)) : index);
}

}  // namespace uvm::rt
