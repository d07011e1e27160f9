#include "runtime/classfile/type_checker.h"

#include <algorithm>

namespace uvm::rt::classfile {

// Frames repeat all locals of the frame before them, so a hostile table can need memory out of all proportion
// to its size. No compiler makes methods with more than this many types in all frames together.
constexpr std::size_t kMaxTableTypes = std::size_t{1} << 23;

// The bytes of a StackMapTable.
class MapReader {
 public:
  explicit MapReader(RawAttribute bytes) : bytes_(bytes) {}
  [[nodiscard]] bool done() const { return at_ == bytes_.size(); }
  [[nodiscard]] bool has(std::size_t count) const { return bytes_.size() - at_ >= count; }
  unsigned u1() { return std::to_integer<unsigned>(bytes_[at_++]); }
  unsigned u2() {
    const unsigned high = u1();
    return high << 8 | u1();
  }

 private:
  RawAttribute bytes_;
  std::size_t at_ = 0;
};

void TypeChecker::fail_table(const char* what) const {
  throw VerifyThrow{{"java/lang/ClassFormatError", std::string("StackMapTable format error: ") + what}, true};
}

Type TypeChecker::read_type(MapReader& in, std::vector<Type>& into) {
  const auto need = [&](std::size_t count) {
    if (!in.has(count)) fail_table("access beyond the end of attribute");
  };
  if (++types_read_ > kMaxTableTypes) fail_table("bad type array size");
  need(1);
  Type type;
  switch (in.u1()) {
    case 0:
      break;
    case 1:
      type = TypeKind::kInt;
      break;
    case 2:
      type = TypeKind::kFloat;
      break;
    case 3:
      into.push_back(TypeKind::kDouble);
      type = TypeKind::kDouble2;
      break;
    case 4:
      into.push_back(TypeKind::kLong);
      type = TypeKind::kLong2;
      break;
    case 5:
      type = TypeKind::kNull;
      break;
    case 6:
      type = TypeKind::kUninitializedThis;
      break;
    case 7: {
      need(2);
      const unsigned index = in.u2();
      if (pool_.tag(index) != PoolTag::kClass) fail_table("bad class index");
      type = pool_class(index);
      break;
    }
    case 8: {
      need(2);
      const unsigned offset = in.u2();
      if (offset >= code_.size() || marks_[offset] != CodeMark::kNew) {
        fail_format("StackMapTable format error: bad offset for Uninitialized");
      }
      type = Type::uninitialized(offset);
      break;
    }
    default:
      fail_table("bad verification type");
  }
  into.push_back(type);
  return type;
}

void TypeChecker::read_frame(MapReader& in, Frame& frame, std::size_t& bci, bool first) {
  const auto need = [&](std::size_t count) {
    if (!in.has(count)) fail_table("access beyond the end of attribute");
  };
  const auto check_locals = [&] {
    if (frame.locals.size() > method_.code.max_locals) {
      fail_format("StackMapTable format error: bad type array size");
    }
  };
  const auto check_stack = [&] {
    if (frame.stack.size() > method_.code.max_stack)
      fail_format("StackMapTable format error: bad type array size");
  };
  const auto advance = [&](std::size_t delta) { bci = first ? delta : bci + delta + 1; };
  const auto has_this = [](const std::vector<Type>& types) {
    return std::find(types.begin(), types.end(), Type(TypeKind::kUninitializedThis)) != types.end();
  };
  need(1);
  const unsigned tag = in.u1();
  frame.stack.clear();
  types_read_ += frame.locals.size();
  if (tag < 128) {
    advance(tag % 64);
    if (tag < 64) return;
    read_type(in, frame.stack);
    check_stack();
    return;
  }
  need(2);
  advance(in.u2());
  if (tag < 247) fail_table("reserved frame type");
  if (tag == 247) {
    read_type(in, frame.stack);
    check_stack();
  } else if (tag < 251) {
    // chop: the last locals are dropped; a long or double counts once.
    for (unsigned i = tag; i < 251; ++i) {
      if (frame.locals.empty()) fail_format("StackMapTable format error: bad type array size");
      const bool pair = frame.locals.back().is_category2_second();
      frame.locals.pop_back();
      if (pair) frame.locals.pop_back();
    }
    frame.this_uninitialized = has_this(frame.locals);
  } else if (tag > 251 && tag < 255) {
    for (unsigned i = 251; i < tag; ++i) read_type(in, frame.locals);
    check_locals();
    frame.this_uninitialized = has_this(frame.locals);
  } else if (tag == 255) {
    frame.locals.clear();
    need(2);
    for (unsigned count = in.u2(); count > 0; --count) read_type(in, frame.locals);
    check_locals();
    frame.this_uninitialized = has_this(frame.locals);
    need(2);
    for (unsigned count = in.u2(); count > 0; --count) read_type(in, frame.stack);
    check_stack();
  }
}

void TypeChecker::read_table() {
  const RawAttribute bytes = method_.code.stack_map_table;
  if (bytes.empty()) return;
  MapReader in(bytes);
  if (!in.has(2)) fail_table("access beyond the end of attribute");
  const unsigned count = in.u2();
  table_.reserve(std::min<std::size_t>(count, bytes.size()));
  Frame frame = frame_;
  std::size_t bci = 0;
  for (unsigned i = 0; i < count; ++i) {
    read_frame(in, frame, bci, i == 0);
    if (bci >= code_.size() || marks_[bci] == CodeMark::kNothing) {
      ErrorContext context;
      context.kind = Kind::kBadMap;
      context.bci = 0;
      context.current = ShownFrame{bci, frame};
      fail(context, "", "StackMapTable error: bad offset");
    }
    table_.push_back({bci, frame});
  }
  if (!in.done()) fail_table("wrong attribute size");
}

const TypeChecker::MapFrame* TypeChecker::find(std::int64_t bci) const {
  const auto found = std::lower_bound(
      table_.begin(), table_.end(), bci,
      [](const MapFrame& f, std::int64_t b) { return static_cast<std::int64_t>(f.bci) < b; });
  return found != table_.end() && static_cast<std::int64_t>(found->bci) == bci ? &*found : nullptr;
}

bool TypeChecker::accepts_types(const std::vector<Type>& from, const MapFrame& to, bool stack,
                                const Frame& shown_frame, ErrorContext& why) {
  const std::vector<Type>& wanted = stack ? to.frame.stack : to.frame.locals;
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    const Type type = i < from.size() ? from[i] : Type();
    if (assignable(type, wanted[i])) continue;
    why.kind = Kind::kBadType;
    why.bci = to.bci;
    why.actual = {stack ? Origin::Place::kStack : Origin::Place::kLocal, i, type};
    why.expected = {stack ? Origin::Place::kMapStack : Origin::Place::kMapLocal, i, wanted[i]};
    why.current = show(shown_frame);
    why.map = ShownFrame{to.bci, to.frame};
    return false;
  }
  return true;
}

