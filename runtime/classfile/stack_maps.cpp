#include "runtime/classfile/stack_maps.h"

#include <algorithm>
#include <set>
#include <string_view>

#include "runtime/classfile/descriptor.h"

namespace uvm::rt::classfile {
namespace {

// States of all blocks together: more than any compiler's subroutines make.
constexpr std::size_t kMaxStates = 65536;
// Slots of all states together.
constexpr std::size_t kMaxStateSlots = std::size_t{1} << 24;

}  // namespace

// Runs single instructions on a state. Every function returns false if the code cannot be right.
class StackMaps::Stepper {
 public:
  Stepper(const MethodView& method, const PoolView& pool)
      : method_(method), pool_(pool), code_(method.code.bytes) {}

  [[nodiscard]] State initial() const {
    State state;
    if (!method_.is_static()) state.locals.push_back(kReference);
    for (ParameterTypes p(method_.descriptor); !p.done(); p.next()) {
      const char first = p.type().front();
      state.locals.push_back(is_reference(first) ? kReference : kOther);
      if (slots_of(first) == 2) state.locals.push_back(kOther);
    }
    return state;
  }

  // The instruction at `bci` on `state`, without its branches.
  bool step(std::size_t bci, State& state) {
    stack_ = &state.stack;
    locals_ = &state.locals;
    const auto opcode = static_cast<Opcode>(code_[bci]);
    const std::string_view effect = kOpcodeInfo[code_[bci]].effect;
    if (opcode == Opcode::k_jsr || opcode == Opcode::k_jsr_w) {
      return push(kAddress + static_cast<Value>(bci + instruction_length(code_, bci)));
    }
    const bool load = opcode >= Opcode::k_iload && opcode <= Opcode::k_aload_3;
    const bool store = opcode >= Opcode::k_istore && opcode <= Opcode::k_astore_3;
    if (load || store || opcode == Opcode::k_wide || opcode == Opcode::k_ret || opcode == Opcode::k_iinc) {
      return local(local_operand(code_, bci));
    }
    if (effect != "*") {
      const std::size_t split = effect.find('>');
      for (std::size_t i = split; i-- > 0;) {
        if (!pop(slots_of(effect[i]))) return false;
      }
      for (const char letter : effect.substr(split + 1)) {
        if (!push_letter(letter)) return false;
      }
      return true;
    }
    switch (opcode) {
      case Opcode::k_ldc:
        return constant(code_[bci + 1]);
      case Opcode::k_ldc_w:
      case Opcode::k_ldc2_w:
        return constant(read_u2(code_, bci + 1));
      case Opcode::k_getstatic:
      case Opcode::k_putstatic:
      case Opcode::k_getfield:
      case Opcode::k_putfield:
        return field(opcode, read_u2(code_, bci + 1));
      case Opcode::k_invokevirtual:
      case Opcode::k_invokespecial:
      case Opcode::k_invokestatic:
      case Opcode::k_invokeinterface:
      case Opcode::k_invokedynamic:
        return invoke(opcode, read_u2(code_, bci + 1));
      case Opcode::k_multianewarray:
        return pop(code_[bci + 3]) && push(kReference);
      default:
        return shuffle(opcode);
    }
  }

 private:
  bool push(Value value) {
    if (stack_->size() >= method_.code.max_stack) return false;
    stack_->push_back(value);
    return true;
  }
  bool push_letter(char letter) {
    if (letter == 'V') return true;
    const Value value = letter == 'A' || is_reference(letter) ? kReference : kOther;
    return push(value) && (slots_of(letter) == 1 || push(kOther));
  }
  bool pop(std::size_t count) {
    if (stack_->size() < count) return false;
    stack_->resize(stack_->size() - count);
    return true;
  }

  bool local(const LocalOperand& operand) {
    switch (operand.opcode) {
      case Opcode::k_iload:
      case Opcode::k_fload:
        return push(kOther);
      case Opcode::k_lload:
      case Opcode::k_dload:
        return push(kOther) && push(kOther);
      case Opcode::k_aload:
        // Verified code loads only references with aload.
        return push(kReference);
      case Opcode::k_iinc:
      case Opcode::k_ret:
        return true;
      default:
        break;
    }
    const bool two = operand.opcode == Opcode::k_lstore || operand.opcode == Opcode::k_dstore;
    const std::size_t end = operand.index + (two ? 2u : 1u);
    if (end > method_.code.max_locals || stack_->size() < (two ? 2u : 1u)) return false;
    if (locals_->size() < end) locals_->resize(end);
    (*locals_)[operand.index] = operand.opcode == Opcode::k_astore ? stack_->back() : kOther;
    if (two) (*locals_)[operand.index + 1] = kOther;
    return pop(two ? 2 : 1);
  }

