#include "runtime/classfile/type_inferrer.h"

#include <algorithm>

#include "runtime/classfile/descriptor.h"

namespace uvm::rt::classfile {
namespace {

// A frame is kept for each instruction. Code that needs more than this in total was not made by a compiler.
constexpr std::size_t kMaxTypesKept = std::size_t{1} << 24;
// Subroutines inside subroutines; javac's finally blocks never come close.
constexpr std::size_t kMaxNesting = 256;

constexpr const char* kBadTarget = "Illegal target of jump or branch";
constexpr const char* kBadDefault = "Illegal default target in switch";
constexpr const char* kBadCase = "Illegal branch in tableswitch";

}  // namespace

void TypeInferrer::check_target(std::int64_t target, const char* text) const {
  if (target < 0 || target >= static_cast<std::int64_t>(code_.size()) ||
      marks_[static_cast<std::size_t>(target)] == CodeMark::kNothing) {
    fail_code(text, text);
  }
}

// The targets of all branches, reached or not, are instructions.
void TypeInferrer::check_static_targets() {
  const auto opcode = static_cast<Opcode>(code_[bci_]);
  const auto at = static_cast<std::int64_t>(bci_);
  if ((opcode >= Opcode::k_ifeq && opcode <= Opcode::k_jsr) || opcode == Opcode::k_ifnull ||
      opcode == Opcode::k_ifnonnull) {
    check_target(at + read_s2(code_, bci_ + 1), kBadTarget);
  } else if (opcode == Opcode::k_goto_w || opcode == Opcode::k_jsr_w) {
    check_target(at + read_s4(code_, bci_ + 1), kBadTarget);
  } else if (opcode == Opcode::k_tableswitch || opcode == Opcode::k_lookupswitch) {
    const std::size_t operands = switch_operands(bci_);
    const std::size_t end = bci_ + instruction_length(code_, bci_);
    check_target(at + read_s4(code_, operands), kBadDefault);
    for (std::size_t i = operands + 12; i + 4 <= end; i += opcode == Opcode::k_tableswitch ? 4 : 8) {
      check_target(at + read_s4(code_, i), kBadCase);
    }
  }
}

void TypeInferrer::enqueue(std::size_t bci) { queue_.insert(bci); }

// ---- merging

Type TypeInferrer::merge_objects(std::string_view a, std::string_view b) {
  if (a == b) return Type::object(a);
  std::size_t dimensions = 0;
  while (a.front() == '[' && b.front() == '[') {
    const std::string_view x = a.substr(1);
    const std::string_view y = b.substr(1);
    // Arrays of different primitives, or of a primitive and a reference, have the enclosing array in common.
    if (!is_reference(x.front()) || !is_reference(y.front())) {
      a = b = kObjectName;
      break;
    }
    a = class_name_of(x);
    b = class_name_of(y);
    ++dimensions;
  }
  std::string_view common = kObjectName;
  if (a == b) {
    common = a;
  } else if (a.front() == '[' || b.front() == '[') {
    // An array and a class: Object, unless the class is one of the interfaces of arrays.
    const std::string_view other = a.front() == '[' ? b : a;
    if (other == "java/lang/Cloneable" || other == "java/io/Serializable") common = other;
  } else if (a != kObjectName && b != kObjectName) {
    answer_or_throw(oracle_.common_superclass(a, b, &common));
  }
  if (dimensions == 0) return Type::object(common);
  std::string name(dimensions, '[');
  name += common.front() == '[' ? std::string(common) : "L" + std::string(common) + ";";
  return Type::object(store_name(std::move(name)));
}

Type TypeInferrer::merge_type(const Type& a, const Type& b) {
  if (a == b) return a;
  if (a.is(TypeKind::kNull) && b.is(TypeKind::kObject)) return b;
  if (b.is(TypeKind::kNull) && a.is(TypeKind::kObject)) return a;
  if (a.is(TypeKind::kObject) && b.is(TypeKind::kObject)) return merge_objects(a.name(), b.name());
  return {};
}

bool TypeInferrer::merge_types(std::vector<Type>& into, const std::vector<Type>& from, bool stack) {
  bool changed = false;
  if (!stack && into.size() > from.size()) {
    into.resize(from.size());
    changed = true;
  }
  for (std::size_t i = 0; i < into.size(); ++i) {
    const Type merged = merge_type(into[i], from[i]);
    if (merged == into[i]) continue;
    if (stack && merged.is(TypeKind::kTop)) fail_code("Mismatched stack types", "Mismatched stack types");
    into[i] = merged;
    changed = true;
  }
  // Half a long or double is not a value.
  for (std::size_t i = 0; i < into.size() && !stack; ++i) {
    const bool second_missing =
        into[i].is_category2() && (i + 1 == into.size() || !into[i + 1].is_category2_second());
    const bool first_missing = into[i].is_category2_second() && (i == 0 || !into[i - 1].is_category2());
    if (second_missing || first_missing) into[i] = TypeKind::kTop;
  }
  return changed;
}

bool TypeInferrer::merge(State& into, const State& from) {
  if (into.frame.stack.size() != from.frame.stack.size()) {
    fail_code(
        text_of("Inconsistent stack height %zu != %zu", from.frame.stack.size(), into.frame.stack.size()),
        "Inconsistent stack height");
  }
  bool changed = merge_types(into.frame.locals, from.frame.locals, false);
  changed |= merge_types(into.frame.stack, from.frame.stack, true);
  if (from.frame.this_uninitialized && !into.frame.this_uninitialized) {
    into.frame.this_uninitialized = true;
    changed = true;
  }
  // Only subroutines that are active in both are known to be active here.
  std::vector<Active> common;
  std::size_t next = 0;
  for (const Active& a : into.active) {
    const auto same = std::find_if(from.active.begin() + static_cast<std::ptrdiff_t>(next), from.active.end(),
                                   [&](const Active& b) { return a.entry == b.entry; });
    if (same == from.active.end()) continue;
    next = static_cast<std::size_t>(same - from.active.begin()) + 1;
    Active merged = a;
    merged.touched.resize(std::max(a.touched.size(), same->touched.size()));
    for (std::size_t i = 0; i < same->touched.size(); ++i) {
      if (same->touched[i] && !merged.touched[i]) {
        merged.touched[i] = true;
        changed = true;
      }
    }
    common.push_back(std::move(merged));
  }
  if (common.size() != into.active.size()) changed = true;
  into.active = std::move(common);
  return changed;
}

void TypeInferrer::flow_to(std::size_t target, const State& state) {
  auto& slot = states_[target];
  if (!slot) {
    types_kept_ += state.frame.locals.size() + state.frame.stack.size() + state.active.size();
    if (types_kept_ > kMaxTypesKept) fail_code("Illegal type", "Illegal type");
    slot = state;
    enqueue(target);
  } else if (merge(*slot, state)) {
    enqueue(target);
  }
}

// ---- control flow

void TypeInferrer::jump(std::int64_t target) { flow_to(static_cast<std::size_t>(target), {frame_, active_}); }

void TypeInferrer::flow_to_handlers(bool) {
  for (const ExceptionHandler& h : method_.code.handlers) {
    if (bci_ < h.start_pc || bci_ >= h.end_pc) continue;
    if (method_.code.max_stack == 0) fail_code("Stack size too large", "Operand stack overflow");
    State thrown = before_;
    thrown.frame.stack.assign(
        1, h.catch_type == 0 ? Type::object("java/lang/Throwable") : pool_class(h.catch_type));
    flow_to(h.handler_pc, thrown);
  }
}

void TypeInferrer::jump_to_subroutine(std::int64_t target) {
  const auto entry = static_cast<std::uint16_t>(target);
  for (const Active& a : active_) {
    if (a.entry == entry) fail_code("Recursive call to jsr entry", "Recursive call to jsr entry");
  }
  if (active_.size() == kMaxNesting) fail_code("Illegal type", "Illegal type");
  push(Type::return_address(entry));
  const std::pair<std::size_t, std::size_t> call{bci_, entry};
  if (std::find(calls_.begin(), calls_.end(), call) == calls_.end()) calls_.push_back(call);
  // The subroutine may now return to another place, or to this place with other locals.
  for (const std::size_t ret : returns_) enqueue(ret);
  State state{frame_, active_};
  state.active.push_back({entry, {}});
  flow_to(entry, state);
}

void TypeInferrer::return_from_subroutine(unsigned local) {
  const Type address = local < frame_.locals.size() ? frame_.locals[local] : Type();
  if (!address.is(TypeKind::kReturnAddress)) {
    fail_code("Illegal return from subroutine", "Illegal return from subroutine");
  }
  const auto level =
      std::find_if(active_.begin(), active_.end(), [&](const Active& a) { return a.entry == address.bci; });
  if (level == active_.end()) fail_code("Illegal return from subroutine", "Illegal return from subroutine");
  if (std::find(returns_.begin(), returns_.end(), bci_) == returns_.end()) returns_.push_back(bci_);
  for (const auto& [jsr, entry] : calls_) {
    if (entry != address.bci || !states_[jsr]) continue;
    const State& caller = *states_[jsr];
    State state;
    state.frame = frame_;
    auto& locals = state.frame.locals;
    const auto& kept = caller.frame.locals;
    const std::size_t size = std::max(locals.size(), kept.size());
    locals.resize(size);
    for (std::size_t i = 0; i < size; ++i) {
      const bool touched = i < level->touched.size() && level->touched[i];
      if (!touched) locals[i] = i < kept.size() ? kept[i] : Type();
      // The address has been used.
      if (locals[i] == address) locals[i] = TypeKind::kTop;
    }
    state.active = caller.active;
    // Whatever the subroutine touched, its callers have touched through it.
    for (Active& outer : state.active) {
      outer.touched.resize(std::max(outer.touched.size(), level->touched.size()));
      for (std::size_t i = 0; i < level->touched.size(); ++i) {
        if (level->touched[i]) outer.touched[i] = true;
      }
    }
    const std::size_t next = jsr + instruction_length(code_, jsr);
    if (next >= code_.size())
      fail_code("Falling off the end of the code", "Control flow falls through code end");
    flow_to(next, state);
  }
}

// Marks the locals that the instruction at bci_ reads or writes.
void TypeInferrer::touch_locals() {
  if (active_.empty()) return;
  const auto opcode = static_cast<Opcode>(code_[bci_]);
  const bool load = opcode >= Opcode::k_iload && opcode <= Opcode::k_aload_3;
  const bool store = opcode >= Opcode::k_istore && opcode <= Opcode::k_astore_3;
  if (!load && !store && opcode != Opcode::k_iinc && opcode != Opcode::k_ret && opcode != Opcode::k_wide)
    return;
  const LocalOperand operand = local_operand(code_, bci_);
  const bool two = operand.opcode == Opcode::k_lload || operand.opcode == Opcode::k_dload ||
                   operand.opcode == Opcode::k_lstore || operand.opcode == Opcode::k_dstore;
  const std::size_t end = operand.index + (two ? 2u : 1u);
  for (Active& a : active_) {
    if (a.touched.size() < end) a.touched.resize(end);
    a.touched[operand.index] = true;
    a.touched[end - 1] = true;
  }
}

void TypeInferrer::run() {
  for (bci_ = 0; bci_ < code_.size(); bci_ += instruction_length(code_, bci_)) {
    check_operands();
    check_static_targets();
  }
  bci_ = 0;
  check_tables();
  states_.resize(code_.size());

  set_initial_frame();
  flow_to(0, {frame_, {}});
  // Sweeps over the code, from front to back.
  std::size_t bci = 0;
  while (!queue_.empty()) {
    auto waiting = queue_.lower_bound(bci);
    if (waiting == queue_.end()) waiting = queue_.begin();
    bci = *waiting;
    queue_.erase(waiting);
    before_ = *states_[bci];
    frame_ = before_.frame;
    active_ = before_.active;
    begin_instruction(bci);
    touch_locals();
    flow_to_handlers(false);
    execute();
    if (!falls_through_) continue;
    const std::size_t next = bci + instruction_length(code_, bci);
    if (next == code_.size())
      fail_code("Falling off the end of the code", "Control flow falls through code end");
    flow_to(next, {frame_, active_});
  }
}

}  // namespace uvm::rt::classfile
