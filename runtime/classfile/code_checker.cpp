#include "runtime/classfile/code_checker.h"

#include <algorithm>
#include <cstdio>

#include "runtime/classfile/descriptor.h"

namespace uvm::rt::classfile {
namespace {

constexpr std::string_view kObjectName = "java/lang/Object";

constexpr unsigned kJava5 = 49;
constexpr unsigned kJava7 = 51;
constexpr unsigned kJava8 = 52;
constexpr unsigned kJava11 = 55;

constexpr std::uint32_t bit(CpTag tag) { return std::uint32_t{1} << static_cast<unsigned>(tag); }

const char* expecting(const Type& expected) {
  switch (expected.kind) {
    case TypeKind::kInt:
      return "Expecting to find integer on stack";
    case TypeKind::kFloat:
      return "Expecting to find float on stack";
    case TypeKind::kLong:
    case TypeKind::kLong2:
      return "Expecting to find long on stack";
    case TypeKind::kDouble:
    case TypeKind::kDouble2:
      return "Expecting to find double on stack";
    case TypeKind::kCategory1:
    case TypeKind::kCategory2:
    case TypeKind::kCategory2Second:
      return "Attempt to split long or double on the stack";
    default:
      return "Expecting to find object/array on stack";
  }
}

// Type of a stack effect letter (opcodes.h).
TypePair pair_of(char letter) { return types_of_descriptor(std::string_view(&letter, 1)); }

// Element descriptor of the primitive array that a load or store instruction works on.
char array_element(Opcode opcode) {
  constexpr std::string_view kLetters = "IJFDABCS";
  const auto n = static_cast<unsigned>(opcode);
  return kLetters[n - static_cast<unsigned>(n < 0x4f ? Opcode::k_iaload : Opcode::k_iastore)];
}

}  // namespace

std::string text_of(const char* format, ...) {
  va_list arguments;
  va_start(arguments, format);
  va_list again;
  va_copy(again, arguments);
  const int size = std::vsnprintf(nullptr, 0, format, arguments);
  va_end(arguments);
  std::string text(static_cast<std::size_t>(std::max(size, 0)), '\0');
  std::vsnprintf(text.data(), text.size() + 1, format, again);
  va_end(again);
  return text;
}

CodeChecker::CodeChecker(const ClassView& view, const MethodView& method, TypeOracle& oracle, bool inference)
    : view_(view),
      method_(method),
      pool_(*view.pool),
      code_(method.code.bytes),
      oracle_(oracle),
      inference_(inference) {
  std::size_t bad = 0;
  marks_ = mark_instructions(code_, &bad);
  if (bad == code_.size()) return;
  bci_ = bad;
  const bool known = code_[bad] < kOpcodeCount && kOpcodeInfo[code_[bad]].length != 0;
  fail_code(text_of(known ? "Code stops in the middle of instruction  starting at offset %zu"
                          : "Illegal instruction found at offset %zu",
                    bad),
            "Bad instruction");
}

// ---- failing

std::string CodeChecker::old_message(const std::string& old_text) const {
  return "(class: " + std::string(view_.name) + ", method: " + std::string(method_.name) +
         " signature: " + std::string(method_.descriptor) + ") " + old_text;
}

void CodeChecker::fail(ErrorContext context, const std::string& old_text, const std::string& text) const {
  VerifyFailure failure;
  failure.exception_class = "java/lang/VerifyError";
  if (inference_) {
    failure.message = old_message(old_text);
  } else {
    failure.message = text + error_details(context, view_, method_);
  }
  throw VerifyThrow{std::move(failure)};
}

void CodeChecker::fail_code(const std::string& old_text, const std::string& text) const {
  ErrorContext context;
  context.kind = Kind::kBadCode;
  context.bci = bci_;
  fail(std::move(context), old_text, text);
}

void CodeChecker::fail_format(const std::string& text) const {
  throw VerifyThrow{
      {"java/lang/ClassFormatError", text + " in method '" + external_method_name(view_, method_) + "'"}};
}

ShownFrame CodeChecker::shown() const {
  ShownFrame result{bci_, frame_};
  auto& stack = result.frame.stack;
  if (stack.size() > mark_) stack.resize(mark_);
  while (stack.size() < mark_) {
    const std::size_t position = stack.size();
    const auto found =
        std::find_if(taken_.begin(), taken_.end(), [&](const Taken& t) { return t.position == position; });
    if (found == taken_.end()) break;
    stack.push_back(found->type);
  }
  return result;
}

ErrorContext CodeChecker::bad_type(Origin actual, Origin expected) const {
  ErrorContext context;
  context.kind = Kind::kBadType;
  context.bci = bci_;
  if (actual.place == Origin::Place::kLocal || actual.place == Origin::Place::kStack)
    context.current = shown();
  context.actual = actual;
  context.expected = expected;
  return context;
}

Origin CodeChecker::popped(const Type& type) const {
  return {Origin::Place::kStack, frame_.stack.size(), type};
}

// ---- the frame

void CodeChecker::begin_instruction(std::size_t bci) {
  bci_ = bci;
  mark_ = frame_.stack.size();
  taken_.clear();
  falls_through_ = true;
  this_initialized_here_ = false;
}

void CodeChecker::set_initial_frame() {
  frame_ = Frame();
  if (!method_.is_static()) {
    const bool constructor = method_.name == "<init>" && view_.name != kObjectName;
    frame_.locals.push_back(constructor ? Type(TypeKind::kUninitializedThis) : current_type());
    frame_.this_uninitialized = constructor;
  }
  for (ParameterTypes p(method_.descriptor); !p.done(); p.next()) {
    const TypePair pair = types_of_descriptor(p.type());
    frame_.locals.insert(frame_.locals.end(), pair.types, pair.types + pair.count);
  }
}

void CodeChecker::push(const Type& type) {
  if (frame_.stack.size() >= method_.code.max_stack) {
    ErrorContext context;
    context.kind = Kind::kStackOverflow;
    context.bci = bci_;
    context.current = shown();
    fail(std::move(context), "Stack size too large", "Operand stack overflow");
  }
  frame_.stack.push_back(type);
}

void CodeChecker::push(const TypePair& pair) {
  if (pair.count == 2 && frame_.stack.size() + 2 > method_.code.max_stack) {
    ErrorContext context;
    context.kind = Kind::kStackOverflow;
    context.bci = bci_;
    context.current = shown();
    fail(std::move(context), "Stack size too large", "Operand stack overflow");
  }
  for (unsigned i = 0; i < pair.count; ++i) push(pair.types[i]);
}

void CodeChecker::fail_underflow() const {
  ErrorContext context;
  context.kind = Kind::kStackUnderflow;
  context.bci = bci_;
  context.current = shown();
  fail(std::move(context), "Unable to pop operand off an empty stack", "Operand stack underflow");
}

Type CodeChecker::pop_any() {
  if (frame_.stack.empty()) fail_underflow();
  const Type type = frame_.stack.back();
  frame_.stack.pop_back();
  taken_.push_back({frame_.stack.size(), type});
  return type;
}

Type CodeChecker::pop(const Type& expected, const char* old_text) {
  const Type type = pop_any();
  if (!assignable(type, expected)) {
    // What is no object at all is told apart from an object of the wrong class.
    const bool special = old_text != nullptr && (expected.is(TypeKind::kAnyReference) ||
                                                 (expected.is(TypeKind::kObject) && type.is_reference()));
    fail(bad_type(popped(type), implicit(expected)), special ? old_text : expecting(expected),
         "Bad type on operand stack");
  }
  return type;
}

void CodeChecker::pop_pair(const TypePair& pair, const char* old_text) {
  if (pair.count == 1) pop(pair.types[0], old_text);
  if (pair.count != 2) return;
  if (frame_.stack.size() < 2 && !(inference_ && frame_.stack.size() == 1)) fail_underflow();
  const Type upper = pop_any();
  if (frame_.stack.empty())
    fail(bad_type(popped(upper), implicit(pair.types[1])), expecting(pair.types[0]), "");
  const Type lower = pop_any();
  // A long's halves and a double's always stand together, so the lower one tells what is wrong.
  if (!assignable(upper, pair.types[1]) || !assignable(lower, pair.types[0])) {
    fail(bad_type(popped(lower), implicit(pair.types[0])),
         old_text != nullptr ? old_text : expecting(pair.types[0]), "Bad type on operand stack");
  }
}

void CodeChecker::pop_halves(const TypePair& pair, const char* old_text) {
  for (unsigned i = pair.count; i-- > 0;) pop(pair.types[i], old_text);
}

Type CodeChecker::pop_category1() { return pop(TypeKind::kCategory1); }

void CodeChecker::set_local(unsigned index, const Type& type) {
  auto& locals = frame_.locals;
  if (index >= locals.size()) locals.resize(index + 1);
  // Half a long or double is no value.
  if (locals[index].is_category2() && index + 1 < locals.size()) locals[index + 1] = TypeKind::kTop;
  if (locals[index].is_category2_second() && index > 0) locals[index - 1] = TypeKind::kTop;
  locals[index] = type;
}

Type CodeChecker::get_local(unsigned index, const Type& expected) {
  const Type type = index < frame_.locals.size() ? frame_.locals[index] : Type();
  if (!assignable(type, expected)) {
    std::string old_text = text_of("Register %u contains wrong type", index);
    if (index >= frame_.locals.size())
      old_text = text_of("Accessing value from uninitialized register %u", index);
    if (type.is(TypeKind::kReturnAddress))
      old_text = text_of("Cannot load return address from register %u", index);
    fail(bad_type({Origin::Place::kLocal, index, type}, implicit(expected)), old_text,
         "Bad local variable type");
  }
  return type;
}

void CodeChecker::initialize(const Type& uninitialized, const Type& initialized) {
  std::replace(frame_.locals.begin(), frame_.locals.end(), uninitialized, initialized);
  std::replace(frame_.stack.begin(), frame_.stack.end(), uninitialized, initialized);
  if (uninitialized.is(TypeKind::kUninitializedThis)) frame_.this_uninitialized = false;
}

// ---- questions

void CodeChecker::answer_or_throw(const OracleAnswer& answer) const {
  if (answer.answer == Answer::kNeedClass) throw NeedClassThrow{std::string(answer.needed)};
}

Type CodeChecker::component_of(const Type& array) {
  if (!array.is_array()) return array;
  const std::string_view component = array.name().substr(1);
  if (!is_reference(component.front())) return TypeKind::kInt;
  return Type::object(class_name_of(component));
}

bool CodeChecker::assignable(const Type& from, const Type& to) {
  switch (to.kind) {
    case TypeKind::kTop:
      return true;
    case TypeKind::kAnyReference:
      return from.is_reference() || from.is_uninitialized();
    case TypeKind::kCategory1:
      return from.is_category1() && !from.is(TypeKind::kTop);
    case TypeKind::kCategory2:
      return from.is_category2();
    case TypeKind::kCategory2Second:
      return from.is_category2_second();
    case TypeKind::kObject:
      break;
    default:
      return from == to;
  }
  if (from.is(TypeKind::kNull)) return true;
  if (!from.is(TypeKind::kObject)) return false;
  std::string_view source = from.name();
  std::string_view target = to.name();
  for (;;) {
    if (source == target || target == kObjectName) return true;
    const bool source_is_array = source.front() == '[';
    if (target.front() == '[') {
      if (!source_is_array) return false;
      source.remove_prefix(1);
      target.remove_prefix(1);
      // Elements: equal, or both references.
      if (!is_reference(source.front()) || !is_reference(target.front())) return source == target;
      source = class_name_of(source);
      target = class_name_of(target);
      continue;
    }
    if (source_is_array) return target == "java/lang/Cloneable" || target == "java/io/Serializable";
    const OracleAnswer answer = oracle_.is_assignable(source, target);
    answer_or_throw(answer);
    return answer.answer == Answer::kYes;
  }
}

bool CodeChecker::assignable_to_current(const Type& from) {
  if (from.is(TypeKind::kNull) || from == current_type()) return true;
  if (!from.is(TypeKind::kObject)) return false;
  if (from.is_array()) return view_.name == kObjectName;
  const OracleAnswer answer = oracle_.is_subclass_of_current(from.name());
  answer_or_throw(answer);
  return answer.answer == Answer::kYes;
}

// ---- what needs no frame

void CodeChecker::check_pool_tag(unsigned index, std::uint32_t allowed_tags) {
  ErrorContext context;
  context.kind = Kind::kBadPoolIndex;
  context.bci = bci_;
  context.index = index;
  if (index == 0 || index >= pool_.size()) {
    fail(std::move(context), "Illegal constant pool index",
         text_of("Illegal constant pool index %u in class %s", index,
                 external_class_name(view_.name).c_str()));
  }
  if ((bit(pool_.tag(index)) & allowed_tags) == 0) {
    fail(std::move(context), "Illegal type in constant pool",
         text_of("Illegal type at constant pool entry %u in class %s", index,
                 external_class_name(view_.name).c_str()));
  }
}

void CodeChecker::fail_local(unsigned index, const char* text) const {
  ErrorContext context;
  context.kind = Kind::kBadLocalIndex;
  context.bci = bci_;
  context.index = index;
  fail(std::move(context), "Illegal local variable number", text);
}

void CodeChecker::check_local(unsigned index, unsigned slots) const {
  if (index + slots > method_.code.max_locals) fail_local(index, "Local variable table overflow");
}

void CodeChecker::get_local_pair(unsigned index, char letter) {
  if (index + 1 >= frame_.locals.size() && !inference_) fail_local(index, "get long/double overflows locals");
  const TypePair pair = pair_of(letter);
  const Type lower = index < frame_.locals.size() ? frame_.locals[index] : Type();
  const Type upper = index + 1 < frame_.locals.size() ? frame_.locals[index + 1] : Type();
  if (assignable(lower, pair.types[0]) && assignable(upper, pair.types[1])) return;
  const std::string registers = text_of("%u/%u", index, index + 1);
  fail(bad_type({Origin::Place::kLocal, index, lower}, implicit(pair.types[0])),
       index + 1 >= frame_.locals.size() ? "Accessing value from uninitialized register pair " + registers
                                         : "Register pair " + registers + " contains wrong type",
       "Bad local variable type");
}

void CodeChecker::check_constant_operand(unsigned index, bool wide) {
  std::uint32_t tags = 0;
  if (wide) {
    tags = bit(CpTag::kLong) | bit(CpTag::kDouble);
  } else {
    tags = bit(CpTag::kInteger) | bit(CpTag::kFloat) | bit(CpTag::kString);
    if (since(kJava5)) tags |= bit(CpTag::kClass);
    if (since(kJava7)) tags |= bit(CpTag::kMethodHandle) | bit(CpTag::kMethodType);
  }
  // A dynamic constant goes with the instruction that has its size.
  if (since(kJava11) && pool_.tag(index) == CpTag::kDynamic &&
      slots_of(pool_.member(index).descriptor.front()) == (wide ? 2u : 1u)) {
    tags |= bit(CpTag::kDynamic);
  }
  check_pool_tag(index, tags);
}

void CodeChecker::check_invoke_operands(Opcode opcode, unsigned index) {
  std::uint32_t tags = bit(CpTag::kMethodref);
  if (opcode == Opcode::k_invokeinterface) {
    tags = bit(CpTag::kInterfaceMethodref);
  } else if (opcode == Opcode::k_invokedynamic) {
    if (!since(kJava7)) {
      const std::string text =
          text_of("invokedynamic instructions not supported by this class file version (%u), class %s",
                  unsigned{view_.major_version}, external_class_name(view_.name).c_str());
      if (inference_) fail_code("invokedynamic bytecode is not supported in this class file version", text);
      fail_format(text);
    }
    tags = bit(CpTag::kInvokeDynamic);
  } else if (opcode != Opcode::k_invokevirtual && since(kJava8)) {
    tags |= bit(CpTag::kInterfaceMethodref);
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
      check_pool_tag(read_u2(code_, bci_ + 1), bit(CpTag::kFieldref));
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
      check_pool_tag(index, bit(CpTag::kClass));
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
      check_pool_tag(index, bit(CpTag::kClass));
      const std::string_view name = pool_.class_name(index);
      if (name.find_first_not_of('[') >= kMaxArrayDimensions && name.front() == '[') {
        fail_code("Array with too many dimensions",
                  "Illegal anewarray instruction, array has more than 255 dimensions");
      }
      break;
    }
    case Opcode::k_checkcast:
    case Opcode::k_instanceof:
      check_pool_tag(read_u2(code_, bci_ + 1), bit(CpTag::kClass));
      break;
    case Opcode::k_multianewarray: {
      const unsigned index = read_u2(code_, bci_ + 1);
      check_pool_tag(index, bit(CpTag::kClass));
      const std::string_view name = pool_.class_name(index);
      const unsigned dimensions = code_[bci_ + 3];
      if (name.front() != '[') {
        ErrorContext context;
        context.kind = Kind::kBadPoolIndex;
        context.bci = bci_;
        context.index = index;
        fail(std::move(context), "Illegal dimension argument",
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
      // Type checking tells first what is wrong on the stack.
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
      fail(std::move(context), "catch_type not a subclass of Throwable",
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

// ---- executing

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

// Does a load or store for elements of this letter accept the array? A stands for references; byte and
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

// For messages: nothing where two kinds of arrays are accepted.
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

// What the instruction moves: the sub-int types are int on the stack.
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
  // Two slots off the stack that are either two values or one long or double; returned bottom first.
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
    case CpTag::kInteger:
      push(TypeKind::kInt);
      break;
    case CpTag::kFloat:
      push(TypeKind::kFloat);
      break;
    case CpTag::kLong:
      push(pair_of('J'));
      break;
    case CpTag::kDouble:
      push(pair_of('D'));
      break;
    case CpTag::kString:
      push(Type::object("java/lang/String"));
      break;
    case CpTag::kClass:
      push(Type::object("java/lang/Class"));
      break;
    case CpTag::kMethodHandle:
      push(Type::object("java/lang/invoke/MethodHandle"));
      break;
    case CpTag::kMethodType:
      push(Type::object("java/lang/invoke/MethodType"));
      break;
    default:
      push(types_of_descriptor(pool_.member(index).descriptor));
      break;
  }
}

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
                 external_class_name(view_.name).c_str(), index));
  }
  const TypePair value = types_of_descriptor(member.descriptor);
  switch (opcode) {
    case Opcode::k_getstatic:
      push(value);
      break;
    case Opcode::k_putstatic:
      pop_halves(value, "Bad type in putfield/putstatic");
      break;
    case Opcode::k_getfield: {
      const Type receiver = pop(holder, "Incompatible type for getting or setting field");
      check_protected(member, receiver, false, "getfield");
      push(value);
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

// An invokespecial that is no constructor call may name this class, its superclass or a direct superinterface
// (JVMS 4.9.2).
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
    check_special_target(member, pool_.tag(index) == CpTag::kInterfaceMethodref);
  }
  std::string_view arguments[kMaxArgumentSlots];
  unsigned count = 0;
  for (ParameterTypes p(member.descriptor); !p.done(); p.next()) {
    // The parser has no limit for descriptors that are only referred to; no method has so many parameters.
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
  push(types_of_descriptor(return_type(member.descriptor)));
}

// Can the handler be left otherwise than by a throw? Follows branches, not the handlers of the handler.
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
  // A frame of the class file can name any instruction as the place of creation; it has been checked to be a
  // `new`.
  const unsigned new_index = read_u2(code_, receiver.bci + 1u);
  if (pool_.tag(new_index) != CpTag::kClass)
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
