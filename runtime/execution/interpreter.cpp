// The interpreter loop: see runtime/execution/interpreter.h and runtime/metadata/code.h.
//
// Registers of the loop: pc (current instruction), sp (first free operand slot), locals, fp (frame), codec.
// The position is stored (SAVE) before VM code is called. Three ways lead back into the loop: DISPATCH
// executes pc; `resume` takes the thread's current frame, whatever its kind, and continues it exactly at its
// stored position; a return continues after the caller's invoke instruction.
#include "runtime/execution/interpreter.h"

#include <cmath>
#include <cstring>
#include <limits>

#include "runtime/execution/continuation.h"
#include "runtime/execution/entry_frames.h"
#include "runtime/execution/inline_caches.h"
#include "runtime/execution/native.h"
#include "runtime/heap/exceptions.h"
#include "runtime/heap/objects.h"
#include "runtime/heap/reference_processing.h"
#include "runtime/linking/class_description.h"
#include "runtime/linking/linkage.h"
#include "runtime/metadata/code.h"
#include "runtime/metadata/member_lookup.h"
#include "runtime/metadata/thread_sanitizer.h"
#include "runtime/metadata/vm.h"
#include "runtime/threads/collection.h"
#include "runtime/threads/java_calls.h"
#include "runtime/threads/monitors.h"
#include "runtime/threads/safepoint.h"
#include "runtime/threads/threads.h"