bool TypeChecker::accepts(const Frame& from, const MapFrame& to, ErrorContext& why) {
  const auto frames = [&] {
    why.current = show(from);
    why.map = ShownFrame{to.bci, to.frame};
  };
  if (from.stack.size() != to.frame.stack.size()) {
    why.kind = Kind::kStackMismatch;
    why.bci = bci_;
    frames();
    return false;
  }
  if (!accepts_types(from.locals, to, false, from, why)) return false;
  if (!accepts_types(from.stack, to, true, from, why)) return false;
  if (from.this_uninitialized && !to.frame.this_uninitialized) {
    why.kind = Kind::kBadFlags;
    why.bci = to.bci;
    frames();
    return false;
  }
  return true;
}

void TypeChecker::jump(std::int64_t target) {
  const MapFrame* frame = find(target);
  ErrorContext context;
  if (frame == nullptr) {
    context.kind = Kind::kMissingMap;
    context.bci = bci_;
    fail(context, "",
         text_of("Expecting a stackmap frame at branch target %lld", static_cast<long long>(target)));
  }
  if (!accepts(frame_, *frame, context)) {
    fail(context, "",
         text_of("Inconsistent stackmap frames at branch target %lld", static_cast<long long>(target)));
  }
}

void TypeChecker::flow_to_handlers(bool this_uninitialized) {
  if (bci_ < handlers_begin_ || bci_ >= handlers_end_) return;
  for (const ExceptionHandler& h : method_.code.handlers) {
    if (bci_ < h.start_pc || bci_ >= h.end_pc) continue;
    Frame thrown;
    thrown.locals = frame_.locals;
    thrown.this_uninitialized = frame_.this_uninitialized || this_uninitialized;
    if (method_.code.max_stack == 0) {
      ErrorContext context;
      context.kind = Kind::kStackOverflow;
      context.bci = bci_;
      context.current = ShownFrame{bci_, thrown};
      fail(context, "", "Operand stack overflow");
    }
    thrown.stack.push_back(h.catch_type == 0 ? Type::object("java/lang/Throwable")
                                             : pool_class(h.catch_type));
    ErrorContext context;
    const MapFrame* frame = find(h.handler_pc);
    if (frame == nullptr) {
      context.kind = Kind::kMissingMap;
      context.bci = bci_;
      fail(context, "", text_of("Expecting a stackmap frame at branch target %u", unsigned{h.handler_pc}));
    }
    if (!accepts(thrown, *frame, context)) {
      fail(context, "",
           text_of("Stack map does not match the one at exception handler %u", unsigned{h.handler_pc}));
    }
  }
}

