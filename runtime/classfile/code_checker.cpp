#include "runtime/classfile/code_checker.h"

#include <algorithm>
#include <cstdio>

#include "runtime/classfile/descriptor.h"

namespace uvm::rt::classfile {
namespace {

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
  marks_ = mark_instructions(code_, &bad, inference ? Reserved::kNo : Reserved::kYes);
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

void CodeChecker::fail(const ErrorContext& context, const std::string& old_text,
                       const std::string& text) const {
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
  fail(context, old_text, text);
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
    fail(context, "Stack size too large", "Operand stack overflow");
  }
  frame_.stack.push_back(type);
}

void CodeChecker::push(const TypePair& pair) {
  if (pair.count == 2 && frame_.stack.size() + 2 > method_.code.max_stack) {
    ErrorContext context;
    context.kind = Kind::kStackOverflow;
    context.bci = bci_;
    context.current = shown();
    fail(context, "Stack size too large", "Operand stack overflow");
  }
  for (unsigned i = 0; i < pair.count; ++i) push(pair.types[i]);
}

void CodeChecker::push_halves(const TypePair& pair) {
  for (unsigned i = 0; i < pair.count; ++i) push(pair.types[i]);
}

void CodeChecker::fail_underflow() const {
  ErrorContext context;
  context.kind = Kind::kStackUnderflow;
  context.bci = bci_;
  context.current = shown();
  fail(context, "Unable to pop operand off an empty stack", "Operand stack underflow");
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
    // Something that is not an object is reported differently from an object of the wrong class.
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
  // The halves of a long or double are always together, so the lower one tells what is wrong.
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
  // Half a long or double is not a value.
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

void CodeChecker::fail_local(unsigned index, const char* text) const {
  ErrorContext context;
  context.kind = Kind::kBadLocalIndex;
  context.bci = bci_;
  context.index = index;
  fail(context, "Illegal local variable number", text);
}

void CodeChecker::check_local(unsigned index, unsigned slots) const {
  if (index + slots > method_.code.max_locals) fail_local(index, "Local variable table overflow");
}

void CodeChecker::get_local_pair(unsigned index, char letter) {
  if (index + 1 >= frame_.locals.size() && !inference_) fail_local(index, "get long/double overflows locals");
  const TypePair pair = types_of_descriptor(std::string_view(&letter, 1));
  const Type lower = index < frame_.locals.size() ? frame_.locals[index] : Type();
  const Type upper = index + 1 < frame_.locals.size() ? frame_.locals[index + 1] : Type();
  if (assignable(lower, pair.types[0]) && assignable(upper, pair.types[1])) return;
  const std::string registers = text_of("%u/%u", index, index + 1);
  fail(bad_type({Origin::Place::kLocal, index, lower}, implicit(pair.types[0])),
       index + 1 >= frame_.locals.size() ? "Accessing value from uninitialized register pair " + registers
                                         : "Register pair " + registers + " contains wrong type",
       "Bad local variable type");
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
    // Type checking loads the class first, which may fail.
    if (source_is_array && inference_) return array_has(target);
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

}  // namespace uvm::rt::classfile
