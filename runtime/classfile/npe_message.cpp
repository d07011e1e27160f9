#include "runtime/classfile/npe_message.h"

#include <map>
#include <vector>

#include "runtime/classfile/bytecode_reader.h"
#include "runtime/classfile/descriptor.h"

namespace uvm::rt::classfile {
namespace {

// How many dereferences of an expression are followed back.
constexpr int kMaxDetail = 5;
// Operand stack slots of all instructions together; if there are more, there is no message.
constexpr std::size_t kMaxSlots = 1000000;
// Locals from here on count as written to.
constexpr unsigned kTrackedLocals = 64;

constexpr std::size_t kUnknown = ~std::size_t{0};

// Whether the constant is of the kind by which the instruction, one of getstatic to invokedynamic, names a
// member. Code that was never verified may have another constant there, with a descriptor that does not fit
// the instruction.
bool names_member(Opcode opcode, PoolTag tag) {
  switch (opcode) {
    case Opcode::k_getstatic:
    case Opcode::k_putstatic:
    case Opcode::k_getfield:
    case Opcode::k_putfield:
      return tag == PoolTag::kFieldref;
    case Opcode::k_invokedynamic:
      return tag == PoolTag::kInvokeDynamic;
    default:
      return tag == PoolTag::kMethodref || tag == PoolTag::kInterfaceMethodref;
  }
}

// Java's name of a type, without java.lang where every reader knows it. The JDK also shortens
// java.lang.StringBuilder and the like in lists of parameters, and only there.
std::string short_type(std::string_view descriptor, bool parameter) {
  std::string text = type_name(descriptor);
  constexpr std::string_view kJavaLang = "java.lang.";
  if (!text.starts_with(kJavaLang)) return text;
  const std::string_view name = std::string_view(text).substr(kJavaLang.size());
  for (const std::string_view known : {"Object", "String"}) {
    if (name.starts_with(known) && (parameter || name.size() == known.size() || name[known.size()] == '['))
      return std::string(name);
  }
  return text;
}

// The same for a class as the constant pool names it.
std::string short_class(std::string_view name) {
  return short_type(name.front() == '[' ? std::string(name) : "L" + std::string(name) + ";", false);
}

// The state before an instruction: for each operand stack slot the bci of the instruction that put it there
// (kUnknown if there are several), and which of the first locals have been written to.
struct State {
  std::vector<std::size_t> stack;
  std::uint64_t written = 0;
};

// Follows the operand stack from the front of the code to `bci`, once: paths that come from later code do not
// count.
class Sources {
 public:
  Sources(const MethodView& method, const PoolView& pool, std::size_t bci)
      : method_(method), pool_(pool), code_(method.code.bytes), goal_(bci) {}

  bool run();
  [[nodiscard]] const State* at(std::size_t bci) const {
    const auto found = states_.find(bci);
    return found == states_.end() ? nullptr : &found->second;
  }

 private:
  bool instruction(std::size_t bci);
  bool effect(std::size_t bci, Opcode opcode, State& state);
  bool pop(State& state, std::size_t count) {
    if (state.stack.size() < count) return false;
    state.stack.resize(state.stack.size() - count);
    return true;
  }
  static void push(State& state, std::size_t bci, std::size_t count) {
    state.stack.insert(state.stack.end(), count, bci);
  }
  void write(State& state, unsigned local, unsigned slots) {
    for (unsigned i = local; i < local + slots && i < kTrackedLocals; ++i)
      state.written |= std::uint64_t{1} << i;
  }
  bool flow(std::int64_t bci, const State& state);