// check_operands() refuses both instructions.
void TypeChecker::jump_to_subroutine(std::int64_t) { fail_code("", "Bad instruction: a8"); }
void TypeChecker::return_from_subroutine(unsigned) { fail_code("", "Bad instruction: a9"); }

void TypeChecker::meet_table(bool reached) {
  const auto missing = [&](Kind kind) {
    ErrorContext context;
    context.kind = kind;
    context.bci = bci_;
    fail(context, "", "Expecting a stack map frame");
  };
  if (next_frame_ == table_.size()) {
    if (!reached) missing(Kind::kBadCode);
    return;
  }
  const MapFrame& next = table_[next_frame_];
  if (next.bci == bci_) {
    ErrorContext context;
    if (reached && !accepts(frame_, next, context)) {
      fail(context, "", "Instruction type does not match stack map");
    }
    frame_ = next.frame;
    ++next_frame_;
    return;
  }
  if (!reached) missing(Kind::kMissingMap);
}

void TypeChecker::run() {
  check_tables();
  set_initial_frame();
  read_table();
  handlers_begin_ = code_.size();
  for (const ExceptionHandler& h : method_.code.handlers) {
    handlers_begin_ = std::min<std::size_t>(handlers_begin_, h.start_pc);
    handlers_end_ = std::max<std::size_t>(handlers_end_, h.end_pc);
  }
  bool reached = true;
  for (std::size_t bci = 0; bci < code_.size(); bci += instruction_length(code_, bci)) {
    begin_instruction(bci);
    meet_table(reached);
    begin_instruction(bci);
    check_operands();
    // Handlers see the locals before a store (JVMS 4.10.1.6), and after any other instruction what they were
    // before it.
    const auto opcode = static_cast<Opcode>(code_[bci]);
    const auto store_of = opcode == Opcode::k_wide ? static_cast<Opcode>(code_[bci + 1]) : opcode;
    const bool store = store_of >= Opcode::k_istore && store_of <= Opcode::k_astore_3;
    if (store) flow_to_handlers(false);
    execute();
    if (!store) flow_to_handlers(this_initialized_here_);
    reached = falls_through_;
  }
  bci_ = code_.size();
  if (reached) fail_code("", "Control flow falls through code end");
}

}  // namespace uvm::rt::classfile