  bool constant(unsigned index) {
    switch (pool_.tag(index)) {
      case PoolTag::kInteger:
      case PoolTag::kFloat:
        return push(kOther);
      case PoolTag::kLong:
      case PoolTag::kDouble:
        return push_letter('J');
      case PoolTag::kString:
      case PoolTag::kClass:
      case PoolTag::kMethodHandle:
      case PoolTag::kMethodType:
        return push(kReference);
      case PoolTag::kDynamic:
        return push_letter(pool_.member(index).descriptor.front());
      default:
        return false;
    }
  }

  bool field(Opcode opcode, unsigned index) {
    if (pool_.tag(index) != PoolTag::kFieldref) return false;
    const char letter = pool_.member(index).descriptor.front();
    const unsigned receiver = opcode == Opcode::k_getfield || opcode == Opcode::k_putfield ? 1 : 0;
    if (opcode == Opcode::k_getstatic || opcode == Opcode::k_getfield)
      return pop(receiver) && push_letter(letter);
    return pop(receiver + slots_of(letter));
  }

  bool invoke(Opcode opcode, unsigned index) {
    const PoolTag tag = pool_.tag(index);
    const bool dynamic = opcode == Opcode::k_invokedynamic;
    if (dynamic ? tag != PoolTag::kInvokeDynamic
                : tag != PoolTag::kMethodref && tag != PoolTag::kInterfaceMethodref) {
      return false;
    }
    const std::string_view descriptor = pool_.member(index).descriptor;
    const unsigned receiver = dynamic || opcode == Opcode::k_invokestatic ? 0 : 1;
    return pop(argument_slots(descriptor) + receiver) && push_letter(return_type(descriptor).front());
  }

  // The instructions that move slots without looking at their content. `take` slots from the top are replaced
  // by the slots that `order` names, counted from the top of what was taken.
  bool shuffle(Opcode opcode) {
    const auto arrange = [&](std::size_t take, std::string_view order) {
      if (stack_->size() < take) return false;
      const std::vector<Value> taken(stack_->end() - static_cast<std::ptrdiff_t>(take), stack_->end());
      pop(take);
      for (const char n : order) {
        if (!push(taken[take - 1 - static_cast<std::size_t>(n - '0')])) return false;
      }
      return true;
    };
    switch (opcode) {
      case Opcode::k_pop:
        return pop(1);
      case Opcode::k_pop2:
        return pop(2);
      case Opcode::k_dup:
        return arrange(1, "00");
      case Opcode::k_dup_x1:
        return arrange(2, "010");
      case Opcode::k_dup_x2:
        return arrange(3, "0210");
      case Opcode::k_dup2:
        return arrange(2, "1010");
      case Opcode::k_dup2_x1:
        return arrange(3, "10210");
      case Opcode::k_dup2_x2:
        return arrange(4, "103210");
      case Opcode::k_swap:
        return arrange(2, "01");
      default:
        return false;
    }
  }

  const MethodView& method_;
  const PoolView& pool_;
  const CodeBytes code_;
  std::vector<Value>* stack_ = nullptr;
  std::vector<Value>* locals_ = nullptr;
};

// Data flow over basic blocks until nothing changes.
class StackMaps::Analysis {
 public:
  explicit Analysis(StackMaps& maps)
      : maps_(maps), stepper_(maps.method_, *maps.pool_), code_(maps.method_.code.bytes) {}

  bool run() {
    std::size_t bad = 0;
    marks_ = mark_instructions(code_, &bad);
    if (bad != code_.size() || code_.empty() || !find_leaders()) return false;
    if (!flow(0, stepper_.initial())) return false;
    while (!work_.empty()) {
      const auto [bci, index] = *work_.begin();
      work_.erase(work_.begin());
      if (!run_block(bci, maps_.blocks_[bci][index])) return false;
    }
    return true;
  }

