// Field access, invocation and construction on frames (JVMS 4.10.1.8, 4.10.1.9).
#include <algorithm>

#include "runtime/classfile/code_checker.h"
#include "runtime/classfile/descriptor.h"

namespace uvm::rt::classfile {

// JVMS 4.10.1.8. `receiver` has been popped last.
void CodeChecker::check_protected(const MemberView& member, const Type& receiver, bool method,
                                  const char* what) {
  if (receiver == current_type()) return;
  if (!oracle_.is_current_or_superclass(member.class_name)) return;
  if (!oracle_.is_protected_elsewhere(member.class_name, member, method)) return;
  // Arrays have a public clone().
  if (method && member.class_name == kObjectName && receiver.is_array() && member.name == "clone") return;
  if (assignable_to_current(receiver)) return;
  fail(bad_type(popped(receiver), implicit(current_type())), "Bad access to protected data",
       text_of("Bad access to protected data in %s", what));
}

void CodeChecker::execute_field(Opcode opcode, unsigned index) {
  const MemberView member = pool_.member(index);
  const Type holder = Type::object(member.class_name);
  if (holder.is_array()) {
    fail(bad_type(from_pool(index, holder), {}), "Illegal type in constant pool",
         text_of("Expecting reference to class in class %s at constant pool index %u",
                 external_name(view_.name).c_str(), index));
  }
  const TypePair value = types_of_descriptor(member.descriptor);
  switch (opcode) {
    case Opcode::k_getstatic:
      push_halves(value);
      break;
    case Opcode::k_putstatic:
      pop_halves(value, "Bad type in putfield/putstatic");
      break;
    case Opcode::k_getfield: {
      const Type receiver = pop(holder, "Incompatible type for getting or setting field");
      check_protected(member, receiver, false, "getfield");
      push_halves(value);
      break;
    }
    default: {
      pop_halves(value, "Bad type in putfield/putstatic");
      Type receiver = pop_any();
      const Origin origin = popped(receiver);
      // A constructor may set fields of its own class before it calls another constructor.
      if (receiver.is(TypeKind::kUninitializedThis) && holder == current_type() &&
          oracle_.declares_field(member.name, member.descriptor)) {
        receiver = current_type();
      }
      if (!assignable(receiver, holder)) {
        fail(bad_type(origin, from_pool(index, holder)), "Incompatible type for getting or setting field",
             "Bad type on operand stack in putfield");
      }
      check_protected(member, receiver, false, "putfield");
      break;
    }
  }
}

// An invokespecial that does not call a constructor may name this class, its superclass or a direct
// superinterface (JVMS 4.9.2).
void CodeChecker::check_special_target(const MemberView& member, bool interface_method) {
  if (member.class_name == view_.name || member.class_name == view_.super_name) return;
  const bool direct = interface_method && std::find(view_.interfaces.begin(), view_.interfaces.end(),
                                                    member.class_name) != view_.interfaces.end();
  if (!assignable(current_type(), Type::object(member.class_name))) {
    fail_code("Illegal use of nonvirtual function call",
              "Bad invokespecial instruction: current class isn't assignable to reference class.");
  }
  if (interface_method && !direct) {
    fail_code("Illegal use of nonvirtual function call",
              "Bad invokespecial instruction: interface method reference is in an indirect superinterface.");
  }
}

void CodeChecker::execute_invoke(Opcode opcode, unsigned index) {
  const MemberView member = pool_.member(index);
  const Type holder = Type::object(member.class_name);
  const bool constructor = member.name == "<init>";
  if (opcode == Opcode::k_invokespecial && !constructor) {
    check_special_target(member, pool_.tag(index) == PoolTag::kInterfaceMethodref);
  }
  std::string_view arguments[kMaxArgumentSlots];
  unsigned count = 0;
  for (ParameterTypes p(member.descriptor); !p.done(); p.next()) {
    // The parser does not limit descriptors that are only referred to; no method has so many parameters.
    if (count == kMaxArgumentSlots) fail_code("Signature has too many arguments", "Operand stack underflow");
    arguments[count++] = p.type();
  }
  while (count > 0) pop_halves(types_of_descriptor(arguments[--count]), "Incompatible argument to function");

  constexpr const char* kReceiver = "Incompatible object argument for function call";
  switch (opcode) {
    case Opcode::k_invokestatic:
    case Opcode::k_invokedynamic:
      break;
    case Opcode::k_invokespecial:
      if (constructor) {
        execute_init(index, member, holder);
      } else if (view_.is_hidden) {
        const Type receiver = pop_any();
        if (!assignable(receiver, holder)) {
          fail(bad_type(popped(receiver), implicit(holder)), kReceiver, "Bad type on operand stack");
        }
      } else {
        pop(current_type(), "Incompatible object argument for invokespecial");
      }
      break;
    case Opcode::k_invokevirtual:
      check_protected(member, pop(holder, kReceiver), true, "invokevirtual");
      break;
    default:
      pop(holder, kReceiver);
      break;
  }
  push_halves(types_of_descriptor(return_type(member.descriptor)));
}

// Whether the handler can be left other than by a throw. Follows branches, but not the handlers of the
// handler.
bool CodeChecker::ends_in_athrow(std::size_t handler) const {
  std::vector<std::size_t> work{handler};
  std::vector<bool> seen(code_.size());
  while (!work.empty()) {
    const std::size_t bci = work.back();
    work.pop_back();
    if (bci >= code_.size() || seen[bci] || marks_[bci] == CodeMark::kNothing) continue;
    seen[bci] = true;
    const auto opcode = static_cast<Opcode>(code_[bci]);
    const std::size_t next = bci + instruction_length(code_, bci);
    const auto to = [&](std::int64_t offset) {
      work.push_back(static_cast<std::size_t>(static_cast<std::int64_t>(bci) + offset));
    };
    if (opcode >= Opcode::k_ireturn && opcode <= Opcode::k_return) return false;
    if (opcode == Opcode::k_athrow) continue;
    if (opcode == Opcode::k_goto) {
      to(read_s2(code_, bci + 1));
    } else if (opcode == Opcode::k_goto_w) {
      to(read_s4(code_, bci + 1));
    } else if (opcode == Opcode::k_tableswitch || opcode == Opcode::k_lookupswitch) {
      const std::size_t at = switch_operands(bci);
      const bool table = opcode == Opcode::k_tableswitch;
      to(read_s4(code_, at));
      for (std::size_t i = at + 12; i + 4 <= next; i += table ? 4 : 8) to(read_s4(code_, i));
    } else {
      const bool branches = (opcode >= Opcode::k_ifeq && opcode <= Opcode::k_if_acmpne) ||
                            opcode == Opcode::k_ifnull || opcode == Opcode::k_ifnonnull;
      if (branches) to(read_s2(code_, bci + 1));
      work.push_back(next);
    }
  }
  return true;
}

void CodeChecker::execute_init(unsigned index, const MemberView& member, const Type& holder) {
  const Type receiver = pop(TypeKind::kAnyReference, "Expecting to find unitialized object on stack");
  const auto in_range = [&](const ExceptionHandler& h) { return bci_ >= h.start_pc && bci_ < h.end_pc; };
  if (receiver.is(TypeKind::kUninitializedThis)) {
    if (holder.name() != view_.name && holder.name() != view_.super_name) {
      fail(bad_type(implicit(holder), implicit(current_type())), "Call to wrong initialization method",
           "Bad <init> method call");
    }
    if (!inference_) {
      for (const ExceptionHandler& h : method_.code.handlers) {
        if (in_range(h) && !ends_in_athrow(h.handler_pc)) {
          fail_code("", "Bad <init> method call from after the start of a try block");
        }
      }
      flow_to_handlers(true);
    }
    initialize(receiver, current_type());
    this_initialized_here_ = true;
    return;
  }
  if (!receiver.is(TypeKind::kUninitialized)) {
    fail(bad_type(popped(receiver), {}), "Expecting to find unitialized object on stack",
         "Bad operand type when invoking <init>");
  }
  // A frame of the class file can name any instruction as the place of creation; it has been checked that it
  // is a `new`.
  const unsigned new_index = read_u2(code_, receiver.bci + 1u);
  if (pool_.tag(new_index) != PoolTag::kClass)
    fail_code("Illegal type in constant pool", "Expecting new instruction");
  const Type created = pool_class(new_index);
  if (!(created == holder)) {
    fail(bad_type(from_pool(new_index, created), from_pool(index, holder)),
         "Call to wrong initialization method", "Call to wrong <init> method");
  }
  if (oracle_.is_current_or_superclass(member.class_name) &&
      oracle_.is_protected_elsewhere(member.class_name, member, true) && !assignable_to_current(created)) {
    fail(bad_type(from_pool(new_index, created), implicit(current_type())), "Bad access to protected data",
         "Bad access to protected <init> method");
  }
  if (!inference_) flow_to_handlers(false);
  initialize(receiver, created);
}

}  // namespace uvm::rt::classfile