  const MethodView& method_;
  const PoolView& pool_;
  const CodeBytes code_;
  const std::size_t goal_;
  std::map<std::size_t, State> states_;
  std::size_t slots_ = 0;
  bool added_ = false;    // a state, in this pass
  bool complete_ = true;  // every instruction of this pass had a state
};

bool Sources::flow(std::int64_t bci, const State& state) {
  if (bci < 0 || bci >= static_cast<std::int64_t>(code_.size())) return false;
  const auto [found, fresh] = states_.try_emplace(static_cast<std::size_t>(bci), state);
  if (fresh) {
    added_ = true;
    slots_ += state.stack.size() + 1;
    return slots_ <= kMaxSlots;
  }
  State& into = found->second;
  if (into.stack.size() != state.stack.size()) return false;
  for (std::size_t i = 0; i < into.stack.size(); ++i) {
    if (into.stack[i] != state.stack[i]) into.stack[i] = kUnknown;
  }
  into.written |= state.written;
  return true;
}

bool Sources::effect(std::size_t bci, Opcode opcode, State& state) {
  auto& stack = state.stack;
  const bool load = opcode >= Opcode::k_iload && opcode <= Opcode::k_aload_3;
  const bool store = opcode >= Opcode::k_istore && opcode <= Opcode::k_astore_3;
  if (load || store || opcode == Opcode::k_wide || opcode == Opcode::k_iinc || opcode == Opcode::k_ret) {
    const LocalOperand operand = local_operand(code_, bci);
    const Opcode o = operand.opcode;
    if (o == Opcode::k_iinc) {
      write(state, operand.index, 1);
      return true;
    }
    if (o == Opcode::k_ret) return true;
    const bool two =
        o == Opcode::k_lload || o == Opcode::k_dload || o == Opcode::k_lstore || o == Opcode::k_dstore;
    if (o <= Opcode::k_aload) {
      push(state, bci, two ? 2 : 1);
      return true;
    }
    write(state, operand.index, two ? 2 : 1);
    return pop(state, two ? 2 : 1);
  }
  // Replaces the topmost slots by copies of them, counted from the top.
  const auto arrange = [&](std::size_t take, std::string_view order) {
    if (stack.size() < take) return false;
    const std::vector<std::size_t> taken(stack.end() - static_cast<std::ptrdiff_t>(take), stack.end());
    pop(state, take);
    for (const char n : order) stack.push_back(taken[take - 1 - static_cast<std::size_t>(n - '0')]);
    return true;
  };
  switch (opcode) {
    case Opcode::k_pop:
      return pop(state, 1);
    case Opcode::k_pop2:
      return pop(state, 2);
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
    case Opcode::k_checkcast:
      return true;  // still the same value
    case Opcode::k_ldc:
    case Opcode::k_ldc_w:
    case Opcode::k_ldc2_w: {
      const unsigned index = opcode == Opcode::k_ldc ? code_[bci + 1] : read_u2(code_, bci + 1);
      const PoolTag tag = pool_.tag(index);
      std::size_t slots = tag == PoolTag::kLong || tag == PoolTag::kDouble ? 2 : 1;
      if (tag == PoolTag::kDynamic) slots = slots_of(pool_.member(index).descriptor.front());
      push(state, bci, slots);
      return true;
    }
    case Opcode::k_getstatic:
    case Opcode::k_putstatic:
    case Opcode::k_getfield:
    case Opcode::k_putfield: {
      const unsigned index = read_u2(code_, bci + 1);
      if (!names_member(opcode, pool_.tag(index))) return false;
      const std::size_t slots = slots_of(pool_.member(index).descriptor.front());
      const bool get = opcode == Opcode::k_getstatic || opcode == Opcode::k_getfield;
      const std::size_t receiver = opcode == Opcode::k_getfield || opcode == Opcode::k_putfield ? 1 : 0;
      if (!pop(state, receiver + (get ? 0 : slots))) return false;
      if (get) push(state, bci, slots);
      return true;
    }
    case Opcode::k_invokevirtual:
    case Opcode::k_invokespecial:
    case Opcode::k_invokestatic:
    case Opcode::k_invokeinterface:
    case Opcode::k_invokedynamic: {
      const unsigned index = read_u2(code_, bci + 1);
      if (!names_member(opcode, pool_.tag(index))) return false;
      const std::string_view descriptor = pool_.member(index).descriptor;
      const bool receiver = opcode != Opcode::k_invokestatic && opcode != Opcode::k_invokedynamic;
      if (!pop(state, argument_slots(descriptor) + (receiver ? 1 : 0))) return false;
      push(state, bci, slots_of(return_type(descriptor).front()));
      return true;
    }
    case Opcode::k_multianewarray:
      if (!pop(state, code_[bci + 3])) return false;
      push(state, bci, 1);
      return true;
    default: {
      const std::string_view effect = kOpcodeInfo[code_[bci]].effect;
      const std::size_t split = effect.find('>');
      if (split == std::string_view::npos) return false;
      for (const char letter : effect.substr(0, split)) {
        if (!pop(state, slots_of(letter))) return false;
      }
      for (const char letter : effect.substr(split + 1)) push(state, bci, slots_of(letter));
      return true;
    }
  }
}

bool Sources::instruction(std::size_t bci) {
  const auto here = states_.find(bci);
  if (here == states_.end()) {
    complete_ = false;
    return true;
  }
  State state = here->second;
  const auto opcode = static_cast<Opcode>(code_[bci]);
  if (!effect(bci, opcode, state)) return false;
  const auto at = static_cast<std::int64_t>(bci);
  const std::size_t end = bci + instruction_length(code_, bci);
  switch (opcode) {
    case Opcode::k_goto:
    case Opcode::k_jsr:
      return flow(at + read_s2(code_, bci + 1), state);
    case Opcode::k_goto_w:
    case Opcode::k_jsr_w:
      return flow(at + read_s4(code_, bci + 1), state);
    case Opcode::k_tableswitch:
    case Opcode::k_lookupswitch: {
      const std::size_t operands = switch_operands(bci);
      if (!flow(at + read_s4(code_, operands), state)) return false;
      for (std::size_t i = operands + 12; i + 4 <= end; i += opcode == Opcode::k_tableswitch ? 4 : 8) {
        if (!flow(at + read_s4(code_, i), state)) return false;
      }
      return true;
    }
    case Opcode::k_ireturn:
    case Opcode::k_lreturn:
    case Opcode::k_freturn:
    case Opcode::k_dreturn:
    case Opcode::k_areturn:
    case Opcode::k_return:
    case Opcode::k_athrow:
    case Opcode::k_ret:
      return true;
    default:
      break;
  }
  if (opcode == Opcode::k_wide && static_cast<Opcode>(code_[bci + 1]) == Opcode::k_ret) return true;
  const bool branches = (opcode >= Opcode::k_ifeq && opcode <= Opcode::k_if_acmpne) ||
                        opcode == Opcode::k_ifnull || opcode == Opcode::k_ifnonnull;
  if (branches && !flow(at + read_s2(code_, bci + 1), state)) return false;
  return flow(static_cast<std::int64_t>(end), state);
}

bool Sources::run() {
  states_.try_emplace(0);
  for (const ExceptionHandler& h : method_.code.handlers) {
    State state;
    push(state, h.handler_pc, 1);
    states_.try_emplace(h.handler_pc, state);
  }
  // Passes from the front; another pass is needed only if an instruction is first reached from later code.
  do {
    complete_ = true;
    added_ = false;
    for (std::size_t bci = 0; bci < code_.size();) {
      const std::size_t length = instruction_length(code_, bci);
      if (length == 0 || !instruction(bci)) return false;
      bci += length;
      if (bci == goal_ && states_.count(bci) != 0) return true;
    }
  } while (!complete_ && added_);
  return states_.count(goal_) != 0;
}

class Message {
 public:
  Message(const MethodView& method, const PoolView& pool, const Sources& sources)
      : method_(method), pool_(pool), code_(method.code.bytes), sources_(sources) {}