 private:
  bool is_instruction(std::int64_t bci) const {
    return bci >= 0 && bci < static_cast<std::int64_t>(code_.size()) &&
           marks_[static_cast<std::size_t>(bci)] != CodeMark::kNothing;
  }

  // The targets of the instruction at `bci`; except for ret.
  std::vector<std::int64_t> targets(std::size_t bci) const {
    const auto opcode = static_cast<Opcode>(code_[bci]);
    const auto at = static_cast<std::int64_t>(bci);
    if ((opcode >= Opcode::k_ifeq && opcode <= Opcode::k_jsr) || opcode == Opcode::k_ifnull ||
        opcode == Opcode::k_ifnonnull) {
      return {at + read_s2(code_, bci + 1)};
    }
    if (opcode == Opcode::k_goto_w || opcode == Opcode::k_jsr_w) return {at + read_s4(code_, bci + 1)};
    std::vector<std::int64_t> result;
    if (opcode == Opcode::k_tableswitch || opcode == Opcode::k_lookupswitch) {
      const std::size_t operands = switch_operands(bci);
      const std::size_t end = bci + instruction_length(code_, bci);
      result.push_back(at + read_s4(code_, operands));
      for (std::size_t i = operands + 12; i + 4 <= end; i += opcode == Opcode::k_tableswitch ? 4 : 8) {
        result.push_back(at + read_s4(code_, i));
      }
    }
    return result;
  }

  static bool falls_through(Opcode opcode) {
    return !(opcode >= Opcode::k_ireturn && opcode <= Opcode::k_return) && opcode != Opcode::k_athrow &&
           opcode != Opcode::k_goto && opcode != Opcode::k_goto_w && opcode != Opcode::k_jsr &&
           opcode != Opcode::k_jsr_w && opcode != Opcode::k_ret && opcode != Opcode::k_tableswitch &&
           opcode != Opcode::k_lookupswitch;
  }
  [[nodiscard]] Opcode opcode_at(std::size_t bci) const {
    const auto opcode = static_cast<Opcode>(code_[bci]);
    return opcode == Opcode::k_wide ? static_cast<Opcode>(code_[bci + 1]) : opcode;
  }

  bool find_leaders() {
    leaders_.assign(code_.size(), false);
    leaders_[0] = true;
    for (std::size_t bci = 0; bci < code_.size(); bci += instruction_length(code_, bci)) {
      const std::size_t next = bci + instruction_length(code_, bci);
      const auto to = targets(bci);
      for (const std::int64_t target : to) {
        if (!is_instruction(target)) return false;
        leaders_[static_cast<std::size_t>(target)] = true;
      }
      if ((!to.empty() || !falls_through(opcode_at(bci))) && next < code_.size()) leaders_[next] = true;
    }
    for (const ExceptionHandler& h : maps_.method_.code.handlers) {
      if (!is_instruction(h.handler_pc)) return false;
      leaders_[h.handler_pc] = true;
    }
    return true;
  }

  // Whether both have the same return addresses in the same places.
  static bool same_addresses(const std::vector<Value>& a, const std::vector<Value>& b) {
    const std::size_t size = std::max(a.size(), b.size());
    for (std::size_t i = 0; i < size; ++i) {
      const Value x = i < a.size() ? a[i] : kOther;
      const Value y = i < b.size() ? b[i] : kOther;
      if (x != y && (x >= kAddress || y >= kAddress)) return false;
    }
    return true;
  }
  // A slot is a reference when it is one on both paths.
  static bool merge(std::vector<Value>& into, const std::vector<Value>& from) {
    bool changed = false;
    for (std::size_t i = 0; i < into.size(); ++i) {
      const Value other = i < from.size() ? from[i] : kOther;
      if (into[i] == kReference && other != kReference) {
        into[i] = kOther;
        changed = true;
      }
    }
    return changed;
  }

