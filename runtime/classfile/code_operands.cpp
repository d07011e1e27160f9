// Checks of instructions and tables that need no frame (JVMS 4.9.1).
#include <algorithm>

#include "runtime/classfile/code_checker.h"
#include "runtime/classfile/descriptor.h"

namespace uvm::rt::classfile {
namespace {

constexpr unsigned kJava5 = 49;
constexpr unsigned kJava7 = 51;
constexpr unsigned kJava8 = 52;
constexpr unsigned kJava11 = 55;

constexpr std::uint32_t bit(PoolTag tag) { return std::uint32_t{1} << static_cast<unsigned>(tag); }

}  // namespace

void CodeChecker::check_pool_tag(unsigned index, std::uint32_t allowed_tags) {
  ErrorContext context;
  context.kind = Kind::kBadPoolIndex;
  context.bci = bci_;
  context.index = index;
  if (index == 0 || index >= pool_.size()) {
    fail(context, "Illegal constant pool index",
         text_of("Illegal constant pool index %u in class %s", index, external_name(view_.name).c_str()));
  }
  if ((bit(pool_.tag(index)) & allowed_tags) == 0) {
    fail(context, "Illegal type in constant pool",
         text_of("Illegal type at constant pool entry %u in class %s", index,
                 external_name(view_.name).c_str()));
  }
}

void CodeChecker::check_constant_operand(unsigned index, bool wide) {
  std::uint32_t tags = 0;
  if (wide) {
    tags = bit(PoolTag::kLong) | bit(PoolTag::kDouble);
  } else {
    tags = bit(PoolTag::kInteger) | bit(PoolTag::kFloat) | bit(PoolTag::kString);
    if (since(kJava5)) tags |= bit(PoolTag::kClass);
    if (since(kJava7)) tags |= bit(PoolTag::kMethodHandle) | bit(PoolTag::kMethodType);
  }
  // A dynamic constant must be loaded by the instruction for its size.
  if (since(kJava11) && pool_.tag(index) == PoolTag::kDynamic &&
      slots_of(pool_.member(index).descriptor.front()) == (wide ? 2u : 1u)) {
    tags |= bit(PoolTag::kDynamic);
  }
  check_pool_tag(index, tags);
}

void CodeChecker::check_invoke_operands(Opcode opcode, unsigned index) {
  std::uint32_t tags = bit(PoolTag::kMethodref);
  if (opcode == Opcode::k_invokeinterface) {
    tags = bit(PoolTag::kInterfaceMethodref);
  } else if (opcode == Opcode::k_invokedynamic) {
    if (!since(kJava7)) {
      const std::string text =
          text_of("invokedynamic instructions not supported by this class file version (%u), class %s",
                  unsigned{view_.major_version}, external_name(view_.name).c_str());
      if (inference_) fail_code("invokedynamic bytecode is not supported in this class file version", text);
      fail_format(text);
    }
    tags = bit(PoolTag::kInvokeDynamic);
  } else if (opcode != Opcode::k_invokevirtual && since(kJava8)) {
    tags |= bit(PoolTag::kInterfaceMethodref);
  }
  check_pool_tag(index, tags);
  const MemberView member = pool_.member(index);
  if (opcode == Opcode::k_invokeinterface) {
    if (code_[bci_ + 3] != argument_slots(member.descriptor) + 1) {
      fail_code("Inconsistent args_size for invokeinterface",
                "Inconsistent args count operand in invokeinterface");
    }
    if (code_[bci_ + 4] != 0) {
      fail_code("Fourth operand byte of invokeinterface must be zero",
                "Fourth operand byte of invokeinterface must be zero");
    }
  }
  if (opcode == Opcode::k_invokedynamic && (code_[bci_ + 3] != 0 || code_[bci_ + 4] != 0)) {
    fail_code("Third and fourth operand bytes of invokedynamic must be zero",
              "Third and fourth operand bytes of invokedynamic must be zero");
  }
  if (!member.name.empty() && member.name.front() == '<' &&
      (opcode != Opcode::k_invokespecial || member.name != "<init>")) {
    fail_code(member.name == "<init>" ? "Must call initializers using invokespecial"
                                      : "Illegal call to internal method",
              "Illegal call to internal method");
  }
}

void CodeChecker::check_switch_operands() {
  const std::size_t at = switch_operands(bci_);
  if (!since(kJava7)) {
    for (std::size_t i = bci_ + 1; i < at; ++i) {
      if (code_[i] != 0) {
        fail_code("Non zero padding bytes in switch", "Nonzero padding byte in lookupswitch or tableswitch");
      }
    }
  }
  if (static_cast<Opcode>(code_[bci_]) == Opcode::k_tableswitch) return;
  const std::int32_t keys = read_s4(code_, at + 4);
  for (std::int32_t i = 1; i < keys; ++i) {
    const std::size_t key = at + 8 + static_cast<std::size_t>(i) * 8;
    if (read_s4(code_, key - 8) >= read_s4(code_, key))
      fail_code("Unsorted lookup switch", "Bad lookupswitch instruction");
  }
}

void CodeChecker::check_operands() {
  const auto opcode = static_cast<Opcode>(code_[bci_]);
  if (code_[bci_] >= kOpcodeCount) fail_code("", text_of("Bad instruction: %02x", unsigned{code_[bci_]}));
  switch (opcode) {
    case Opcode::k_ldc:
      check_constant_operand(code_[bci_ + 1], false);
      break;
    case Opcode::k_ldc_w:
    case Opcode::k_ldc2_w:
      check_constant_operand(read_u2(code_, bci_ + 1), opcode == Opcode::k_ldc2_w);
      break;
    case Opcode::k_getstatic:
    case Opcode::k_putstatic:
    case Opcode::k_getfield:
    case Opcode::k_putfield:
      check_pool_tag(read_u2(code_, bci_ + 1), bit(PoolTag::kFieldref));
      break;
    case Opcode::k_invokevirtual:
    case Opcode::k_invokespecial:
    case Opcode::k_invokestatic:
    case Opcode::k_invokeinterface:
    case Opcode::k_invokedynamic:
      check_invoke_operands(opcode, read_u2(code_, bci_ + 1));
      break;
    case Opcode::k_new: {
      const unsigned index = read_u2(code_, bci_ + 1);
      check_pool_tag(index, bit(PoolTag::kClass));
      const Type type = pool_class(index);
      if (type.is_array()) {
        fail(bad_type(from_pool(index, type), {}), "Illegal creation of multi-dimensional array",
             "Illegal new instruction");
      }
      break;
    }
    case Opcode::k_newarray:
      if (code_[bci_ + 1] < 4 || code_[bci_ + 1] > 11) {
        fail_code("Bad type passed to newarray", "Illegal newarray instruction");
      }
      break;
    case Opcode::k_anewarray: {
      const unsigned index = read_u2(code_, bci_ + 1);
      check_pool_tag(index, bit(PoolTag::kClass));
      const std::string_view name = pool_.class_name(index);
      if (name.find_first_not_of('[') >= kMaxArrayDimensions && name.front() == '[') {
        fail_code("Array with too many dimensions",
                  "Illegal anewarray instruction, array has more than 255 dimensions");
      }
      break;
    }
    case Opcode::k_checkcast:
    case Opcode::k_instanceof:
      check_pool_tag(read_u2(code_, bci_ + 1), bit(PoolTag::kClass));
      break;
    case Opcode::k_multianewarray: {
      const unsigned index = read_u2(code_, bci_ + 1);
      check_pool_tag(index, bit(PoolTag::kClass));
      const std::string_view name = pool_.class_name(index);
      const unsigned dimensions = code_[bci_ + 3];
      if (name.front() != '[') {
        fail(bad_type(from_pool(index, pool_class(index)), {}), "Illegal dimension argument",
             "Illegal constant pool index in multianewarray instruction");
      }
      if (dimensions < 1 || name.find_first_not_of('[') < dimensions) {
        fail_code("Illegal dimension argument",
                  text_of("Illegal dimension in multianewarray instruction: %u", dimensions));
      }
      break;
    }
    case Opcode::k_tableswitch:
    case Opcode::k_lookupswitch:
      check_switch_operands();
      break;
    case Opcode::k_jsr:
    case Opcode::k_jsr_w:
      if (!inference_) fail_code("", text_of("Bad instruction: %02x", static_cast<unsigned>(opcode)));
      break;
    default: {
      const bool load = opcode >= Opcode::k_iload && opcode <= Opcode::k_aload_3;
      const bool store = opcode >= Opcode::k_istore && opcode <= Opcode::k_astore_3;
      const bool wide = opcode == Opcode::k_wide;
      if (!load && !store && !wide && opcode != Opcode::k_iinc && opcode != Opcode::k_ret) break;
      const LocalOperand operand = local_operand(code_, bci_);
      if (operand.opcode == Opcode::k_ret && !inference_) {
        fail_code("", text_of("Bad instruction: %02x", static_cast<unsigned>(opcode)));
      }
      const bool two = operand.opcode == Opcode::k_lload || operand.opcode == Opcode::k_dload ||
                       operand.opcode == Opcode::k_lstore || operand.opcode == Opcode::k_dstore;
      // Type checking first reports what is wrong on the stack.
      if (inference_) check_local(operand.index, two ? 2 : 1);
      break;
    }
  }
}

void CodeChecker::check_tables() {
  const std::size_t size = code_.size();
  const auto begins = [&](std::size_t pc) { return pc < size && marks_[pc] != CodeMark::kNothing; };
  const auto format = [&](const char* text, unsigned pc, const char* old_text) {
    if (inference_) {
      throw VerifyThrow{{"java/lang/ClassFormatError", old_message(old_text)}};
    }
    fail_format(text_of("%s %u", text, pc));
  };
  for (const ExceptionHandler& h : method_.code.handlers) {
    if (!begins(h.start_pc)) {
      format("Illegal exception table start_pc", h.start_pc, "Illegal exception table range");
    }
    if (h.end_pc != size && !begins(h.end_pc)) {
      format("Illegal exception table end_pc", h.end_pc, "Illegal exception table range");
    }
    if (!begins(h.handler_pc)) {
      format("Illegal exception table handler_pc", h.handler_pc, "Illegal exception table handler");
    }
    if (h.catch_type == 0) continue;
    const Type caught = pool_class(h.catch_type);
    const Type throwable = Type::object("java/lang/Throwable");
    if (!assignable(caught, throwable)) {
      ErrorContext context = bad_type(from_pool(h.catch_type, caught), implicit(throwable));
      context.bci = h.handler_pc;
      fail(context, "catch_type not a subclass of Throwable",
           text_of("Catch type is not a subclass of Throwable in exception handler %u",
                   unsigned{h.handler_pc}));
    }
  }
  if (inference_) return;
  for (const LocalVariable& v : method_.code.locals) {
    if (!begins(v.start_pc)) {
      fail_format(text_of("Illegal local variable table start_pc %u", unsigned{v.start_pc}));
    }
    const unsigned end = unsigned{v.start_pc} + v.length;
    if (end != size && !begins(end)) {
      fail_format(text_of("Illegal local variable table length %u", unsigned{v.length}));
    }
  }
}

}  // namespace uvm::rt::classfile
