// Translates bytecode to internal code, one instruction for each bytecode instruction, so that branch
// targets, exception ranges and bytecode indexes keep their meaning.
#include <array>
#include <bit>
#include <cstring>
#include <vector>

#include "base/die.h"
#include "runtime/classfile/descriptor.h"
#include "runtime/classfile/opcodes.h"
#include "runtime/metadata/code.h"
#include "runtime/metadata/thread_sanitizer.h"
#include "runtime/metadata/vm.h"

namespace uvm::rt {
namespace {

using Bytecode = classfile::Opcode;

constexpr auto kBackward = [] {
  std::array<Op, static_cast<std::size_t>(Op::kCount)> result{};
  for (std::size_t i = 0; i < result.size(); i++) result[i] = backward_of(static_cast<Op>(i));
  return result;
}();

class Translator {
 public:
  explicit Translator(Method* method)
      : method_(method),
        pool_(method->holder->pool.get()),
        code_(method->bytecode.get()),
        length_(method->bytecode_length) {}

  void run() {
    index_of_.assign(length_ + 1U, 0xffff'ffff);
    for (unsigned bci = 0; bci < length_; bci += length_at(bci)) {
      index_of_[bci] = static_cast<std::uint32_t>(bcis_.size());
      bcis_.push_back(static_cast<std::uint16_t>(bci));
    }
    insns_.resize(bcis_.size());
    for (unsigned i = 0; i < bcis_.size(); i++) translate_one(i);
    if (method_->holder.get() == vm()->known().Object.get() && method_->is_initializer())
      register_finalizers();
  }

  [[nodiscard]] const std::vector<Insn>& insns() const { return insns_; }
  [[nodiscard]] const std::vector<std::uint16_t>& bcis() const { return bcis_; }

 private:
  [[nodiscard]] unsigned u1(unsigned at) const { return code_[at]; }
  [[nodiscard]] unsigned u2(unsigned at) const {
    return static_cast<unsigned>(code_[at]) << 8 | code_[at + 1];
  }
  [[nodiscard]] int s1(unsigned at) const { return static_cast<std::int8_t>(code_[at]); }
  [[nodiscard]] int s2(unsigned at) const { return static_cast<std::int16_t>(u2(at)); }
  [[nodiscard]] std::int32_t s4(unsigned at) const {
    return static_cast<std::int32_t>(u2(at) << 16 | u2(at + 2));
  }

  [[nodiscard]] unsigned length_at(unsigned bci) const {
    const auto op = static_cast<Bytecode>(code_[bci]);
    const unsigned operands = (bci + 4) & ~3U;
    if (op == Bytecode::k_tableswitch) {
      return operands + 12 + 4 * static_cast<unsigned>(s4(operands + 8) - s4(operands + 4) + 1) - bci;
    }
    if (op == Bytecode::k_lookupswitch)
      return operands + 8 + 8 * static_cast<unsigned>(s4(operands + 4)) - bci;
    if (op == Bytecode::k_wide) return static_cast<Bytecode>(code_[bci + 1]) == Bytecode::k_iinc ? 6 : 4;
    return classfile::kOpcodeInfo[code_[bci]].length;
  }

  // Operands that the table does not give an instruction would be lost on all who read code by the table.
  void emit(unsigned i, Op op, unsigned a = 0, std::int32_t b = 0) {
    const OpInfo& info = info_of(op);
    if ((a != 0 && info.a == OperandKind::kNothing) || (b != 0 && info.b == OperandKind::kNothing))
      die("translation gives an instruction an operand that it does not have", 0);
    insns_[i] = Insn{op, static_cast<std::uint16_t>(a), b};
  }

  [[nodiscard]] std::int32_t target(unsigned i, int offset) const {
    return static_cast<std::int32_t>(index_of_[static_cast<unsigned>(bcis_[i] + offset)]) -
           static_cast<std::int32_t>(i);
  }

  void branch(unsigned i, Op forward, int offset) {
    emit(i, offset <= 0 ? kBackward[static_cast<std::size_t>(forward)] : forward, 0, target(i, offset));
  }

  void load_constant(unsigned i, unsigned index, bool two_slots) {
    const PoolEntry& entry = pool_->entry(index);
    switch (pool_->tag(index)) {
      case PoolTag::kInteger:
      case PoolTag::kFloat:
        return emit(i, Op::const_i, 0, static_cast<std::int32_t>(entry.raw));
      case PoolTag::kLong:
      case PoolTag::kDouble:
        return emit(i, Op::const_w, 0, static_cast<std::int32_t>(gc::encode(&entry)));
      default:
        return emit(i, two_slots ? Op::ldc2_dynamic : Op::ldc, 0, static_cast<std::int32_t>(index));
    }
  }

  void load_double(unsigned i, double value) {
    auto* entry = vm()->metadata.make<double>();
    *entry = value;
    emit(i, Op::const_w, 0, static_cast<std::int32_t>(gc::encode(entry)));
  }

  void local(unsigned i, Bytecode first_of_family, unsigned op, bool store, unsigned index) {
    // iload lload fload dload aload are in this order, and so are the stores.
    const unsigned type = op - static_cast<unsigned>(first_of_family);
    const bool two = type == 1 || type == 3;
    emit(i, store ? (two ? Op::store2 : Op::store) : (two ? Op::load2 : Op::load), index);
  }

  void invoke(unsigned i, Op op, unsigned index, bool receiver) {
    const Symbol* descriptor = pool_->descriptor_of(index);
    emit(i, op, classfile::argument_slots(descriptor->view()) + (receiver ? 1 : 0),
         static_cast<std::int32_t>(index));
  }

  void table_switch(unsigned i) {
    const unsigned bci = bcis_[i];
    unsigned at = (bci + 4) & ~3U;
    const int default_offset = s4(at);
    const std::int32_t low = s4(at + 4);
    const auto count = static_cast<std::uint32_t>(s4(at + 8) - low + 1);
    SwitchTable* table = make_table(i, default_offset, low, count, count);
    at += 12;
    for (std::uint32_t k = 0; k < count; k++) table->entries()[k] = target(i, s4(at + 4 * k));
    emit(i, Op::tableswitch, 0, static_cast<std::int32_t>(gc::encode(table)));
  }

  void lookup_switch(unsigned i) {
    unsigned at = (bcis_[i] + 4U) & ~3U;
    const auto count = static_cast<std::uint32_t>(s4(at + 4));
    SwitchTable* table = make_table(i, s4(at), 0, count, 2 * count);
    at += 8;
    for (std::uint32_t k = 0; k < count; k++) {
      table->entries()[k] = s4(at + 8 * k);
      table->entries()[count + k] = target(i, s4(at + 8 * k + 4));
    }
    emit(i, Op::lookupswitch, 0, static_cast<std::int32_t>(gc::encode(table)));
  }

  SwitchTable* make_table(unsigned i, int default_offset, std::int32_t low, std::uint32_t count,
                          std::uint32_t words) {
    auto* table =
        static_cast<SwitchTable*>(vm()->metadata.allocate_forever(sizeof(SwitchTable) + words * 4ULL));
    table->default_target = target(i, default_offset);
    table->low = low;
    table->count = count;
    return table;
  }

  void method_return(unsigned i, unsigned slots) {
    const BasicType type = method_->return_type;
    const bool narrow = type == BasicType::kBoolean || type == BasicType::kByte || type == BasicType::kChar ||
                        type == BasicType::kShort;
    const bool sync = method_->is_synchronized();
    Op op = slots == 0   ? (sync ? Op::return_sync : Op::return_)
            : slots == 1 ? (sync ? Op::return1_sync : Op::return1)
                         : (sync ? Op::return2_sync : Op::return2);
    if (narrow && !sync) op = Op::return_narrow;
    emit(i, op, static_cast<unsigned>(type));
  }

  // The last return of Object.<init> calls Finalizer.register where needed; that call returns to an
  // additional return instruction after it.
  void register_finalizers() {
    if (insns_.back().op != Op::return_) return;
    insns_.back().op = Op::return_object_init;
    insns_.push_back({Op::return_, 0, 0});
    bcis_.push_back(bcis_.back());
  }

  void translate_one(unsigned i);

  Method* method_;
  ConstantPool* pool_;
  const std::uint8_t* code_;
  unsigned length_;
  std::vector<std::uint32_t> index_of_;
  std::vector<std::uint16_t> bcis_;
  std::vector<Insn> insns_;
};

// The op of a bytecode without operands that has an op of its own; Op::kCount for any other.
Op plain_op(Bytecode bytecode) {
  // clang-format off
  switch (bytecode) {
#define UVM_SAME(bytecode_name, op_name) \
    case Bytecode::k_##bytecode_name: return Op::op_name;
    UVM_SAME(nop, nop) UVM_SAME(iaload, iaload) UVM_SAME(faload, iaload) UVM_SAME(laload, laload)
    UVM_SAME(daload, laload) UVM_SAME(aaload, aaload) UVM_SAME(baload, baload) UVM_SAME(caload, caload)
    UVM_SAME(saload, saload) UVM_SAME(iastore, iastore) UVM_SAME(fastore, iastore)
    UVM_SAME(lastore, lastore) UVM_SAME(dastore, lastore) UVM_SAME(aastore, aastore)
    UVM_SAME(bastore, bastore) UVM_SAME(castore, castore) UVM_SAME(sastore, castore) UVM_SAME(pop, pop)
    UVM_SAME(pop2, pop2) UVM_SAME(dup, dup) UVM_SAME(dup_x1, dup_x1) UVM_SAME(dup_x2, dup_x2)
    UVM_SAME(dup2, dup2) UVM_SAME(dup2_x1, dup2_x1) UVM_SAME(dup2_x2, dup2_x2) UVM_SAME(swap, swap)
    UVM_SAME(iadd, iadd) UVM_SAME(ladd, ladd) UVM_SAME(fadd, fadd) UVM_SAME(dadd, dadd)
    UVM_SAME(isub, isub) UVM_SAME(lsub, lsub) UVM_SAME(fsub, fsub) UVM_SAME(dsub, dsub)
    UVM_SAME(imul, imul) UVM_SAME(lmul, lmul) UVM_SAME(fmul, fmul) UVM_SAME(dmul, dmul)
    UVM_SAME(idiv, idiv) UVM_SAME(ldiv, ldiv) UVM_SAME(fdiv, fdiv) UVM_SAME(ddiv, ddiv)
    UVM_SAME(irem, irem) UVM_SAME(lrem, lrem) UVM_SAME(frem, frem) UVM_SAME(drem, drem)
    UVM_SAME(ineg, ineg) UVM_SAME(lneg, lneg) UVM_SAME(fneg, fneg) UVM_SAME(dneg, dneg)
    UVM_SAME(ishl, ishl) UVM_SAME(lshl, lshl) UVM_SAME(ishr, ishr) UVM_SAME(lshr, lshr)
    UVM_SAME(iushr, iushr) UVM_SAME(lushr, lushr) UVM_SAME(iand, iand) UVM_SAME(land, land)
    UVM_SAME(ior, ior) UVM_SAME(lor, lor) UVM_SAME(ixor, ixor) UVM_SAME(lxor, lxor) UVM_SAME(i2l, i2l)
    UVM_SAME(i2f, i2f) UVM_SAME(i2d, i2d) UVM_SAME(l2i, l2i) UVM_SAME(l2f, l2f) UVM_SAME(l2d, l2d)
    UVM_SAME(f2i, f2i) UVM_SAME(f2l, f2l) UVM_SAME(f2d, f2d) UVM_SAME(d2i, d2i) UVM_SAME(d2l, d2l)
    UVM_SAME(d2f, d2f) UVM_SAME(i2b, i2b) UVM_SAME(i2c, i2c) UVM_SAME(i2s, i2s) UVM_SAME(lcmp, lcmp)
    UVM_SAME(fcmpl, fcmpl) UVM_SAME(fcmpg, fcmpg) UVM_SAME(dcmpl, dcmpl) UVM_SAME(dcmpg, dcmpg)
    UVM_SAME(arraylength, arraylength) UVM_SAME(athrow, athrow) UVM_SAME(monitorenter, monitorenter)
    UVM_SAME(monitorexit, monitorexit)
#undef UVM_SAME
        // clang-format on
        default : return Op::kCount;
  }
}

void Translator::translate_one(unsigned i) {
  const unsigned bci = bcis_[i];
  const auto bytecode = static_cast<Bytecode>(code_[bci]);
  const unsigned op = code_[bci];
  const auto value_of = [](Bytecode b) { return static_cast<unsigned>(b); };
  const auto within = [op, value_of](Bytecode first, Bytecode last) {
    return op >= value_of(first) && op <= value_of(last);
  };
  if (const Op plain = plain_op(bytecode); plain != Op::kCount) return emit(i, plain);
  if (within(Bytecode::k_iconst_m1, Bytecode::k_iconst_5)) {
    return emit(i, Op::const_i, 0,
                static_cast<std::int32_t>(op) - static_cast<std::int32_t>(value_of(Bytecode::k_iconst_0)));
  }
  if (within(Bytecode::k_iload, Bytecode::k_aload))
    return local(i, Bytecode::k_iload, op, false, u1(bci + 1));
  if (within(Bytecode::k_istore, Bytecode::k_astore))
    return local(i, Bytecode::k_istore, op, true, u1(bci + 1));
  if (within(Bytecode::k_iload_0, Bytecode::k_aload_3)) {
    const unsigned k = op - value_of(Bytecode::k_iload_0);
    return local(i, Bytecode::k_iload, value_of(Bytecode::k_iload) + k / 4, false, k % 4);
  }
  if (within(Bytecode::k_istore_0, Bytecode::k_astore_3)) {
    const unsigned k = op - value_of(Bytecode::k_istore_0);
    return local(i, Bytecode::k_istore, value_of(Bytecode::k_istore) + k / 4, true, k % 4);
  }
  if (within(Bytecode::k_ifeq, Bytecode::k_if_icmple))
    return branch(i, static_cast<Op>(static_cast<unsigned>(Op::ifeq) + op - value_of(Bytecode::k_ifeq)),
                  s2(bci + 1));
  switch (bytecode) {
    case Bytecode::k_aconst_null:
      return emit(i, Op::const_a, 0, 0);
    case Bytecode::k_lconst_0:
      return emit(i, Op::const_l, 0, 0);
    case Bytecode::k_lconst_1:
      return emit(i, Op::const_l, 0, 1);
    case Bytecode::k_fconst_0:
      return emit(i, Op::const_i, 0, 0);
    case Bytecode::k_fconst_1:
      return emit(i, Op::const_i, 0, std::bit_cast<std::int32_t>(1.0F));
    case Bytecode::k_fconst_2:
      return emit(i, Op::const_i, 0, std::bit_cast<std::int32_t>(2.0F));
    case Bytecode::k_dconst_0:
      return emit(i, Op::const_l, 0, 0);
    case Bytecode::k_dconst_1:
      return load_double(i, 1.0);
    case Bytecode::k_bipush:
      return emit(i, Op::const_i, 0, s1(bci + 1));
    case Bytecode::k_sipush:
      return emit(i, Op::const_i, 0, s2(bci + 1));
    case Bytecode::k_ldc:
      return load_constant(i, u1(bci + 1), false);
    case Bytecode::k_ldc_w:
      return load_constant(i, u2(bci + 1), false);
    case Bytecode::k_ldc2_w:
      return load_constant(i, u2(bci + 1), true);
    case Bytecode::k_iinc:
      return emit(i, Op::iinc, u1(bci + 1), s1(bci + 2));
    case Bytecode::k_if_acmpeq:
      return branch(i, Op::if_icmpeq, s2(bci + 1));
    case Bytecode::k_if_acmpne:
      return branch(i, Op::if_icmpne, s2(bci + 1));
    case Bytecode::k_ifnull:
      return branch(i, Op::ifeq, s2(bci + 1));
    case Bytecode::k_ifnonnull:
      return branch(i, Op::ifne, s2(bci + 1));
    case Bytecode::k_goto:
      return branch(i, Op::goto_, s2(bci + 1));
    case Bytecode::k_goto_w:
      return branch(i, Op::goto_, s4(bci + 1));
    case Bytecode::k_jsr:
      return emit(i, Op::jsr, 0, target(i, s2(bci + 1)));
    case Bytecode::k_jsr_w:
      return emit(i, Op::jsr, 0, target(i, s4(bci + 1)));
    case Bytecode::k_ret:
      return emit(i, Op::ret, u1(bci + 1));
    case Bytecode::k_tableswitch:
      return table_switch(i);
    case Bytecode::k_lookupswitch:
      return lookup_switch(i);
    case Bytecode::k_ireturn:
    case Bytecode::k_freturn:
    case Bytecode::k_areturn:
      return method_return(i, 1);
    case Bytecode::k_lreturn:
    case Bytecode::k_dreturn:
      return method_return(i, 2);
    case Bytecode::k_return:
      return method_return(i, 0);
    case Bytecode::k_getstatic:
      return emit(i, Op::getstatic, 0, static_cast<std::int32_t>(u2(bci + 1)));
    case Bytecode::k_putstatic:
      return emit(i, Op::putstatic, 0, static_cast<std::int32_t>(u2(bci + 1)));
    case Bytecode::k_getfield:
      return emit(i, Op::getfield, 0, static_cast<std::int32_t>(u2(bci + 1)));
    case Bytecode::k_putfield:
      return emit(i, Op::putfield, 0, static_cast<std::int32_t>(u2(bci + 1)));
    case Bytecode::k_invokevirtual:
      return invoke(i, Op::invokevirtual, u2(bci + 1), true);
    case Bytecode::k_invokespecial:
      return invoke(i, Op::invokespecial, u2(bci + 1), true);
    case Bytecode::k_invokestatic:
      return invoke(i, Op::invokestatic, u2(bci + 1), false);
    case Bytecode::k_invokeinterface:
      return invoke(i, Op::invokeinterface, u2(bci + 1), true);
    case Bytecode::k_invokedynamic:
      return invoke(i, Op::invokedynamic, u2(bci + 1), false);
    case Bytecode::k_new:
      return emit(i, Op::new_, 0, static_cast<std::int32_t>(u2(bci + 1)));
    case Bytecode::k_newarray:
      return emit(i, Op::newarray, u1(bci + 1));
    case Bytecode::k_anewarray:
      return emit(i, Op::anewarray, 0, static_cast<std::int32_t>(u2(bci + 1)));
    case Bytecode::k_multianewarray:
      return emit(i, Op::multianewarray, u1(bci + 3), static_cast<std::int32_t>(u2(bci + 1)));
    case Bytecode::k_checkcast:
      return emit(i, Op::checkcast, 0, static_cast<std::int32_t>(u2(bci + 1)));
    case Bytecode::k_instanceof:
      return emit(i, Op::instanceof_, 0, static_cast<std::int32_t>(u2(bci + 1)));
    case Bytecode::k_wide: {
      const unsigned wide = u1(bci + 1);
      const unsigned index = u2(bci + 2);
      if (static_cast<Bytecode>(wide) == Bytecode::k_iinc) return emit(i, Op::iinc, index, s2(bci + 4));
      if (static_cast<Bytecode>(wide) == Bytecode::k_ret) return emit(i, Op::ret, index);
      if (wide >= value_of(Bytecode::k_istore)) return local(i, Bytecode::k_istore, wide, true, index);
      return local(i, Bytecode::k_iload, wide, false, index);
    }
    default:
      return emit(i, Op::nop);  // not reached: the class file was checked
  }
}

}  // namespace

void translate(Method* method) {
  Translator translator(method);
  translator.run();
  const auto& insns = translator.insns();
  auto* code = vm()->metadata.make<Insn>(insns.size());
  std::memcpy(code, insns.data(), insns.size() * sizeof(Insn));
  auto* bcis = vm()->metadata.make<std::uint16_t>(insns.size());
  std::memcpy(bcis, translator.bcis().data(), insns.size() * sizeof(std::uint16_t));
  const std::lock_guard lock(vm()->metadata_lock);
  if (method->load_kind() != MethodKind::kUnprepared) return;  // another thread was faster
  method->bcis = bcis;
  method->code_length = static_cast<std::uint32_t>(insns.size());
  method->code = code;
  publish_metadata();
  method->publish_kind(MethodKind::kInterpreted);
}

}  // namespace uvm::rt