  bool flow(std::size_t bci, const State& state) {
    States& states = maps_.blocks_[bci];
    for (std::size_t i = 0; i < states.size(); ++i) {
      if (!same_addresses(states[i].locals, state.locals) || !same_addresses(states[i].stack, state.stack))
        continue;
      if (states[i].stack.size() != state.stack.size()) return false;
      const bool locals_changed = merge(states[i].locals, state.locals);
      if (merge(states[i].stack, state.stack) || locals_changed) work_.insert({bci, i});
      return true;
    }
    slots_ += state.locals.size() + state.stack.size();
    if (++count_ > kMaxStates || slots_ > kMaxStateSlots) return false;
    states.push_back(state);
    work_.insert({bci, states.size() - 1});
    return true;
  }

  bool flow_to_handlers(std::size_t bci, const State& state) {
    for (const ExceptionHandler& h : maps_.method_.code.handlers) {
      if (bci < h.start_pc || bci >= h.end_pc) continue;
      if (maps_.method_.code.max_stack == 0) return false;
      State thrown;
      thrown.locals = state.locals;
      thrown.stack.push_back(kReference);
      if (!flow(h.handler_pc, thrown)) return false;
    }
    return true;
  }

  bool run_block(std::size_t bci, State state) {
    for (;;) {
      if (!flow_to_handlers(bci, state)) return false;
      const Opcode opcode = opcode_at(bci);
      if (opcode == Opcode::k_ret) return return_from(local_operand(code_, bci).index, state);
      if (!stepper_.step(bci, state)) return false;
      const auto to = targets(bci);
      for (const std::int64_t target : to) {
        if (!flow(static_cast<std::size_t>(target), state)) return false;
      }
      if (!falls_through(opcode)) return true;
      bci += instruction_length(code_, bci);
      if (bci >= code_.size()) return false;
      if (leaders_[bci]) return flow(bci, state);
    }
  }

  bool return_from(unsigned local, State& state) {
    const Value address = local < state.locals.size() ? state.locals[local] : kOther;
    if (address < kAddress || !is_instruction(address - kAddress)) return false;
    // An address cannot be used again after it has been used, so the following state is the same for every
    // use.
    std::replace(state.locals.begin(), state.locals.end(), address, kOther);
    return flow(address - kAddress, state);
  }

  StackMaps& maps_;
  Stepper stepper_;
  const CodeBytes code_;
  std::vector<CodeMark> marks_;
  std::vector<bool> leaders_;
  std::set<std::pair<std::size_t, std::size_t>> work_;  // blocks whose state has changed
  std::size_t count_ = 0;
  std::size_t slots_ = 0;
};

std::optional<StackMaps> StackMaps::compute(const MethodView& method, const PoolView& pool) {
  StackMaps maps(method, pool);
  if (!Analysis(maps).run()) return std::nullopt;
  return maps;
}

std::optional<FrameMap> StackMaps::at(std::size_t bci, const ReturnAddressReader& read) const {
  // The block that contains bci begins at or before it.
  auto block = blocks_.upper_bound(bci);
  if (block == blocks_.begin()) return std::nullopt;
  --block;
  const CodeBytes code = method_.code.bytes;
  for (const State& start : block->second) {
    State state = start;
    Stepper stepper(method_, *pool_);
    std::size_t at = block->first;
    bool reached = true;
    while (at < bci && reached) {
      const auto opcode = static_cast<Opcode>(code[at]);
      // Beyond the end of a block that control does not leave by falling through, nothing is reached.
      const bool ends = (opcode >= Opcode::k_goto && opcode <= Opcode::k_return) ||
                        opcode == Opcode::k_athrow || opcode == Opcode::k_goto_w || opcode == Opcode::k_jsr_w;
      const bool wide_ret = opcode == Opcode::k_wide && static_cast<Opcode>(code[at + 1]) == Opcode::k_ret;
      reached = !ends && !wide_ret && stepper.step(at, state);
      at += instruction_length(code, at);
    }
    if (!reached || at != bci) return std::nullopt;
    bool fits = true;
    if (block->second.size() > 1 && read) {
      for (unsigned i = 0; i < state.locals.size() && fits; ++i) {
        if (state.locals[i] >= kAddress) fits = read(i) == state.locals[i] - kAddress;
      }
    }
    if (!fits) continue;
    FrameMap map;
    for (const Value v : state.locals) map.locals.push_back(v == kReference);
    for (const Value v : state.stack) map.stack.push_back(v == kReference);
    return map;
  }
  return std::nullopt;
}

}  // namespace uvm::rt::classfile