  // Which operand was null: its distance from the top of the stack. kUnknown: none.
  [[nodiscard]] std::size_t null_slot(std::size_t bci) const;
  // `Cannot read field "x"`.
  [[nodiscard]] std::string action(std::size_t bci) const;
  // ` because "a.b" is null`, or nothing.
  [[nodiscard]] std::string cause(std::size_t bci, std::size_t slot) const {
    std::string text;
    return describe(bci, slot, kMaxDetail, false, " because \"", text) ? text + "\" is null" : std::string();
  }

 private:
  bool describe(std::size_t bci, std::size_t slot, int detail, bool inner, const char* prefix,
                std::string& out) const;
  [[nodiscard]] std::string local_name(std::size_t bci, unsigned slot, bool parameter) const;
  [[nodiscard]] std::string member_name(std::size_t bci) const { return std::string(member(bci).name); }
  [[nodiscard]] std::string method_text(std::size_t bci) const;
  [[nodiscard]] MemberView member(std::size_t bci) const { return pool_.member(read_u2(code_, bci + 1)); }

  const MethodView& method_;
  const PoolView& pool_;
  const CodeBytes code_;
  const Sources& sources_;
};

std::size_t Message::null_slot(std::size_t bci) const {
  switch (static_cast<Opcode>(code_[bci])) {
    case Opcode::k_getfield:
    case Opcode::k_arraylength:
    case Opcode::k_athrow:
    case Opcode::k_monitorenter:
    case Opcode::k_monitorexit:
      return 0;
    case Opcode::k_iaload:
    case Opcode::k_faload:
    case Opcode::k_aaload:
    case Opcode::k_baload:
    case Opcode::k_caload:
    case Opcode::k_saload:
    case Opcode::k_laload:
    case Opcode::k_daload:
      return 1;
    case Opcode::k_iastore:
    case Opcode::k_fastore:
    case Opcode::k_aastore:
    case Opcode::k_bastore:
    case Opcode::k_castore:
    case Opcode::k_sastore:
      return 2;
    case Opcode::k_lastore:
    case Opcode::k_dastore:
      return 3;
    case Opcode::k_putfield:
      return slots_of(member(bci).descriptor.front());
    case Opcode::k_invokevirtual:
    case Opcode::k_invokespecial:
    case Opcode::k_invokeinterface:
      // If a constructor call threw, that is the exception's own constructor.
      if (member(bci).name == "<init>") return kUnknown;
      return argument_slots(member(bci).descriptor);
    default:
      return kUnknown;
  }
}

std::string Message::method_text(std::size_t bci) const {
  const MemberView called = member(bci);
  // The name of an array class is its descriptor here: "[I.clone()".
  std::string text =
      called.class_name.front() == '[' ? external_name(called.class_name) : short_class(called.class_name);
  text += "." + std::string(called.name) + "(";
  bool first = true;
  for (ParameterTypes p(called.descriptor); !p.done(); p.next()) {
    if (!first) text += ", ";
    first = false;
    text += short_type(p.type(), true);
  }
  return text + ")";
}

std::string Message::action(std::size_t bci) const {
  switch (static_cast<Opcode>(code_[bci])) {
    case Opcode::k_iaload:
      return "Cannot load from int array";
    case Opcode::k_faload:
      return "Cannot load from float array";
    case Opcode::k_aaload:
      return "Cannot load from object array";
    case Opcode::k_baload:
      return "Cannot load from byte/boolean array";
    case Opcode::k_caload:
      return "Cannot load from char array";
    case Opcode::k_saload:
      return "Cannot load from short array";
    case Opcode::k_laload:
      return "Cannot load from long array";
    case Opcode::k_daload:
      return "Cannot load from double array";
    case Opcode::k_iastore:
      return "Cannot store to int array";
    case Opcode::k_fastore:
      return "Cannot store to float array";
    case Opcode::k_aastore:
      return "Cannot store to object array";
    case Opcode::k_bastore:
      return "Cannot store to byte/boolean array";
    case Opcode::k_castore:
      return "Cannot store to char array";
    case Opcode::k_sastore:
      return "Cannot store to short array";
    case Opcode::k_lastore:
      return "Cannot store to long array";
    case Opcode::k_dastore:
      return "Cannot store to double array";
    case Opcode::k_arraylength:
      return "Cannot read the array length";
    case Opcode::k_athrow:
      return "Cannot throw exception";
    case Opcode::k_monitorenter:
      return "Cannot enter synchronized block";
    case Opcode::k_monitorexit:
      return "Cannot exit synchronized block";
    case Opcode::k_getfield:
      return "Cannot read field \"" + member_name(bci) + "\"";
    case Opcode::k_putfield:
      return "Cannot assign field \"" + member_name(bci) + "\"";
    default:
      return "Cannot invoke \"" + method_text(bci) + "\"";
  }
}

std::string Message::local_name(std::size_t bci, unsigned slot, bool parameter) const {
  for (const LocalVariable& v : method_.code.locals) {
    if (v.slot == slot && bci >= v.start_pc && bci < std::size_t{v.start_pc} + v.length) {
      return std::string(pool_.utf8(v.name_index));
    }
  }
  if (!method_.is_static() && slot == 0) return "this";
  unsigned first = method_.is_static() ? 0 : 1;
  unsigned number = 1;
  for (ParameterTypes p(method_.descriptor); !p.done() && parameter; p.next(), ++number) {
    const unsigned size = slots_of(p.type().front());
    if (slot >= first && slot < first + size) return "<parameter" + std::to_string(number) + ">";
    first += size;
  }
  return "<local" + std::to_string(slot) + ">";
}

bool Message::describe(std::size_t bci, std::size_t slot, int detail, bool inner, const char* prefix,
                       std::string& out) const {
  if (detail <= 0) return false;
  const State* state = sources_.at(bci);
  if (state == nullptr || slot >= state->stack.size()) return false;
  const std::size_t source = state->stack[state->stack.size() - 1 - slot];
  if (source == kUnknown) return false;
  const auto opcode = static_cast<Opcode>(code_[source]);
  const bool call = opcode >= Opcode::k_invokevirtual && opcode <= Opcode::k_invokeinterface;
  std::string text;
  const bool int_load =
      opcode == Opcode::k_iload || (opcode >= Opcode::k_iload_0 && opcode <= Opcode::k_iload_3);
  const bool ref_load =
      opcode == Opcode::k_aload || (opcode >= Opcode::k_aload_0 && opcode <= Opcode::k_aload_3);
  const bool wide_load =
      opcode == Opcode::k_wide && (local_operand(code_, source).opcode == Opcode::k_iload ||
                                   local_operand(code_, source).opcode == Opcode::k_aload);
  if (int_load || ref_load || wide_load) {
    const unsigned local = local_operand(code_, source).index;
    // Whether it still is a parameter matters where the value is used, not where it was loaded.
    const bool written = local >= kTrackedLocals || (state->written >> local & 1) != 0;
    text = local_name(source, local, !written);
  } else if (opcode == Opcode::k_aconst_null) {
    text = "null";
  } else if (opcode >= Opcode::k_iconst_m1 && opcode <= Opcode::k_iconst_5) {
    text = std::to_string(static_cast<int>(opcode) - static_cast<int>(Opcode::k_iconst_0));
  } else if (opcode == Opcode::k_bipush) {
    text = std::to_string(static_cast<std::int8_t>(code_[source + 1]));
  } else if (opcode == Opcode::k_sipush) {
    text = std::to_string(read_s2(code_, source + 1));
  } else if (opcode == Opcode::k_getstatic) {
    text = short_class(member(source).class_name) + "." + member_name(source);
  } else if (opcode == Opcode::k_getfield) {
    if (describe(source, 0, detail - 1, inner, nullptr, text)) text += ".";
    text += member_name(source);
  } else if (call) {
    if (detail == kMaxDetail && !inner) text = " because the return value of \"";
    text += method_text(source);
  } else if (opcode == Opcode::k_iaload || opcode == Opcode::k_aaload) {
    if (!describe(source, 1, detail - 1, inner, nullptr, text)) text += "<array>";
    text += "[";
    std::string index;
    text += describe(source, 0, detail, true, nullptr, index) ? index : "...";
    text += "]";
  } else {
    return false;
  }
  if (detail == kMaxDetail && prefix != nullptr && !call) out += prefix;
  out += text;
  return true;
}

}  // namespace

std::optional<std::string> npe_message(const MethodView& method, const PoolView& pool, std::size_t bci) {
  const CodeBytes code = method.code.bytes;
  if (bci >= code.size() || instruction_length(code, bci) == 0) return std::nullopt;
  const auto opcode = static_cast<Opcode>(code[bci]);
  const bool has_member = opcode >= Opcode::k_getstatic && opcode <= Opcode::k_invokeinterface;
  if (has_member && !names_member(opcode, pool.tag(read_u2(code, bci + 1)))) return std::nullopt;
  Sources sources(method, pool, bci);
  const Message message(method, pool, sources);
  const std::size_t slot = message.null_slot(bci);
  if (slot == kUnknown) return std::nullopt;
  const bool followed = sources.run();
  std::string text = message.action(bci);
  if (followed) text += message.cause(bci, slot);
  return text;
}

}  // namespace uvm::rt::classfile
