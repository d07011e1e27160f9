// Instructions on frames, all but those that name members (JVMS 4.10.1.9).
#include <algorithm>

#include "runtime/classfile/code_checker.h"
#include "runtime/classfile/descriptor.h"

namespace uvm::rt::classfile {
namespace {

// Type of a stack effect letter (opcodes.h).
TypePair pair_of(char letter) { return types_of_descriptor(std::string_view(&letter, 1)); }

// Element descriptor of the primitive array that a load or store instruction works on.
char array_element(Opcode opcode) {
  constexpr std::string_view kLetters = "IJFDABCS";
  const auto n = static_cast<unsigned>(opcode);
  return kLetters[n - static_cast<unsigned>(n < 0x4f ? Opcode::k_iaload : Opcode::k_iastore)];
}

}  // namespace

void CodeChecker::execute() {
  const auto opcode = static_cast<Opcode>(code_[bci_]);
  switch (opcode) {
    case Opcode::k_aconst_null:
      push(TypeKind::kNull);
      break;
    case Opcode::k_ldc:
      execute_constant(code_[bci_ + 1]);
      break;
    case Opcode::k_ldc_w:
    case Opcode::k_ldc2_w:
      execute_constant(read_u2(code_, bci_ + 1));
      break;
    case Opcode::k_iaload:
    case Opcode::k_laload:
    case Opcode::k_faload:
    case Opcode::k_daload:
    case Opcode::k_aaload:
    case Opcode::k_baload:
    case Opcode::k_caload:
    case Opcode::k_saload:
      execute_array_load(opcode);
      break;
    case Opcode::k_iastore:
    case Opcode::k_lastore:
    case Opcode::k_fastore:
    case Opcode::k_dastore:
    case Opcode::k_aastore:
    case Opcode::k_bastore:
    case Opcode::k_castore:
    case Opcode::k_sastore:
      execute_array_store(opcode);
      break;
    case Opcode::k_pop:
    case Opcode::k_pop2:
    case Opcode::k_dup:
    case Opcode::k_dup_x1:
    case Opcode::k_dup_x2:
    case Opcode::k_dup2:
    case Opcode::k_dup2_x1:
    case Opcode::k_dup2_x2:
    case Opcode::k_swap:
      execute_stack(opcode);
      break;
    case Opcode::k_if_acmpeq:
    case Opcode::k_if_acmpne:
      pop(TypeKind::kAnyReference);
      pop(TypeKind::kAnyReference);
      jump(std::int64_t(bci_) + read_s2(code_, bci_ + 1));
      break;
    case Opcode::k_ifnull:
    case Opcode::k_ifnonnull:
      pop(TypeKind::kAnyReference);
      jump(std::int64_t(bci_) + read_s2(code_, bci_ + 1));
      break;
    case Opcode::k_goto:
      falls_through_ = false;
      jump(std::int64_t(bci_) + read_s2(code_, bci_ + 1));
      break;
    case Opcode::k_goto_w:
      falls_through_ = false;
      jump(std::int64_t(bci_) + read_s4(code_, bci_ + 1));
      break;
    case Opcode::k_jsr:
      jump_to_subroutine(std::int64_t(bci_) + read_s2(code_, bci_ + 1));
      falls_through_ = false;
      break;
    case Opcode::k_jsr_w:
      jump_to_subroutine(std::int64_t(bci_) + read_s4(code_, bci_ + 1));
      falls_through_ = false;
      break;
    case Opcode::k_tableswitch:
    case Opcode::k_lookupswitch:
      execute_switch();
      break;
    case Opcode::k_ireturn:
    case Opcode::k_lreturn:
    case Opcode::k_freturn:
    case Opcode::k_dreturn:
    case Opcode::k_areturn:
    case Opcode::k_return:
      execute_return(opcode);
      break;
    case Opcode::k_getstatic:
    case Opcode::k_putstatic:
    case Opcode::k_getfield:
    case Opcode::k_putfield:
      execute_field(opcode, read_u2(code_, bci_ + 1));
      break;
    case Opcode::k_invokevirtual:
    case Opcode::k_invokespecial:
    case Opcode::k_invokestatic:
    case Opcode::k_invokeinterface:
    case Opcode::k_invokedynamic:
      execute_invoke(opcode, read_u2(code_, bci_ + 1));
      break;
    case Opcode::k_new:
      execute_new(read_u2(code_, bci_ + 1));
      break;
    case Opcode::k_newarray:
    case Opcode::k_anewarray:
    case Opcode::k_multianewarray:
      execute_new_array(opcode);
      break;
    case Opcode::k_arraylength: {
      const Type array = pop(TypeKind::kAnyReference, "Expecting to find array on stack");
      if (!array.is(TypeKind::kNull) && !array.is_array()) {
        fail(bad_type(popped(array), {}), "Expecting to find array on stack",
             "Bad type on operand stack in arraylength");
      }
      push(TypeKind::kInt);
      break;
    }
    case Opcode::k_athrow:
      if (inference_ && !frame_.stack.empty() &&
          (!frame_.stack.back().is_reference() || frame_.stack.back().is_array())) {
        fail_code("Expecting to find object on stack", "Bad type on operand stack");
      }
      pop(Type::object("java/lang/Throwable"), "Can only throw Throwable objects");
      falls_through_ = false;
      break;
    case Opcode::k_checkcast:
      pop(Type::object(kObjectName));
      push(pool_class(read_u2(code_, bci_ + 1)));
      break;
    case Opcode::k_instanceof:
      pop(Type::object(kObjectName));
      push(TypeKind::kInt);
      break;
    case Opcode::k_monitorenter:
    case Opcode::k_monitorexit:
      pop(TypeKind::kAnyReference);
      break;
    default:
      execute_plain();
      break;
  }
}

void CodeChecker::execute_plain() {
  const auto opcode = static_cast<Opcode>(code_[bci_]);
  const bool load = opcode >= Opcode::k_iload && opcode <= Opcode::k_aload_3;
  const bool store = opcode >= Opcode::k_istore && opcode <= Opcode::k_astore_3;
  if (load || store || opcode == Opcode::k_wide || opcode == Opcode::k_iinc || opcode == Opcode::k_ret) {
    const LocalOperand operand = local_operand(code_, bci_);
    if (operand.opcode == Opcode::k_iinc) {
      check_local(operand.index, 1);
      get_local(operand.index, TypeKind::kInt);
      set_local(operand.index, TypeKind::kInt);
    } else if (operand.opcode == Opcode::k_ret) {
      return_from_subroutine(operand.index);
      falls_through_ = false;
    } else if (operand.opcode <= Opcode::k_aload) {
      execute_load(operand);
    } else {
      execute_store(operand);
    }
    return;
  }
  // Numbers in, numbers out, as the table says; and the conditional branches on int.
  const std::string_view effect = kOpcodeInfo[code_[bci_]].effect;
  const std::size_t split = effect.find('>');
  for (std::size_t i = split; i-- > 0;) pop_pair(pair_of(effect[i]));
  for (const char letter : effect.substr(split + 1)) push(pair_of(letter));
  if (opcode >= Opcode::k_ifeq && opcode <= Opcode::k_if_icmple) {
    jump(std::int64_t(bci_) + read_s2(code_, bci_ + 1));
  }
}

void CodeChecker::execute_load(const LocalOperand& operand) {
  if (operand.opcode != Opcode::k_lload && operand.opcode != Opcode::k_dload) check_local(operand.index, 1);
  switch (operand.opcode) {
    case Opcode::k_aload:
      push(get_local(operand.index, TypeKind::kAnyReference));
      break;
    case Opcode::k_lload:
      get_local_pair(operand.index, 'J');
      push(pair_of('J'));
      break;
    case Opcode::k_dload:
      get_local_pair(operand.index, 'D');
      push(pair_of('D'));
      break;
    case Opcode::k_fload:
      get_local(operand.index, TypeKind::kFloat);
      push(TypeKind::kFloat);
      break;
    default:
      get_local(operand.index, TypeKind::kInt);
      push(TypeKind::kInt);
      break;
  }
}

void CodeChecker::execute_store(const LocalOperand& operand) {
  const unsigned index = operand.index;
  const auto store_pair = [&](const TypePair& pair) {
    pop_pair(pair);
    check_local(index, 2);
    set_local(index, pair.types[0]);
    set_local(index + 1, pair.types[1]);
  };
  Type type;
  switch (operand.opcode) {
    case Opcode::k_lstore:
      return store_pair(pair_of('J'));
    case Opcode::k_dstore:
      return store_pair(pair_of('D'));
    case Opcode::k_astore: {
      const auto& stack = frame_.stack;
      const bool address = inference_ && !stack.empty() && stack.back().is(TypeKind::kReturnAddress);
      type = address ? pop_any() : pop(TypeKind::kAnyReference);
      break;
    }
    case Opcode::k_fstore:
      type = pop(TypeKind::kFloat);
      break;
    default:
      type = pop(TypeKind::kInt);
      break;
  }
  check_local(index, 1);
  set_local(index, type);
}

namespace {

// Whether a load or store for elements of this letter accepts the array. A stands for references; byte and
// boolean arrays share their instructions.
bool fits_array(const Type& array, char letter) {
  if (array.is(TypeKind::kNull)) return true;
  if (!array.is_array()) return false;
  const char element = array.name()[1];
  if (letter == 'A') return is_reference(element);
  if (letter == 'B') return element == 'B' || element == 'Z';
  return element == letter;
}

const char* expecting_array(char letter) {
  switch (letter) {
    case 'I':
      return "Expecting to find array of ints on stack";
    case 'J':
      return "Expecting to find array of longs on stack";
    case 'F':
      return "Expecting to find array of floats on stack";
    case 'D':
      return "Expecting to find array of doubles on stack";
    case 'A':
      return "Expecting to find array of objects or arrays on stack";
    case 'B':
      return "Expecting to find array of bytes or Booleans on stack";
    case 'C':
      return "Expecting to find array of chars on stack";
    default:
      return "Expecting to find array of shorts on stack";
  }
}

// For messages: nothing if two kinds of arrays are accepted.
Origin expected_array(char letter) {
  constexpr std::string_view kNames = "[I[J[F[D[C[S";
  Origin origin;
  if (letter == 'B') return origin;
  origin.place = Origin::Place::kImplicit;
  if (letter == 'A') {
    origin.type = TypeKind::kAnyReference;
  } else {
    origin.type = Type::object(kNames.substr(kNames.find(letter) - 1, 2));
  }
  return origin;
}

// The type that the instruction moves: sub-int types are int on the stack.
char moved(char letter) { return letter == 'B' || letter == 'C' || letter == 'S' ? 'I' : letter; }

}  // namespace

void CodeChecker::execute_array_load(Opcode opcode) {
  const char letter = array_element(opcode);
  pop(TypeKind::kInt);
  const Type array = pop(TypeKind::kAnyReference, expecting_array(letter));
  if (!fits_array(array, letter)) {
    const Origin expected = expected_array(letter);
    fail(bad_type(popped(array), expected), expecting_array(letter),
         text_of("Bad type on operand stack in %s", opcode_name(code_[bci_]).data()));
  }
  if (letter == 'A') {
    push(component_of(array));
  } else {
    push(pair_of(moved(letter)));
  }
}

void CodeChecker::execute_array_store(Opcode opcode) {
  const char letter = array_element(opcode);
  if (letter == 'A') {
    pop(Type::object(kObjectName), "Expecting reference type on operand stack in aastore");
  } else {
    pop_pair(pair_of(moved(letter)));
  }
  pop(TypeKind::kInt);
  const Type array = pop(TypeKind::kAnyReference, expecting_array(letter));
  if (!fits_array(array, letter)) {
    const Origin expected = expected_array(letter);
    fail(bad_type(popped(array), expected), expecting_array(letter),
         text_of("Bad type on operand stack in %s", opcode_name(code_[bci_]).data()));
  }
}

void CodeChecker::execute_stack(Opcode opcode) {
  // Pops two slots that are either two values or one long or double; returns them bottom first.
  const auto pop_two = [&] {
    TypePair pair;
    pair.count = 2;
    pair.types[1] = pop_any();
    if (pair.types[1].is_category2_second()) {
      pair.types[0] = pop(TypeKind::kCategory2);
    } else if (pair.types[1].is_category1() && !pair.types[1].is(TypeKind::kTop)) {
      pair.types[0] = pop_category1();
    } else {
      fail(bad_type(popped(pair.types[1]), {}), "Attempt to split long or double on the stack",
           text_of("Bad type on operand stack in %s", opcode_name(code_[bci_]).data()));
    }
    return pair;
  };
  switch (opcode) {
    case Opcode::k_pop:
      pop_category1();
      break;
    case Opcode::k_pop2:
      pop_two();
      break;
    case Opcode::k_dup: {
      const Type a = pop_category1();
      push(a);
      push(a);
      break;
    }
    case Opcode::k_dup_x1: {
      const Type a = pop_category1();
      const Type b = pop_category1();
      push(a);
      push(b);
      push(a);
      break;
    }
    case Opcode::k_dup_x2: {
      const Type a = pop_category1();
      const TypePair below = pop_two();
      push(a);
      push(below.types[0]);
      push(below.types[1]);
      push(a);
      break;
    }
    case Opcode::k_dup2: {
      const TypePair pair = pop_two();
      for (int i = 0; i < 4; ++i) push(pair.types[i % 2]);
      break;
    }
    case Opcode::k_dup2_x1: {
      const TypePair pair = pop_two();
      const Type below = pop_category1();
      push(pair.types[0]);
      push(pair.types[1]);
      push(below);
      push(pair.types[0]);
      push(pair.types[1]);
      break;
    }
    case Opcode::k_dup2_x2: {
      const TypePair pair = pop_two();
      const TypePair below = pop_two();
      for (const TypePair* p : {&pair, &below, &pair}) {
        push(p->types[0]);
        push(p->types[1]);
      }
      break;
    }
    default: {
      const Type a = pop_category1();
      const Type b = pop_category1();
      push(a);
      push(b);
      break;
    }
  }
}

void CodeChecker::execute_constant(unsigned index) {
  switch (pool_.tag(index)) {
    case PoolTag::kInteger:
      push(TypeKind::kInt);
      break;
    case PoolTag::kFloat:
      push(TypeKind::kFloat);
      break;
    case PoolTag::kLong:
      push(pair_of('J'));
      break;
    case PoolTag::kDouble:
      push(pair_of('D'));
      break;
    case PoolTag::kString:
      push(Type::object("java/lang/String"));
      break;
    case PoolTag::kClass:
      push(Type::object("java/lang/Class"));
      break;
    case PoolTag::kMethodHandle:
      push(Type::object("java/lang/invoke/MethodHandle"));
      break;
    case PoolTag::kMethodType:
      push(Type::object("java/lang/invoke/MethodType"));
      break;
    default:
      push(types_of_descriptor(pool_.member(index).descriptor));
      break;
  }
}

void CodeChecker::execute_new(unsigned) {
  // One object at a time is under construction for each `new` (JVMS 4.10.1.9 new).
  const Type type = Type::uninitialized(bci_);
  const auto on_stack = std::find(frame_.stack.begin(), frame_.stack.end(), type);
  if (on_stack != frame_.stack.end()) {
    const Origin origin{Origin::Place::kStack, static_cast<std::size_t>(on_stack - frame_.stack.begin()),
                        type};
    fail(bad_type(origin, {}), "Uninitialized object on stack at creating point",
         "Bad type on operand stack");
  }
  std::replace(frame_.locals.begin(), frame_.locals.end(), type, Type());
  push(type);
}

void CodeChecker::execute_new_array(Opcode opcode) {
  if (opcode == Opcode::k_newarray) {
    constexpr std::string_view kNames[] = {"[Z", "[C", "[F", "[D", "[B", "[S", "[I", "[J"};
    pop(TypeKind::kInt);
    push(Type::object(kNames[code_[bci_ + 1] - 4]));
    return;
  }
  const std::string_view name = pool_.class_name(read_u2(code_, bci_ + 1));
  if (opcode == Opcode::k_multianewarray) {
    for (unsigned i = 0; i < code_[bci_ + 3]; ++i) pop(TypeKind::kInt);
    push(Type::object(name));
    return;
  }
  pop(TypeKind::kInt);
  const bool array = name.front() == '[';
  push(Type::object(store_name(array ? "[" + std::string(name) : "[L" + std::string(name) + ";")));
}

void CodeChecker::execute_switch() {
  pop(TypeKind::kInt);
  falls_through_ = false;
  const std::size_t at = switch_operands(bci_);
  const std::size_t end = bci_ + instruction_length(code_, bci_);
  const bool table = static_cast<Opcode>(code_[bci_]) == Opcode::k_tableswitch;
  jump(std::int64_t(bci_) + read_s4(code_, at));
  // tableswitch: low, high, offsets; lookupswitch: count, pairs of key and offset.
  for (std::size_t i = at + 12; i + 4 <= end; i += table ? 4 : 8)
    jump(std::int64_t(bci_) + read_s4(code_, i));
}

void CodeChecker::execute_return(Opcode opcode) {
  falls_through_ = false;
  const TypePair declared = types_of_descriptor(return_type(method_.descriptor));
  if (opcode == Opcode::k_return) {
    if (declared.count != 0) fail_code("Wrong return type in function", "Method expects a return value");
    if (frame_.this_uninitialized && method_.name == "<init>") {
      fail_code("Constructor must call super() or this()",
                "Constructor must call super() or this() before return");
    }
    return;
  }
  Type type;
  if (opcode == Opcode::k_areturn) {
    type = pop(TypeKind::kAnyReference);
  } else {
    constexpr std::string_view kLetters = "IJFD";
    const TypePair pair =
        pair_of(kLetters[static_cast<unsigned>(opcode) - static_cast<unsigned>(Opcode::k_ireturn)]);
    pop_halves(pair);
    type = pair.types[0];
  }
  const Origin expected{Origin::Place::kSignature, 0, declared.types[0]};
  if (declared.count == 0) {
    fail(bad_type(popped(type), expected), "Wrong return type in function",
         "Method does not expect a return value");
  }
  if (!assignable(type, declared.types[0])) {
    fail(bad_type(popped(type), expected), "Wrong return type in function", "Bad return type");
  }
}

}  // namespace uvm::rt::classfile
