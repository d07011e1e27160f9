#include "runtime/linking/linkage.h"

#include <vector>

#include "runtime/classfile/descriptor.h"
#include "runtime/heap/exceptions.h"
#include "runtime/heap/objects.h"
#include "runtime/heap/strings.h"
#include "runtime/linking/access.h"
#include "runtime/linking/class_loading.h"
#include "runtime/linking/frame_phases.h"
#include "runtime/linking/method_handles.h"
#include "runtime/linking/resolution.h"
#include "runtime/linking/resolution_errors.h"
#include "runtime/metadata/code.h"
#include "runtime/metadata/member_lookup.h"
#include "runtime/metadata/vm.h"
#include "runtime/threads/java_calls.h"

namespace uvm::rt {
namespace {

LinkPhase link_phase_of(const Frame* frame) { return static_cast<LinkPhase>(frame->phase); }
void set_phase(Frame* frame, LinkPhase phase) { frame->phase = static_cast<std::uint8_t>(phase); }

// The slots of a kLink frame: 0 the MethodType or type, 1 the appendix box; 4 the referrer, 5 the
// instruction, 6 the pool index.
Class* referrer_of(Frame* frame) {
  return gc::decode<Class>(static_cast<std::uint32_t>(frame->operands()[4].raw));
}
Insn* insn_of(Frame* frame) { return gc::decode<Insn>(static_cast<std::uint32_t>(frame->operands()[5].raw)); }
unsigned index_of(Frame* frame) { return static_cast<unsigned>(frame->operands()[6].raw); }

// The descriptor whose MethodType (or, of a field, Class) the link needs.
std::string_view descriptor_for(LinkKind kind, ConstantPool* pool, unsigned index) {
  switch (kind) {
    case LinkKind::kMethodType:
      return gc::decode<Symbol>(pool->entry(index).load_raw())->view();
    case LinkKind::kMethodHandle:
      return pool->descriptor_of(pool->entry(index).load_raw() & 0xffff)->view();
    default:
      return pool->descriptor_of(index)->view();
  }
}

// Asks for the MethodType of a method descriptor: kUpcall, and later the result in slot 8. For a field
// descriptor: kOk, with the Class in slot 8.
Status request_type(Thread& thread, Frame* frame, std::string_view descriptor, Class* referrer) {
  Object* loader = referrer->loader.get();
  Class* type = nullptr;
  if (descriptor.front() != '(') {
    UVM_TRY(class_of_descriptor(thread, descriptor, loader, &type));
    frame->operands()[8].raw = type->mirror.bits;
    return Status::kOk;
  }
  std::vector<Class*> parameters;
  for (classfile::ParameterTypes p(descriptor); !p.done(); p.next()) {
    UVM_TRY(class_of_descriptor(thread, p.type(), loader, &type));
    UVM_TRY(check_access_to_class(thread, referrer, type));
    parameters.push_back(type);
  }
  UVM_TRY(class_of_descriptor(thread, classfile::return_type(descriptor), loader, &type));
  UVM_TRY(check_access_to_class(thread, referrer, type));
  const WellKnown& known = vm()->known();
  Array* array = new_object_array(thread, known.Class.get(), static_cast<std::int32_t>(parameters.size()));
  if (array == nullptr) return Status::kThrow;
  for (std::size_t i = 0; i < parameters.size(); i++) {
    array_set(array, static_cast<std::int32_t>(i), parameters[i]->mirror_object());
  }
  set_phase(frame, LinkPhase::kHaveType);
  const Slot args[] = {slot_of(type->mirror_object()), slot_of(array)};
  return push_call(thread, known.MHN_findMethodHandleType.get(), args);
}

Status string_of(Thread& thread, Symbol* symbol, Slot* slot) {
  Object* string = intern_symbol(thread, symbol);
  if (string == nullptr) return Status::kThrow;
  *slot = slot_of(string);
  return Status::kOk;
}

// The bootstrap method and static arguments of a dynamic entry, in the form that linkCallSite takes: null for
// no argument, the argument itself for one, an array for more.
Status bootstrap_of(Thread& thread, Class* referrer, unsigned index, Slot* handle, Slot* arguments) {
  const BootstrapMethod& bootstrap =
      referrer->bootstrap_methods[referrer->pool->entry(index).load_raw() >> 16];
  Object* value = nullptr;
  UVM_TRY(resolve_constant(thread, referrer, bootstrap.method_index, &value));
  *handle = slot_of(value);
  // Resolve all constants first: each may be an upcall, and an array made before it would be made again.
  for (unsigned i = 0; i < bootstrap.argument_count; i++) {
    UVM_TRY(resolve_constant(thread, referrer, bootstrap.arguments[i], &value));
  }
  if (bootstrap.argument_count == 0) {
    arguments->raw = 0;
  } else if (bootstrap.argument_count == 1) {
    *arguments = slot_of(value);
  } else {
    Array* array = new_object_array(thread, vm()->known().Object.get(), bootstrap.argument_count);
    if (array == nullptr) return Status::kThrow;
    for (unsigned i = 0; i < bootstrap.argument_count; i++) {
      UVM_TRY(resolve_constant(thread, referrer, bootstrap.arguments[i], &value));
      array_set(array, static_cast<std::int32_t>(i), value);
    }
    *arguments = slot_of(array);
  }
  return Status::kOk;
}

// The handle must name its method by the kind of entry that suits the method's class. Fields need no check.
Status check_method_reference(Thread& thread, ConstantPool* pool, unsigned index, unsigned member,
                              const Class* callee) {
  const PoolTag tag = pool->tag(member);
  if (tag != (callee->is_interface() ? PoolTag::kMethodref : PoolTag::kInterfaceMethodref))
    return Status::kOk;
  const char* const found = callee->is_interface() ? "CONSTANT_MethodRef" : "CONSTANT_InterfaceMethodRef";
  const char* const wanted = callee->is_interface() ? "CONSTANT_InterfaceMethodRef" : "CONSTANT_MethodRef";
  const std::string_view descriptor = pool->descriptor_of(member)->view();
  return throw_new(thread, "java/lang/IncompatibleClassChangeError",
                   "Inconsistent constant pool data in classfile for class " +
                       std::string(callee->name->view()) + ". Method '" +
                       classfile::type_name(classfile::return_type(descriptor)) + " " +
                       std::string(pool->name_of(member)->view()) + classfile::parameter_list(descriptor) +
                       "' at index " + std::to_string(index) + " is " + found + " and should be " + wanted);
}

// Checks that the member which a handle refers to exists and suits the kind of handle (JVMS 5.4.3.5).
// Failures are reported here, as the error of the link; only the rules of a Lookup are left to Java.
Status check_handle_member(Thread& thread, Class* referrer, unsigned index) {
  ConstantPool* pool = referrer->pool.get();
  const auto kind = static_cast<RefKind>(pool->entry(index).load_raw() >> 16);
  const unsigned member = pool->entry(index).load_raw() & 0xffff;
  Class* callee = nullptr;
  UVM_TRY(resolve_class(thread, referrer, pool->class_index(member), &callee));
  UVM_TRY(check_method_reference(thread, pool, index, member, callee));
  const Symbol* name = pool->name_of(member);
  const Symbol* descriptor = pool->descriptor_of(member);
  if (kind <= RefKind::kPutStatic) {
    if (lookup_field(callee, name, descriptor) != nullptr) return Status::kOk;
    return throw_new(thread, "java/lang/NoSuchFieldError", name->view());
  }
  Method* method = nullptr;
  return link_handle_method(thread, {callee, name, descriptor, referrer}, kind, &method);
}

Status call_linker(Thread& thread, Frame* frame, LinkKind kind) {
  const WellKnown& known = vm()->known();
  Class* referrer = referrer_of(frame);
  ConstantPool* pool = referrer->pool.get();
  const unsigned index = index_of(frame);
  const Slot caller = slot_of(referrer->mirror_object());
  const Slot type = frame->operands()[0];
  Slot name{};
  Slot handle{};
  Slot arguments{};
  if (kind == LinkKind::kMethodHandle) {
    const unsigned member = pool->entry(index).load_raw() & 0xffff;
    Class* callee = nullptr;
    UVM_TRY(resolve_class(thread, referrer, pool->class_index(member), &callee));
    UVM_TRY(string_of(thread, pool->name_of(member), &name));
    set_phase(frame, LinkPhase::kLinked);
    const Slot args[] = {caller, slot_of(static_cast<std::int32_t>(pool->entry(index).load_raw() >> 16)),
                         slot_of(callee->mirror_object()), name, type};
    return push_call(thread, known.MHN_linkMethodHandleConstant.get(), args);
  }
  UVM_TRY(string_of(thread, pool->name_of(index), &name));
  if (kind == LinkKind::kDynamic) {
    UVM_TRY(bootstrap_of(thread, referrer, index, &handle, &arguments));
    set_phase(frame, LinkPhase::kLinked);
    const Slot args[] = {caller, slot_of(static_cast<std::int32_t>(index)), handle, name, type, arguments};
    return push_call(thread, known.MHN_linkDynamicConstant.get(), args);
  }
  if (kind == LinkKind::kCallSite) UVM_TRY(bootstrap_of(thread, referrer, index, &handle, &arguments));
  Class* callee = nullptr;
  if (kind == LinkKind::kHandleCall)
    UVM_TRY(resolve_class(thread, referrer, pool->class_index(index), &callee));
  Array* appendix = new_object_array(thread, known.Object.get(), 1);
  if (appendix == nullptr) return Status::kThrow;
  frame->operands()[1] = slot_of(appendix);
  set_phase(frame, LinkPhase::kLinked);
  if (kind == LinkKind::kCallSite) {
    const Slot args[] = {
        caller, slot_of(static_cast<std::int32_t>(index)), handle, name, type, arguments, slot_of(appendix)};
    return push_call(thread, known.MHN_linkCallSite.get(), args);
  }
  const Slot args[] = {caller,
                       slot_of(static_cast<std::int32_t>(RefKind::kInvokeVirtual)),
                       slot_of(callee->mirror_object()),
                       name,
                       type,
                       slot_of(appendix)};
  return push_call(thread, known.MHN_linkMethod.get(), args);
}

void store_constant(Frame* frame) {
  PoolEntry& entry = referrer_of(frame)->pool->entry(index_of(frame));
  const std::uint32_t value = frame->operands()[8].ref;
  std::uint64_t expected = entry.load_raw();  // unresolved: the first to link it wins
  __atomic_compare_exchange_n(entry.whole(), &expected, entry.resolved_to(value == 0 ? kPoolNull : value),
                              false, __ATOMIC_RELEASE, __ATOMIC_RELAXED);
}

void store_call_site(Frame* frame, Op unlinked) {
  Insn* insn = insn_of(frame);
  auto* site = vm()->metadata.make<HandleSite>();
  site->adapter = member_method(gc::decode<Object>(frame->operands()[8].ref));
  site->appendix = array_get(gc::decode<Array>(frame->operands()[1].ref), 0);
  const std::lock_guard lock(vm()->metadata_lock);
  if (insn->op != unlinked) return;
  replace_insn(insn, {Op::invokehandle_quick, insn->a, static_cast<std::int32_t>(gc::encode(site))});
}

Status start_link(Thread& thread, LinkKind kind, Class* referrer, Insn* insn, unsigned index) {
  UVM_TRY(throw_remembered(thread, {referrer, index, insn}));
  Frame* frame = nullptr;
  UVM_TRY(push_continuation(thread, FrameKind::kLink, &frame));
  frame->aux = static_cast<std::uint16_t>(kind);
  frame->operands()[4].raw = gc::encode(referrer);
  frame->operands()[5].raw = gc::encode(insn);
  frame->operands()[6].raw = index;
  return link_step(thread, frame);
}

// kOk: stored, and the frame popped.
Status run_link_phases(Thread& thread, Frame* frame) {
  const auto kind = static_cast<LinkKind>(frame->aux);
  Class* referrer = referrer_of(frame);
  if (link_phase_of(frame) == LinkPhase::kType) {
    if (kind == LinkKind::kMethodHandle) UVM_TRY(check_handle_member(thread, referrer, index_of(frame)));
    UVM_TRY(
        request_type(thread, frame, descriptor_for(kind, referrer->pool.get(), index_of(frame)), referrer));
    set_phase(frame, LinkPhase::kHaveType);
  }
  if (link_phase_of(frame) == LinkPhase::kHaveType) {
    // When executed again after further upcalls, slot 0 already has the type and slot 8 has something else.
    if (frame->operands()[0].raw == 0) frame->operands()[0] = frame->operands()[8];
    if (kind != LinkKind::kMethodType) return call_linker(thread, frame, kind);
  }
  if (kind == LinkKind::kCallSite) {
    store_call_site(frame, Op::invokedynamic);
  } else if (kind == LinkKind::kHandleCall) {
    store_call_site(frame, Op::invokevirtual);
  } else {
    store_constant(frame);
  }
  pop_frame(thread);
  return Status::kOk;
}

}  // namespace

Status link_step(Thread& thread, Frame* frame) {
  const Status status = run_link_phases(thread, frame);
  if (status == Status::kThrow) {
    link_threw(thread, frame);
    thread.frame = thread.caller_of(frame);
  }
  return status;
}

// Calls of method handles are linked anew each time: what failed is the method, and there is no entry to keep
// that in.
void link_threw(Thread& thread, Frame* frame) {
  if (static_cast<LinkKind>(frame->aux) == LinkKind::kHandleCall) return;
  remember_error(thread, {referrer_of(frame), index_of(frame), insn_of(frame)});
}

Status resolve_constant(Thread& thread, Class* referrer, unsigned pool_index, Object** result) {
  ConstantPool* pool = referrer->pool.get();
  const PoolEntry& entry = pool->entry(pool_index);
  LinkKind kind{};
  switch (pool->tag(pool_index)) {
    case PoolTag::kInteger:
    case PoolTag::kFloat:
    case PoolTag::kLong:
    case PoolTag::kDouble: {
      Slot value{};
      __builtin_memcpy(&value, &entry, sizeof value);
      const PoolTag tag = pool->tag(pool_index);
      const BasicType type = tag == PoolTag::kInteger ? BasicType::kInt
                             : tag == PoolTag::kFloat ? BasicType::kFloat
                             : tag == PoolTag::kLong  ? BasicType::kLong
                                                      : BasicType::kDouble;
      *result = box(thread, type, value);
      return *result == nullptr ? Status::kThrow : Status::kOk;
    }
    case PoolTag::kClass: {
      Class* c = nullptr;
      UVM_TRY(resolve_class(thread, referrer, pool_index, &c));
      *result = c->mirror_object();
      return Status::kOk;
    }
    case PoolTag::kString:
      return resolve_string(thread, referrer, pool_index, result);
    case PoolTag::kMethodType:
      kind = LinkKind::kMethodType;
      break;
    case PoolTag::kMethodHandle:
      kind = LinkKind::kMethodHandle;
      break;
    default:
      kind = LinkKind::kDynamic;
      break;
  }
  for (;;) {
    const std::uint32_t resolved = entry.load_resolved();
    if (resolved != 0) {
      *result = resolved == kPoolNull ? nullptr : gc::decode<Object>(resolved);
      return Status::kOk;
    }
    UVM_TRY(start_link(thread, kind, referrer, nullptr, pool_index));
  }
}

Status link_invokedynamic(Thread& thread, Method* caller, Insn* insn, unsigned pool_index) {
  return start_link(thread, LinkKind::kCallSite, caller->holder.get(), insn, pool_index);
}

Status link_handle_call(Thread& thread, Method* caller, Insn* insn, unsigned pool_index) {
  return start_link(thread, LinkKind::kHandleCall, caller->holder.get(), insn, pool_index);
}

Method* member_method(const Object* member_name) {
  const WellKnown& known = vm()->known();
  const Object* resolved = member_name->reference(known.MemberName_method);
  if (resolved == nullptr) return nullptr;
  return gc::decode<Method>(
      static_cast<std::uint32_t>(resolved->field<std::int64_t>(known.ResolvedMethodName_vmtarget)));
}

}  // namespace uvm::rt