namespace uvm::rt {
namespace {

// JVMS 2.8.3, 6.5 d2i and the like: NaN becomes 0, and values that are too large or too small saturate.
template <typename To, typename From>
To saturate(From value) {
  if (std::isnan(value)) return 0;
  if (value >= static_cast<From>(std::numeric_limits<To>::max())) return std::numeric_limits<To>::max();
  if (value <= static_cast<From>(std::numeric_limits<To>::min())) return std::numeric_limits<To>::min();
  return static_cast<To>(value);
}

template <typename T>
std::int32_t compare(T a, T b, std::int32_t unordered) {
  if (a > b) return 1;
  if (a == b) return 0;
  if (a < b) return -1;
  return unordered;
}

UVM_RUNS_JAVA std::int32_t lookup_target(SwitchTable* table, std::int32_t key) {
  const std::int32_t* keys = table->entries();
  std::uint32_t low = 0;
  std::uint32_t high = table->count;
  while (low < high) {
    const std::uint32_t middle = (low + high) / 2;
    if (keys[middle] == key) return keys[table->count + middle];
    if (keys[middle] < key) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return table->default_target;
}

// JVMS 6.5 instanceof, for an object that is not null.
UVM_RUNS_JAVA bool is_instance(const Object* object, const Class* wanted) {
  const Class* c = class_of(object);
  if (c == wanted) return true;
  observe_metadata();
  return c->is_subclass_of(wanted);
}

std::int32_t narrow(std::int32_t value, BasicType type) {
  switch (type) {
    case BasicType::kBoolean:
      return value & 1;
    case BasicType::kByte:
      return static_cast<std::int8_t>(value);
    case BasicType::kChar:
      return static_cast<std::uint16_t>(value);
    case BasicType::kShort:
      return static_cast<std::int16_t>(value);
    default:
      return value;
  }
}

[[gnu::noinline]] Status throw_index(Thread& thread, std::int32_t index, std::int32_t length) {
  return throw_new(thread, "java/lang/ArrayIndexOutOfBoundsException",
                   "Index " + std::to_string(index) + " out of bounds for length " + std::to_string(length));
}

[[gnu::noinline]] Status throw_array_store(Thread& thread, const Object* value) {
  return throw_new(thread, "java/lang/ArrayStoreException", external_name(class_of(value)));
}

// Makes a frame above the current one for a Java method whose arguments are at `args`. Null: stack overflow.
Frame* make_java_frame(Thread& thread, Method* method, Slot* args, Frame* below) {
  auto* frame = reinterpret_cast<Frame*>(args + method->max_locals);
  if (frame->operands() + method->max_stack > thread.stack_limit) return nullptr;
  frame->method = method;
  frame->caller = static_cast<std::uint32_t>(reinterpret_cast<Slot*>(below) - thread.stack_base);
  frame->pc = method->code.get();
  frame->sp = 0;
  frame->lock = 0;
  frame->kind = FrameKind::kJava;
  frame->phase = 0;
  frame->aux = method->max_locals;
  return frame;
}

Frame* make_native_frame(Thread& thread, Method* method, Slot* args, Frame* below) {
  auto* frame = reinterpret_cast<Frame*>(args + method->arg_slots);
  if (frame->operands() + kNativeSavedSlots > thread.stack_limit) return nullptr;
  std::memset(static_cast<void*>(frame), 0, sizeof(Frame) + kNativeSavedSlots * sizeof(Slot));
  frame->method = method;
  frame->caller = static_cast<std::uint32_t>(reinterpret_cast<Slot*>(below) - thread.stack_base);
  frame->sp = kNativeSavedSlots;
  frame->kind = FrameKind::kNative;
  return frame;
}

// What a synchronized method locks.
std::uint32_t lock_of(Method* method, Slot* args) {
  return method->is_static() ? method->holder->mirror.bits : args[0].ref;
}

}  // namespace

static Status push_frame(Thread& thread, Method* method, std::span<const Slot> args) {
  while (method->load_kind() == MethodKind::kUnprepared ||
         method->load_kind() == MethodKind::kNativeUnbound) {
    prepare_method(method);
  }
  Frame* below = thread.frame;
  Slot* at = below->operands() + below->sp;
  if (at + method->max_locals + kFrameSlots + args.size() > thread.stack_limit) {
    return throw_new(thread, "java/lang/StackOverflowError");
  }
  std::copy(args.begin(), args.end(), at);
  Frame* frame = nullptr;
  switch (method->load_kind()) {
    case MethodKind::kInterpreted:
      frame = make_java_frame(thread, method, at, below);
      break;
    case MethodKind::kNative:
    case MethodKind::kNativeLeaf:
      frame = make_native_frame(thread, method, at, below);
      break;
    default:
      return throw_abstract_method(thread, method->holder.get(), method, true);
  }
  if (frame == nullptr) return throw_new(thread, "java/lang/StackOverflowError");
  if (method->is_synchronized()) {
    frame->lock = lock_of(method, at);
    if (frame->kind == FrameKind::kJava) {
      frame->phase = 1;
    } else {
      frame->aux = kNativeNeedsLock;
    }
  }
  thread.frame = frame;
  return Status::kUpcall;
}

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wpedantic"

// Begins on a page of its own: where its jumps lie decides how well the processor predicts them, and code in front of
// it that grew or shrank made programs a quarter faster or slower.
[[gnu::aligned(4096)]] UVM_RUNS_JAVA void interpret(Thread& thread) {
  static const void* const kLabels[] = {
#define UVM_LABEL(name, ...) &&op_##name,
      UVM_OPS(UVM_LABEL)
#undef UVM_LABEL
  };

  const gc::Codec codec;
  std::uint64_t* const caches = &inline_caches_of(*thread.vm).entries[0];
  Slot* const stack_base = thread.stack_base;
  const Insn* pc = nullptr;
  Slot* sp = nullptr;
  Slot* locals = nullptr;
  Frame* fp = nullptr;
  Method* callee = nullptr;
  Slot* args = nullptr;
  unsigned arg_slots = 0;
  Status status = Status::kOk;
  Slot result{};
  bool polled = false;

#define DISPATCH() goto* kLabels[static_cast<unsigned>(pc->op)]
#define NEXT()  \
  do {          \
    pc++;       \
    DISPATCH(); \
  } while (0)
#define CASE(name) op_##name
// Ends an instruction that has put its results where its operands were: the table says how far the stack moves.
#define END(name)                 \
  do {                            \
    sp += kStackChange<Op::name>; \
    NEXT();                       \
  } while (0)
#define ENCODE(p) codec.encode(p)
#define DECODE(type, bits) codec.decode<type>(bits)
#define SAVE()                                                \
  do {                                                        \
    fp->pc.bits = ENCODE(pc);                                 \
    fp->sp = static_cast<std::uint32_t>(sp - fp->operands()); \
    thread.frame = fp;                                        \
    observe_metadata();                                       \
  } while (0)
// After VM code: continues only if it answered kOk.
#define CHECK(expression)                   \
  do {                                      \
    status = (expression);                  \
    if (status != Status::kOk) [[unlikely]] \
      goto not_ok;                          \
  } while (0)
// The stack moves before a result is written: gcc, when it sees one address read and written, works in memory
// there, and the next instruction waits longer for what it loads.
#define BINARY_I(name, operation)                        \
  CASE(name) : {                                         \
    const auto x = static_cast<std::uint32_t>(sp[-2].i); \
    const auto y = static_cast<std::uint32_t>(sp[-1].i); \
    sp += kStackChange<Op::name>;                        \
    sp[-1].i = static_cast<std::int32_t>(operation);     \
    NEXT();                                              \
  }
#define BINARY_L(name, operation)                        \
  CASE(name) : {                                         \
    const auto x = static_cast<std::uint64_t>(sp[-4].l); \
    const auto y = static_cast<std::uint64_t>(sp[-2].l); \
    sp += kStackChange<Op::name>;                        \
    sp[-2].l = static_cast<std::int64_t>(operation);     \
    NEXT();                                              \
  }
#define BINARY_F(name, operation) \
  CASE(name) : {                  \
    const float x = sp[-2].f;     \
    const float y = sp[-1].f;     \
    sp += kStackChange<Op::name>; \
    sp[-1].f = operation;         \
    NEXT();                       \
  }
#define BINARY_D(name, operation) \
  CASE(name) : {                  \
    const double x = sp[-4].d;    \
    const double y = sp[-2].d;    \
    sp += kStackChange<Op::name>; \
    sp[-2].d = operation;         \
    NEXT();                       \
  }
// Polls at an instruction that has not done anything yet, since it is executed again after the stop. Poll
// bits may stay set (torture mode), so the second execution does not stop again.
#define POLL(name)                                           \
  do {                                                       \
    static_assert((info_of(Op::name).traits & kStops) != 0); \
    POLL_HERE();                                             \
  } while (0)
#define POLL_HERE()                                                      \
  do {                                                                   \
    if (thread.poll.load(std::memory_order_relaxed) != 0) [[unlikely]] { \
      if (!polled) goto poll_here;                                       \
      polled = false;                                                    \
    }                                                                    \
  } while (0)

  goto resume;

  CASE(nop) : NEXT();
  CASE(const_i) : {
    sp->raw = static_cast<std::uint32_t>(pc->b);
    END(const_i);
  }
  CASE(const_a) : {
    sp->raw = static_cast<gc::ReferenceBits>(pc->b);
    END(const_a);
  }
  CASE(const_l) : {
    sp->l = pc->b;
    END(const_l);
  }
  CASE(const_w) : {
    sp->raw = *DECODE(const std::uint64_t, static_cast<std::uint32_t>(pc->b));
    END(const_w);
  }
  CASE(ldc) : {
    SAVE();
    CHECK(quicken_ldc(thread, fp, const_cast<Insn*>(pc), nullptr));
    DISPATCH();
  }
  CASE(ldc2_dynamic) : {
    SAVE();
    CHECK(quicken_ldc(thread, fp, const_cast<Insn*>(pc), &result));
    DISPATCH();
  }
  CASE(load) : {
    sp->raw = locals[pc->a].raw;
    END(load);
  }
  CASE(load2) : {
    sp->raw = locals[pc->a].raw;
    END(load2);
  }
  CASE(store) : {
    locals[pc->a].raw = sp[-1].raw;
    END(store);
  }
  CASE(store2) : {
    locals[pc->a].raw = sp[-2].raw;
    END(store2);
  }
  CASE(iinc) : {
    locals[pc->a].i = static_cast<std::int32_t>(static_cast<std::uint32_t>(locals[pc->a].i) +
                                                static_cast<std::uint32_t>(pc->b));
    END(iinc);
  }

#define ARRAY_LOAD(name, type, member)                                                                 \
  CASE(name) : {                                                                                       \
    if (sp[-2].ref == 0) [[unlikely]]                                                                  \
      goto throw_null;                                                                                 \
    auto* array = DECODE(Array, sp[-2].ref);                                                           \
    const std::int32_t index = sp[-1].i;                                                               \
    if (static_cast<std::uint32_t>(index) >= static_cast<std::uint32_t>(array->length)) [[unlikely]] { \
      SAVE();                                                                                          \
      CHECK(throw_index(thread, index, array->length));                                                \
    }                                                                                                  \
    sp[-2].member = array->elements<type>()[index];                                                    \
    END(name);                                                                                         \
  }
  ARRAY_LOAD(iaload, std::int32_t, i)
  ARRAY_LOAD(laload, std::int64_t, l)
  ARRAY_LOAD(baload, std::int8_t, i)
  ARRAY_LOAD(caload, std::uint16_t, i)
  ARRAY_LOAD(saload, std::int16_t, i)

  CASE(aaload) : {
    if (sp[-2].ref == 0) [[unlikely]]
      goto throw_null;
    auto* array = DECODE(Array, sp[-2].ref);
    const std::int32_t index = sp[-1].i;
    if (static_cast<std::uint32_t>(index) >= static_cast<std::uint32_t>(array->length)) [[unlikely]] {
      SAVE();
      CHECK(throw_index(thread, index, array->length));
    }
    sp[-2].raw = array->slots()[index].bits();
    END(aaload);
  }

#define ARRAY_STORE(name, type, member, slots)                                                         \
  CASE(name) : {                                                                                       \
    if (sp[-2 - (slots)].ref == 0) [[unlikely]]                                                        \
      goto throw_null;                                                                                 \
    auto* array = DECODE(Array, sp[-2 - (slots)].ref);                                                 \
    const std::int32_t index = sp[-1 - (slots)].i;                                                     \
    if (static_cast<std::uint32_t>(index) >= static_cast<std::uint32_t>(array->length)) [[unlikely]] { \
      SAVE();                                                                                          \
      CHECK(throw_index(thread, index, array->length));                                                \
    }                                                                                                  \
    array->elements<type>()[index] = static_cast<type>(sp[-(slots)].member);                           \
    END(name);                                                                                         \
  }
  ARRAY_STORE(iastore, std::int32_t, i, 1)
  ARRAY_STORE(lastore, std::int64_t, l, 2)
  ARRAY_STORE(castore, std::uint16_t, i, 1)
  CASE(bastore) : {
    if (sp[-3].ref == 0) [[unlikely]]
      goto throw_null;
    auto* array = DECODE(Array, sp[-3].ref);
    const std::int32_t index = sp[-2].i;
    if (static_cast<std::uint32_t>(index) >= static_cast<std::uint32_t>(array->length)) [[unlikely]] {
      SAVE();
      CHECK(throw_index(thread, index, array->length));
    }
    // JVMS 6.5 bastore: an element of a boolean array gets the lowest bit only.
    const bool is_boolean = class_of(array)->component->primitive == BasicType::kBoolean;
    array->elements<std::int8_t>()[index] = static_cast<std::int8_t>(is_boolean ? sp[-1].i & 1 : sp[-1].i);
    END(bastore);
  }
  CASE(aastore) : {
    if (sp[-3].ref == 0) [[unlikely]]
      goto throw_null;
    auto* array = DECODE(Array, sp[-3].ref);
    const std::int32_t index = sp[-2].i;
    if (static_cast<std::uint32_t>(index) >= static_cast<std::uint32_t>(array->length)) [[unlikely]] {
      SAVE();
      CHECK(throw_index(thread, index, array->length));
    }
    if (sp[-1].ref != 0) {
      auto* value = DECODE(Object, sp[-1].ref);
      const Class* component = class_of(array)->component.get();
      if (class_of(value) != component && !class_of(value)->is_subclass_of(component)) [[unlikely]] {
        SAVE();
        CHECK(throw_array_store(thread, value));
      }
    }
    array->slots()[index].store(sp[-1].ref);
    END(aastore);
  }

  CASE(pop) : { END(pop); }
  CASE(pop2) : { END(pop2); }
  CASE(dup) : {
    sp[0] = sp[-1];
    END(dup);
  }
  CASE(dup_x1) : {
    sp[0] = sp[-1];
    sp[-1] = sp[-2];
    sp[-2] = sp[0];
    END(dup_x1);
  }
  CASE(dup_x2) : {
    sp[0] = sp[-1];
    sp[-1] = sp[-2];
    sp[-2] = sp[-3];
    sp[-3] = sp[0];
    END(dup_x2);
  }
  CASE(dup2) : {
    sp[0] = sp[-2];
    sp[1] = sp[-1];
    END(dup2);
  }
  CASE(dup2_x1) : {
    sp[1] = sp[-1];
    sp[0] = sp[-2];
    sp[-1] = sp[-3];
    sp[-2] = sp[1];
    sp[-3] = sp[0];
    END(dup2_x1);
  }
  CASE(dup2_x2) : {
    sp[1] = sp[-1];
    sp[0] = sp[-2];
    sp[-1] = sp[-3];
    sp[-2] = sp[-4];
    sp[-3] = sp[1];
    sp[-4] = sp[0];
    END(dup2_x2);
  }
  CASE(swap) : {
    const Slot top = sp[-1];
    sp[-1] = sp[-2];
    sp[-2] = top;
    END(swap);
  }

  BINARY_I(iadd, x + y)
  BINARY_I(isub, x - y)
  BINARY_I(imul, x * y)
  BINARY_I(iand, x & y)
  BINARY_I(ior, x | y)
  BINARY_I(ixor, x ^ y)
  BINARY_I(ishl, x << (y & 31))
  BINARY_I(ishr, static_cast<std::int32_t>(x) >> (y & 31))
  BINARY_I(iushr, x >> (y & 31))
  BINARY_L(ladd, x + y)
  BINARY_L(lsub, x - y)
  BINARY_L(lmul, x * y)
  BINARY_L(land, x & y)
  BINARY_L(lor, x | y)
  BINARY_L(lxor, x ^ y)
  BINARY_F(fadd, x + y)
  BINARY_F(fsub, x - y)
  BINARY_F(fmul, x * y)
  BINARY_F(fdiv, x / y)
  BINARY_F(frem, std::fmod(x, y))
  BINARY_D(dadd, x + y)
  BINARY_D(dsub, x - y)
  BINARY_D(dmul, x * y)
  BINARY_D(ddiv, x / y)
  BINARY_D(drem, std::fmod(x, y))
  CASE(lshl) : {
    sp += kStackChange<Op::lshl>;
    sp[-2].l = static_cast<std::int64_t>(static_cast<std::uint64_t>(sp[-2].l) << (sp[0].i & 63));
    NEXT();
  }
  CASE(lshr) : {
    sp += kStackChange<Op::lshr>;
    sp[-2].l = sp[-2].l >> (sp[0].i & 63);
    NEXT();
  }
  CASE(lushr) : {
    sp += kStackChange<Op::lushr>;
    sp[-2].l = static_cast<std::int64_t>(static_cast<std::uint64_t>(sp[-2].l) >> (sp[0].i & 63));
    NEXT();
  }
  // Division by -1 is negation, which wraps where the hardware's division would trap.
  CASE(idiv) : {
    const std::int32_t y = sp[-1].i;
    if (y == 0) [[unlikely]]
      goto throw_division;
    sp += kStackChange<Op::idiv>;
    sp[-1].i = y == -1 ? static_cast<std::int32_t>(0U - static_cast<std::uint32_t>(sp[-1].i)) : sp[-1].i / y;
    NEXT();
  }
  CASE(irem) : {
    const std::int32_t y = sp[-1].i;
    if (y == 0) [[unlikely]]
      goto throw_division;
    sp += kStackChange<Op::irem>;
    sp[-1].i = y == -1 ? 0 : sp[-1].i % y;
    NEXT();
  }
  CASE(ldiv) : {
    const std::int64_t y = sp[-2].l;
    if (y == 0) [[unlikely]]
      goto throw_division;
    sp += kStackChange<Op::ldiv>;
    sp[-2].l = y == -1 ? static_cast<std::int64_t>(0U - static_cast<std::uint64_t>(sp[-2].l)) : sp[-2].l / y;
    NEXT();
  }
  CASE(lrem) : {
    const std::int64_t y = sp[-2].l;
    if (y == 0) [[unlikely]]
      goto throw_division;
    sp += kStackChange<Op::lrem>;
    sp[-2].l = y == -1 ? 0 : sp[-2].l % y;
    NEXT();
  }
  CASE(ineg) : {
    sp[-1].i = static_cast<std::int32_t>(0U - static_cast<std::uint32_t>(sp[-1].i));
    END(ineg);
  }
  CASE(lneg) : {
    sp[-2].l = static_cast<std::int64_t>(0U - static_cast<std::uint64_t>(sp[-2].l));
    END(lneg);
  }
  CASE(fneg) : {
    sp[-1].f = -sp[-1].f;
    END(fneg);
  }
  CASE(dneg) : {
    sp[-2].d = -sp[-2].d;
    END(dneg);
  }

#define CONVERT(name, member, expression)       \
  CASE(name) : {                                \
    const Slot from = sp[-kPopped<Op::name>];   \
    sp += kStackChange<Op::name>;               \
    sp[-kPushed<Op::name>].member = expression; \
    NEXT();                                     \
  }
  CONVERT(i2l, l, from.i)
  CONVERT(i2f, f, static_cast<float>(from.i))
  CONVERT(i2d, d, static_cast<double>(from.i))
  CONVERT(l2i, i, static_cast<std::int32_t>(from.l))
  CONVERT(l2f, f, static_cast<float>(from.l))
  CONVERT(l2d, d, static_cast<double>(from.l))
  CONVERT(f2i, i, saturate<std::int32_t>(from.f))
  CONVERT(f2l, l, saturate<std::int64_t>(from.f))
  CONVERT(f2d, d, static_cast<double>(from.f))
  CONVERT(d2i, i, saturate<std::int32_t>(from.d))
  CONVERT(d2l, l, saturate<std::int64_t>(from.d))
  CONVERT(d2f, f, static_cast<float>(from.d))
  CONVERT(i2b, i, static_cast<std::int8_t>(from.i))
  CONVERT(i2c, i, static_cast<std::uint16_t>(from.i))
  CONVERT(i2s, i, static_cast<std::int16_t>(from.i))

  CASE(lcmp) : {
    sp += kStackChange<Op::lcmp>;
    sp[-1].i = compare(sp[-1].l, sp[1].l, 0);
    NEXT();
  }
#define COMPARE_FLOATING(name, member, unordered)     \
  CASE(name) : {                                      \
    const auto x = sp[-kPopped<Op::name>].member;     \
    const auto y = sp[-kPopped<Op::name> / 2].member; \
    sp += kStackChange<Op::name>;                     \
    sp[-1].i = compare(x, y, unordered);              \
    NEXT();                                           \
  }
  COMPARE_FLOATING(fcmpl, f, -1)
  COMPARE_FLOATING(fcmpg, f, 1)
  COMPARE_FLOATING(dcmpl, d, -1)
  COMPARE_FLOATING(dcmpg, d, 1)

#define BRANCH(name, condition)          \
  CASE(name) : {                         \
    const bool taken = condition;        \
    sp += kStackChange<Op::name>;        \
    pc += taken ? pc->b : 1;             \
    DISPATCH();                          \
  }                                      \
  CASE(name##_back) : {                  \
    POLL(name##_back);                   \
    const bool taken = condition;        \
    sp += kStackChange<Op::name##_back>; \
    pc += taken ? pc->b : 1;             \
    DISPATCH();                          \
  }
  BRANCH(ifeq, sp[-1].i == 0)
  BRANCH(ifne, sp[-1].i != 0)
  BRANCH(iflt, sp[-1].i < 0)
  BRANCH(ifge, sp[-1].i >= 0)
  BRANCH(ifgt, sp[-1].i > 0)
  BRANCH(ifle, sp[-1].i <= 0)
  BRANCH(if_icmpeq, sp[-2].i == sp[-1].i)
  BRANCH(if_icmpne, sp[-2].i != sp[-1].i)
  BRANCH(if_icmplt, sp[-2].i < sp[-1].i)
  BRANCH(if_icmpge, sp[-2].i >= sp[-1].i)
  BRANCH(if_icmpgt, sp[-2].i > sp[-1].i)
  BRANCH(if_icmple, sp[-2].i <= sp[-1].i)
  CASE(goto_) : {
    pc += pc->b;
    DISPATCH();
  }
  CASE(goto_back) : {
    POLL(goto_back);
    pc += pc->b;
    DISPATCH();
  }
  CASE(jsr) : {
    POLL(jsr);
    sp->raw = ENCODE(pc + 1);
    sp += kStackChange<Op::jsr>;
    pc += pc->b;
    DISPATCH();
  }
  CASE(ret) : {
    pc = DECODE(const Insn, locals[pc->a].ref);
    DISPATCH();
  }
  CASE(tableswitch) : {
    POLL(tableswitch);
    sp += kStackChange<Op::tableswitch>;
    auto* table = DECODE(SwitchTable, static_cast<std::uint32_t>(pc->b));
    const std::uint32_t index = static_cast<std::uint32_t>(sp->i) - static_cast<std::uint32_t>(table->low);
    pc += index < table->count ? table->entries()[index] : table->default_target;
    DISPATCH();
  }
  CASE(lookupswitch) : {
    POLL(lookupswitch);
    sp += kStackChange<Op::lookupswitch>;
    pc += lookup_target(DECODE(SwitchTable, static_cast<std::uint32_t>(pc->b)), sp->i);
    DISPATCH();
  }

// Leaves the frame with `slots` result slots in `result`; continues after the caller's invoke.
#define LEAVE(slots)                                                  \
  do {                                                                \
    auto* caller = reinterpret_cast<Frame*>(stack_base + fp->caller); \
    if (caller->kind != FrameKind::kJava) [[unlikely]]                \
      goto return_to_other;                                           \
    locals[0] = result;                                               \
    sp = locals + (slots);                                            \
    fp = caller;                                                      \
    pc = DECODE(const Insn, fp->pc.bits) + 1;                         \
    locals = reinterpret_cast<Slot*>(fp) - fp->aux;                   \
    DISPATCH();                                                       \
  } while (0)
// A synchronized method releases its lock before its frame is left, so that an error of that is thrown here.
#define UNLOCK()                                                \
  do {                                                          \
    SAVE();                                                     \
    auto* object = gc::decode<Object>(fp->lock);                \
    fp->lock = 0;                                               \
    if (object != nullptr) CHECK(monitor_exit(thread, object)); \
  } while (0)
  CASE(return_object_init) : {
    if ((class_of(DECODE(Object, locals[0].ref))->flags & kClassHasFinalizer) != 0) [[unlikely]] {
      SAVE();
      CHECK(register_finalizer(thread, DECODE(Object, locals[0].ref)));
    }
    // Without a finalizer it is a return like any other.
  }
  CASE(return_) : {
    result.raw = 0;
    auto* caller = reinterpret_cast<Frame*>(stack_base + fp->caller);
    if (caller->kind != FrameKind::kJava) [[unlikely]]
      goto return_to_other;
    sp = locals;
    fp = caller;
    pc = DECODE(const Insn, fp->pc.bits) + 1;
    locals = reinterpret_cast<Slot*>(fp) - fp->aux;
    DISPATCH();
  }
  CASE(return1) : {
    result = sp[-1];
    LEAVE(1);
  }
  CASE(return2) : {
    result = sp[-2];
    LEAVE(2);
  }
  CASE(return_narrow) : {
    result.raw = 0;
    result.i = narrow(sp[-1].i, static_cast<BasicType>(pc->a));
    LEAVE(1);
  }
  CASE(return_sync) : {
    UNLOCK();
    result.raw = 0;
    LEAVE(0);
  }
  CASE(return1_sync) : {
    UNLOCK();
    result = sp[-1];
    result.i = narrow(result.i, static_cast<BasicType>(pc->a));
    LEAVE(1);
  }
  CASE(return2_sync) : {
    UNLOCK();
    result = sp[-2];
    LEAVE(2);
  }

  CASE(getfield) : CASE(putfield) : {
    SAVE();
    CHECK(quicken_field(thread, fp, const_cast<Insn*>(pc), nullptr));
    DISPATCH();
  }
  CASE(getstatic) : {
    SAVE();
    Field* unready = nullptr;
    CHECK(quicken_field(thread, fp, const_cast<Insn*>(pc), &unready));
    if (unready == nullptr) DISPATCH();
    load_field(unready, unready->holder->mirror_object(), sp);
    sp += slots_of(unready->type);
    NEXT();
  }
  CASE(putstatic) : {
    SAVE();
    Field* unready = nullptr;
    CHECK(quicken_field(thread, fp, const_cast<Insn*>(pc), &unready));
    if (unready == nullptr) DISPATCH();
    sp -= slots_of(unready->type);
    store_field(unready, unready->holder->mirror_object(), *sp);
    NEXT();
  }
#define FIELD_AT(type, bits, offset) (*codec.decode<type>(bits, static_cast<std::uint32_t>(offset)))
#define GET_FIELD(name, type, member)                            \
  CASE(name) : {                                                 \
    const std::uint32_t bits = sp[-1].ref;                       \
    if (bits == 0) [[unlikely]]                                  \
      goto throw_null;                                           \
    sp += kStackChange<Op::name>;                                \
    sp[-kPushed<Op::name>].member = FIELD_AT(type, bits, pc->b); \
    NEXT();                                                      \
  }
  GET_FIELD(getfield_b, std::int8_t, i)
  GET_FIELD(getfield_c, std::uint16_t, i)
  GET_FIELD(getfield_s, std::int16_t, i)
  GET_FIELD(getfield_i, std::int32_t, i)
  GET_FIELD(getfield_l, std::int64_t, l)
  CASE(getfield_a) : {
    const gc::ReferenceBits bits = sp[-1].ref;
    if (bits == 0) [[unlikely]]
      goto throw_null;
    sp[-1].raw = FIELD_AT(const gc::ReferenceSlot, bits, pc->b).bits();
    END(getfield_a);
  }
#define PUT_FIELD(name, type, value)                              \
  CASE(name) : {                                                  \
    const std::uint32_t bits = sp[-kPopped<Op::name>].ref;        \
    if (bits == 0) [[unlikely]]                                   \
      goto throw_null;                                            \
    sp += kStackChange<Op::name>;                                 \
    FIELD_AT(type, bits, pc->b) = static_cast<type>(sp[1].value); \
    NEXT();                                                       \
  }
  // JVMS 6.5 putfield, putstatic: a boolean is the lowest bit of the int.
  PUT_FIELD(putfield_z, std::int8_t, i & 1)
  PUT_FIELD(putfield_b, std::int8_t, i)
  PUT_FIELD(putfield_c, std::uint16_t, i)
  PUT_FIELD(putfield_i, std::int32_t, i)
  PUT_FIELD(putfield_l, std::int64_t, l)
  CASE(putfield_a) : {
    const gc::ReferenceBits bits = sp[-2].ref;
    if (bits == 0) [[unlikely]]
      goto throw_null;
    sp += kStackChange<Op::putfield_a>;
    FIELD_AT(gc::ReferenceSlot, bits, pc->b).store(sp[1].ref);
    NEXT();
  }
  CASE(putfield_volatile_a) : {
    const gc::ReferenceBits bits = sp[-2].ref;
    if (bits == 0) [[unlikely]]
      goto throw_null;
    sp += kStackChange<Op::putfield_volatile_a>;
    FIELD_AT(gc::ReferenceSlot, bits, pc->b).store_volatile(sp[1].ref);
    NEXT();
  }
  CASE(putfield_volatile) : {
    const auto type = static_cast<BasicType>(pc->a);
    const unsigned slots = slots_of(type);
    const std::uint32_t bits = sp[-1 - static_cast<int>(slots)].ref;
    if (bits == 0) [[unlikely]]
      goto throw_null;
    Field shape{};
    shape.type = type;
    shape.offset = static_cast<std::uint32_t>(pc->b);
    store_field(&shape, DECODE(Object, bits), sp[-static_cast<int>(slots)]);
    sp -= 1 + slots;
    NEXT();
  }
#define STATIC_AT(type) FIELD_AT(type, static_cast<std::uint32_t>(pc->b), pc->a)
#define GET_STATIC(name, type, member) \
  CASE(name) : {                       \
    sp->member = STATIC_AT(type);      \
    END(name);                         \
  }
  GET_STATIC(getstatic_b, std::int8_t, i)
  GET_STATIC(getstatic_c, std::uint16_t, i)
  GET_STATIC(getstatic_s, std::int16_t, i)
  GET_STATIC(getstatic_i, std::int32_t, i)
  GET_STATIC(getstatic_l, std::int64_t, l)
  CASE(getstatic_a) : {
    sp->raw = STATIC_AT(const gc::ReferenceSlot).bits();
    END(getstatic_a);
  }
#define PUT_STATIC(name, type, value)               \
  CASE(name) : {                                    \
    sp += kStackChange<Op::name>;                   \
    STATIC_AT(type) = static_cast<type>(sp->value); \
    NEXT();                                         \
  }
  PUT_STATIC(putstatic_z, std::int8_t, i & 1)
  PUT_STATIC(putstatic_b, std::int8_t, i)
  PUT_STATIC(putstatic_c, std::uint16_t, i)
  PUT_STATIC(putstatic_i, std::int32_t, i)
  PUT_STATIC(putstatic_l, std::int64_t, l)
  CASE(putstatic_a) : {
    sp += kStackChange<Op::putstatic_a>;
    STATIC_AT(gc::ReferenceSlot).store(sp->ref);
    NEXT();
  }
  CASE(getstatic_far) : {
    observe_metadata();
    const auto* field = DECODE(const Field, static_cast<std::uint32_t>(pc->b));
    load_field(field, field->holder->mirror_object(), sp);
    sp += slots_of(field->type);
    NEXT();
  }
  CASE(putstatic_far) : {
    observe_metadata();
    const auto* field = DECODE(const Field, static_cast<std::uint32_t>(pc->b));
    sp -= slots_of(field->type);
    store_field(field, field->holder->mirror_object(), *sp);
    NEXT();
  }

  CASE(invokevirtual)
      : CASE(invokespecial) : CASE(invokestatic) : CASE(invokeinterface) : CASE(invokedynamic) : {
    SAVE();
    callee = nullptr;
    CHECK(quicken_invoke(thread, fp, const_cast<Insn*>(pc), &callee));
    if (callee == nullptr) DISPATCH();
    arg_slots = pc->a;
    args = sp - arg_slots;
    goto invoke;
  }
  CASE(invokestatic_quick) : {
    callee = DECODE(Method, static_cast<std::uint32_t>(pc->b));
    arg_slots = pc->a;
    args = sp - arg_slots;
    goto invoke;
  }
  CASE(invokespecial_quick) : {
    callee = DECODE(Method, static_cast<std::uint32_t>(pc->b));
    arg_slots = pc->a;
    args = sp - arg_slots;
    if (args->ref == 0) [[unlikely]]
      goto throw_null;
    goto invoke;
  }
  CASE(invokevirtual_quick) : {
    arg_slots = pc->a;
    args = sp - arg_slots;
    if (args->ref == 0) [[unlikely]]
      goto throw_null;
    auto* receiver_class = DECODE(Class, DECODE(Object, args->ref)->shape.bits);
    callee = DECODE(Method, receiver_class->vtable()[pc->b].bits);
    goto invoke;
  }
  CASE(invokeinterface_quick) : {
    arg_slots = pc->a;
    args = sp - arg_slots;
    if (args->ref == 0) [[unlikely]]
      goto throw_null;
    auto* site = DECODE(InterfaceSite, static_cast<std::uint32_t>(pc->b));
    const std::uint32_t class_bits = DECODE(Object, args->ref)->shape.bits;
    const std::uint32_t number = site->number;
    const bool remembers = number < InlineCaches::kMostSites;
    std::uint64_t* const cache = &caches[remembers ? number : 0];
    const std::uint64_t last = __atomic_load_n(cache, __ATOMIC_RELAXED);
    if (remembers && last >> 32 == class_bits) [[likely]] {
      callee = DECODE(Method, static_cast<std::uint32_t>(last));
      goto invoke;
    }
    SAVE();
    callee = select_interface_method(thread, DECODE(Object, args->ref), site->method.get());
    if (callee == nullptr) {
      status = Status::kThrow;
      goto not_ok;
    }
    if (remembers)
      __atomic_store_n(cache, static_cast<std::uint64_t>(class_bits) << 32 | ENCODE(callee),
                       __ATOMIC_RELAXED);
    goto invoke;
  }
  CASE(invokehandle_quick) : {
    POLL(invokehandle_quick);
    auto* site = DECODE(HandleSite, static_cast<std::uint32_t>(pc->b));
    arg_slots = pc->a;
    args = sp - arg_slots;
    if (site->appendix.bits != 0) {
      sp->raw = site->appendix.bits;
      arg_slots++;
    }
    callee = DECODE(Method, site->adapter.bits);
    goto invoke_checked;
  }

invoke:
  POLL_HERE();
invoke_checked:
  // The callee's arguments are at `args`; the operand stack of this frame, up to sp, still contains them.
  switch (callee->kind) {
    case MethodKind::kInterpreted: {
      auto* frame = reinterpret_cast<Frame*>(args + callee->max_locals);
      if (frame->operands() + callee->max_stack > thread.stack_limit) [[unlikely]]
        goto throw_stack_overflow;
      thread.calls++;
      fp->pc.bits = ENCODE(pc);
      frame->method.bits = ENCODE(callee);
      frame->caller = static_cast<std::uint32_t>(reinterpret_cast<Slot*>(fp) - stack_base);
      frame->sp = 0;
      frame->lock = 0;
      frame->kind = FrameKind::kJava;
      frame->phase = 0;
      frame->aux = callee->max_locals;
      if ((callee->access & kAccSynchronized) != 0) [[unlikely]] {
        fp->sp = static_cast<std::uint32_t>(args - fp->operands());
        observe_metadata();
        frame->pc = callee->code;
        frame->lock = lock_of(callee, args);
        frame->phase = 1;
        thread.frame = frame;
        goto resume;
      }
      fp = frame;
      locals = args;
      sp = fp->operands();
      pc = DECODE(const Insn, callee->code.bits);
      DISPATCH();
    }
    case MethodKind::kNativeLeaf: {
      SAVE();
      thread.calls++;
      NativeCall call(thread, nullptr, args);
      CHECK(native_at(callee->native_index).function(call));
      args[0] = call.result;
      sp = args + slots_of(callee->return_type);
      NEXT();
    }
    case MethodKind::kNative: {
      SAVE();
      thread.calls++;
      Frame* frame = make_native_frame(thread, callee, args, fp);
      if (frame == nullptr) goto throw_stack_overflow;
      fp->sp = static_cast<std::uint32_t>(args - fp->operands());
      if (callee->is_synchronized()) {
        frame->lock = lock_of(callee, args);
        frame->aux = kNativeNeedsLock;
      }
      thread.frame = fp = frame;
      goto run_native;
    }
    case MethodKind::kUnprepared:
    case MethodKind::kNativeUnbound:
      SAVE();
      prepare_method(callee);
      goto invoke_checked;
    case MethodKind::kAbstract:
      SAVE();
      CHECK(throw_abstract_method(thread, class_of(gc::decode<Object>(args->ref)), callee, true));
      goto invoke_checked;
    case MethodKind::kMhInvokeBasic: {
      // MethodHandle.invokeBasic: run the handle's LambdaForm, whose first argument is the handle itself.
      const WellKnown& known = vm()->known();
      if (args->ref == 0) goto throw_null;
      const Object* form = DECODE(Object, args->ref)->reference(known.MethodHandle_form);
      callee = member_method(form->reference(known.LambdaForm_vmentry));
      goto invoke_checked;
    }
    case MethodKind::kMhLinkToStatic:
    case MethodKind::kMhLinkToSpecial:
    case MethodKind::kMhLinkToVirtual:
    case MethodKind::kMhLinkToInterface: {
      // The last argument is the MemberName of the target; it is dropped.
      const MethodKind kind = callee->kind;
      const Object* member = gc::decode<Object>(args[arg_slots - 1].ref);
      if (member == nullptr) goto throw_null;
      arg_slots--;
      callee = member_method(member);
      if (kind == MethodKind::kMhLinkToStatic) goto invoke_checked;
      if (args->ref == 0) goto throw_null;
      if (kind == MethodKind::kMhLinkToSpecial) goto invoke_checked;
      auto* receiver = DECODE(Object, args->ref);
      observe_metadata();
      if (kind == MethodKind::kMhLinkToInterface && callee->holder->is_interface()) {
        SAVE();
        callee = select_interface_method(thread, receiver, callee);
        if (callee == nullptr) {
          status = Status::kThrow;
          goto not_ok;
        }
      } else {
        Method* selected = select_method(class_of(receiver), callee);
        if (selected == nullptr) {
          SAVE();
          CHECK(throw_abstract_method(thread, class_of(receiver), callee, true));
        }
        callee = selected;
      }
      goto invoke_checked;
    }
    case MethodKind::kMhInvoke:
      SAVE();
      CHECK(throw_new(thread, "java/lang/UnsupportedOperationException",
                      external_name(callee->holder.get()) + "." + std::string(callee->name->view()) +
                          " cannot be invoked reflectively"));
      goto invoke_checked;
  }
  __builtin_unreachable();

  CASE(new_) : {
    SAVE();
    Class* unready = nullptr;
    CHECK(quicken_new(thread, fp, const_cast<Insn*>(pc), &unready));
    if (unready == nullptr) DISPATCH();
    Object* object = new_object(thread, unready);
    if (object == nullptr) {
      status = Status::kThrow;
      goto not_ok;
    }
    sp->raw = ENCODE(object);
    END(new_);
  }
  CASE(new_quick) : {
    auto* c = DECODE(Class, static_cast<std::uint32_t>(pc->b));
    gc::AllocationBuffer& buffer = thread.java->buffer;
    const gc::RegionOffset top = buffer.top;
    if (c->shape.instance_size <= buffer.end - top) [[likely]] {
      buffer.top = top + c->shape.instance_size;
      std::byte* memory = codec.at(top);
      gc::set_header(memory, &c->shape);
      sp->raw = ENCODE(memory);
      END(new_quick);
    }
    SAVE();
    Object* object = new_object(thread, c);
    if (object == nullptr) {
      status = Status::kThrow;
      goto not_ok;
    }
    sp->raw = ENCODE(object);
    END(new_quick);
  }
  CASE(newarray) : {
    SAVE();
    if (sp[-1].i < 0) goto throw_negative_size;
    Array* array = new_primitive_array(thread, static_cast<BasicType>(pc->a), sp[-1].i);
    if (array == nullptr) {
      status = Status::kThrow;
      goto not_ok;
    }
    sp[-1].raw = ENCODE(array);
    END(newarray);
  }
  CASE(anewarray) : {
    SAVE();
    CHECK(quicken_class_operand(thread, fp, const_cast<Insn*>(pc)));
    DISPATCH();
  }
  CASE(checkcast) : CASE(instanceof_) : {
    // JVMS 6.5 checkcast, instanceof: null needs no resolution.
    if (sp[-1].ref == 0) {
      sp[-1].raw = 0;
      NEXT();
    }
    SAVE();
    CHECK(quicken_class_operand(thread, fp, const_cast<Insn*>(pc)));
    DISPATCH();
  }
  CASE(anewarray_quick) : {
    SAVE();
    if (sp[-1].i < 0) goto throw_negative_size;
    Array* array = new_array(thread, DECODE(Class, static_cast<std::uint32_t>(pc->b)), sp[-1].i);
    if (array == nullptr) {
      status = Status::kThrow;
      goto not_ok;
    }
    sp[-1].raw = ENCODE(array);
    END(anewarray_quick);
  }
  CASE(multianewarray) : {
    SAVE();
    Class* array_class = nullptr;
    CHECK(resolve_multianewarray(thread, fp, const_cast<Insn*>(pc), &array_class));
    const unsigned dimensions = pc->a;
    for (unsigned i = 0; i < dimensions; i++) {
      const std::int32_t length = sp[static_cast<int>(i) - static_cast<int>(dimensions)].i;
      if (length < 0) {
        CHECK(throw_new(thread, "java/lang/NegativeArraySizeException", std::to_string(length)));
      }
    }
    Array* array = new_multi_array(thread, array_class, sp - dimensions, dimensions);
    if (array == nullptr) {
      status = Status::kThrow;
      goto not_ok;
    }
    sp -= dimensions;
    sp->raw = ENCODE(array);
    sp++;
    NEXT();
  }
  CASE(arraylength) : {
    if (sp[-1].ref == 0) [[unlikely]]
      goto throw_null;
    sp[-1].i = DECODE(Array, sp[-1].ref)->length;
    END(arraylength);
  }
  CASE(athrow) : {
    if (sp[-1].ref == 0) goto throw_null;
    SAVE();
    CHECK(throw_object(thread, DECODE(Object, sp[-1].ref)));
    NEXT();
  }
  CASE(checkcast_quick) : {
    if (sp[-1].ref != 0) {
      auto* object = DECODE(Object, sp[-1].ref);
      auto* wanted = DECODE(Class, static_cast<std::uint32_t>(pc->b));
      if (!is_instance(object, wanted)) [[unlikely]] {
        SAVE();
        CHECK(throw_class_cast(thread, object, wanted));
      }
    }
    END(checkcast_quick);
  }
  CASE(instanceof_quick) : {
    if (sp[-1].ref != 0) {
      const auto* object = DECODE(Object, sp[-1].ref);
      sp[-1].raw = is_instance(object, DECODE(Class, static_cast<std::uint32_t>(pc->b))) ? 1 : 0;
    } else {
      sp[-1].raw = 0;
    }
    END(instanceof_quick);
  }
  CASE(monitorenter) : {
    if (sp[-1].ref == 0) goto throw_null;
    SAVE();
    CHECK(monitor_enter(thread, DECODE(Object, sp[-1].ref)));
    END(monitorenter);
  }
  CASE(monitorexit) : {
    if (sp[-1].ref == 0) goto throw_null;
    SAVE();
    CHECK(monitor_exit(thread, DECODE(Object, sp[-1].ref)));
    END(monitorexit);
  }

run_native : {
  // thread.frame == fp is a native frame; its function runs from its start, for the first time or again.
  callee = fp->method.get();
  locals = reinterpret_cast<Slot*>(fp) - callee->arg_slots;
  if ((fp->aux & kNativeNeedsLock) != 0) {
    CHECK(monitor_enter(thread, gc::decode<Object>(fp->lock)));
    fp->aux = 0;
  }
  NativeCall call(thread, fp, locals);
  CHECK(native_at(callee->native_index).function(call));
  if (fp->lock != 0) {
    auto* object = gc::decode<Object>(fp->lock);
    fp->lock = 0;
    CHECK(monitor_exit(thread, object));
  }
  result = call.result;
  auto* caller = reinterpret_cast<Frame*>(stack_base + fp->caller);
  if (caller->kind != FrameKind::kJava) goto return_to_other;
  locals[0] = result;
  sp = locals + slots_of(callee->return_type);
  fp = caller;
  pc = DECODE(const Insn, fp->pc.bits) + 1;
  locals = reinterpret_cast<Slot*>(fp) - fp->aux;
  DISPATCH();
}

return_to_other : {
  // A Java or native frame returns to a native or a continuation, which is executed again with the result.
  auto* caller = reinterpret_cast<Frame*>(stack_base + fp->caller);
  caller->operands()[8] = result;
  thread.frame = caller;
  goto resume;
}

resume:
  // Continues the thread's current frame at its stored position. Because that is stored, this is a safepoint.
  fp = thread.frame;
  observe_metadata();
  if (thread.poll.load(std::memory_order_relaxed) != 0 && !safepoint_poll(thread)) return;
  switch (fp->kind) {
    case FrameKind::kJava:
      if (fp->phase == 1) {
        CHECK(monitor_enter(thread, gc::decode<Object>(fp->lock)));
        fp->phase = 0;
      }
      pc = DECODE(const Insn, fp->pc.bits);
      locals = reinterpret_cast<Slot*>(fp) - fp->aux;
      sp = fp->operands() + fp->sp;
      DISPATCH();
    case FrameKind::kNative:
      goto run_native;
    case FrameKind::kEntry:
      status = thread.vm->entry_frames->returned(thread, fp, false);
      if (status == Status::kOk) return;
      goto not_ok;
    default:
      CHECK(continuation_step(thread, fp));
      goto resume;
  }

not_ok:
  switch (status) {
    case Status::kUpcall:
      goto resume;
    case Status::kRetire:
      return;
    default:
      if (!unwind(thread)) return;
      goto resume;
  }

poll_here:
  SAVE();
  if (!safepoint_poll(thread)) return;
  polled = true;
  DISPATCH();

throw_null:
  SAVE();
  status = throw_null_pointer(thread);
  goto not_ok;
throw_division:
  SAVE();
  status = throw_new(thread, "java/lang/ArithmeticException", "/ by zero");
  goto not_ok;
throw_negative_size:
  status = throw_new(thread, "java/lang/NegativeArraySizeException", std::to_string(sp[-1].i));
  goto not_ok;
throw_stack_overflow:
  SAVE();
  status = throw_new(thread, "java/lang/StackOverflowError");
  goto not_ok;
}

#pragma GCC diagnostic pop

namespace {

class InterpreterCalls final : public JavaCalls {
 public:
  void run(Thread& thread) override { interpret(thread); }
  Status push_call(Thread& thread, Method* method, std::span<const Slot> args) override {
    return push_frame(thread, method, args);
  }
};

}  // namespace

JavaCalls& java_calls() {
  static InterpreterCalls calls;
  return calls;
}

}  // namespace uvm::rt
